package dev.rootlessnetwork.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The integration tests run on a private host: see src/test/private-host. */
class HostNamespacesIT {
    @Test
    void seesOnlyTheProcessesOfThisTestRun() throws IOException {
        assertThat(Files.readString(Path.of("/proc/1/cmdline"))).contains("src/test/private-host/init");
        assertThat(ProcessHandle.allProcesses().count()).isLessThan(20);
    }

    @Test
    void hasALoopbackInterfaceThatIsUpAndNoOther() throws SocketException {
        assertThat(NetworkInterface.networkInterfaces().map(NetworkInterface::getName))
                .containsExactly("lo");
        assertThat(NetworkInterface.getByName("lo").isUp()).isTrue();
        assertThat(Path.of("/sys/class/net/lo")).exists();
    }

    @Test
    void mayLookIntoTheNamespacesOfProcessOne() throws IOException {
        assertThat(Files.readSymbolicLink(Path.of("/proc/1/ns/net")))
                .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    }

    @Test
    void startsWithoutRunTimeStateOfTheHost() {
        assertThat(Path.of("/run/netns")).isEmptyDirectory();
        assertThat(Path.of("/run/rootlessnet")).doesNotExist();
    }

    @Test
    void hasSlirp4netnsOnItsPath() {
        assertThat(CommandResult.run("slirp4netns", "--version").orFail().stdout())
                .startsWith("slirp4netns version ");
    }
}
