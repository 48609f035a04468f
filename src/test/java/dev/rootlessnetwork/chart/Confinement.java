package dev.rootlessnetwork.chart;

import dev.rootlessnetwork.testing.TestClient;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** What the chart lets a container do, put on a command as a runtime of containers does it: first the filter, then the capabilities. */
final class Confinement {
    private Confinement() {}

    /** A command line that runs another one under the chart's profile, with these capabilities and no others. */
    static List<String> of(List<String> capabilities, List<String> command) {
        return of(Chart.file("seccomp.json"), capabilities, command);
    }

    /** The same under another profile. */
    static List<String> of(Path profile, List<String> capabilities, List<String> command) {
        return Stream.of(under(profile), bounds(capabilities), command)
                .flatMap(List::stream)
                .toList();
    }

    /** The same, with all capabilities. */
    static List<String> ofCallsAlone(List<String> command) {
        return Stream.of(under(Chart.file("seccomp.json")), command)
                .flatMap(List::stream)
                .toList();
    }

    /** A command line that runs the rest of it with these capabilities and no others. */
    static List<String> bounds(List<String> capabilities) {
        StringBuilder bounds = new StringBuilder("-all");
        capabilities.forEach(each -> bounds.append(",+").append(each.toLowerCase(Locale.ROOT)));
        return List.of("setpriv", "--bounding-set=" + bounds, "--inh-caps=-all", "--");
    }

    private static List<String> under(Path profile) {
        return List.of("python3", script(), profile.toAbsolutePath().toString());
    }

    private static String script() {
        try {
            return Path.of(Objects.requireNonNull(TestClient.class.getResource("seccomp.py"))
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
