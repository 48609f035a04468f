package dev.rootlessnetwork.relay;

import org.jspecify.annotations.Nullable;

/** Flows in the order in which they were last active. Links that the flows have themselves: nothing is allocated. */
final class FlowList {
    private @Nullable UdpFlow first;
    private @Nullable UdpFlow last;

    /** The one that has been idle for longest; null: there is none. */
    @Nullable
    UdpFlow first() {
        return first;
    }

    /** Adds one that was active just now. */
    void add(UdpFlow flow) {
        flow.list = this;
        flow.earlier = last;
        flow.later = null;
        if (last == null) {
            first = flow;
        } else {
            last.later = flow;
        }
        last = flow;
    }

    void remove(UdpFlow flow) {
        if (flow.earlier == null) {
            first = flow.later;
        } else {
            flow.earlier.later = flow.later;
        }
        if (flow.later == null) {
            last = flow.earlier;
        } else {
            flow.later.earlier = flow.earlier;
        }
        flow.list = null;
    }

    /** Notes that one of these was active just now. */
    void touch(UdpFlow flow) {
        if (flow != last) {
            remove(flow);
            add(flow);
        }
    }
}
