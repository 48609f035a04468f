package dev.rootlessnetwork.slirp;

import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.slirp.SlirpFeatures.Flag;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line of slirp4netns, in the order in which Podman gives it.
 *
 * @param options of the network
 * @param configure whether it is to make and configure the tap; else it attaches to one that is there
 * @param sandbox whether it is to confine itself
 * @param outboundAddress6 source of outgoing IPv6 connections as an address, since slirp4netns cannot find an interface's
 * @param exitFd descriptor whose hang-up ends it; null: none
 * @param readyFd descriptor that gets "1" when it is ready
 * @param netnsPath path of the target's network namespace
 * @param usernsPath path of the user namespace to enter first; null: none
 * @param pid of the target, for versions that take nothing else and where a user namespace is entered; null: none
 */
record SlirpCommand(
        NetworkOptions options,
        boolean configure,
        boolean sandbox,
        @Nullable String outboundAddress6,
        @Nullable Integer exitFd,
        int readyFd,
        String apiSocket,
        String netnsPath,
        @Nullable String usernsPath,
        @Nullable Integer pid) {
    /** What slirp4netns takes where it has no --mtu. */
    private static final int DEFAULT_MTU = 1500;

    /**
     * The arguments, beginning with the program's path.
     *
     * @throws UnsupportedOptionException if the binary lacks a flag that is needed
     */
    List<String> arguments(SlirpBinary binary) throws UnsupportedOptionException {
        SlirpOptionSupport.check(binary, options);
        List<String> arguments = new ArrayList<>();
        arguments.add(binary.path().toString());
        if (!options.allowHostLoopback()) {
            arguments.add(Flag.DISABLE_HOST_LOOPBACK.text());
        }
        if (binary.features().has(Flag.MTU)) {
            arguments.add(Flag.MTU.text() + "=" + options.mtu());
        }
        if (sandbox) {
            arguments.add(Flag.ENABLE_SANDBOX.text());
        }
        arguments.add(Flag.ENABLE_SECCOMP.text());
        if (options.cidr() != null) {
            arguments.add(Flag.CIDR.text() + "=" + options.cidr());
        }
        if (options.enableIpv6()) {
            arguments.add(Flag.ENABLE_IPV6.text());
        }
        if (options.outboundAddr() != null) {
            arguments.add(Flag.OUTBOUND_ADDR.text() + "=" + options.outboundAddr());
        }
        if (outboundAddress6 != null) {
            arguments.add("--outbound-addr6=" + outboundAddress6);
        }
        if (options.disableDns()) {
            arguments.add(Flag.DISABLE_DNS.text());
        }
        if (configure && options.macAddress() != null) {
            arguments.add(Flag.MACADDRESS.text() + "=" + options.macAddress()); // refused without -c
        }
        if (configure) {
            arguments.add("-c");
        }
        if (exitFd != null) {
            arguments.addAll(List.of("-e", exitFd.toString()));
        }
        arguments.addAll(List.of("-r", Integer.toString(readyFd), Flag.API_SOCKET.text(), apiSocket));
        addTarget(arguments, binary);
        arguments.add(options.interfaceName());
        return arguments;
    }

    private void addTarget(List<String> arguments, SlirpBinary binary) throws UnsupportedOptionException {
        // Who is not root confines slirp4netns by joining the target's user namespace. It does so only where it
        // is told a PID; with --userns-path it stays outside, and its sandbox fails (1.2.0: "setegid(0)").
        boolean joinsUserNamespace = usernsPath != null && pid != null;
        if (binary.features().has(Flag.NETNS_TYPE) && !joinsUserNamespace) {
            arguments.add(Flag.NETNS_TYPE.text() + "=path");
            if (usernsPath != null) {
                arguments.add("--userns-path=" + usernsPath);
            }
            arguments.add(netnsPath);
        } else if (pid != null) {
            arguments.add(pid.toString());
        } else {
            throw SlirpOptionSupport.unsupported(
                    binary, Flag.NETNS_TYPE, "target.netnsPath not supported", "name the target by pid");
        }
    }

    /** Whether a version without --mtu would do the same. */
    static boolean isDefaultMtu(int mtu) {
        return mtu == DEFAULT_MTU;
    }
}
