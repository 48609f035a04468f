package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the pages that lead elsewhere, or that list what the code has. */
class DocumentationTest {
    private static final Path DOCUMENTS = Path.of("docs");
    private static final Path DECISIONS = DOCUMENTS.resolve("decisions");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)[^)]*\\)");
    /** Not the rows of the alerts. */
    private static final Pattern REASON_ROW =
            Pattern.compile("^\\| `(?!RootlessNetwork)([A-Z]\\w+)` \\| .* \\| .* \\|$");

    private static final Pattern FILE = Pattern.compile("(?<![\\w./])(?:examples|src/scripts)/[\\w./-]*\\w");

    /** What is no trouble, and what this version never gives. */
    private static final Set<Reason> NO_TROUBLE = EnumSet.of(
            Reason.NetworkReady, Reason.SlirpRunning, Reason.PortsActive, Reason.Starting, Reason.PortNotAllowed);

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
        try (Stream<Path> found = Files.walk(DOCUMENTS)) {
            found.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        return pages;
    }

    private static List<String> links(Path page) throws IOException {
        return LINK.matcher(Files.readString(page))
                .results()
                .map(match -> match.group(1))
                .filter(link -> !link.contains("://"))
                .toList();
    }

    @Test
    void linksOnlyToWhatIsThere() throws IOException {
        for (Path page : pages()) {
            for (String link : links(page)) {
                assertThat(page.resolveSibling(link)).as("link in %s", page).exists();
            }
        }
    }

    @Test
    void listsEachDecision() throws IOException {
        try (Stream<Path> files = Files.list(DECISIONS)) {
            List<String> decisions = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("README.md"))
                    .toList();
            assertThat(links(DECISIONS.resolve("README.md"))).containsExactlyInAnyOrderElementsOf(decisions);
        }
    }

    /** Commands are run in the directory of the project. */
    @Test
    void namesOnlyFilesThatAreThere() throws IOException {
        for (Path page : pages()) {
            Matcher named = FILE.matcher(Files.readString(page));
            while (named.find()) {
                assertThat(Path.of(named.group())).as("file in %s", page).exists();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"standalone.md, Drained", "operations.md,"})
    void saysOfEachReasonWhatToDo(String guide, @Nullable Reason neverThere) throws IOException {
        List<String> rows = Files.readAllLines(DOCUMENTS.resolve(guide)).stream()
                .flatMap(line -> REASON_ROW.matcher(line).results())
                .map(row -> row.group(1))
                .toList();
        Set<String> troubles = EnumSet.complementOf(EnumSet.copyOf(NO_TROUBLE)).stream()
                .filter(reason -> reason != neverThere)
                .map(Reason::name)
                .collect(Collectors.toSet());
        assertThat(rows).containsExactlyInAnyOrderElementsOf(troubles);
    }
}
