package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.Children;
import dev.rootlessnetwork.posix.ExitStatus;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.Procfs;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A slirp4netns of ours, held by its pidfd: started by this process, or by one before it. */
final class SlirpHandle implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlirpHandle.class);

    private final SlirpProcess process;
    private final PidFd pidFd;
    private final Supervisor supervisor;
    private final Runnable onExit;
    private Supervisor.Watch watch;
    private @Nullable ExitStatus exitStatus;
    private boolean closed;

    private SlirpHandle(SlirpProcess process, PidFd pidFd, Supervisor supervisor, Runnable onExit)
            throws PosixException {
        this.process = process;
        this.pidFd = pidFd;
        this.supervisor = supervisor;
        this.onExit = onExit;
        this.watch = watch();
    }

    private Supervisor.Watch watch() throws PosixException {
        return supervisor.onExit(pidFd.fd(), () -> {
            noteExit();
            onExit.run();
        });
    }

    /**
     * Takes hold of a process.
     *
     * @param pidFd of that process; closed with this, or where this fails
     * @param onExit called when it ends, on the supervisor's thread
     */
    static SlirpHandle of(SlirpProcess process, PidFd pidFd, Supervisor supervisor, Runnable onExit)
            throws PosixException {
        try {
            return new SlirpHandle(process, pidFd, supervisor, onExit);
        } catch (PosixException e) {
            pidFd.close();
            throw e;
        }
    }

    /** Takes hold of a process that an earlier operator started; empty if it is not there any more. */
    static Optional<SlirpHandle> adopt(SlirpProcess process, Supervisor supervisor, Runnable onExit) {
        if (!process.bootId().equals(Procfs.bootId())) {
            return Optional.empty();
        }
        try {
            SlirpHandle handle = of(process, PidFd.open(process.pid()), supervisor, onExit);
            boolean same = Procfs.startTime(process.pid()).equals(OptionalLong.of(process.startTime()));
            if (same && !handle.pidFd.exited()) {
                return Optional.of(handle);
            }
            handle.close();
        } catch (PosixException e) {
            LOG.debug("No such process pid={} error={}", process.pid(), e.getMessage());
        }
        return Optional.empty();
    }

    SlirpProcess process() {
        return process;
    }

    boolean alive() {
        return !pidFd.exited();
    }

    /** How it ended, or "an unknown status" where no one can tell any more. */
    synchronized String ending() {
        noteExit();
        return (exitStatus == null ? ExitStatus.UNKNOWN : exitStatus).toString();
    }

    private synchronized void noteExit() {
        if (exitStatus == null && !closed && pidFd.exited()) {
            if (Procfs.startTime(process.pid()).equals(OptionalLong.of(process.startTime()))) {
                Children.killGroup(process.pid()); // what a script in slirp4netns's place has started
            }
            exitStatus = Children.reap(process.pid()).or(pidFd::exitInfo).orElse(null);
        }
    }

    /**
     * Ends it and waits for that.
     *
     * @return why it goes on, watched as before; empty if it does not
     */
    Optional<String> stop() {
        watch.close();
        Optional<String> left = ProcessEnd.of("slirp4netns", pidFd);
        if (left.isPresent()) {
            try {
                watch = watch();
            } catch (PosixException e) {
                throw new IllegalStateException("a pidfd can always be watched", e);
            }
        }
        noteExit();
        return left;
    }

    /** Lets go of it; it goes on. */
    @Override
    public void close() {
        watch.close();
        synchronized (this) {
            closed = true; // the supervisor may be about to call, since before it was told to watch no more
            pidFd.close();
        }
    }
}
