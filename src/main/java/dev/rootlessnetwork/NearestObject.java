package dev.rootlessnetwork;

import dev.rootlessnetwork.network.NetworkKey;
import dev.rootlessnetwork.standalone.NearestName;
import java.util.Collection;

/** Guesses which object was meant by a name that none has. */
final class NearestObject {
    private NearestObject() {}

    /** {@code ; did you mean demo/web?}, or nothing if none is near. */
    static String hint(NetworkKey key, Collection<NetworkKey> known) {
        return known.stream()
                .filter(other -> other.name().equals(key.name()))
                .sorted()
                .map(NetworkKey::toString)
                .findFirst()
                .or(() -> NearestName.of(
                        key.toString(), known.stream().map(NetworkKey::toString).toList()))
                .map(near -> "; did you mean " + near + "?")
                .orElse("");
    }
}
