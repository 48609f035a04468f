package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PortReportTest {
    private static final PortEntry RANGE = Plans.tcp("range", "127.0.0.1", 8000, 80, 5);
    private static final List<PortForward> FORWARDS = RANGE.forwards(8000, InetAddresses.forString("10.0.2.100"));

    private static PortObservation report(Integer... missing) {
        Map<PortForward, Boolean> active = new HashMap<>();
        FORWARDS.forEach(forward -> active.put(forward, true));
        Map<ForwardId, Problem> problems = new HashMap<>();
        for (PortForward forward : FORWARDS) {
            if (List.of(missing).contains(forward.id().hostPort())) {
                active.remove(forward);
                problems.put(
                        forward.id(),
                        Problem.retried(Reason.PortConflict, forward.id().hostPort() + " is taken"));
            }
        }
        return PortReport.of(RANGE, FORWARDS, active, problems, null);
    }

    @Test
    void isActiveWhenEveryPortServes() {
        assertThat(report()).isEqualTo(new PortObservation(RANGE, 8000, PortObservation.State.ACTIVE, 5, true, null));
    }

    @Test
    void namesTheMissingPortsOfARange() {
        assertThat(report(8001, 8003, 8004).problem())
                .isEqualTo(Problem.retried(
                        Reason.PortConflict,
                        "host ports 8001, 8003-8004 are not open; the rest of the range serves: 8001 is taken"));
        assertThat(report(8002).problem().message())
                .isEqualTo("host port 8002 is not open; the rest of the range serves: 8002 is taken");
    }

    @Test
    void keepsTheSourceWhereEveryForwardThatServesDoes() {
        Map<PortForward, Boolean> active = new HashMap<>();
        FORWARDS.forEach(forward -> active.put(forward, forward.guestPort() != 81));
        assertThat(PortReport.of(RANGE, FORWARDS, active, Map.of(), null).keepsSource())
                .isFalse();
        active.remove(FORWARDS.get(1));
        assertThat(PortReport.of(RANGE, FORWARDS, active, Map.of(), null).keepsSource())
                .isTrue();
    }

    @Test
    void countsTheForwardsThatServe() {
        assertThat(report().active()).isEqualTo(5);
        assertThat(report(8001, 8003, 8004).active()).isEqualTo(2);
        assertThat(report(8000, 8001, 8002, 8003, 8004).active()).isZero();
    }

    @Test
    void saysNothingOfARestWhereAllPortsAreMissing() {
        assertThat(report(8000, 8001, 8002, 8003, 8004).problem().message())
                .isEqualTo("host ports 8000-8004 are not open: 8000 is taken");
    }

    @Test
    void tellsOfAForwardThatWasAcceptedButIsNotListed() {
        PortObservation report = PortReport.of(RANGE, FORWARDS, Map.of(), Map.of(), null);
        assertThat(report.problem().reason()).isEqualTo(Reason.PortFailed);
    }
}
