package dev.rootlessnetwork.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.Placement;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A relay process with targets that have the addresses of guests, but no slirp4netns, which it does not need. */
final class RelayFixture implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(20);
    static final String GUEST = "10.0.2.100";
    static final String GUEST6 = "fd00::100";
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final Deque<TargetProcess> targets = new ArrayDeque<>();
    private final PidFd process;
    private final RelayClient client;

    /** Starts a relay, and waits until it is ready. */
    RelayFixture(Path relays, String... flags) throws IOException {
        this(relays, RelayProgram.command(), flags);
    }

    private RelayFixture(Path relays, List<String> command, String... flags) throws IOException {
        process = RelayStarter.start(
                new RelayLaunch(command, List.of(flags), relays, "current", null, Placement.NONE, null));
        client = RelayClient.connect(files(relays).controlSocket());
    }

    /** Starts one that may have so many descriptors. */
    static RelayFixture withDescriptors(Path relays, int count) throws IOException {
        List<String> command = new ArrayList<>(List.of("/usr/bin/prlimit", "--nofile=" + count, "--"));
        command.addAll(RelayProgram.command());
        return new RelayFixture(relays, command);
    }

    RelayFiles files(Path relays) {
        return new RelayFiles(relays.resolve(Integer.toString(pid())));
    }

    int pid() {
        return process.pid();
    }

    RelayClient client() {
        return client;
    }

    /** Waits until the relay has ended by itself. */
    boolean ends() {
        return process.awaitExit(DEADLINE);
    }

    /** A target that a network's ports lead into. */
    TargetProcess attach(String network) throws IOException {
        TargetProcess target = TargetProcess.inNetworkNamespace();
        targets.push(target);
        target.run("ip", "link", "set", "lo", "up").orFail();
        target.run("ip", "address", "add", GUEST + "/24", "dev", "lo").orFail();
        target.run("ip", "-6", "address", "add", GUEST6 + "/64", "dev", "lo", "nodad")
                .orFail();
        attach(network, target);
        return target;
    }

    private void attach(String network, TargetProcess target) throws IOException {
        try (Fd netns = Fd.openRead(Path.of("/proc", Integer.toString(target.pid()), "ns/net"));
                PidFd targetProcess = PidFd.open(target.pid())) {
            client.attach(new RelayTarget(
                    network,
                    network,
                    netns,
                    targetProcess.fd(),
                    InetAddresses.forString(GUEST),
                    InetAddresses.forString(GUEST6),
                    "tap0"));
        }
    }

    /** Opens ports of all addresses, each leading to a port of the guest's. */
    void open(String network, int firstHostPort, int firstGuestPort, int count) throws IOException {
        open(network, "::", firstHostPort, firstGuestPort, count);
    }

    void open(String network, String hostIp, int firstHostPort, int firstGuestPort, int count) throws IOException {
        assertThat(client.change(network, List.of(), forwards(hostIp, firstHostPort, firstGuestPort, count)))
                .isEmpty();
    }

    void close(String network, int hostPort) throws IOException {
        client.change(network, forwards("::", hostPort, 1, 1), List.of());
    }

    private static List<PortForward> forwards(String hostIp, int firstHostPort, int firstGuestPort, int count) {
        List<PortForward> forwards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ForwardId id = new ForwardId(Protocol.TCP, InetAddresses.forString(hostIp), firstHostPort + i);
            forwards.add(new PortForward(id, InetAddresses.forString(GUEST), firstGuestPort + i));
        }
        return forwards;
    }

    /** How much memory of the relay is resident. */
    long residentMiB() throws IOException {
        Matcher resident = RESIDENT.matcher(Files.readString(Path.of("/proc", Integer.toString(pid()), "status")));
        assertThat(resident.find()).isTrue();
        return Long.parseLong(resident.group(1)) / 1024;
    }

    @Override
    public void close() throws IOException {
        client.close();
        process.end(Duration.ofSeconds(2));
        Children.reap(process.pid());
        process.close();
        targets.forEach(TargetProcess::close);
    }
}
