package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.Protocol;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which object has which host port. A port belongs to who holds it; one that nobody holds goes to the claimant of
 * smallest precedence among those that could use it now. Thread-safe; never blocks for long.
 */
public final class HostPortClaims {
    private final Map<PortNumber, Slot> slots = new HashMap<>();
    private final Map<String, Claimant> claimants = new HashMap<>();
    private final Map<String, Set<ForwardId>> wanted = new HashMap<>();
    private final Map<String, Set<ForwardId>> held = new HashMap<>();
    private final Set<String> unable = new HashSet<>();

    private record PortNumber(Protocol protocol, int port) {
        static PortNumber of(ForwardId id) {
            return new PortNumber(id.protocol(), id.hostPort());
        }
    }

    private static final class Slot {
        final Map<ForwardId, Set<String>> wanted = new HashMap<>();
        final Map<ForwardId, String> held = new HashMap<>();
        final Set<String> waiting = new HashSet<>();

        boolean isEmpty() {
            return wanted.isEmpty() && held.isEmpty() && waiting.isEmpty();
        }
    }

    /**
     * Replaces what an object wants, whether it gets it or not.
     *
     * @return UIDs that waited for a port which it wants no more
     */
    public synchronized Set<String> want(Claimant claimant, Collection<ForwardId> ids) {
        claimants.put(claimant.uid(), claimant);
        Set<ForwardId> before = wanted.getOrDefault(claimant.uid(), Set.of());
        Set<ForwardId> after = Set.copyOf(ids);
        Set<String> freed = new LinkedHashSet<>();
        for (ForwardId id : before) {
            if (!after.contains(id)) {
                Slot slot = slot(id);
                Set<String> wanting = slot.wanted.get(id);
                if (wanting != null) {
                    wanting.remove(claimant.uid());
                    if (wanting.isEmpty()) {
                        slot.wanted.remove(id);
                    }
                }
                drain(id, freed);
            }
        }
        for (ForwardId id : after) {
            if (!before.contains(id)) {
                slot(id).wanted.computeIfAbsent(id, unused -> new HashSet<>()).add(claimant.uid());
            }
        }
        wanted.put(claimant.uid(), after);
        return freed;
    }

    /**
     * Tells whether an object could use its ports now; one that cannot stands back behind the others.
     *
     * @return UIDs that waited for a port which it wants
     */
    public synchronized Set<String> setAble(String uid, boolean able) {
        Set<String> freed = new LinkedHashSet<>();
        boolean changed = able ? unable.remove(uid) : unable.add(uid);
        if (changed && !able) {
            wanted.getOrDefault(uid, Set.of()).forEach(id -> drain(id, freed));
        }
        freed.remove(uid);
        return freed;
    }

    /**
     * Takes a port, or says who stands in the way; then {@code uid} is among those who are told when that changes.
     */
    public synchronized Optional<Claimant> tryHold(String uid, ForwardId id) {
        Slot slot = slot(id);
        Optional<Claimant> obstacle = holder(slot, uid, id).or(() -> preferred(slot, uid, id));
        if (obstacle.isPresent()) {
            slot.waiting.add(uid);
            return obstacle;
        }
        hold(uid, id);
        return Optional.empty();
    }

    /** Whether no other object holds or wants a port. */
    public synchronized boolean isFree(String uid, ForwardId id) {
        Slot slot = slots.get(PortNumber.of(id));
        return slot == null
                || (holder(slot, uid, id).isEmpty()
                        && slot.wanted.entrySet().stream()
                                .filter(entry -> entry.getKey().overlaps(id))
                                .allMatch(entry -> entry.getValue().equals(Set.of(uid))));
    }

    /** Notes that an object has a port, as one that was adopted does. */
    public synchronized void hold(String uid, ForwardId id) {
        Slot slot = slot(id);
        slot.held.put(id, uid);
        slot.waiting.remove(uid);
        held.computeIfAbsent(uid, unused -> new HashSet<>()).add(id);
    }

    /** What an object holds now. */
    public synchronized Set<ForwardId> heldBy(String uid) {
        return Set.copyOf(held.getOrDefault(uid, Set.of()));
    }

    /**
     * Lets ports go.
     *
     * @return UIDs that waited for one of them
     */
    public synchronized Set<String> release(String uid, Collection<ForwardId> ids) {
        Set<String> freed = new LinkedHashSet<>();
        for (ForwardId id : ids) {
            Slot slot = slot(id);
            if (slot.held.remove(id, uid)) {
                held.getOrDefault(uid, new HashSet<>()).remove(id);
                drain(id, freed);
            }
            dropIfEmpty(id);
        }
        freed.remove(uid);
        return freed;
    }

    /**
     * Removes every trace of an object.
     *
     * @return UIDs that waited for a port of it
     */
    public synchronized Set<String> forget(Claimant claimant) {
        String uid = claimant.uid();
        Set<String> freed = new LinkedHashSet<>(release(uid, heldBy(uid)));
        freed.addAll(want(claimant, Set.of()));
        wanted.remove(uid);
        held.remove(uid);
        unable.remove(uid);
        claimants.remove(uid);
        slots.values().forEach(slot -> slot.waiting.remove(uid));
        slots.values().removeIf(Slot::isEmpty);
        freed.remove(uid);
        return freed;
    }

    private Optional<Claimant> holder(Slot slot, String uid, ForwardId id) {
        return slot.held.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(uid) && entry.getKey().overlaps(id))
                .map(entry -> claimant(entry.getValue()))
                .findFirst();
    }

    /** The claimant that goes before {@code uid} for a port that nobody holds. */
    private Optional<Claimant> preferred(Slot slot, String uid, ForwardId id) {
        String own = claimant(uid).precedence();
        return slot.wanted.entrySet().stream()
                .filter(entry -> entry.getKey().overlaps(id))
                .flatMap(entry -> entry.getValue().stream())
                .filter(other -> !other.equals(uid) && !unable.contains(other))
                .map(this::claimant)
                .filter(other -> other.precedence().compareTo(own) < 0)
                .findFirst();
    }

    private Claimant claimant(String uid) {
        Claimant claimant = claimants.get(uid);
        if (claimant == null) {
            throw new IllegalStateException("no object with UID " + uid + " has said what ports it wants");
        }
        return claimant;
    }

    private Slot slot(ForwardId id) {
        return slots.computeIfAbsent(PortNumber.of(id), unused -> new Slot());
    }

    private void drain(ForwardId id, Set<String> freed) {
        Slot slot = slot(id);
        freed.addAll(slot.waiting);
        slot.waiting.clear();
    }

    private void dropIfEmpty(ForwardId id) {
        if (slot(id).isEmpty()) {
            slots.remove(PortNumber.of(id));
        }
    }
}
