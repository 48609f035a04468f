package dev.rootlessnetwork.testing;

import java.util.stream.Stream;

/**
 * Another host: a network namespace joined to this one by a cable. This host is 198.51.100.1 and 198.51.100.2 there, the
 * other 198.51.100.9; by IPv6, 2001:db8:1::1, ::2 and ::9.
 */
public final class OtherHost implements AutoCloseable {
    public static final String HERE = "198.51.100.1";
    public static final String HERE_TOO = "198.51.100.2";
    public static final String THERE = "198.51.100.9";
    public static final String HERE6 = "2001:db8:1::1";
    public static final String HERE6_TOO = "2001:db8:1::2";
    public static final String THERE6 = "2001:db8:1::9";

    /** The interface of this host's end. */
    public static final String CABLE = "cable0";

    private final TargetProcess host = TargetProcess.inNetworkNamespace();

    public OtherHost() {
        try {
            here("link", "add", CABLE, "type", "veth", "peer", "name", "cable1", "netns", Integer.toString(host.pid()));
            here("link", "set", CABLE, "up");
            here("address", "add", HERE + "/24", "dev", CABLE);
            here("address", "add", HERE_TOO + "/24", "dev", CABLE);
            here("-6", "address", "add", HERE6 + "/64", "dev", CABLE, "nodad");
            here("-6", "address", "add", HERE6_TOO + "/64", "dev", CABLE, "nodad");
            there("link", "set", "lo", "up");
            there("link", "set", "cable1", "up");
            there("address", "add", THERE + "/24", "dev", "cable1");
            there("-6", "address", "add", THERE6 + "/64", "dev", "cable1", "nodad");
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    private static void here(String... arguments) {
        CommandResult.run(ip(arguments)).orFail();
    }

    private void there(String... arguments) {
        host.run(ip(arguments)).orFail();
    }

    private static String[] ip(String... arguments) {
        return Stream.concat(Stream.of("ip"), Stream.of(arguments)).toArray(String[]::new);
    }

    /** The process that the other host's servers and clients run beside. */
    public TargetProcess host() {
        return host;
    }

    @Override
    public void close() {
        CommandResult.run("ip", "link", "delete", CABLE);
        host.close();
    }
}
