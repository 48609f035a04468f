package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.metrics.AgentMetrics;
import dev.rootlessnetwork.metrics.HealthServer;
import dev.rootlessnetwork.metrics.Readiness;
import dev.rootlessnetwork.network.NetworkKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent of a node, from its start to its end. Its networks outlive it. */
public final class ControllerRunner {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerRunner.class);
    private static final Duration LOCK_AGAIN = Duration.ofMillis(250);

    private final ControllerSettings settings;
    private final AgentMetrics metrics;
    private final ApiServerMonitor monitor = new ApiServerMonitor();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Readiness readiness = new Readiness(false, "starting");
    private volatile Supplier<Optional<String>> writeTrouble = Optional::empty;
    private volatile Supplier<Optional<String>> drainLeft = Optional::empty;
    private volatile boolean informerStopped;

    public ControllerRunner(ControllerSettings settings) {
        this.settings = settings;
        this.metrics = new AgentMetrics(settings.version());
    }

    /** Ends {@link #run}, soon. Does not block. */
    public void stop() {
        ended.countDown();
    }

    /**
     * Blocks until {@link #stop} is called.
     *
     * @return false if it ended by itself, since objects cannot be watched any more
     * @throws IOException if an address is taken or the state directory unusable
     */
    public boolean run() throws IOException, InterruptedException {
        try (HealthServer health =
                HealthServer.start(settings.health(), settings.metrics(), this::readiness, metrics::scrape)) {
            LOG.info("Answering health={} metrics={}", health.healthAddress(), health.metricsAddress());
            Optional<StateDirectory.Lock> lock = awaitLock();
            if (lock.isPresent()) {
                try (StateDirectory.Lock held = lock.get()) {
                    LOG.debug("Owns the state directory lock={}", held);
                    work();
                    if (settings.drain()) {
                        retire();
                    }
                }
            }
        }
        return !informerStopped;
    }

    private void retire() {
        try {
            settings.state().retire(settings.launcher().inPod());
        } catch (IOException e) {
            LOG.warn(
                    "Cannot remove the state directory directory={} error={}",
                    settings.state().path(),
                    e.toString());
        }
    }

    /** Empty if we are to end before it is ours. */
    private Optional<StateDirectory.Lock> awaitLock() throws IOException, InterruptedException {
        Optional<StateDirectory.Lock> lock = settings.state().tryLock();
        if (lock.isEmpty()) {
            String message = "waiting for state directory " + settings.state().path() + ", which is owned by "
                    + settings.state().ownerInWords();
            readiness = new Readiness(false, message);
            LOG.info("Not started yet: {}", message);
        }
        while (lock.isEmpty() && !ended.await(LOCK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
            lock = settings.state().tryLock();
        }
        return lock;
    }

    private void work() throws IOException, InterruptedException {
        readiness = new Readiness(false, "the list of objects has not come yet");
        SimpleInboundEventSource<RootlessNetwork> changes = new SimpleInboundEventSource<>("changes");
        try (KubernetesClient client = Connection.client(settings.kubeconfig(), monitor);
                StatusWriter statuses = new StatusWriter(client, monitor, metrics);
                EventRecorder events =
                        new EventRecorder(client, monitor, settings.nodeName(), settings.clock(), metrics);
                NodeNetworks networks =
                        new NodeNetworks(settings, metrics, new Changes(changes, statuses, events, metrics))) {
            metrics.traffic(networks::traffic);
            metrics.memory(networks::memory);
            NetworkReconciler reconciler =
                    new NetworkReconciler(settings, networks, changes, statuses, events, metrics);
            Operator operator = OperatorConfig.operator(client, this::informerStopped, metrics);
            operator.register(reconciler, OperatorConfig.controller(settings.nodeName(), operator, statuses));
            writeTrouble = statuses::trouble;
            drainLeft = () -> settings.drain() ? left(networks, statuses) : Optional.empty();
            Thread starting = new Thread(() -> start(operator), "operator-start");
            starting.setDaemon(true);
            starting.start();
            ended.await();
            LOG.info(settings.drain() ? "Stopping" : "Stopping; networks run on");
            monitor.end();
            operator.stop();
        }
    }

    /** Blocks until the first list has come. */
    private void start(Operator operator) {
        try {
            operator.start();
            readiness = new Readiness(true, "");
            LOG.info("Watching objects");
        } catch (OperatorException e) {
            informerStopped(e);
        }
    }

    private Readiness readiness() {
        return monitor.readTrouble()
                .or(writeTrouble)
                .map(trouble -> new Readiness(false, trouble))
                .or(() -> readiness.ready()
                        ? drainLeft.get().map(left -> new Readiness(false, "draining: " + left))
                        : Optional.empty())
                .orElse(readiness);
    }

    /** What keeps the agent from having drained its node; empty if nothing is left on it, and every status says so. */
    private static Optional<String> left(NodeNetworks networks, StatusWriter statuses) {
        return networks.left().or(() -> {
            int waiting = statuses.waiting();
            return waiting == 0 ? Optional.empty() : Optional.of("statuses still to be written: " + waiting);
        });
    }

    private void informerStopped(Throwable why) {
        if (ended.getCount() > 0) {
            LOG.error("Objects cannot be watched any more; ending so as to be started anew", why);
            informerStopped = true;
            ended.countDown();
        }
    }

    /** Passes on what networks tell. */
    private record Changes(
            SimpleInboundEventSource<RootlessNetwork> changes,
            StatusWriter statuses,
            EventRecorder events,
            AgentMetrics metrics)
            implements NodeNetworks.Listener {
        @Override
        public void changed(NetworkKey object) {
            changes.propagateEvent(new ResourceID(object.name(), object.namespace()));
        }

        @Override
        public void stopped(String uid) {
            statuses.forget(uid);
            events.forget(uid);
            metrics.forgotten(uid);
        }
    }
}
