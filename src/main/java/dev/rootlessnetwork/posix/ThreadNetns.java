package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The network namespace that a thread is in: sockets which it opens are made there. To be used by that thread alone, which stays where
 * it went until it goes elsewhere. Other threads do not move.
 */
public final class ThreadNetns implements AutoCloseable {
    private final Fd home;
    private @Nullable Fd place;

    /** Of a thread that is where the calling one is now; that is its home. */
    public ThreadNetns() throws PosixException {
        home = Fd.openRead(Path.of("/proc/thread-self/ns/net"));
    }

    /**
     * Goes there, unless the thread is there.
     *
     * @throws PosixException EPERM: CAP_SYS_ADMIN is missing here or in the user namespace that owns it
     */
    public void enter(Fd netns) throws PosixException {
        if (place != netns) {
            try (Fd.Lease lease = netns.lease()) {
                LibC.check(C.setns(lease.number(), LibC.CLONE_NEWNET), "enter the network namespace of " + netns);
            }
            place = netns;
        }
    }

    /** Goes home if the thread is there, so that it does not keep the namespace. */
    public void leave(Fd netns) throws PosixException {
        if (place != netns) {
            return;
        }
        try (Fd.Lease lease = home.lease()) {
            if (C.setns(lease.number(), LibC.CLONE_NEWNET) == -1) {
                // In a user namespace of its own the home belongs to others: an empty namespace will do.
                LibC.check(C.unshare(LibC.CLONE_NEWNET), "make a network namespace");
            }
        }
        place = null;
    }

    @Override
    public void close() {
        home.close();
    }
}
