package dev.rootlessnetwork.network;

import java.util.Comparator;

/** Name of a {@code RootlessNetwork} object within its source; sorts by namespace, then name. */
public record NetworkKey(String namespace, String name) implements Comparable<NetworkKey> {
    private static final Comparator<NetworkKey> ORDER =
            Comparator.comparing(NetworkKey::namespace).thenComparing(NetworkKey::name);

    @Override
    public int compareTo(NetworkKey other) {
        return ORDER.compare(this, other);
    }

    /** {@code namespace/name}, the form that messages and logs use. */
    @Override
    public String toString() {
        return namespace + "/" + name;
    }
}
