package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.common.base.Splitter;
import dev.rootlessnetwork.chart.Chart;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What the chart's containers call the program with. */
class ChartArgumentsTest {
    private static List<String> arguments(JsonNode container) {
        return StreamSupport.stream(container.path("args").spliterator(), false)
                .map(argument -> argument.asText().replace("$(HOST_IP)", "192.0.2.1"))
                .toList();
    }

    private static CommandLine.ParseResult parse(List<String> arguments) {
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
                            assertThat(parse(arguments(container)).unmatched()).isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "readyTimeout       | 500ms 5s 1h30m 1m30s500ms 0h1s",
                "udpIdleTimeout     | 90s 1h 100ms",
                "closeGrace         | 0s 30s 2m",
                "relayDrain         | 0s 24h 999999999h",
                "networkMemoryLimit | 16777216 16384Ki 16Mi 256Mi 1Gi 2Ti",
                "hostPortRange      | 1-65535 20000-20000",
                "networkCmdOptions  | mtu=1500 cidr=10.1.0.0/24 enable_ipv6=true allow_host_loopback=true"
                        + " port_handler=slirp4netns outbound_addr=192.0.2.1"
            })
    void areTakenByTheProgramWhereTheChartTakesThem(String value, String texts) {
        for (String text : Splitter.on(' ').split(texts)) {
            assertThat(problem(arguments(agent(Chart.rendered(values(value, text))))))
                    .as("%s: %s", value, text)
                    .isEmpty();
        }
    }

    /** Each of these would be found out by agents that do not start, one by one. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "readyTimeout       | 0s 0h0m 5 -5s 1.5h 1d 1h30 9999999999s",
                "udpIdleTimeout     | 0s 90",
                "closeGrace         | 0 1w",
                "relayDrain         | 1day",
                "networkMemoryLimit | 0 0Mi 1 16777215 15Mi 256M 1.5Gi 256MiB 1e3 -1",
                "hostPortRange      | 0-10 20000-70000 30000-20000 20000 1-2-3",
                "networkCmdOptions  | colour=red mtu"
            })
    void areRefusedByTheChartWhereTheProgramRefusesThem(String value, String texts) {
        for (String text : Splitter.on(' ').split(texts)) {
            String flag = "--" + value.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT) + "=" + text;
            assertThat(problem(List.of("controller", "--cgroup=a", flag)))
                    .as(flag)
                    .isNotEmpty();
            assertThatThrownBy(() -> Chart.rendered(values(value, text)))
                    .as(flag)
                    .hasMessageContaining(value);
        }
    }

    private static JsonNode agent(Chart chart) {
        return chart.one("DaemonSet", "rootlessnetwork-agent").at("/spec/template/spec/containers/0");
    }

    /** What the program has against its arguments; empty if nothing. */
    private static String problem(List<String> arguments) {
        try {
            CommonFlags flags = parse(arguments).commandSpec().mixins().values().stream()
                    .map(CommandLine.Model.CommandSpec::userObject)
                    .filter(CommonFlags.class::isInstance)
                    .map(CommonFlags.class::cast)
                    .findFirst()
                    .orElseThrow();
            AgentConfig.of(flags, Map.of(), name -> true);
            return "";
        } catch (CommandLine.ParameterException | CommandFailure e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String values(String value, String text) {
        return "agent: {" + value + ": " + (value.endsWith("Options") ? "['" + text + "']" : "'" + text + "'") + "}";
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
        CommandLine.ParseResult agent = parse(arguments(agent(Chart.rendered(""))));
        OptionSpec option = agent.commandSpec().findOption(flag);
        assertThat(agent.hasMatchedOption(flag)).isTrue();
        String given = agent.matchedOption(flag).originalStringValues().get(0);
        assertThat(given).isEqualTo(flag.equals("--state-dir") ? "/run/rootlessnet" : option.defaultValue());
    }
}
