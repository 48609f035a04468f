package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.HostPortRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports that the kernel gives to outgoing connections. */
public final class EphemeralPorts {
    private static final Logger LOG = LoggerFactory.getLogger(EphemeralPorts.class);
    private static final Path SYSCTL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    /** The kernel's default, ip-sysctl.rst. */
    public static final HostPortRange DEFAULT = new HostPortRange(32768, 60999);

    private EphemeralPorts() {}

    /** The range of our own network namespace; the kernel's default where it cannot be read. */
    public static HostPortRange read() {
        try {
            // Not Files.readString: it begins with a single byte, and a sysctl tells nothing more after the first read.
            return parse(Files.readAllLines(SYSCTL).get(0));
        } catch (IOException | RuntimeException e) {
            LOG.debug("Assuming the default ephemeral ports file={} error={}", SYSCTL, e.toString());
            return DEFAULT;
        }
    }

    /** @param sysctl the value of net.ipv4.ip_local_port_range: the first and the last port */
    public static HostPortRange parse(String sysctl) {
        String[] bounds = sysctl.strip().split("\\s+", -1);
        return new HostPortRange(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
    }
}
