package dev.rootlessnetwork.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.api.RootlessNetworkSpec.PortSpec;
import dev.rootlessnetwork.api.RootlessNetworkStatus.NetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.SlirpStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.StatusCondition;
import dev.rootlessnetwork.api.RootlessNetworkStatus.TargetStatus;
import dev.rootlessnetwork.launch.GuestNetwork;
import dev.rootlessnetwork.launch.Observation;
import dev.rootlessnetwork.launch.PortObservation;
import dev.rootlessnetwork.launch.RunningSlirp;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkOptions;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusMapperTest {
    static final Instant NOW = Instant.parse("2026-03-04T05:06:07.890Z");
    private static final String NOW_TEXT = "2026-03-04T05:06:07Z";
    private static final String EARLIER = "2026-01-01T00:00:00Z";

    private static final NetworkIdentity IDENTITY = new NetworkIdentity(new NetworkKey("demo", "web"), "u", 3);
    private static final RunningSlirp SLIRP =
            new RunningSlirp(911, "1.2.0", Instant.parse("2026-01-02T03:04:05.999Z"), true, true);
    private static final GuestNetwork GUEST =
            new GuestNetwork("tap0", 65520, "10.0.2.100/24", "10.0.2.2", "10.0.2.3", null, null, null);
    private static final TargetBinding BINDING = new TargetBinding("n1", 4242, 123456, "boot", "net:[4026532177]");

    static final Problem INVALID = Problem.stalled(Reason.InvalidSpec, "spec.options.mtu: invalid mtu \"5\"");
    static final Problem EXITED = Problem.retried(Reason.SlirpExited, "slirp4netns died");
    static final Problem IN_USE = Problem.stalled(Reason.TargetInUse, "held by demo/other");
    static final Problem CONFLICT = Problem.retried(Reason.PortConflict, "TCP 0.0.0.0:80 is taken");
    static final Problem NOT_ALLOWED = Problem.stalled(Reason.PortNotAllowed, "not yours");

    private static PortEntry entry(String name) {
        return new PortEntry(name, Protocol.TCP, InetAddresses.forString("0.0.0.0"), 8080, 80, null, 1);
    }

    static PortObservation active(String name) {
        return new PortObservation(entry(name), 8080, PortObservation.State.ACTIVE, null);
    }

    static PortObservation failed(String name, Problem problem) {
        return new PortObservation(entry(name), 8080, PortObservation.State.FAILED, problem);
    }

    static PortObservation pending(String name, Problem problem) {
        return new PortObservation(entry(name), 8080, PortObservation.State.PENDING, problem);
    }

    private static NetworkPlan plan(PortHandlerKind handler, List<PortObservation> ports) {
        return new NetworkPlan(
                IDENTITY,
                "demo/web",
                "n1",
                new Target.Pid(4242),
                new NetworkOptions(null, 65520, false, false, handler, null, null, false, null, "tap0"),
                ports.stream().map(PortObservation::entry).toList());
    }

    static Observation up(@Nullable Problem refusal, PortObservation... ports) {
        return new Observation(
                IDENTITY,
                refusal,
                plan(PortHandlerKind.SLIRP4NETNS, List.of(ports)),
                BINDING,
                SLIRP,
                null,
                GUEST,
                List.of(ports),
                2,
                null);
    }

    static Observation down(@Nullable Problem refusal, Problem problem, int restarts, PortObservation... ports) {
        return new Observation(
                IDENTITY,
                refusal,
                plan(PortHandlerKind.SLIRP4NETNS, List.of(ports)),
                null,
                null,
                problem,
                null,
                List.of(ports),
                restarts,
                null);
    }

    static Observation neverAccepted() {
        return new Observation(IDENTITY, INVALID, null, null, null, null, null, List.of(), 0, null);
    }

    private static RootlessNetworkStatus map(Observation observation) {
        return StatusMapper.map(observation, null, null, NOW);
    }

    /** Conditions as {@code type=status reason: message}. */
    private static List<String> conditions(RootlessNetworkStatus status) {
        return status.conditions().stream()
                .map(c -> c.type() + "=" + c.status() + " " + c.reason() + ": " + c.message())
                .toList();
    }

    @Test
    void tellsOfARunningNetwork() {
        RootlessNetworkStatus status = map(up(null, active("http")));
        assertThat(status.observedGeneration()).isEqualTo(3);
        assertThat(status.slirp4netns())
                .isEqualTo(new SlirpStatus(911, "1.2.0", "2026-01-02T03:04:05Z", 2, true, true));
        assertThat(status.network())
                .isEqualTo(new NetworkStatus("tap0", 65520, "10.0.2.100/24", "10.0.2.2", "10.0.2.3", null, null, null));
        assertThat(status.target()).isEqualTo(new TargetStatus("n1", 4242, 123456L, "boot", "net:[4026532177]"));
        assertThat(status.portsActive()).isEqualTo("1/1");
        assertThat(status.ports())
                .containsExactly(new PortStatus("http", "TCP", "0.0.0.0", 8080, 80, 1, "Active", "", "", "Preserved"));
        assertThat(status.conditions())
                .containsExactly(
                        new StatusCondition(
                                "Ready",
                                "True",
                                "NetworkReady",
                                "the network is up, and its port is active",
                                NOW_TEXT,
                                3L),
                        new StatusCondition(
                                "SlirpReady",
                                "True",
                                "SlirpRunning",
                                "slirp4netns 1.2.0 runs as process 911",
                                NOW_TEXT,
                                3L),
                        new StatusCondition("PortsReady", "True", "PortsActive", "the port is active", NOW_TEXT, 3L));
    }

    @Test
    void isWrittenWithoutWhatIsAbsent() throws JsonProcessingException {
        Observation observation = new Observation(
                IDENTITY,
                null,
                plan(PortHandlerKind.SLIRP4NETNS, List.of()),
                new TargetBinding("", null, 0, "boot", "net:[1]"),
                SLIRP,
                null,
                GUEST,
                List.of(),
                0,
                null);
        RootlessNetworkStatus status = map(observation);
        JsonMapper json = JsonMapper.builder().build();
        assertThat(json.writeValueAsString(status.target())).isEqualTo("{\"bootID\":\"boot\",\"netns\":\"net:[1]\"}");
        assertThat(json.writeValueAsString(status.network()))
                .isEqualTo(
                        "{\"interface\":\"tap0\",\"mtu\":65520,\"address\":\"10.0.2.100/24\",\"gateway\":\"10.0.2.2\","
                                + "\"dns\":\"10.0.2.3\"}");
        assertThat(json.readValue(json.writeValueAsString(status), RootlessNetworkStatus.class))
                .isEqualTo(status);
    }

    @Test
    void isReadyWithoutPorts() {
        RootlessNetworkStatus status = map(up(null));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=True NetworkReady: the network is up",
                        "SlirpReady=True SlirpRunning: slirp4netns 1.2.0 runs as process 911",
                        "PortsReady=True PortsActive: no ports are wanted");
        assertThat(status.portsActive()).isEqualTo("0/0");
    }

    @Test
    void isReconcilingWhileSlirp4netnsIsDownAndRetried() {
        RootlessNetworkStatus status = map(down(null, EXITED, 1, pending("http", EXITED)));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False SlirpExited: slirp4netns died",
                        "SlirpReady=False SlirpExited: slirp4netns died",
                        "PortsReady=False SlirpExited: slirp4netns died",
                        "Reconciling=True SlirpExited: slirp4netns died");
        assertThat(status.slirp4netns()).isEqualTo(new SlirpStatus(null, null, null, 1, null, null));
        assertThat(status.network()).isNull();
        assertThat(status.target()).isNull();
        assertThat(status.portsActive()).isEqualTo("0/1");
        assertThat(status.ports())
                .containsExactly(new PortStatus(
                        "http",
                        "TCP",
                        "0.0.0.0",
                        8080,
                        80,
                        1,
                        "Pending",
                        "SlirpExited",
                        "slirp4netns died",
                        "Preserved"));
    }

    @Test
    void hasItsPortsReadyWithoutPortsEvenWhenSlirp4netnsIsDown() {
        RootlessNetworkStatus status = map(down(null, IN_USE, 0));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False TargetInUse: held by demo/other",
                        "SlirpReady=False TargetInUse: held by demo/other",
                        "PortsReady=True PortsActive: no ports are wanted",
                        "Stalled=True TargetInUse: held by demo/other");
        assertThat(status.slirp4netns()).isNull();
    }

    @Test
    void tellsOfTheFirstFailedPort() {
        RootlessNetworkStatus status = map(up(null, active("a"), failed("b", CONFLICT), failed("c", CONFLICT)));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False PortConflict: port b: TCP 0.0.0.0:80 is taken",
                        "SlirpReady=True SlirpRunning: slirp4netns 1.2.0 runs as process 911",
                        "PortsReady=False PortConflict: port b: TCP 0.0.0.0:80 is taken",
                        "Reconciling=True PortConflict: port b: TCP 0.0.0.0:80 is taken");
        assertThat(status.portsActive()).isEqualTo("1/3");
        assertThat(status.ports()).map(PortStatus::state).containsExactly("Active", "Failed", "Failed");
        assertThat(status.ports().get(1).message()).isEqualTo("TCP 0.0.0.0:80 is taken");
    }

    @Test
    void isStalledRatherThanReconciling() {
        RootlessNetworkStatus status = map(up(null, failed("a", CONFLICT), failed("b", NOT_ALLOWED)));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False PortNotAllowed: port b: not yours",
                        "SlirpReady=True SlirpRunning: slirp4netns 1.2.0 runs as process 911",
                        "PortsReady=False PortConflict: port a: TCP 0.0.0.0:80 is taken",
                        "Stalled=True PortNotAllowed: port b: not yours");
    }

    @Test
    void goesOnTellingWhatRunsAfterARefusedEdit() {
        RootlessNetworkStatus status = map(up(INVALID, active("http")));
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False InvalidSpec: spec.options.mtu: invalid mtu \"5\"",
                        "SlirpReady=True SlirpRunning: slirp4netns 1.2.0 runs as process 911",
                        "PortsReady=True PortsActive: the port is active",
                        "Stalled=True InvalidSpec: spec.options.mtu: invalid mtu \"5\"");
        assertThat(status.ports()).map(PortStatus::state).containsExactly("Active");
        assertThat(status.observedGeneration()).isEqualTo(3);
        assertThat(status.conditions()).allMatch(condition -> condition.observedGeneration() == 3);
    }

    @Test
    void putsARefusedEditBeforeWhatKeepsTheOldSpecFromRunning() {
        assertThat(conditions(map(down(INVALID, EXITED, 1, pending("http", EXITED)))))
                .containsExactly(
                        "Ready=False InvalidSpec: spec.options.mtu: invalid mtu \"5\"",
                        "SlirpReady=False SlirpExited: slirp4netns died",
                        "PortsReady=False SlirpExited: slirp4netns died",
                        "Stalled=True InvalidSpec: spec.options.mtu: invalid mtu \"5\"");
    }

    @Test
    void tellsOfAnObjectOfWhichNothingWasEverAccepted() {
        RootlessNetworkSpec spec = new RootlessNetworkSpec(
                null, null, null, List.of(new PortSpec("http", null, null, null, 80, null, null)));
        RootlessNetworkStatus status = StatusMapper.map(neverAccepted(), spec, null, NOW);
        assertThat(conditions(status))
                .containsExactly(
                        "Ready=False InvalidSpec: spec.options.mtu: invalid mtu \"5\"",
                        "SlirpReady=False InvalidSpec: spec.options.mtu: invalid mtu \"5\"",
                        "PortsReady=False InvalidSpec: spec.options.mtu: invalid mtu \"5\"",
                        "Stalled=True InvalidSpec: spec.options.mtu: invalid mtu \"5\"");
        assertThat(status.portsActive()).isEqualTo("0/1");
        assertThat(status.ports())
                .containsExactly(new PortStatus(
                        "http",
                        "TCP",
                        "0.0.0.0",
                        null,
                        80,
                        1,
                        "Pending",
                        "InvalidSpec",
                        "spec.options.mtu: invalid mtu \"5\"",
                        null));
    }

    @Test
    void keepsTheTimeOfTransitionWhileTheStatusIsTheSame() {
        RootlessNetworkStatus before =
                StatusMapper.map(down(null, EXITED, 1, pending("http", EXITED)), null, null, Instant.parse(EARLIER));
        RootlessNetworkStatus after = StatusMapper.map(up(null, failed("http", CONFLICT)), null, before, NOW);
        assertThat(after.conditions())
                .map(condition -> condition.type() + " " + condition.lastTransitionTime())
                .containsExactly(
                        "Ready " + EARLIER,
                        "SlirpReady " + NOW_TEXT,
                        "PortsReady " + EARLIER,
                        "Reconciling " + EARLIER);
        RootlessNetworkStatus healthy = StatusMapper.map(up(null, active("http")), null, after, NOW);
        assertThat(healthy.conditions())
                .map(StatusCondition::type)
                .containsExactly("Ready", "SlirpReady", "PortsReady");
        assertThat(healthy.conditions())
                .map(StatusCondition::lastTransitionTime)
                .containsOnly(NOW_TEXT);
    }

    @ParameterizedTest(name = "{0} on {1}: {2}")
    @CsvSource(
            nullValues = "unknown",
            value = {
                "SLIRP4NETNS, 0.0.0.0, Preserved",
                "SLIRP4NETNS, 192.0.2.1, Preserved",
                "SLIRP4NETNS, 127.0.0.1, Replaced",
                "SLIRP4NETNS, 127.9.9.9, Replaced",
                "ROOTLESSKIT, ::1, Replaced",
                "ROOTLESSKIT, ::, unknown",
            })
    void tellsWhetherClientsAreSeenByTheirOwnAddress(PortHandlerKind handler, String hostIp, String sourceIp) {
        PortObservation port = new PortObservation(
                new PortEntry("http", Protocol.TCP, InetAddresses.forString(hostIp), 8080, 80, null, 1),
                8080,
                PortObservation.State.ACTIVE,
                null);
        Observation observation = new Observation(
                IDENTITY, null, plan(handler, List.of(port)), BINDING, SLIRP, null, GUEST, List.of(port), 0, null);
        assertThat(map(observation).ports().get(0).sourceIP()).isEqualTo(sourceIp);
    }
}
