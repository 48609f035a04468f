package dev.rootlessnetwork.port;

import dev.rootlessnetwork.network.HostPortRange;
import java.util.OptionalInt;
import java.util.function.IntPredicate;

/** Chooses host ports for entries that leave them open. */
public final class HostPortChooser {
    private HostPortChooser() {}

    /**
     * The first run of free ports, searched from a start that differs by object, so that objects seldom compete.
     *
     * @param allowed where to choose from
     * @param ephemeral ports that the kernel gives to outgoing connections; never chosen
     * @param count how many consecutive ports, at least 1
     * @param seed any number that is stable for the entry
     * @param free whether a port can be had now
     * @return the first port of the run; empty if there is no such run
     */
    public static OptionalInt choose(
            HostPortRange allowed, HostPortRange ephemeral, int count, int seed, IntPredicate free) {
        int starts = allowed.last() - allowed.first() - count + 2;
        if (starts < 1) {
            return OptionalInt.empty();
        }
        int offset = Math.floorMod(seed, starts);
        int tried = 0;
        while (tried < starts) {
            int first = allowed.first() + (offset + tried) % starts;
            int obstacle = lastObstacle(first, count, port -> !ephemeral.contains(port) && free.test(port));
            if (obstacle < first) {
                return OptionalInt.of(first);
            }
            tried += obstacle - first + 1;
        }
        return OptionalInt.empty();
    }

    /** The last port of the run that cannot be used, or one less than {@code first} if all can. */
    private static int lastObstacle(int first, int count, IntPredicate usable) {
        for (int port = first + count - 1; port >= first; port--) {
            if (!usable.test(port)) {
                return port;
            }
        }
        return first - 1;
    }
}
