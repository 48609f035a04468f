package dev.rootlessnetwork.kube;

/**
 * Something that happened to a network, as a person sees it with {@code kubectl describe}.
 *
 * @param subject what of the object it is about, such as a port's name; empty: all of it. Events of one reason and subject are
 *     the same thing happening again
 */
record NetworkEvent(Reason reason, String subject, String note) {
    /** What happened, with its severity and what was being done. */
    enum Reason {
        Started(false, "Start"),
        Exited(true, "Run"),
        Restarted(false, "Start"),
        PortFailed(true, "OpenPort"),
        PortRecovered(false, "OpenPort");

        private final boolean warning;
        private final String action;

        Reason(boolean warning, String action) {
            this.warning = warning;
            this.action = action;
        }

        /** Warning or Normal, the two that Kubernetes knows. */
        String type() {
            return warning ? "Warning" : "Normal";
        }

        String action() {
            return action;
        }
    }
}
