package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.PortHandlerKind;
import dev.rootlessnetwork.network.Protocol;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.port.ServingForward;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepPlannerTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Target TARGET = new Target.Pid(42);
    private static final TargetBinding BINDING = new TargetBinding("", 42, 7, "boot", "net:[1]");
    private static final TargetBinding ANOTHER = new TargetBinding("", 43, 8, "boot", "net:[2]");
    private static final NetworkPlan PLAN = Plans.run("web", TARGET).plan();

    private static PortForward forward(int hostPort, int guestPort) {
        ForwardId id = new ForwardId(Protocol.TCP, InetAddresses.forString("0.0.0.0"), hostPort);
        return new PortForward(id, InetAddresses.forString("10.0.2.100"), guestPort);
    }

    private static ServingForward slirp(PortForward forward) {
        return new ServingForward(forward, PortHandlerKind.SLIRP4NETNS, true);
    }

    private static ServingForward relay(PortForward forward) {
        return new ServingForward(forward, PortHandlerKind.ROOTLESSKIT, true);
    }

    private static Observed running(ServingForward... forwards) {
        return new Observed(
                BINDING,
                new Observed.Running(TARGET, Plans.options(1500), BINDING, true, List.of(forwards)),
                false,
                Instant.MIN);
    }

    private static Observed stopped(TargetBinding available, boolean leftoverTap, Instant startNotBefore) {
        return new Observed(available, null, leftoverTap, startNotBefore);
    }

    private static List<Step> plan(Observed observed, PortForward... wanted) {
        return StepPlanner.plan(PLAN, List.of(wanted), observed, NOW);
    }

    @Test
    void startsWhereTheTargetIsThereAndNothingRuns() {
        assertThat(plan(stopped(BINDING, false, Instant.MIN))).containsExactly(new Step.StartSlirp());
    }

    @Test
    void removesALeftoverTapBeforeTheStart() {
        assertThat(plan(stopped(BINDING, true, Instant.MIN)))
                .containsExactly(new Step.RemoveTap(), new Step.StartSlirp());
    }

    @Test
    void removesALeftoverTapAlsoWhenTheTargetIsGone() {
        assertThat(plan(stopped(null, true, Instant.MIN))).containsExactly(new Step.RemoveTap());
    }

    @Test
    void waitsForTheBackoff() {
        assertThat(plan(stopped(BINDING, false, NOW.plusMillis(1)))).isEmpty();
        assertThat(plan(stopped(BINDING, false, NOW))).containsExactly(new Step.StartSlirp());
    }

    @Test
    void doesNothingWithoutATarget() {
        assertThat(plan(stopped(null, false, Instant.MIN))).isEmpty();
    }

    @Test
    void doesNothingWhereAllIsAsWanted() {
        assertThat(plan(running(slirp(forward(80, 80))), forward(80, 80))).isEmpty();
    }

    @Test
    void touchesOnlyTheForwardsThatDiffer() {
        List<Step> steps =
                plan(running(slirp(forward(80, 80)), slirp(forward(81, 80))), forward(80, 80), forward(82, 80));
        assertThat(steps)
                .containsExactly(new Step.CloseForward(slirp(forward(81, 80))), new Step.OpenForward(forward(82, 80)));
    }

    @Test
    void reopensAForwardThatLeadsToAnotherPort() {
        assertThat(plan(running(slirp(forward(80, 80))), forward(80, 8080)))
                .containsExactly(
                        new Step.CloseForward(slirp(forward(80, 80))), new Step.OpenForward(forward(80, 8080)));
    }

    @Test
    void leadsAForwardOfTheRelayElsewhereWithoutClosingIt() {
        NetworkPlan byRelay = Plans.run("web", TARGET, Plans.relayed()).plan();
        assertThat(StepPlanner.plan(byRelay, List.of(forward(80, 8080)), running(relay(forward(80, 80))), NOW))
                .containsExactly(new Step.OpenForward(forward(80, 8080)));
    }

    @Test
    void movesForwardsToAnotherPortHandler() {
        assertThat(plan(running(relay(forward(80, 80))), forward(80, 80)))
                .containsExactly(new Step.CloseForward(relay(forward(80, 80))), new Step.OpenForward(forward(80, 80)));
    }

    @Test
    void stopsWhenTheTargetIsGone() {
        Observed gone = new Observed(null, running().running(), false, Instant.MIN);
        assertThat(plan(gone)).containsExactly(new Step.StopSlirp(StopReason.TARGET_GONE));
    }

    @Test
    void stopsWhenAnotherProcessTookTheTargetsPlace() {
        Observed replaced = new Observed(ANOTHER, running().running(), false, Instant.MIN);
        assertThat(plan(replaced)).containsExactly(new Step.StopSlirp(StopReason.TARGET_REPLACED));
    }

    @Test
    void stopsForAnotherTargetAndForOtherOptions() {
        NetworkPlan moved = Plans.run("web", new Target.Pid(43)).plan();
        assertThat(StepPlanner.plan(moved, List.of(), running(), NOW))
                .containsExactly(new Step.StopSlirp(StopReason.TARGET_CHANGED));
        NetworkPlan wider = Plans.run("web", TARGET, Plans.options(9000)).plan();
        assertThat(StepPlanner.plan(wider, List.of(), running(), NOW))
                .containsExactly(new Step.StopSlirp(StopReason.OPTIONS_CHANGED));
    }

    @Test
    void stopsWhatCannotBeControlledAnyMore() {
        Observed deaf = new Observed(
                BINDING,
                new Observed.Running(TARGET, Plans.options(1500), BINDING, false, List.of()),
                false,
                Instant.MIN);
        assertThat(plan(deaf)).containsExactly(new Step.StopSlirp(StopReason.API_SOCKET_MISSING));
    }

    @Test
    void keepsSlirp4netnsForAnotherPortHandler() {
        assertThat(StepPlanner.needsRestart(Plans.options(1500), Plans.relayed()))
                .isFalse();
        assertThat(StepPlanner.needsRestart(Plans.options(1500), Plans.options(1501)))
                .isTrue();
    }
}
