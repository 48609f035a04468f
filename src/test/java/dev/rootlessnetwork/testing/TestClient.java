package dev.rootlessnetwork.testing;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client of the servers in a target: on this host, or on another one. */
public final class TestClient {
    private final @Nullable TargetProcess host;

    private TestClient(@Nullable TargetProcess host) {
        this.host = host;
    }

    /** On this host. */
    public static TestClient here() {
        return new TestClient(null);
    }

    /** In a network namespace that stands for another host. */
    public static TestClient on(TargetProcess host) {
        return new TestClient(host);
    }

    /** Sends random bytes and expects them back: then {@code "same"}. */
    public String echo(String protocol, String address, int port, int size) {
        return run(protocol, address, Integer.toString(port), "echo", Integer.toString(size));
    }

    /** What a server answers that tells the client's address. */
    public String peer(String protocol, String address, int port) {
        return run(protocol, address, Integer.toString(port), "peer");
    }

    /** Whether a UDP server answers one datagram within a second. */
    public boolean getsUdpAnswer(String address, int port) {
        return run("udp", address, Integer.toString(port), "answer").equals("answered");
    }

    /** Whether a TCP connection is refused. */
    public boolean refuses(String address, int port) {
        return run("tcp", address, Integer.toString(port), "refused").equals("refused");
    }

    private String run(String... arguments) {
        List<String> command = new ArrayList<>(List.of("python3", script()));
        command.addAll(List.of(arguments));
        return CommandResult.run(host == null ? command : host.inside(command))
                .orFail()
                .stdout()
                .strip();
    }

    private static String script() {
        URL script = Objects.requireNonNull(TestClient.class.getResource("client.py"));
        try {
            return Path.of(script.toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
