package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.posix.NetnsId;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which object has which network namespace; one for each. Thread-safe. */
final class NetnsClaims {
    private final Map<NetnsId, Claimant> holders = new HashMap<>();
    private final Map<NetnsId, Set<String>> waiting = new HashMap<>();

    /**
     * Takes a namespace, and lets go of any other that the object held, or says who has it; then the object is among
     * those who are told when it is free.
     */
    synchronized Optional<Claimant> tryHold(Claimant claimant, NetnsId netns) {
        Claimant holder = holders.get(netns);
        if (holder != null && !holder.uid().equals(claimant.uid())) {
            waiting.computeIfAbsent(netns, unused -> new LinkedHashSet<>()).add(claimant.uid());
            return Optional.of(holder);
        }
        holders.put(netns, claimant);
        return Optional.empty();
    }

    /**
     * Lets go of all that an object holds but one namespace.
     *
     * @param kept null: everything is let go
     * @return UIDs that waited for it
     */
    synchronized Set<String> releaseAllBut(String uid, @Nullable NetnsId kept) {
        Set<String> freed = new LinkedHashSet<>();
        holders.entrySet().removeIf(entry -> {
            boolean released =
                    entry.getValue().uid().equals(uid) && !entry.getKey().equals(kept);
            if (released) {
                Set<String> waiters = waiting.remove(entry.getKey());
                freed.addAll(waiters == null ? Set.of() : waiters);
            }
            return released;
        });
        freed.remove(uid);
        return freed;
    }
}
