package dev.rootlessnetwork.network;

import java.util.List;

/** What a source asks the launcher to make true of one object. */
public sealed interface NetworkRequest {
    NetworkIdentity identity();

    /** The spec is sound: make it so. */
    record Run(NetworkPlan plan, Recollection recollection) implements NetworkRequest {
        @Override
        public NetworkIdentity identity() {
            return plan.identity();
        }
    }

    /** The spec contradicts itself: change nothing that runs, and say what is wrong. */
    record Refuse(NetworkIdentity identity, List<Violation> violations) implements NetworkRequest {
        public Refuse {
            violations = List.copyOf(violations);
        }
    }
}
