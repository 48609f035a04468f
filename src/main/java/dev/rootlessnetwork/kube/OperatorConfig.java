package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.api.RootlessNetwork;
import dev.rootlessnetwork.metrics.AgentMetrics;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.Cloner;
import io.javaoperatorsdk.operator.api.config.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.config.ResolvedControllerConfiguration;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.javaoperatorsdk.operator.processing.retry.Retry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/** How java-operator-sdk is to work for us: nothing is given up, nothing is written by it, one node's objects are watched. */
final class OperatorConfig {
    private static final String CONTROLLER = "rootlessnetwork";
    private static final int THREADS = 8;

    /** The first list is awaited as long as it takes. */
    private static final Duration FOR_EVER = Duration.ofDays(3650);

    /** For reconciliations under way when the agent ends: one start of slirp4netns. */
    private static final Duration LAST_WORK = Duration.ofSeconds(3);

    /** Lists are read in pages of this many objects, from etcd: what a cache of the API server says may be outdated. */
    private static final long PAGE = 500;

    private OperatorConfig() {}

    /**
     * An operator without a controller yet.
     *
     * @param informerStopped called when objects cannot be watched any more; the operator's own answer would end the process
     */
    static Operator operator(KubernetesClient client, Consumer<Throwable> informerStopped, AgentMetrics metrics) {
        ReconcileQueue queue = new ReconcileQueue();
        metrics.queueDepth(queue::depth);
        return new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withStopOnInformerErrorDuringStartup(false)
                .withCacheSyncTimeout(FOR_EVER)
                .withReconciliationTerminationTimeout(LAST_WORK)
                .withInformerStoppedHandler((informer, failure) -> informerStopped.accept(failure))
                .withExecutorService(threads())
                .withMetrics(queue)
                .withResourceCloner(new NoCopies()));
    }

    private static ExecutorService threads() {
        return Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "reconcile");
            thread.setDaemon(true);
            return thread;
        });
    }

    static ControllerConfiguration<RootlessNetwork> controller(
            String nodeName, Operator operator, StatusWriter statuses) {
        InformerConfiguration<RootlessNetwork> informer = InformerConfiguration.builder(RootlessNetwork.class)
                .withWatchAllNamespaces()
                .withFieldSelector(new FieldSelectorBuilder()
                        .withField("spec.nodeName", nodeName)
                        .build())
                .withInformerListLimit(PAGE)
                .withGenericFilter(new NodeFilter(nodeName))
                .withOnUpdateFilter(new UpdateFilter(statuses))
                .buildForController();
        return new ResolvedControllerConfiguration<>(
                CONTROLLER,
                false, // our filter of updates looks at more than generations
                NetworkReconciler.class.getName(),
                retry(),
                LinearRateLimiter.deactivatedRateLimiter(),
                null,
                null,
                Map.of(),
                CONTROLLER,
                operator.getConfigurationService(),
                informer,
                false,
                null);
    }

    private static Retry retry() {
        return new GenericRetry()
                .setInitialInterval(Duration.ofSeconds(1))
                .setIntervalMultiplier(2)
                .setMaxInterval(Duration.ofSeconds(30).toMillis())
                .withoutMaxAttempts();
    }

    /** Objects are handed out as they are: nobody changes them. */
    private static final class NoCopies implements Cloner {
        @Override
        public <R extends HasMetadata> R clone(R object) {
            return object;
        }
    }
}
