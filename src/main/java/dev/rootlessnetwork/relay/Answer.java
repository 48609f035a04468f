package dev.rootlessnetwork.relay;

import java.util.List;

/**
 * A reply with the descriptors that go with it.
 *
 * @param descriptors their numbers; who has them keeps them
 */
record Answer(Reply reply, List<Integer> descriptors) {
    Answer {
        descriptors = List.copyOf(descriptors);
    }

    static Answer of(Reply reply) {
        return new Answer(reply, List.of());
    }
}
