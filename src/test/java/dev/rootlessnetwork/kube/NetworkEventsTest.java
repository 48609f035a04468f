package dev.rootlessnetwork.kube;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.api.RootlessNetworkStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.PortStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.SlirpStatus;
import dev.rootlessnetwork.api.RootlessNetworkStatus.TargetStatus;
import dev.rootlessnetwork.kube.NetworkEvent.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NetworkEventsTest {
    private static final TargetStatus TARGET = new TargetStatus("n", 42, 1L, "boot", "net:[1]");

    private static RootlessNetworkStatus status(@Nullable Integer slirp, int restarts, PortStatus... ports) {
        return new RootlessNetworkStatus(
                1L,
                List.of(),
                new SlirpStatus(slirp, "1.2.0", null, restarts, true, true),
                null,
                null,
                TARGET,
                List.of(ports));
    }

    private static PortStatus port(String name, String state, String reason, String message) {
        return new PortStatus(name, "TCP", "0.0.0.0", 8080, 80, 1, state, reason, message, null);
    }

    private static PortStatus active(String name) {
        return port(name, "Active", "", "");
    }

    private static List<NetworkEvent> between(@Nullable RootlessNetworkStatus before, RootlessNetworkStatus after) {
        return NetworkEvents.between(before, after, null);
    }

    @Test
    void tellsOfTheFirstStart() {
        assertThat(between(null, status(911, 0, active("http"))))
                .containsExactly(
                        new NetworkEvent(Reason.Started, "", "slirp4netns runs as process 911 for process 42"));
    }

    @Test
    void tellsNothingWhereNothingChanged() {
        assertThat(between(status(911, 0, active("http")), status(911, 0, active("http"))))
                .isEmpty();
        assertThat(between(null, status(null, 0))).isEmpty();
    }

    @Test
    void tellsOfADeathAndOfWhatCameAfterIt() {
        assertThat(NetworkEvents.between(status(911, 0), status(912, 1), "slirp4netns (PID 911) was killed by SIGKILL"))
                .containsExactly(
                        new NetworkEvent(Reason.Exited, "", "slirp4netns (PID 911) was killed by SIGKILL"),
                        new NetworkEvent(Reason.Restarted, "", "slirp4netns runs as process 912 for process 42"));
    }

    @Test
    void tellsOfARestartAfterADeathThatWasToldOfBefore() {
        assertThat(between(status(null, 1), status(913, 1)))
                .extracting(NetworkEvent::reason)
                .containsExactly(Reason.Restarted);
    }

    @Test
    void namesTheNamespaceOfATargetWithoutAProcess() {
        RootlessNetworkStatus after = new RootlessNetworkStatus(
                1L,
                List.of(),
                new SlirpStatus(911, "1.2.0", null, 0, true, true),
                null,
                null,
                new TargetStatus("n", null, null, null, "net:[1]"),
                List.of());
        assertThat(between(null, after))
                .extracting(NetworkEvent::note)
                .containsExactly("slirp4netns runs as process 911 for namespace net:[1]");
    }

    @Test
    void tellsOnceOfAPortThatFailsForOneReason() {
        PortStatus failed = port("http", "Failed", "PortConflict", "it is taken");
        PortStatus failedInOtherWords = port("http", "Failed", "PortConflict", "it is taken still");
        assertThat(between(status(911, 0, active("http")), status(911, 0, failed)))
                .containsExactly(new NetworkEvent(Reason.PortFailed, "http", "port http: it is taken"));
        assertThat(between(status(911, 0, failed), status(911, 0, failedInOtherWords)))
                .isEmpty();
        assertThat(between(
                        status(911, 0, failed), status(911, 0, port("http", "Failed", "PortPermission", "no right"))))
                .containsExactly(new NetworkEvent(Reason.PortFailed, "http", "port http: no right"));
    }

    @Test
    void tellsOfAPortThatIsActiveAgainButNotOfOneThatIsNew() {
        PortStatus failed = port("http", "Failed", "PortConflict", "it is taken");
        PortStatus pending = port("http", "Pending", "SlirpExited", "it died");
        assertThat(between(status(911, 0, failed), status(911, 0, active("http"), active("new"))))
                .containsExactly(new NetworkEvent(Reason.PortRecovered, "http", "port http is active on 0.0.0.0:8080"));
        assertThat(between(status(911, 0, pending), status(911, 0, active("http"))))
                .isEmpty();
    }

    @Test
    void warnsOfWhatIsBadAlone() {
        assertThat(Reason.values())
                .extracting(reason -> reason + " " + reason.type())
                .containsExactly(
                        "Started Normal",
                        "Exited Warning",
                        "Restarted Normal",
                        "PortFailed Warning",
                        "PortRecovered Normal");
    }
}
