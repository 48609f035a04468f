package dev.rootlessnetwork.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Holds docs/conformance.md and the tests together. */
class ConformanceTableTest {
    private static final Path SOURCES = Path.of("src/test/java");
    private static final Pattern ROW = Pattern.compile("^\\| ([PSR]\\d+) \\|");
    private static final Pattern NAMED_TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private final Map<String, String> rows = new TreeMap<>();
    private final List<String> numbers = new ArrayList<>();

    @BeforeEach
    void read() throws IOException {
        for (String line : Files.readAllLines(Path.of("docs/conformance.md"))) {
            var row = ROW.matcher(line);
            if (row.find()) {
                numbers.add(row.group(1));
                rows.put(row.group(1), line);
            }
        }
    }

    @Test
    void hasEachRowOnceInOrder() {
        assertThat(numbers)
                .containsExactlyElementsOf(Stream.of(numbered("P", 19), numbered("S", 8), numbered("R", 5))
                        .flatMap(all -> all)
                        .toList());
    }

    private static Stream<String> numbered(String letter, int last) {
        return IntStream.rangeClosed(1, last).mapToObj(number -> letter + number);
    }

    @Test
    void namesOnlyTestsThatExistAndSomeInEachRowThatIsNotForLater() throws Exception {
        for (Map.Entry<String, String> row : rows.entrySet()) {
            var named = NAMED_TEST.matcher(row.getValue());
            boolean any = false;
            while (named.find()) {
                any = true;
                String method = named.group(2);
                assertThat(tests(named.group(1)).map(Method::getName))
                        .as("tests of %s, which row %s names", named.group(1), row.getKey())
                        .contains(method);
            }
            assertThat(any || row.getValue().contains("later"))
                    .as("row %s names a test, or says that it comes later", row.getKey())
                    .isTrue();
        }
    }

    @Test
    void namesEachTestThatIsMarkedWithItsRow() throws Exception {
        for (String name : List.of(
                "PodmanConformanceIT",
                "PodmanPortsConformanceIT",
                "Slirp4netnsConformanceIT",
                "RootlessKitConformanceIT")) {
            for (Method test : tests(name).toList()) {
                Row marked = test.getAnnotation(Row.class);
                assertThat(marked).as("row of %s#%s", name, test.getName()).isNotNull();
                for (String number : marked.value()) {
                    assertThat(rows.get(number)).contains("`" + name + "#" + test.getName() + "`");
                }
            }
        }
    }

    private static Stream<Method> tests(String simpleName) throws IOException, ClassNotFoundException {
        List<Path> found;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            found = files.filter(file -> file.endsWith(simpleName + ".java")).toList();
        }
        assertThat(found).as("files of test class %s", simpleName).hasSize(1);
        String path = SOURCES.relativize(found.get(0)).toString();
        String name = path.substring(0, path.length() - ".java".length()).replace('/', '.');
        return Arrays.stream(Class.forName(name).getDeclaredMethods())
                .filter(method ->
                        method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class));
    }
}
