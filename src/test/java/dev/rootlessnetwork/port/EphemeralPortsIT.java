package dev.rootlessnetwork.port;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.testing.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EphemeralPortsIT {
    private static final Path SYSCTL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    @Test
    void areThoseOfOurOwnNetworkNamespace() throws IOException {
        String before = CommandResult.run("cat", SYSCTL.toString()).orFail().stdout();
        try {
            Files.writeString(SYSCTL, "40000 41000\n");
            assertThat(EphemeralPorts.read()).isEqualTo(new HostPortRange(40000, 41000));
        } finally {
            Files.writeString(SYSCTL, before);
        }
    }
}
