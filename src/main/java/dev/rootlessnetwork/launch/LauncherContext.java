package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.port.HostPortClaims;
import dev.rootlessnetwork.port.HostPortProbe;
import dev.rootlessnetwork.slirp.SlirpLocator;
import dev.rootlessnetwork.slirp.SlirpStarter;
import java.time.Clock;
import java.util.function.Consumer;

/**
 * What all networks of a launcher share.
 *
 * @param root whether we are; an ordinary user acts inside namespaces through nsenter
 * @param listener hears of what is done; must not block
 * @param changed called with the UID of a network that should be converged again; must not block
 */
record LauncherContext(
        LauncherConfig config,
        boolean root,
        Clock clock,
        StateDirectory state,
        Supervisor supervisor,
        HostRoot hostRoot,
        PathWatch pathWatch,
        Orphans orphans,
        TargetResolver resolver,
        NetnsClaims netnsClaims,
        HostPortClaims portClaims,
        HostPortProbe portProbe,
        NodeRelays relays,
        NodeCgroups cgroups,
        SlirpLocator locator,
        SlirpStarter starter,
        LauncherListener listener,
        Consumer<String> changed) {
    void tell(Iterable<String> uids) {
        uids.forEach(changed);
    }
}
