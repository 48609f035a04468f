package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.PortForward;
import dev.rootlessnetwork.port.ServingForward;

/** One act that brings a network nearer to its plan. */
sealed interface Step {
    /** End slirp4netns. */
    record StopSlirp(StopReason why) implements Step {}

    /** Remove an interface of ours that the next start has no use for. */
    record RemoveTap() implements Step {}

    /** Start slirp4netns at the target as it is bound now. */
    record StartSlirp() implements Step {}

    /** Close a forward that the plan does not have. */
    record CloseForward(ServingForward forward) implements Step {}

    /** Open a forward that is missing, or lead one of the relay's elsewhere. */
    record OpenForward(PortForward forward) implements Step {}
}
