package dev.rootlessnetwork.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is wanted. Fields are as written: nothing is checked and no default is applied. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonPropertyOrder({"nodeName", "target", "options", "ports"})
public record RootlessNetworkSpec(
        @JsonPropertyDescription("Node whose agent acts; required in a cluster, ignored without one.") @Nullable
        String nodeName,

        @JsonPropertyDescription("Whose network namespace gets the network: exactly one of its fields.") @Nullable
        TargetSpec target,

        @JsonPropertyDescription("Options of slirp4netns; unset means the agent's default, then Podman's.") @Nullable
        OptionsSpec options,

        @JsonPropertyDescription("Ports led from the host into the target, by name; at most 1000 entries.") @Nullable
        List<PortSpec> ports) {
    public RootlessNetworkSpec {
        ports = ports == null ? null : List.copyOf(ports);
    }

    /** Exactly one field is set. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"pid", "pidFile", "netnsPath"})
    public record TargetSpec(
            @JsonPropertyDescription("ID of a process on the node, 1-4194304; bound once.") @Nullable
            Integer pid,

            @JsonPropertyDescription(
                    "Absolute path of a file on the node that holds a process ID; followed when it changes or the process is replaced.")
            @Nullable
            String pidFile,

            @JsonPropertyDescription(
                    "Absolute path on the node that a network namespace is mounted on, such as /run/netns/web.")
            @Nullable
            String netnsPath) {}

    /** Options of the network; each may be unset. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "cidr",
        "mtu",
        "enableIPv6",
        "allowHostLoopback",
        "portHandler",
        "outboundAddr",
        "outboundAddr6",
        "disableDNS",
        "macAddress",
        "interfaceName"
    })
    public record OptionsSpec(
            @JsonPropertyDescription("IPv4 network that slirp4netns emulates, prefix length 1-25; default 10.0.2.0/24.")
            @Nullable
            String cidr,

            @JsonPropertyDescription("MTU of the interface in bytes, 68-65521, at least 1280 with IPv6; default 65520.")
            @Nullable
            Integer mtu,

            @JsonPropertyDescription("Whether the target gets IPv6, in fd00::/64; default false.") @Nullable
            Boolean enableIPv6,

            @JsonPropertyDescription("Whether the gateway's address leads to the host's 127.0.0.1; default false.")
            @Nullable
            Boolean allowHostLoopback,

            @JsonPropertyDescription("Who moves the bytes of forwarded ports: rootlesskit (default) or slirp4netns.")
            @Nullable
            String portHandler,

            @JsonPropertyDescription("Source of outgoing TCP connections: an IPv4 address or an interface of the host.")
            @Nullable
            String outboundAddr,

            @JsonPropertyDescription("The same for IPv6; requires enableIPv6.") @Nullable
            String outboundAddr6,

            @JsonPropertyDescription("Whether the built-in DNS resolver is off; default false.") @Nullable
            Boolean disableDNS,

            @JsonPropertyDescription("MAC address of the interface, such as 52:54:00:12:34:56; default random.")
            @Nullable
            String macAddress,

            @JsonPropertyDescription("Name of the interface in the target, 1-15 bytes; default tap0.") @Nullable
            String interfaceName) {}

    /** A run of consecutive ports. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"name", "protocol", "hostIP", "hostPort", "containerPort", "containerIP", "range"})
    public record PortSpec(
            @JsonPropertyDescription("Key of the entry: a DNS label, unique in the object.") @Nullable
            String name,

            @JsonPropertyDescription("TCP (default) or UDP.") @Nullable
            String protocol,

            @JsonPropertyDescription(
                    "Address that listens on the host; default 0.0.0.0; IPv6 with port handler rootlesskit.")
            @Nullable
            String hostIP,

            @JsonPropertyDescription(
                    "First port on the host, 1-65535; omitted: a free one is chosen, kept, and told in the status.")
            @Nullable
            Integer hostPort,

            @JsonPropertyDescription("First port in the target, 1-65535.") @Nullable
            Integer containerPort,

            @JsonPropertyDescription("Address in the target; default the guest address.") @Nullable
            String containerIP,

            @JsonPropertyDescription("How many consecutive ports, default 1.") @Nullable
            Integer range) {}
}
