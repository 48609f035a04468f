package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.rootlessnetwork.testing.Judge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The health check's own test cases, in the layout that Argo CD has them in. */
class ArgoCdHealthIT {
    private static final Path DIRECTORY = Path.of("examples/gitops/argocd");

    private static Stream<JsonNode> tests() throws IOException {
        JsonNode tests = new YAMLMapper()
                .readTree(DIRECTORY.resolve("health_test.yaml").toFile())
                .path("tests");
        return StreamSupport.stream(tests.spliterator(), false);
    }

    static Stream<Arguments> cases() throws IOException {
        return tests().map(test -> argumentSet(
                test.path("inputPath").asText(), test.path("inputPath").asText(), test.path("healthStatus")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void judges(String input, JsonNode health) throws IOException {
        assertThat(Judge.argoCd(Files.readString(DIRECTORY.resolve(input))))
                .isEqualTo(new Judge.Verdict(
                        health.path("status").asText(), health.path("message").asText()));
    }

    @Test
    void leavesNoRecordedObjectUnjudged() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY.resolve("testdata"))) {
            assertThat(files.map(file -> DIRECTORY.relativize(file).toString()))
                    .containsExactlyInAnyOrderElementsOf(
                            tests().map(test -> test.path("inputPath").asText()).toList());
        }
    }
}
