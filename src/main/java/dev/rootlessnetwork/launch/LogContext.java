package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Which network the lines are about that this thread logs. */
public final class LogContext {
    /** What a line may tell besides its message, in this order. */
    public static final List<String> KEYS = List.of("namespace", "name", "uid", "pid");

    private LogContext() {}

    /**
     * From now on, until {@link #clear}.
     *
     * @param identity null: not known
     * @param pid of its slirp4netns; null: none runs
     */
    static void set(@Nullable NetworkIdentity identity, @Nullable Integer pid) {
        if (identity != null) {
            MDC.put("namespace", identity.key().namespace());
            MDC.put("name", identity.key().name());
            MDC.put("uid", identity.uid());
        }
        if (pid != null) {
            MDC.put("pid", pid.toString());
        }
    }

    static void clear() {
        KEYS.forEach(MDC::remove);
    }
}
