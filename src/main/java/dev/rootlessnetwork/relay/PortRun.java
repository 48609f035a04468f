package dev.rootlessnetwork.relay;

import com.google.common.net.InetAddresses;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.network.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Forwards of consecutive ports, as they go over the wire: a range of thousands is one of these.
 *
 * @param hostIp where they listen
 * @param hostPort the first
 * @param count at least 1
 * @param guestIp where they lead
 * @param guestPort the first
 */
record PortRun(Protocol protocol, String hostIp, int hostPort, int count, String guestIp, int guestPort) {
    private static final Comparator<PortForward> ORDER = Comparator.comparing(
                    (PortForward forward) -> forward.id().protocol())
            .thenComparing(forward -> text(forward.id()))
            .thenComparing(forward -> forward.id().hostPort());

    private static String text(ForwardId id) {
        return InetAddresses.toAddrString(id.hostIp());
    }

    /** In order, whatever the order of the forwards. */
    static List<PortRun> of(Collection<PortForward> forwards) {
        List<PortForward> sorted = new ArrayList<>(forwards);
        sorted.sort(ORDER);
        List<PortRun> runs = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size() || !follows(sorted.get(i), sorted.get(i - 1))) {
                runs.add(of(sorted.get(start), i - start));
                start = i;
            }
        }
        return runs;
    }

    private static boolean follows(PortForward forward, PortForward before) {
        return forward.id().protocol() == before.id().protocol()
                && forward.id().hostIp().equals(before.id().hostIp())
                && forward.id().hostPort() == before.id().hostPort() + 1
                && forward.guestIp().equals(before.guestIp())
                && forward.guestPort() == before.guestPort() + 1;
    }

    private static PortRun of(PortForward first, int count) {
        return new PortRun(
                first.id().protocol(),
                text(first.id()),
                first.id().hostPort(),
                count,
                InetAddresses.toAddrString(first.guestIp()),
                first.guestPort());
    }

    /** Each by itself. */
    List<PortForward> forwards() {
        List<PortForward> forwards = new ArrayList<>(count);
        var host = InetAddresses.forString(hostIp);
        var guest = InetAddresses.forString(guestIp);
        for (int i = 0; i < count; i++) {
            forwards.add(new PortForward(new ForwardId(protocol, host, hostPort + i), guest, guestPort + i));
        }
        return forwards;
    }

    /** All that runs stand for. */
    static List<PortForward> forwards(List<PortRun> runs) {
        return runs.stream().flatMap(run -> run.forwards().stream()).toList();
    }
}
