package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SplicePipe;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The pipes of a loop. A connection has one only while bytes are on their way, which is for the length of a call; a few more are needed
 * where the kernel, short of memory, takes less than it promised.
 */
final class Pipes implements AutoCloseable {
    private static final int MOST_SPARE = 4;

    private final Deque<SplicePipe> spare = new ArrayDeque<>();

    /** One is there from the start, so that nothing lacks it when descriptors run out. */
    Pipes() throws PosixException {
        spare.push(SplicePipe.open());
    }

    SplicePipe take() throws PosixException {
        SplicePipe pipe = spare.poll();
        return pipe == null ? SplicePipe.open() : pipe;
    }

    /** Takes a pipe back; one with content is of no use to others. */
    void giveBack(SplicePipe pipe) {
        if (pipe.content() > 0 || spare.size() >= MOST_SPARE) {
            pipe.close();
        } else {
            spare.push(pipe);
        }
    }

    @Override
    public void close() {
        spare.forEach(SplicePipe::close);
        spare.clear();
    }
}
