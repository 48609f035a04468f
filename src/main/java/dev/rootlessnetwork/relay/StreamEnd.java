package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.SplicePipe;
import dev.rootlessnetwork.posix.TcpSocket;
import org.jspecify.annotations.Nullable;

/** One side of a {@link Stream}, and the bytes that come from it. */
final class StreamEnd implements EventLoop.Owner {
    private final Stream stream;
    final TcpSocket socket;
    /** Of its loop; negative while it is not watched. */
    int key = -1;
    /** Whether there may be something to read. */
    boolean readable;
    /** Whether its end is among what there is to read. */
    boolean endInSight;
    /** Whether it sends no more, and the other side knows. */
    boolean ended;
    /** What the other side was to take and did not; null: nothing. */
    @Nullable
    SplicePipe stuck;

    StreamEnd(Stream stream, TcpSocket socket) {
        this.stream = stream;
        this.socket = socket;
    }

    Stream stream() {
        return stream;
    }

    @Override
    public void ready(int ready) throws PosixException {
        stream.ready(this, ready);
    }

    @Override
    public void abandon() {
        stream.reset();
    }
}
