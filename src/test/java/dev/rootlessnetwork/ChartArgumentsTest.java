package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rootlessnetwork.chart.Chart;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the chart's containers call the program with. */
class ChartArgumentsTest {
    private static CommandLine.ParseResult parse(JsonNode container) {
        List<String> arguments = StreamSupport.stream(container.path("args").spliterator(), false)
                .map(argument -> argument.asText().replace("$(HOST_IP)", "192.0.2.1"))
                .toList();
        Console console = new Console(
                Map.of(), new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), System.err);
        return Main.commandLine(console, arguments.get(0))
                .parseArgs(arguments.toArray(String[]::new))
                .subcommand();
    }

    /** A pod whose program refuses its flags is only seen when it is installed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "drain: true",
                "podMonitor: {enabled: true}",
                "agent: {networkCmdOptions: [mtu=9000, cidr=10.1.0.0/24], networkMemoryLimit: 256Mi}",
                "cgroup: ''"
            })
    void areFlagsOfTheProgram(String values) {
        Chart chart = Chart.rendered(values);
        for (String list : List.of("containers", "initContainers")) {
            JsonNode pod = chart.one("DaemonSet", "rootlessnetwork-agent").at("/spec/template/spec");
            pod.path(list)
                    .forEach(container ->
                            assertThat(parse(container).unmatched()).isEmpty());
        }
    }

    /** Where the chart's value says nothing else, the agent in a pod is the same as on one machine. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--state-dir",
                "--health-address",
                "--metrics-address",
                "--host-port-range",
                "--ready-timeout",
                "--udp-idle-timeout",
                "--close-grace",
                "--relay-drain",
                "--log-level",
                "--log-format"
            })
    void areTheProgramsOwnDefaults(String flag) {
        CommandLine.ParseResult agent = parse(
                Chart.rendered("").one("DaemonSet", "rootlessnetwork-agent").at("/spec/template/spec/containers/0"));
        OptionSpec option = agent.commandSpec().findOption(flag);
        assertThat(agent.hasMatchedOption(flag)).isTrue();
        String given = agent.matchedOption(flag).originalStringValues().get(0);
        assertThat(given).isEqualTo(flag.equals("--state-dir") ? "/run/rootlessnet" : option.defaultValue());
    }
}
