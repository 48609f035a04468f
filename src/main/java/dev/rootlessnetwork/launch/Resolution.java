package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Problem;

/** What became of looking for a target. */
sealed interface Resolution {
    /** It is there; the caller closes it. */
    record Found(BoundTarget target) implements Resolution {}

    /** It cannot be had, and why. */
    record Missing(Problem problem) implements Resolution {}
}
