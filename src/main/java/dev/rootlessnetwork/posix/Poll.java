package dev.rootlessnetwork.posix;

import java.time.Duration;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/** poll(2) for one descriptor. */
final class Poll {
    private static final int POLLFD_SIZE = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final short POLLIN = 1;

    private Poll() {}

    /**
     * Waits for POLLIN or POLLHUP.
     *
     * @param timeout rounded up to milliseconds; zero: does not wait
     * @return false if nothing came in time
     */
    static boolean awaitInput(Fd fd, Duration timeout) throws PosixException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Pointer pollfd = Memory.allocate(LibC.RUNTIME, POLLFD_SIZE);
        while (true) {
            long left = Math.max(0, deadline - System.nanoTime());
            pollfd.putInt(0, fd.number());
            pollfd.putShort(EVENTS_OFFSET, POLLIN);
            int ready = LibC.C.poll(pollfd, 1, (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000));
            if (ready >= 0) {
                if (ready > 0 || left == 0) {
                    return ready > 0;
                }
                continue;
            }
            PosixException failure = PosixException.last("poll");
            if (!failure.is("EINTR")) {
                throw failure;
            }
        }
    }
}
