package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.RootDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the paths in objects lead. Those of a cluster name files of the host, also when we run in a container with a root of
 * our own. Thread-safe.
 */
sealed interface HostRoot extends AutoCloseable {
    /** The host's root, where processes are numbered as on the host. */
    Path PROCESS_1 = Path.of("/proc/1/root");

    /** What is missing where a container of a pod may not open /proc/1/root; see proc(5) and ptrace(2). */
    String REMEDY =
            ": the agent's pod needs hostPID: true, and its container the capability SYS_PTRACE (and an AppArmor profile"
                    + " that allows ptrace, where there is AppArmor)";

    /** Takes hold of what an absolute path names, without opening it: of a file, a directory or a mounted namespace. */
    Fd find(Path path) throws PosixException, Denied;

    /** The file of proc(5) by which the kernel tells of changes to the mounts that paths lead over. */
    Path mountinfo();

    @Override
    void close();

    /**
     * Finds the root that the objects' paths start from.
     *
     * @param inPod whether we run in a container of a pod: then no other root will do than that of process 1
     */
    static HostRoot open(Source source, boolean inPod) {
        if (source == Source.STANDALONE) {
            return new Own();
        }
        try {
            RootDirectory host = RootDirectory.open(PROCESS_1);
            if (inPod && isOurs()) {
                host.close();
                return new Closed("process 1 here is one of the pod's own" + REMEDY);
            }
            return new Below(host, Path.of("/proc/1/mountinfo"));
        } catch (PosixException e) {
            if (inPod) {
                return new Closed(e.getMessage() + (e.is("ENOSYS") ? "" : REMEDY));
            }
            return ownBelow();
        }
    }

    /** Whether process 1 has the root that we have: in a container, that is not the host's. */
    static boolean isOurs() {
        try {
            return Files.isSameFile(PROCESS_1, Path.of("/"));
        } catch (IOException e) {
            return true; // What cannot be told apart is not to be taken for the host's.
        }
    }

    /** Some virtual machines close /proc/1/root even to their root, where it is the same as ours. */
    private static HostRoot ownBelow() {
        try {
            return new Below(RootDirectory.open(Path.of("/")), Path.of("/proc/self/mountinfo"));
        } catch (PosixException e) {
            return new Closed(String.valueOf(e.getMessage()));
        }
    }

    /** Our own root, for objects of this machine's user. */
    record Own() implements HostRoot {
        @Override
        public Fd find(Path path) throws PosixException {
            return Fd.openPath(path);
        }

        @Override
        public Path mountinfo() {
            return Path.of("/proc/self/mountinfo");
        }

        @Override
        public void close() {}
    }

    /**
     * A root that nothing leads out of. Absolute links, such as /var/run to /run, are the host's to follow: through a mere
     * prefix of /proc/1/root they would lead to files of our container. Links of /proc are refused: /proc/PID/root is some
     * container's file system, not the host's, and /proc/PID/ns/net comes to name another process's namespace without notice.
     *
     * <p>What is mounted on the host later is seen, since the way down from its root is through its mounts, not through ours.
     */
    record Below(RootDirectory root, Path mountinfo) implements HostRoot {
        @Override
        public Fd find(Path path) throws PosixException {
            return root.openPath(path);
        }

        @Override
        public void close() {
            root.close();
        }
    }

    /**
     * The host's files are out of reach, and ours are not what objects mean.
     *
     * @param why what failed, and what helps
     */
    record Closed(String why) implements HostRoot {
        @Override
        public Fd find(Path path) throws Denied {
            throw new Denied("cannot reach " + path + " of the host: " + why);
        }

        @Override
        public Path mountinfo() {
            return Path.of("/proc/self/mountinfo");
        }

        @Override
        public void close() {}
    }

    /** We lack the right to look at the host's files; the message says what gives it. */
    final class Denied extends IOException {
        private static final long serialVersionUID = 1L;

        private Denied(String message) {
            super(message);
        }

        Problem problem(Target target) {
            return Problem.of(Reason.PermissionDenied, target, String.valueOf(getMessage()));
        }
    }
}
