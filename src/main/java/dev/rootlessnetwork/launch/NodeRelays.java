package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.relay.RelayFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The relays of this node: one for root, and for an ordinary user one for each user namespace. Thread-safe. */
final class NodeRelays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRelays.class);
    private static final String LINK = "current";

    private final RelayConfig config;
    private final Path directory;
    private final NodeCgroups cgroups;
    private final Supervisor supervisor;
    private final Clock clock;
    private final Consumer<String> changed;
    private final Map<String, NodeRelay> byLink = new ConcurrentHashMap<>();

    /** @param directory where relays have their files */
    NodeRelays(
            RelayConfig config,
            Path directory,
            NodeCgroups cgroups,
            Supervisor supervisor,
            Clock clock,
            Consumer<String> changed) {
        this.config = config;
        this.directory = directory;
        this.cgroups = cgroups;
        this.supervisor = supervisor;
        this.clock = clock;
        this.changed = changed;
    }

    /** The relay that can act in a target's namespace. */
    NodeRelay of(BoundTarget target) throws PosixException {
        Fd userns = target.userns();
        String link = userns == null ? LINK : LINK + "-" + NetnsId.of(userns).inode();
        NodeRelay relay = named(link);
        relay.setUserNamespace(userns);
        return relay;
    }

    /** Every relay that there is, also those that an earlier operator left. */
    Collection<NodeRelay> all() {
        links(directory).forEach(this::named);
        return byLink.values();
    }

    /** The links that name the relays in charge, in a directory that need not be there. */
    static List<String> links(Path directory) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(directory, LINK + "*")) {
            links.forEach(link -> names.add(link.getFileName().toString()));
        } catch (IOException e) {
            LOG.debug("No relay was ever started directory={}", directory);
        }
        return names;
    }

    /**
     * What the forwards of all networks have done. Starts no relay, and waits for none that is being started.
     *
     * @param within how long it may take
     */
    NodeTraffic traffic(Duration within) {
        NodeTraffic traffic = NodeTraffic.read(directory, within);
        boolean lost = traffic.relays().isEmpty()
                && traffic.problems().isEmpty()
                && byLink.values().stream().anyMatch(NodeRelay::isUsed);
        return lost ? NodeTraffic.missing("no relay runs, although there are ports for one") : traffic;
    }

    /** Closes what relays have of networks that nobody knows. */
    void keepOnly(Set<String> networks) {
        for (NodeRelay relay : all()) {
            try {
                relay.keepOnly(networks);
            } catch (IOException e) {
                LOG.warn("Cannot look for ports in a relay that nobody claims error={}", e.getMessage());
            }
        }
    }

    /**
     * Ends every relay, those included that were replaced and serve their last connections. For when no network has ports there.
     *
     * @return why some go on; empty if none does
     */
    List<String> endAll() {
        close();
        List<String> left = new ArrayList<>();
        for (int pid : RelayProcesses.all(directory)) {
            LOG.info("Ending a relay pid={}", pid);
            RelayFiles files = new RelayFiles(directory.resolve(Integer.toString(pid)));
            try {
                NodeRelay.end(PidFd.open(pid), files, cgroups).ifPresent(left::add);
            } catch (PosixException e) {
                if (!e.is("ESRCH")) {
                    left.add("the relay: " + e.getMessage());
                }
            }
        }
        return left;
    }

    private NodeRelay named(String link) {
        return byLink.computeIfAbsent(
                link, name -> new NodeRelay(config, directory, name, cgroups, supervisor, clock, changed));
    }

    @Override
    public void close() {
        byLink.values().forEach(NodeRelay::close);
        byLink.clear();
    }
}
