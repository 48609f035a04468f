package dev.rootlessnetwork.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was observed last. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"observedGeneration", "conditions", "slirp4netns", "network", "portsActive", "target", "ports"})
public record RootlessNetworkStatus(
        @JsonPropertyDescription("Generation of the spec that this status is about.") @Nullable
        Long observedGeneration,

        @JsonPropertyDescription("Ready, SlirpReady, PortsReady always; Reconciling and Stalled only while true.")
        List<StatusCondition> conditions,

        @JsonPropertyDescription("The running slirp4netns, and how often it died.") @Nullable
        SlirpStatus slirp4netns,

        @JsonPropertyDescription("The network as the target sees it.") @Nullable
        NetworkStatus network,

        @JsonPropertyDescription("Active entries of all, such as 1/1.") @Nullable
        String portsActive,

        @JsonPropertyDescription("What the target is bound to.") @Nullable
        TargetStatus target,

        @JsonPropertyDescription("One entry for each of spec.ports, in its order.")
        List<PortStatus> ports) {
    public RootlessNetworkStatus {
        conditions = conditions == null ? List.of() : List.copyOf(conditions);
        ports = ports == null ? List.of() : List.copyOf(ports);
    }

    /** The condition of a type, null if there is none. */
    @Nullable
    StatusCondition condition(String type) {
        return conditions.stream()
                .filter(condition -> condition.type().equals(type))
                .findFirst()
                .orElse(null);
    }

    /** A condition as Kubernetes's API conventions define it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"type", "status", "reason", "message", "lastTransitionTime", "observedGeneration"})
    public record StatusCondition(
            @JsonPropertyDescription("Ready, SlirpReady, PortsReady, Reconciling or Stalled.")
            String type,

            @JsonPropertyDescription("True or False; Unknown while no agent has seen the object.")
            String status,

            @JsonPropertyDescription("One word for why.") String reason,

            @JsonPropertyDescription("What happened, to what, and what to do about it.")
            String message,

            @JsonPropertyDescription("When status changed last, RFC 3339.")
            String lastTransitionTime,

            @JsonPropertyDescription("Generation of the spec that it is about.") @Nullable
            Long observedGeneration) {}

    /** Of the process; all but restarts are absent while none runs. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"pid", "version", "startedAt", "restarts", "sandbox", "seccomp"})
    public record SlirpStatus(
            @JsonPropertyDescription("Process ID on the node.") @Nullable
            Integer pid,

            @JsonPropertyDescription("As slirp4netns tells it.") @Nullable
            String version,

            @JsonPropertyDescription("When it was started, RFC 3339.") @Nullable
            String startedAt,

            @JsonPropertyDescription("How often it died.") int restarts,

            @JsonPropertyDescription("Whether it runs in its sandbox.") @Nullable
            Boolean sandbox,

            @JsonPropertyDescription("Whether its seccomp filter is on.") @Nullable
            Boolean seccomp) {}

    /** Of the interface in the target. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"interface", "mtu", "address", "gateway", "dns", "address6", "gateway6", "dns6"})
    public record NetworkStatus(
            @JsonProperty("interface") @JsonPropertyDescription("Name of the interface.")
            String interfaceName,

            @JsonPropertyDescription("In bytes.") int mtu,
            @JsonPropertyDescription("With prefix length.") String address,

            @JsonPropertyDescription("Where the default route leads.")
            String gateway,

            @JsonPropertyDescription("Built-in resolver; absent where it does not answer.") @Nullable
            String dns,

            @JsonPropertyDescription("With prefix length; absent without IPv6.") @Nullable
            String address6,

            @JsonPropertyDescription("Where the IPv6 default route leads.") @Nullable
            String gateway6,

            @JsonPropertyDescription("Built-in resolver over IPv6; absent where it does not answer.") @Nullable
            String dns6) {}

    /** Of the process or namespace that is bound. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({"nodeName", "pid", "startTime", "bootID", "netns"})
    public record TargetStatus(
            @JsonPropertyDescription("Node that it is on.") @Nullable
            String nodeName,

            @JsonPropertyDescription("Process ID; absent for a namespace bound by path.") @Nullable
            Integer pid,

            @JsonPropertyDescription("When the process started, in clock ticks since boot.") @Nullable
            Long startTime,

            @JsonPropertyDescription("Names the boot that PID and start time belong to.") @Nullable
            String bootID,

            @JsonPropertyDescription("The network namespace, such as net:[4026532177].") @Nullable
            String netns) {}

    /** Of one entry of the ports. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @JsonPropertyOrder({
        "name",
        "protocol",
        "hostIP",
        "hostPort",
        "containerPort",
        "range",
        "state",
        "reason",
        "message",
        "sourceIP"
    })
    public record PortStatus(
            @JsonPropertyDescription("As in the spec.") @Nullable
            String name,

            @JsonPropertyDescription("TCP or UDP.") String protocol,

            @JsonPropertyDescription("Address that listens on the host.")
            String hostIP,

            @JsonPropertyDescription("First port on the host; absent while none could be chosen.") @Nullable
            Integer hostPort,

            @JsonPropertyDescription("First port in the target.") @Nullable
            Integer containerPort,

            @JsonPropertyDescription("How many consecutive ports.")
            int range,

            @JsonPropertyDescription("Active, Pending or Failed.")
            String state,

            @JsonPropertyDescription("Why it is not active; empty if it is.")
            String reason,

            @JsonPropertyDescription("What happened, to what, and what to do about it; empty if it is active.")
            String message,

            @JsonPropertyDescription(
                    "Preserved: a client of another host is seen by its own address; else Replaced. Absent where it is not known.")
            @Nullable
            String sourceIP) {}
}
