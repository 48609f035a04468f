package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.HostPortRange;
import dev.rootlessnetwork.network.NetworkRequest;
import dev.rootlessnetwork.relay.RelayProgram;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;

/** A launcher on a state directory of its own, and what it says has changed. */
public final class LauncherFixture implements AutoCloseable {
    public static final RelayConfig RELAY = relay();

    final Path directory;
    private final LauncherListener listener;
    public final Set<String> changed = ConcurrentHashMap.newKeySet();
    private final Set<String> started = ConcurrentHashMap.newKeySet();
    private @Nullable Path networkCmdPath;
    private Duration readyTimeout = Duration.ofSeconds(5);
    private RelayConfig relay = RELAY;
    private HostPortRange hostPorts = new HostPortRange(20000, 29999);
    private @Nullable CgroupConfig cgroup;
    private final Source source;
    private final boolean inPod;
    private final Consumer<String> onChange;
    public Launcher launcher;

    public LauncherFixture(Path directory) throws IOException {
        this(directory, LauncherListener.NONE);
    }

    public LauncherFixture(Path directory, LauncherListener listener) throws IOException {
        this(directory, Source.STANDALONE, false, listener, uid -> {});
    }

    LauncherFixture(Path directory, Source source, boolean inPod, Consumer<String> onChange) throws IOException {
        this(directory, source, inPod, LauncherListener.NONE, onChange);
    }

    private LauncherFixture(
            Path directory, Source source, boolean inPod, LauncherListener listener, Consumer<String> onChange)
            throws IOException {
        this.directory = directory;
        this.source = source;
        this.inPod = inPod;
        this.listener = listener;
        this.onChange = onChange;
        this.launcher = open();
    }

    /** How the program itself starts relays, with flags for them. */
    static RelayConfig relay(String... flags) {
        return new RelayConfig(RelayProgram.command(), List.of(flags), version());
    }

    /**
     * As relays say it: that of the jar, if it is packaged already. Not asked of the package, which is the tests' where one of them was
     * loaded first.
     */
    private static String version() {
        File place = new File(RelayProgram.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        if (place.isDirectory()) {
            return "unknown";
        }
        try (JarFile jar = new JarFile(place)) {
            return jar.getManifest().getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Launcher open() throws IOException {
        return Launcher.open(
                new LauncherConfig(source, networkCmdPath, true, readyTimeout, hostPorts, true, inPod, cgroup, relay),
                StateDirectory.open(directory),
                listener,
                uid -> {
                    changed.add(uid);
                    onChange.accept(uid);
                });
    }

    /** Lets go of everything, as the end of the process would, and opens the next launcher. */
    public void restart() throws IOException {
        launcher.close();
        changed.clear();
        launcher = open();
    }

    /** Restarts with another slirp4netns. */
    public void restartWith(Path newNetworkCmdPath, Duration newReadyTimeout) throws IOException {
        networkCmdPath = newNetworkCmdPath;
        readyTimeout = newReadyTimeout;
        restart();
    }

    /** Restarts with another relay. */
    void restartWith(RelayConfig newRelay) throws IOException {
        relay = newRelay;
        restart();
    }

    /** Restarts with another place for its processes. */
    void restartWith(@Nullable CgroupConfig newCgroup) throws IOException {
        cgroup = newCgroup;
        restart();
    }

    /** Restarts with other host ports to choose from. */
    void restartWith(HostPortRange newHostPorts) throws IOException {
        hostPorts = newHostPorts;
        restart();
    }

    public Observation converge(NetworkRequest request) {
        started.add(request.identity().uid());
        return launcher.converge(request);
    }

    NetworkFiles files(String name) throws IOException {
        return StateDirectory.open(directory).files("uid-" + name);
    }

    @Override
    public void close() throws IOException {
        started.forEach(launcher::stop);
        launcher.close();
    }
}
