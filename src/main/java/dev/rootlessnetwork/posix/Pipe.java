package dev.rootlessnetwork.posix;

import java.time.Duration;

/** A pipe, both ends closed on exec. */
public record Pipe(Fd readEnd, Fd writeEnd) implements AutoCloseable {
    public static Pipe open() throws PosixException {
        int[] fds = new int[2];
        PosixException.check(LibC.C.pipe2(fds, Fd.O_CLOEXEC), "pipe2");
        return new Pipe(new Fd(fds[0]), new Fd(fds[1]));
    }

    /**
     * Waits until there is something to read, or the last writer has closed.
     *
     * @return false if neither came in time
     */
    public boolean awaitReadable(Duration timeout) throws PosixException {
        return Poll.awaitInput(readEnd, timeout);
    }

    @Override
    public void close() {
        readEnd.close();
        writeEnd.close();
    }
}
