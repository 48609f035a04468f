package dev.rootlessnetwork;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Usage of the agent's command that is refused before anything is touched. */
class ControllerCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();

    private String refused(String... arguments) {
        err.reset();
        Console console = new Console(
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        String[] line = new String[arguments.length + 1];
        line[0] = "controller";
        System.arraycopy(arguments, 0, line, 1, arguments.length);
        assertThat(Main.execute(console, line)).isEqualTo(2);
        assertThat(out.size()).isZero();
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void wantsTheNameOfTheNode() {
        String missing = "rootlessnet controller: the name of the node is missing: give --node-name, or set NODE_NAME"
                + " (downward API: spec.nodeName)\n";
        assertThat(refused()).isEqualTo(missing);
        assertThat(refused("--node-name=")).isEqualTo(missing);
        environment.put("NODE_NAME", "");
        assertThat(refused()).isEqualTo(missing);
    }

    @Test
    void takesTheNameOfTheNodeFromEitherVariable() {
        String unreadable = "rootlessnet controller: --kubeconfig: cannot read /nowhere/agent.conf\n";
        for (String variable : new String[] {"NODE_NAME", "ROOTLESSNET_NODE_NAME"}) {
            environment.clear();
            environment.put(variable, "node-1");
            assertThat(refused("--kubeconfig=/nowhere/agent.conf")).as(variable).isEqualTo(unreadable);
        }
    }

    @Test
    void refusesAnUnreadableKubeconfig() {
        assertThat(refused("--node-name=n", "--kubeconfig=/nowhere/agent.conf"))
                .isEqualTo("rootlessnet controller: --kubeconfig: cannot read /nowhere/agent.conf\n");
    }

    @Test
    void refusesAnAddressThatIsNone() {
        for (String flag : new String[] {"--health-address", "--metrics-address"}) {
            for (String address : new String[] {"9470", "127.0.0.1", ":9470", "127.0.0.1:99999", "127.0.0.1:x", ""}) {
                assertThat(refused("--node-name=n", flag + "=" + address))
                        .as(flag + "=" + address)
                        .isEqualTo("rootlessnet controller: Invalid value for option '" + flag + "': '" + address
                                + "' is not a host and a port, such as 127.0.0.1:9470 or [::1]:9470\n"
                                + "Try 'rootlessnet controller --help'.\n");
            }
        }
    }

    @Test
    void takesAddressesOfEitherFamilyInBrackets() {
        assertThat(ControllerFlags.address("[192.0.2.1]:9470")).isEqualTo(new InetSocketAddress("192.0.2.1", 9470));
        assertThat(ControllerFlags.address("[2001:db8::1]:9470")).isEqualTo(new InetSocketAddress("2001:db8::1", 9470));
    }

    @Test
    void refusesFlagsAndVariablesThatItDoesNotKnow() {
        assertThat(refused("--node-name=n", "--kubeconf=x")).isEqualTo("""
                rootlessnet controller: Unknown option: '--kubeconf=x'
                Possible solutions: --kubeconfig
                Try 'rootlessnet controller --help'.
                """);
        environment.put("ROOTLESSNET_NODENAME", "n");
        assertThat(refused("--node-name=n"))
                .isEqualTo("rootlessnet controller: unknown environment variable ROOTLESSNET_NODENAME; did you mean"
                        + " ROOTLESSNET_NODE_NAME?\n");
    }

    @Test
    void takesNoManifests() {
        assertThat(refused("--node-name=n", "web.yaml"))
                .startsWith("rootlessnet controller: Unmatched argument at index 2: 'web.yaml'\n");
    }
}
