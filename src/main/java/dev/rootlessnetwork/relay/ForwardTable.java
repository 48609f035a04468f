package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.network.ForwardId;
import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.posix.PosixException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All guests with their forwards. Thread-safe; calls wait for the workers, which never wait. */
final class ForwardTable {
    private static final Logger LOG = LoggerFactory.getLogger(ForwardTable.class);

    /** How often to look whether the last connections have gone. */
    private static final Duration LAST_CONNECTIONS = Duration.ofMillis(200);

    private final Workers workers;
    private final ForwardCloser closer;
    private final Duration closeGrace;
    private final Duration drain;
    private final Map<String, Attached> attached = new TreeMap<>();
    private Phase phase = Phase.SERVING;
    private long drainedBy;

    /** A guest with its forwards. */
    record Attached(Guest guest, Map<ForwardId, Forward> forwards) {}

    private enum Phase {
        SERVING("serving"),
        /** A successor is taking over; nothing may change. */
        HANDING_OVER("being taken over"),
        /** All ports are the successor's; connections go on. */
        RETIRED("replaced by a newer one"),
        ENDING("ending");

        private final String words;

        Phase(String words) {
            this.words = words;
        }
    }

    /**
     * @param closeGrace how long connections of a closed forward may go on
     * @param drain how long connections may go on after a successor has taken over
     */
    ForwardTable(Workers workers, Duration closeGrace, Duration drain) {
        this.workers = workers;
        this.closer = new ForwardCloser(workers);
        this.closeGrace = closeGrace;
        this.drain = drain;
    }

    /**
     * Takes a guest in, in place of the one that its network had before; in the same namespace that one stays, with its forwards.
     *
     * @return whether it was taken in; it is closed if not
     */
    synchronized boolean attach(Guest guest) throws IOException {
        requireServing();
        Attached before = attached.get(guest.network());
        if (before != null && before.guest().isSame(guest)) {
            if (!before.guest().addresses().isSame(guest.addresses())) {
                readdress(before, guest.addresses());
            }
            guest.close();
            return false;
        }
        detach(guest.network());
        guest.routing().clean();
        attached.put(guest.network(), new Attached(guest, new LinkedHashMap<>()));
        workers.capacity().take(Guest.DESCRIPTORS);
        notifyAll();
        LOG.info("Attached a target network={}", guest.name());
        return true;
    }

    /** Whether it takes new clients. */
    synchronized boolean isServing() {
        return phase == Phase.SERVING;
    }

    private void requireServing() throws IOException {
        if (phase != Phase.SERVING) {
            throw new IOException("this relay takes no ports any more: it is " + phase.words);
        }
    }

    private static void readdress(Attached one, GuestAddresses addresses) {
        one.guest().setAddresses(addresses);
        one.forwards().values().forEach(ForwardTable::leadAnew);
        one.guest().routing().need(false);
        one.guest().routing().need(needsRouting(one));
    }

    private static void leadAnew(Forward forward) {
        Destination now = forward.destination();
        forward.lead(forward.guest().destination(now.address(), now.port()));
    }

    /** Closes everything of a guest, unless its network has another one now. */
    synchronized void detach(Guest guest) {
        Attached now = attached.get(guest.network());
        if (now != null && now.guest() == guest) {
            detach(guest.network());
        }
    }

    /** Closes everything of a network; its connections end. */
    synchronized void detach(String network) {
        awaitHandedOver();
        Attached gone = attached.remove(network);
        if (gone == null) {
            return;
        }
        closer.close(gone.forwards().values(), Duration.ZERO, phase != Phase.RETIRED);
        workers.onEach(worker -> {
            try {
                worker.netns().leave(gone.guest().netns());
            } catch (PosixException e) {
                LOG.error(
                        "Cannot leave a namespace network={} error={}",
                        gone.guest().name(),
                        e.getMessage());
            }
        });
        gone.guest().close();
        workers.capacity().giveBack(Guest.DESCRIPTORS);
        notifyAll();
        LOG.info("Detached a target network={}", gone.guest().name());
    }

    /**
     * Closes forwards, then opens others; one that is open already is led to where it is to lead now.
     *
     * @return why some could not be opened
     * @throws IllegalArgumentException if the network is not attached
     */
    synchronized Map<ForwardId, PosixException> change(
            String network, Collection<ForwardId> close, Collection<PortForward> open) throws IOException {
        awaitHandedOver();
        if (!open.isEmpty()) {
            requireServing();
        }
        Attached here = attached.get(network);
        if (here == null) {
            throw new IllegalArgumentException("network " + network + " is not attached");
        }
        List<Forward> closing = new ArrayList<>();
        for (ForwardId id : close) {
            Forward forward = here.forwards().remove(id);
            if (forward != null) {
                closing.add(forward);
            }
        }
        closer.close(closing, closeGrace, phase != Phase.RETIRED);
        Map<ForwardId, PosixException> failures = new LinkedHashMap<>();
        List<Forward> opened = new ArrayList<>();
        for (PortForward forward : open) {
            Destination destination = here.guest().destination(forward.guestIp(), forward.guestPort());
            Forward existing = here.forwards().get(forward.id());
            if (existing != null) {
                existing.lead(destination);
                continue;
            }
            try {
                opened.add(Forward.open(forward.id(), here.guest(), destination, workers));
            } catch (PosixException e) {
                failures.put(forward.id(), e);
            }
        }
        opened.forEach(forward -> here.forwards().put(forward.id(), forward));
        if (needsRouting(here) || closeGrace.isZero()) {
            here.guest().routing().need(needsRouting(here));
        } else {
            endRoutingAfterGrace(here);
        }
        workers.capacity().take(opened.size());
        serve(opened);
        return failures;
    }

    private static boolean needsRouting(Attached here) {
        return here.forwards().values().stream().anyMatch(Forward::isForOtherHosts);
    }

    private void endRoutingAfterGrace(Attached here) {
        // A second later than the others, who look once a second whether it is over.
        long deadline = System.nanoTime() + closeGrace.plusSeconds(1).toNanos();
        Worker any = workers.get(0);
        any.loop().everySecond(nanoTime -> {
            boolean over = nanoTime - deadline >= 0;
            if (over) {
                new Thread(() -> endRouting(here), "end-routing").start();
            }
            return !over;
        });
    }

    private synchronized void endRouting(Attached here) {
        if (phase != Phase.RETIRED && attached.containsValue(here)) {
            here.guest().routing().need(needsRouting(here));
        }
    }

    private void serve(Collection<Forward> opened) {
        if (opened.isEmpty()) {
            return;
        }
        workers.onEach(worker -> opened.forEach(forward -> {
            try {
                forward.attach(worker);
            } catch (PosixException e) {
                LOG.error("Cannot serve a port port=\"{}\" error={}", forward.id(), e.getMessage());
            }
        }));
    }

    /** Tells each network with its forwards. */
    synchronized void forEach(BiConsumer<Guest, Collection<Forward>> action) {
        attached.values()
                .forEach(one -> action.accept(one.guest(), one.forwards().values()));
    }

    /** Takes over a guest with the ports that a predecessor had. */
    synchronized void adopt(Guest guest, Collection<Forward> forwards) {
        Attached adopted = new Attached(guest, new LinkedHashMap<>());
        attached.put(guest.network(), adopted);
        workers.capacity().take(Guest.DESCRIPTORS + forwards.size());
        forwards.forEach(forward -> adopted.forwards().put(forward.id(), forward));
        guest.routing().need(needsRouting(adopted));
        serve(forwards);
        notifyAll();
    }

    /**
     * Stops serving new clients, who wait, and lets nothing change until {@link #resume} or {@link #retire}.
     *
     * @return everything that there is
     */
    synchronized List<Attached> handOver() throws IOException {
        requireServing();
        phase = Phase.HANDING_OVER;
        workers.onEach(worker -> forEachForward(forward -> forward.detach(worker)));
        return List.copyOf(attached.values());
    }

    /** Serves on, since there is no successor after all. */
    synchronized void resume() {
        phase = Phase.SERVING;
        attached.values().forEach(one -> serve(one.forwards().values()));
        notifyAll();
    }

    /** Leaves all ports to the successor. Connections go on until they end, but no longer than the drain time. */
    synchronized void retire() {
        phase = Phase.RETIRED;
        drainedBy = System.nanoTime() + drain.toNanos();
        attached.values().forEach(one -> one.guest().routing().abandon());
        forEachForward(Forward::leave);
        LOG.info("A newer relay has taken over connections={}", workers.streams());
        notifyAll();
    }

    private void forEachForward(Consumer<Forward> action) {
        attached.values().forEach(one -> one.forwards().values().forEach(action));
    }

    private void awaitHandedOver() {
        boolean interrupted = false;
        while (phase == Phase.HANDING_OVER) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until nothing is served any more and no connection is left; no guest is taken in afterwards.
     *
     * @param patience how long to wait for the first guest
     */
    synchronized void awaitIdle(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean served = false;
        try {
            while (true) {
                served |= !attached.isEmpty();
                boolean empty = attached.isEmpty() || phase == Phase.RETIRED;
                boolean waitedLong = !served && System.nanoTime() - deadline >= 0;
                boolean drained = phase == Phase.RETIRED && System.nanoTime() - drainedBy >= 0;
                if (drained || waitedLong || (empty && served && workers.streams() == 0)) {
                    phase = Phase.ENDING;
                    return;
                }
                wait(empty ? LAST_CONNECTIONS.toMillis() : 0);
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException("waiting for the end was interrupted");
        }
    }
}
