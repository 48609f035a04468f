package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortEntry;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells of each port entry what became of its single forwards. */
final class PortReport {
    private PortReport() {}

    /**
     * @param forwards of the entry; empty if no host port could be chosen
     * @param active every forward that serves now, with whether servers see the addresses of clients there
     * @param problems why forwards do not serve
     * @param entryProblem why the entry as a whole is not served; null: see its forwards
     */
    static PortObservation of(
            PortEntry entry,
            List<PortForward> forwards,
            Map<PortForward, Boolean> active,
            Map<ForwardId, Problem> problems,
            @Nullable Problem entryProblem) {
        Integer hostPort = forwards.isEmpty()
                ? entry.hostPort()
                : (Integer) forwards.get(0).id().hostPort();
        if (entryProblem != null) {
            return new PortObservation(entry, hostPort, PortObservation.State.FAILED, entryProblem);
        }
        List<Integer> missing = new ArrayList<>();
        Problem first = null;
        Boolean keepsSource = null;
        for (PortForward forward : forwards) {
            Problem problem = problems.get(forward.id());
            Boolean keeps = active.get(forward);
            if (problem != null || keeps == null) {
                missing.add(forward.id().hostPort());
                first = first == null ? problem : first;
            } else {
                keepsSource = keeps && !Boolean.FALSE.equals(keepsSource);
            }
        }
        if (missing.isEmpty()) {
            return new PortObservation(
                    entry, hostPort, PortObservation.State.ACTIVE, forwards.size(), keepsSource, null);
        }
        if (first == null) {
            first = Problem.retried(Reason.PortFailed, "the port handler accepted the forward, but does not list it");
        }
        return new PortObservation(
                entry,
                hostPort,
                PortObservation.State.FAILED,
                forwards.size() - missing.size(),
                keepsSource,
                partly(entry, missing, first));
    }

    private static Problem partly(PortEntry entry, List<Integer> missing, Problem first) {
        if (entry.range() == 1) {
            return first;
        }
        String rest = missing.size() == entry.range() ? "" : "; the rest of the range serves";
        String which = (missing.size() == 1 ? "host port " : "host ports ") + runs(missing);
        String verb = missing.size() == 1 ? " is" : " are";
        return new Problem(first.reason(), first.stalled(), which + verb + " not open" + rest + ": " + first.message());
    }

    /** Ascending numbers as {@code 80, 82-84}. */
    static String runs(List<Integer> numbers) {
        List<String> runs = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= numbers.size(); i++) {
            if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
                int first = numbers.get(start);
                int last = numbers.get(i - 1);
                runs.add(first == last ? String.valueOf(first) : first + "-" + last);
                start = i;
            }
        }
        return String.join(", ", runs);
    }
}
