package dev.rootlessnetwork.standalone;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.rootlessnetwork.api.RootlessNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads manifests: YAML or JSON, several documents in a file, each an object or a list of objects. */
public final class ManifestReader {
    /** 1000 objects with 1000 ports each would take more; nobody writes that by hand. */
    private static final int LARGEST_FILE = 16 << 20;

    private static final String DEFAULT_NAMESPACE = "default";
    private static final ObjectMapper JSON =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();

    private ManifestReader() {}

    /** Reads a file; whatever is wrong with it is among the problems. Never blocks on what is no regular file. */
    public static ManifestFile read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                return broken(file, 1, Files.exists(file) ? "is not a regular file" : "does not exist");
            }
            byte[] bytes;
            try (InputStream input = Files.newInputStream(file)) {
                bytes = input.readNBytes(LARGEST_FILE + 1);
            }
            if (bytes.length > LARGEST_FILE) {
                return broken(file, 1, "is larger than " + (LARGEST_FILE >> 20) + " MiB");
            }
            return parse(file, decode(bytes));
        } catch (CharacterCodingException e) {
            return broken(file, 1, "is not UTF-8 text");
        } catch (IOException e) {
            return broken(file, 1, "cannot be read: " + e.getClass().getSimpleName() + ": " + e.getMessage());
        }
    }

    private static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /** Reads text as if it were in a file. */
    static ManifestFile parse(Path file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(LARGEST_FILE);
        options.setMaxAliasesForCollections(100);
        options.setNestingDepthLimit(50);
        List<Manifest> manifests = new ArrayList<>();
        List<ManifestProblem> problems = new ArrayList<>();
        boolean empty = true;
        try {
            // JSON may be indented by tabs, which YAML forbids; inside of JSON's strings there are none
            String yaml = file.toString().endsWith(".json") ? text.replace('\t', ' ') : text;
            for (Node document : new Yaml(options).composeAll(new java.io.StringReader(yaml))) {
                ManifestTree tree = ManifestTree.of(document);
                if (!tree.isNull()) {
                    empty = false;
                    addObjects(file, tree, manifests, problems);
                }
            }
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            problems.add(new ManifestProblem(file, line, "", "is not valid YAML: " + e.getProblem()));
            empty = false;
        } catch (YAMLException e) {
            problems.add(new ManifestProblem(file, 1, "", "is not valid YAML: " + e.getMessage()));
            empty = false;
        }
        if (empty) {
            problems.add(new ManifestProblem(file, 1, "", "holds no object"));
        }
        return new ManifestFile(file, manifests, problems);
    }

    private static void addObjects(
            Path file, ManifestTree tree, List<Manifest> manifests, List<ManifestProblem> problems) {
        if (tree.json().path("kind").asText().equals("List")
                && tree.json().path("items").isArray()) {
            for (int i = 0; i < tree.json().path("items").size(); i++) {
                addObject(file, tree.item(i), manifests, problems);
            }
        } else {
            addObject(file, tree, manifests, problems);
        }
    }

    private static void addObject(
            Path file, ManifestTree tree, List<Manifest> manifests, List<ManifestProblem> problems) {
        JsonNode name = tree.json().path("metadata").path("name");
        if (!name.isTextual() || name.asText().isEmpty()) {
            String message = tree.json().isObject()
                    ? "an object needs a name: add metadata.name"
                    : "expected an object with apiVersion, kind, metadata and spec";
            problems.add(
                    new ManifestProblem(file, tree.line(), tree.json().isObject() ? "metadata.name" : "", message));
            return;
        }
        CheckedTree checked = ManifestSchema.check(tree);
        try {
            RootlessNetwork object = JSON.treeToValue(checked.json(), RootlessNetwork.class);
            fillIn(object);
            manifests.add(new Manifest(file, object, checked.violations(), tree.lines()));
        } catch (JsonProcessingException e) {
            problems.add(
                    new ManifestProblem(file, tree.line(), "", "is not a RootlessNetwork: " + e.getOriginalMessage()));
        }
    }

    private static void fillIn(RootlessNetwork object) {
        object.defaultNamespace(DEFAULT_NAMESPACE);
        String name = RootlessNetwork.GROUP + "/" + object.key();
        object.defaultUid(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString());
    }

    private static ManifestFile broken(Path file, int line, String message) {
        return new ManifestFile(file, List.of(), List.of(new ManifestProblem(file, line, "", message)));
    }
}
