package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.primitives.Primitives;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.OptionSet;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/reference.md against the code. */
class ReferenceTest {
    private static final Path PAGE = Path.of("docs/reference.md");
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Cells of each row whose first cell is code that begins so. */
    private static List<List<String>> rows(String firstCell) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `" + firstCell))
                .map(line -> Arrays.stream(line.substring(1, line.length() - 1).split("\\|"))
                        .map(String::strip)
                        .toList())
                .toList();
    }

    private static String code(List<String> row) {
        return row.get(0).replace("`", "");
    }

    /** Path, type and description of each field of a class and of what it holds. */
    private static List<String> fields(String path, Class<?> type) {
        List<String> fields = new ArrayList<>();
        JavaType javaType = JSON.constructType(type);
        for (BeanPropertyDefinition property :
                JSON.getSerializationConfig().introspect(javaType).findProperties()) {
            String field = path + "." + property.getName();
            String description = property.getPrimaryMember()
                    .getAnnotation(JsonPropertyDescription.class)
                    .value();
            JavaType content = property.getPrimaryType();
            fields.add(field + " | " + word(content) + " | " + description);
            JavaType inner = content.isCollectionLikeType() ? content.getContentType() : content;
            if (inner.getRawClass().isRecord()) {
                fields.addAll(fields(field + (content.isCollectionLikeType() ? "[]" : ""), inner.getRawClass()));
            }
        }
        return fields;
    }

    private static String word(JavaType type) {
        Class<?> raw = Primitives.wrap(type.getRawClass());
        if (type.isCollectionLikeType()) {
            return "list";
        }
        if (raw == String.class) {
            return "text";
        }
        if (raw == Boolean.class) {
            return "boolean";
        }
        return raw == Integer.class || raw == Long.class ? "integer" : "object";
    }

    private static List<String> documented(String prefix) throws IOException {
        return rows(prefix).stream()
                .map(row -> code(row) + " | " + row.get(1) + " | " + row.get(row.size() - 1))
                .toList();
    }

    @Test
    void describesEachFieldOfTheSpecAsTheSchemaDoes() throws IOException {
        assertThat(documented("spec.")).containsExactlyInAnyOrderElementsOf(fields("spec", RootlessNetworkSpec.class));
    }

    @Test
    void describesEachFieldOfTheStatusAsTheSchemaDoes() throws IOException {
        assertThat(documented("status."))
                .containsExactlyInAnyOrderElementsOf(fields("status", RootlessNetworkStatus.class));
    }

    @Test
    void namesTheDefaultsThatAreInForce() throws IOException {
        NetworkOptions defaults = NetworkOptions.resolve(OptionSet.EMPTY, OptionSet.EMPTY, name -> false)
                .options();
        assertThat(rows("spec.options.").stream()
                        .map(row -> code(row) + ": " + row.get(2).replace("`", "")))
                .containsExactly(
                        "spec.options.cidr: " + defaults.network(),
                        "spec.options.mtu: " + defaults.mtu(),
                        "spec.options.enableIPv6: " + defaults.enableIpv6(),
                        "spec.options.allowHostLoopback: " + defaults.allowHostLoopback(),
                        "spec.options.portHandler: " + defaults.portHandler().optionValue(),
                        "spec.options.outboundAddr: the kernel's choice",
                        "spec.options.outboundAddr6: the kernel's choice",
                        "spec.options.disableDNS: " + defaults.disableDns(),
                        "spec.options.macAddress: random",
                        "spec.options.interfaceName: " + defaults.interfaceName());
    }

    @Test
    void explainsEachCondition() throws IOException {
        List<String> types = Stream.of(ConditionType.values()).map(Enum::name).toList();
        assertThat(types.stream().flatMap(ReferenceTest::rowsOf).map(ReferenceTest::code))
                .containsExactlyElementsOf(types);
    }

    private static Stream<List<String>> rowsOf(String firstCell) {
        try {
            return rows(firstCell + "`").stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void explainsEachReasonAndWhereItIsFound() {
        assertThat(Stream.of(Reason.values())
                        .flatMap(reason -> rowsOf(reason.name()))
                        .map(row -> code(row) + " " + row.get(1)))
                .containsExactlyElementsOf(Stream.of(Reason.values())
                        .map(reason -> reason.name() + " " + where(reason))
                        .toList());
    }

    private static String where(Reason reason) {
        boolean byPid = reason.stalls(new Target.Pid(1));
        boolean byPath = reason.stalls(new Target.PidFile(Path.of("/run/web.pid")));
        return switch (reason) {
            case NetworkReady -> "Ready";
            case SlirpRunning -> "SlirpReady";
            case PortsActive -> "PortsReady";
            case PortFailed -> "Reconciling or Stalled";
            default -> {
                String byPidOrElse = byPid ? "Stalled or Reconciling" : "Reconciling";
                yield byPath ? "Stalled" : byPidOrElse;
            }
        };
    }
}
