package dev.rootlessnetwork.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real process in a network namespace of its own, as a network's target. It does nothing and lives until it is killed or closed; its
 * namespace lives as long as it, or a server in it, does. The loopback interface in there is down, as the kernel makes it.
 */
public final class TargetProcess implements AutoCloseable {
    private static final String IDLE = "echo ready; exec sleep infinity";

    private final Process process;
    private final boolean ownUserNamespace;
    private final Deque<TargetServer> servers = new ArrayDeque<>();

    private TargetProcess(boolean ownUserNamespace, List<String> command) {
        this.ownUserNamespace = ownUserNamespace;
        this.process = Readiness.start(command);
    }

    /** A process in a new network namespace, that belongs to our own user namespace. */
    public static TargetProcess inNetworkNamespace() {
        return new TargetProcess(false, List.of("unshare", "--net", "sh", "-c", IDLE));
    }

    /** A process in a new user namespace, as its root, and in a new network namespace that belongs to it. */
    public static TargetProcess inUserAndNetworkNamespace() {
        return new TargetProcess(true, List.of("unshare", "--user", "--map-root-user", "--net", "sh", "-c", IDLE));
    }

    /** As {@link #inUserAndNetworkNamespace}, made by an ordinary user of the host with the given numeric ID. */
    public static TargetProcess ofOrdinaryUser(int userId) {
        return new TargetProcess(
                true,
                List.of(
                        "setpriv",
                        "--reuid=" + userId,
                        "--regid=" + userId,
                        "--clear-groups",
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "--net",
                        "sh",
                        "-c",
                        IDLE));
    }

    /** PID of the process itself, which is in the new namespaces already. */
    public int pid() {
        return Math.toIntExact(process.pid());
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Runs a command to its end in the target's namespaces, as root of them. */
    public CommandResult run(String... command) {
        return CommandResult.run(inside(List.of(command)));
    }

    /** The command line that runs a command in the target's namespaces, as root of them. */
    public List<String> inside(List<String> command) {
        List<String> line = new ArrayList<>(List.of("nsenter", "--target", Integer.toString(pid()), "--net"));
        if (ownUserNamespace) {
            line.add("--user");
        }
        line.add("--");
        line.addAll(command);
        return line;
    }

    /** Answers every HTTP GET in the target with 200 and this body. It listens when this returns, until the target is closed. */
    public TargetServer serveHttp(String address, int port, String body) {
        return serve("http", address, port, body);
    }

    /** Sends back what comes over each TCP connection in the target, in as many connections at a time as come. */
    public TargetServer serveTcpEcho(String address, int port) {
        return serve("tcp", address, port);
    }

    /** Sends back each UDP datagram to where it came from. */
    public TargetServer serveUdpEcho(String address, int port) {
        return serve("udp", address, port);
    }

    /** Answers each TCP connection, after its first bytes, with the address that the target sees the client by. */
    public TargetServer serveTcpPeer(String address, int port) {
        return serve("tcp-peer", address, port);
    }

    /** Answers each UDP datagram with the address that the target sees the client by. */
    public TargetServer serveUdpPeer(String address, int port) {
        return serve("udp-peer", address, port);
    }

    /** The same, with the client's port behind a colon. */
    public TargetServer serveUdpSource(String address, int port) {
        return serve("udp-source", address, port);
    }

    private TargetServer serve(String kind, String address, int port, String... more) {
        List<String> command = Stream.concat(
                        Stream.of("python3", "-u", TargetServer.script(), kind, address, Integer.toString(port)),
                        Stream.of(more))
                .toList();
        var server = new TargetServer(Readiness.start(inside(command)));
        servers.push(server);
        return server;
    }

    /** Kills the process with SIGKILL and waits until it is gone. Its servers, if any, keep the namespace alive. */
    public void kill() {
        Readiness.kill(process);
    }

    /** Kills the servers, then the process, and waits until they are gone. */
    @Override
    public void close() {
        while (!servers.isEmpty()) {
            servers.pop().close();
        }
        kill();
    }

    /** The process's network namespace as the kernel names it, {@code net:[4026532177]}. */
    public String netns() {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Integer.toString(pid()), "ns/net"))
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
