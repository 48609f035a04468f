package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.port.HostPortClaims;
import dev.rootlessnetwork.port.HostPortProbe;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Tap;
import dev.rootlessnetwork.posix.User;
import dev.rootlessnetwork.slirp.SlirpLocator;
import dev.rootlessnetwork.slirp.SlirpStarter;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The launcher core: makes networks as they are asked for, and watches over them. Knows no source of objects.
 *
 * <p>Networks outlive it. What an earlier launcher of the same state directory left is adopted at once.
 */
public final class Launcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Launcher.class);

    /** Ample for a relay that is well, and short for those who wait. */
    private static final Duration TRAFFIC_DEADLINE = Duration.ofSeconds(1);

    private final LauncherContext context;
    private final List<NetworkIdentity> recovered = new ArrayList<>();
    private final Map<String, Network> networks = new ConcurrentHashMap<>();

    private Launcher(LauncherContext context) {
        this.context = context;
    }

    /** Opens a launcher that nobody listens to; see the other method. */
    public static Launcher open(LauncherConfig config, StateDirectory state, Consumer<String> changed)
            throws IOException {
        return open(config, state, LauncherListener.NONE, changed);
    }

    /**
     * Opens a launcher on a state directory that this process has locked, and adopts what lives there.
     *
     * @param changed called with a UID when its network should be converged again: a process ended, a port or a namespace
     *     became free, a target may have come. By any thread, also before this method returns; must neither
     *     block nor take a lock that is held while the launcher is called
     * @throws IOException if the state directory cannot be read, or descriptors have run out
     */
    public static Launcher open(
            LauncherConfig config, StateDirectory state, LauncherListener listener, Consumer<String> changed)
            throws IOException {
        List<NetworkRecord> records = new ArrayList<>();
        for (NetworkFiles files : state.list()) {
            state.readRecord(files).ifPresent(records::add);
        }
        Set<Integer> recorded = new HashSet<>();
        for (NetworkRecord record : records) {
            if (record.process() != null) {
                recorded.add(record.process().pid());
            }
        }
        boolean root = User.effectiveId() == 0;
        warnOfMissingTun();
        Supervisor supervisor = Supervisor.start();
        HostRoot hostRoot = HostRoot.open(config.source(), config.inPod());
        HostPortClaims claims = new HostPortClaims();
        NodeCgroups cgroups = new NodeCgroups(config.cgroup(), config.inPod());
        HostPortProbe probe = new HostPortProbe(config.nameOwners());
        Launcher launcher = new Launcher(new LauncherContext(
                config,
                root,
                Clock.systemUTC(),
                state,
                supervisor,
                hostRoot,
                new PathWatch(hostRoot, supervisor, changed),
                Orphans.find(state, recorded),
                new TargetResolver(root, hostRoot),
                new NetnsClaims(),
                claims,
                probe,
                new NodeRelays(config.relay(), state.relays(), cgroups, supervisor, Clock.systemUTC(), changed),
                cgroups,
                new SlirpLocator(),
                new SlirpStarter(),
                listener,
                changed));
        records.sort(Comparator.comparing(record -> record.plan().precedence()));
        records.forEach(launcher::adopt);
        return launcher;
    }

    /** Said early, since each object's status will say it, too, once somebody asks for a network. */
    private static void warnOfMissingTun() {
        try {
            Tap.checkDevice();
        } catch (PosixException e) {
            LOG.warn("No network can be started error=\"{}\"", e.getMessage());
        }
    }

    private void adopt(NetworkRecord record) {
        NetworkIdentity identity = record.plan().identity();
        if (record.source() == context.config().source()) {
            recovered.add(identity);
        }
        network(identity.uid()).adopt(record);
    }

    /**
     * Networks of our kind of source that an earlier launcher left. Those that no object claims are to be stopped once all
     * objects are known.
     */
    public List<NetworkIdentity> recovered() {
        return List.copyOf(recovered);
    }

    /** Ends processes that no record tells of and no object has claimed. For when all objects were converged once. */
    public void stopOrphans() {
        context.orphans().endAll().forEach(left -> LOG.warn("Cannot stop what no object claims error={}", left));
        Set<String> known = networks.keySet().stream().map(NetworkFiles::id).collect(Collectors.toSet());
        context.relays().keepOnly(known);
        context.cgroups().keepOnly(known);
    }

    /**
     * Tells of a batch of objects before they are converged, so that the one of smallest precedence gets a port or namespace
     * that nobody holds, whatever the order of the calls that follow.
     */
    public void announce(Collection<NetworkRequest.Run> requests) {
        requests.stream()
                .sorted(Comparator.comparing(request -> request.plan().precedence()))
                .forEach(request -> network(request.identity().uid()).announce(request));
    }

    /**
     * Makes a request true as far as possible now, and tells what is. Blocks for one start of slirp4netns and some calls of
     * it at most; calls for one object follow one another, others run at the same time. Call it again when the spec
     * changes, when {@code changed} is called, and after the observation's {@code retryAfter}.
     */
    public Observation converge(NetworkRequest request) {
        String uid = request.identity().uid();
        while (true) {
            Network network = network(uid);
            Optional<Observation> observation = network.converge(request);
            if (observation.isPresent()) {
                return observation.get();
            }
            networks.remove(uid, network);
        }
    }

    /**
     * Makes true once more what an object was last known to want, while the object itself cannot be had: of a network that an
     * earlier launcher left. Blocks like {@link #converge}.
     *
     * @return empty if there is no such network
     */
    public Optional<Observation> repair(String uid) {
        Network network = networks.get(uid);
        return network == null ? Optional.empty() : network.repair();
    }

    /** What the forwards have done, as their relay counts it now. Blocks for a second at most, and never for a network's sake. */
    public NodeTraffic traffic() {
        return context.relays().traffic(TRAFFIC_DEADLINE);
    }

    /** Memory in bytes of each network's slirp4netns, by UID; of those alone that have a cgroup of their own. */
    public Map<String, Long> memory() {
        Map<String, Long> memory = new HashMap<>();
        for (String uid : networks.keySet()) {
            context.cgroups().memory(context.state().files(uid)).ifPresent(bytes -> memory.put(uid, bytes));
        }
        return memory;
    }

    /**
     * Stops everything of an object and removes every trace of it. Blocks for a few seconds at most.
     *
     * @return what is left, in a clause: it is to be called again then; empty if nothing is
     */
    public Optional<String> stop(String uid) {
        Network network = network(uid);
        Optional<String> left = network.stop("object deleted");
        if (left.isEmpty()) {
            networks.remove(uid, network);
        }
        return left;
    }

    /** What is left of an object's network that was stopped, in a clause; empty if nothing is. Does not block. */
    public Optional<String> left(String uid) {
        Network network = networks.get(uid);
        return network == null ? Optional.empty() : network.left();
    }

    /**
     * Stops everything of an object, and starts nothing in its place however often this is called. Blocks like {@link #stop}.
     *
     * @return tells of a network that is stopped, and what a later start must know of it
     */
    public Observation drain(NetworkRequest request) {
        return network(request.identity().uid()).drain(request);
    }

    /**
     * Removes what networks of our kind of source leave when they have all been stopped: relays, with the connections that they
     * serve to their end, cgroups, and files. Where networks of another kind run on, what they share with ours stays. Blocks for some
     * seconds.
     *
     * @return the networks that run on; empty if nothing is left
     * @throws IOException tells what cannot be ended or removed; to be tried again
     */
    public List<NetworkKey> clear() throws IOException {
        failIfLeft(context.orphans().endAll());
        List<NetworkKey> others = networks.values().stream()
                .flatMap(network -> network.present().stream())
                .map(NetworkIdentity::key)
                .sorted()
                .toList();
        if (others.isEmpty()) {
            failIfLeft(context.relays().endAll());
            context.cgroups().removeAll();
            context.state().clear();
        }
        return others;
    }

    private static void failIfLeft(List<String> left) throws IOException {
        if (!left.isEmpty()) {
            throw new IOException(String.join("; ", left));
        }
    }

    private Network network(String uid) {
        return networks.computeIfAbsent(uid, unused -> new Network(context, uid));
    }

    /** Ends supervision; the networks go on. */
    @Override
    public void close() throws IOException {
        networks.values().forEach(Network::detach);
        networks.clear();
        context.relays().close();
        context.pathWatch().close();
        context.hostRoot().close();
        context.supervisor().close();
    }
}
