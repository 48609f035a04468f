package dev.rootlessnetwork.launch;

/** Where objects come from. A source touches only networks that its own kind started. */
public enum Source {
    /** Manifests of {@code rootlessnet run}. */
    STANDALONE,
    /** Objects of a Kubernetes cluster. */
    CLUSTER
}
