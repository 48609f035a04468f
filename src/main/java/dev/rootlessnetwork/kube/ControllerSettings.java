package dev.rootlessnetwork.kube;

import dev.rootlessnetwork.launch.LauncherConfig;
import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.network.OptionSet;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the agent of a node takes.
 *
 * @param nodeName whose objects are ours; {@code spec.nodeName} of an object
 * @param kubeconfig null: {@code KUBECONFIG}, the service account of the pod, or {@code ~/.kube/config}
 * @param defaults options for what objects leave open
 * @param interfaceExists whether the host has an interface of a name
 * @param state not locked yet: the agent waits for the lock
 * @param drain whether every network is to be stopped, and none started
 * @param health where /livez and /readyz are answered
 * @param metrics where /metrics is answered; may be the same address
 */
public record ControllerSettings(
        String nodeName,
        @Nullable Path kubeconfig,
        LauncherConfig launcher,
        OptionSet defaults,
        Predicate<String> interfaceExists,
        StateDirectory state,
        boolean drain,
        InetSocketAddress health,
        InetSocketAddress metrics,
        String version,
        Clock clock) {}
