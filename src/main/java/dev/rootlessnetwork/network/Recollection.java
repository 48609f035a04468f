package dev.rootlessnetwork.network;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an object's last status tells of earlier times, for when the state directory was lost.
 *
 * @param binding the target that was bound, null if none was
 * @param chosenPorts first host port by name of the port entry, of the entries that leave it open
 */
public record Recollection(@Nullable TargetBinding binding, Map<String, Integer> chosenPorts) {
    /** Nothing is known. */
    public static final Recollection NONE = new Recollection(null, Map.of());

    public Recollection {
        chosenPorts = Map.copyOf(chosenPorts);
    }
}
