package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.relay.ForwardTraffic;
import dev.rootlessnetwork.relay.RelayClient;
import dev.rootlessnetwork.relay.RelayException;
import dev.rootlessnetwork.relay.RelayFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the forwards of a state directory have done, as the relays that serve them count it. */
public final class NodeTraffic {
    /** Where no relay runs. */
    public static final NodeTraffic NONE = new NodeTraffic(Map.of(), List.of(), List.of());

    private static final int MOST_PORTS = 65536;

    private final Map<String, Map<ForwardId, Traffic>> byNetwork;
    private final List<Integer> relays;
    private final List<String> problems;

    /** @param byNetwork by ID of the network; of forwards that were used */
    NodeTraffic(Map<String, Map<ForwardId, Traffic>> byNetwork, List<Integer> relays, List<String> problems) {
        this.byNetwork = Map.copyOf(byNetwork);
        this.relays = List.copyOf(relays);
        this.problems = List.copyOf(problems);
    }

    /** Where a relay should run, and none does. */
    static NodeTraffic missing(String problem) {
        return new NodeTraffic(Map.of(), List.of(), List.of(problem));
    }

    /**
     * Asks the relays of a state directory, whether an operator runs or not. They are not disturbed.
     *
     * @param within how long it may take, positive; relays that do not answer by then are left out
     */
    public static NodeTraffic read(StateDirectory state, Duration within) {
        return read(state.relays(), within);
    }

    /** @param directory where relays have their files; need not be there */
    static NodeTraffic read(Path directory, Duration within) {
        Map<String, Map<ForwardId, Traffic>> byNetwork = new HashMap<>();
        List<Integer> relays = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<RelayFiles> inCharge = NodeRelays.links(directory).stream()
                .map(link -> RelayFiles.current(directory, link))
                .flatMap(Optional::stream)
                .toList();
        for (RelayFiles files : inCharge) {
            try (RelayClient client = RelayClient.connect(files.controlSocket(), within.dividedBy(inCharge.size()))) {
                for (ForwardTraffic one : client.traffic()) {
                    byNetwork
                            .computeIfAbsent(one.network(), network -> new HashMap<>())
                            .put(one.id(), traffic(one));
                }
                relays.add(files.pid());
            } catch (RelayException e) {
                problems.add(e.getMessage());
            }
        }
        return new NodeTraffic(byNetwork, relays, problems);
    }

    private static Traffic traffic(ForwardTraffic one) {
        return new Traffic(one.open(), one.total(), one.received(), one.sent(), one.refused());
    }

    /** Processes that have answered. */
    public List<Integer> relays() {
        return relays;
    }

    /** Why some has not answered, a sentence for each. */
    public List<String> problems() {
        return problems;
    }

    /**
     * What an entry of an object's ports has done; {@link Traffic#NONE} where nobody has used it.
     *
     * @param first forward of the entry
     * @param range how many consecutive ports it has
     */
    public Traffic of(String uid, ForwardId first, int range) {
        Map<ForwardId, Traffic> used = byNetwork.getOrDefault(NetworkFiles.id(uid), Map.of());
        Traffic sum = Traffic.NONE;
        int end = used.isEmpty() ? first.hostPort() : Math.min(MOST_PORTS, first.hostPort() + range);
        for (int port = first.hostPort(); port < end; port++) {
            sum = sum.plus(used.getOrDefault(new ForwardId(first.protocol(), first.hostIp(), port), Traffic.NONE));
        }
        return sum;
    }
}
