package dev.rootlessnetwork.standalone;

import dev.rootlessnetwork.launch.Launcher;
import dev.rootlessnetwork.launch.LauncherConfig;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.launch.WorkQueue;
import dev.rootlessnetwork.network.NetworkIdentity;
import dev.rootlessnetwork.network.NetworkKey;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Stops networks without an operator. */
public final class Removal implements AutoCloseable {
    private final StateDirectory state;
    private final Launcher launcher;

    private Removal(StateDirectory state, Launcher launcher) {
        this.state = state;
        this.launcher = launcher;
    }

    /** @param state locked by this process */
    public static Removal open(LauncherConfig config, StateDirectory state) throws IOException {
        return new Removal(state, Launcher.open(config, state, uid -> {}));
    }

    /** Every object by UID: those with a record, and those that have a status only. */
    public Map<String, NetworkKey> all() throws IOException {
        Map<String, NetworkKey> all = new HashMap<>();
        StoredObjects.read(state).forEach((uid, object) -> all.put(uid, LeftObjects.key(object)));
        for (NetworkIdentity identity : launcher.recovered()) {
            all.put(identity.uid(), identity.key());
        }
        return all;
    }

    /**
     * Stops networks, all at the same time, and forgets them.
     *
     * @param orphansToo whether also processes are stopped that no record tells of
     * @return what is left of those that could not be stopped, by UID, in a clause
     */
    public Map<String, String> remove(Collection<String> uids, boolean orphansToo) throws InterruptedException {
        Map<String, String> left = new ConcurrentHashMap<>();
        WorkQueue queue = new WorkQueue(
                "stop", Math.max(1, uids.size()), uid -> launcher.stop(uid).ifPresent(what -> left.put(uid, what)));
        uids.forEach(queue::add);
        queue.awaitIdle();
        queue.shutDown();
        if (orphansToo) {
            launcher.stopOrphans();
        }
        return left;
    }

    @Override
    public void close() throws IOException {
        launcher.close();
    }
}
