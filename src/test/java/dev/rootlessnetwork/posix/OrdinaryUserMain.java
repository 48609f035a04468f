package dev.rootlessnetwork.posix;

import dev.rootlessnetwork.posix.BindProbe.Transport;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Tries, as whoever runs it, what an ordinary user may and may not do, and prints a line on each. */
public final class OrdinaryUserMain {
    private OrdinaryUserMain() {}

    /** What is tried. */
    private interface Attempt {
        Object run() throws Exception;
    }

    /** Takes the PID of a target that belongs to the user. */
    public static void main(String[] arguments) throws IOException {
        PrintStream lines = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path namespaces = Path.of("/proc", arguments[0], "ns");
        try (Fd userns = Fd.openRead(namespaces.resolve("user"));
                Fd netns = Fd.openRead(namespaces.resolve("net"))) {
            Nsenter target = new Nsenter(userns, netns);
            lines.println("user " + User.effectiveId());
            say(lines, "mounts", () -> Namespaces.inPrivateMountNamespace(List.of(), () -> "entered"));
            say(lines, "netns", () -> Namespaces.inNetns(netns, () -> "entered"));
            say(
                    lines,
                    "port",
                    () -> BindProbe.probe(Transport.TCP, InetAddress.getLoopbackAddress(), 80)
                            .map(PosixException::getMessage)
                            .orElse("free"));
            say(lines, "signal", () -> {
                try (PidFd init = PidFd.open(1)) {
                    init.signal(Signal.TERM);
                    return "sent";
                }
            });
            say(lines, "create", () -> {
                target.ip(
                        List.of("tuntap add dev tap0 mode tap", "link set dev tap0 mtu 9000", "link set dev tap0 up"));
                return "done";
            });
            say(lines, "again", () -> {
                target.ip(List.of("link set dev tap0 mtu 8000", "tuntap add dev tap0 mode tap"));
                return "done";
            });
            say(
                    lines,
                    "shown",
                    () -> Files.readString(Path.of("/proc", arguments[0], "net/dev"))
                            .contains("tap0:"));
            if (arguments.length > 1) {
                say(lines, "delete", () -> {
                    target.deleteTap("tap0");
                    return "done";
                });
            }
        }
    }

    private static void say(PrintStream lines, String what, Attempt attempt) {
        try {
            lines.println(what + ": " + attempt.run());
        } catch (Exception e) {
            lines.println(what + ": " + e.getMessage().replaceAll("descriptor \\d+", "descriptor"));
        }
    }
}
