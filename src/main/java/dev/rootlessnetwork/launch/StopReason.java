package dev.rootlessnetwork.launch;

import org.jspecify.annotations.Nullable;

/** Why the slirp4netns of an object that is to stay has to end. */
enum StopReason {
    TARGET_GONE("target gone", null),
    TARGET_CHANGED("target changed", RestartReason.TARGET_CHANGED),
    TARGET_REPLACED("target replaced", RestartReason.TARGET_CHANGED),
    OPTIONS_CHANGED("options changed", RestartReason.OPTIONS_CHANGED),
    API_SOCKET_MISSING("API socket missing", RestartReason.API_SOCKET_MISSING);

    private final String text;
    private final @Nullable RestartReason restart;

    StopReason(String text, @Nullable RestartReason restart) {
        this.text = text;
        this.restart = restart;
    }

    /** As what the start that follows counts; null if none follows. */
    @Nullable
    RestartReason restart() {
        return restart;
    }

    /** For the log. */
    @Override
    public String toString() {
        return text;
    }
}
