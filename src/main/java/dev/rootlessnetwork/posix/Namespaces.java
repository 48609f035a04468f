package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * Acts in other namespaces, each time on a thread of its own that ends with the act: no other thread moves, and no
 * namespace is kept.
 */
public final class Namespaces {
    private static final long MS_REC = 0x4000;
    private static final long MS_PRIVATE = 1 << 18;
    private static final int MNT_DETACH = 2;
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    /** As many as the kernel follows, see path_resolution(7). */
    private static final int MAX_LINKS = 40;

    private Namespaces() {}

    /**
     * Runs an act in a network namespace: its sockets are made there and stay there, and {@code /proc/thread-self/net} and
     * {@code /proc/sys/net} are those of the namespace. {@link java.net.NetworkInterface} does not serve: it reads
     * {@code /proc/net}, which is the main thread's. Blocks until the act is done, even when interrupted.
     *
     * @throws PosixException EPERM without the right to enter; EINVAL: {@code netns} is no network namespace
     * @throws Exception what the act throws
     */
    public static <T> T inNetns(Fd netns, Callable<T> act) throws Exception {
        return onOwnThread("netns", () -> {
            try (Fd.Lease lease = netns.lease()) {
                entitled(
                        C.setns(lease.number(), LibC.CLONE_NEWNET),
                        "enter the network namespace of " + netns,
                        "that needs CAP_SYS_ADMIN both here and in the user namespace that owns it");
            }
            return act.call();
        });
    }

    /**
     * Runs an act in a new mount namespace: nothing that it or its children mount reaches the host. What is mounted below
     * /run is detached there, so that a long-lived child does not keep it from being unmounted; so are not the mounts on
     * the way to {@code keep} and to what /etc/resolv.conf leads to. Blocks until it is done, even when interrupted.
     *
     * @param keep absolute paths that the act or its children need
     * @throws PosixException EPERM without CAP_SYS_ADMIN, EACCES where a security module forbids mounts
     * @throws Exception what the act throws
     */
    public static <T> T inPrivateMountNamespace(Collection<Path> keep, Callable<T> act) throws Exception {
        return onOwnThread("private-mounts", () -> {
            entitled(C.unshare(LibC.CLONE_NEWNS), "make a mount namespace", "that needs CAP_SYS_ADMIN");
            permitted(C.mount("none", "/", "none", MS_REC | MS_PRIVATE, 0), "make all mounts private");
            detachMountsBelowRun(keep);
            return act.call();
        });
    }

    /**
     * Runs an act in the cgroup namespace of process 1, which is the machine's where we share its PID namespace. Where that is ours as
     * well, or may not be looked at (some virtual machines close it to their root), the act is run as it is. Blocks until it is done,
     * even when interrupted.
     *
     * @throws PosixException EPERM without CAP_SYS_ADMIN
     * @throws Exception what the act throws
     */
    static <T> T inCgroupNamespaceOfProcess1(Callable<T> act) throws Exception {
        Fd namespace;
        try {
            namespace = Fd.openRead(Path.of("/proc/1/ns/cgroup"));
        } catch (PosixException e) {
            return act.call();
        }
        try (namespace;
                Fd ours = Fd.openRead(Path.of("/proc/thread-self/ns/cgroup"))) {
            if (FileStatus.of(namespace).equals(FileStatus.of(ours))) {
                return act.call();
            }
            return onOwnThread("cgroups", () -> {
                try (Fd.Lease lease = namespace.lease()) {
                    entitled(
                            C.setns(lease.number(), LibC.CLONE_NEWCGROUP),
                            "enter the cgroup namespace of process 1",
                            "that needs CAP_SYS_ADMIN");
                }
                return act.call();
            });
        }
    }

    private static void detachMountsBelowRun(Collection<Path> keep) throws IOException {
        List<Path> needed = new ArrayList<>();
        for (Path path : keep) {
            needed.addAll(trail(path));
        }
        needed.addAll(trail(RESOLV_CONF));
        List<String> mountinfo = Files.readAllLines(Path.of("/proc/thread-self/mountinfo"));
        for (Path mountPoint : MountPoints.detachable(MountPoints.parse(mountinfo), needed)) {
            // What went with an earlier one, or is locked to us, stays as it is: the child works all the same.
            C.umount2(mountPoint.toString(), MNT_DETACH);
        }
    }

    /** A path with all that its symbolic links lead over; what is missing ends it. */
    static List<Path> trail(Path path) throws IOException {
        List<Path> trail = new ArrayList<>();
        Path step = path.toAbsolutePath();
        for (int links = 0; links < MAX_LINKS; links++) {
            trail.add(step.normalize());
            Path parent = step.getParent();
            // The directories' own links are resolved in one go: their targets are real directories on the way.
            if (parent != null && Files.exists(parent)) {
                step = parent.toRealPath().resolve(step.getFileName());
                trail.add(step);
            }
            if (!Files.isSymbolicLink(step)) {
                return trail;
            }
            step = step.resolveSibling(Files.readSymbolicLink(step));
        }
        return trail;
    }

    private static void entitled(int result, String doing, String remedy) throws PosixException {
        check(result, doing, LibC.EPERM, remedy);
    }

    /** Who has the capability gets EACCES from AppArmor or SELinux alone. Runtimes' own AppArmor profiles forbid all mounts. */
    private static void permitted(int result, String doing) throws PosixException {
        check(
                result,
                doing,
                LibC.EACCES,
                "a security module forbids mounts: under AppArmor run unconfined, or by a profile that allows mount, umount,"
                        + " pivot_root and ptrace (the chart's appArmorProfile); under SELinux as spc_t");
    }

    /** @param foreseen the errno that the remedy is for */
    private static void check(int result, String doing, int foreseen, String remedy) throws PosixException {
        if (result == -1) {
            int errno = LibC.errno();
            throw errno == foreseen ? new PosixException(doing, errno, remedy) : new PosixException(doing, errno);
        }
    }

    private static <T> T onOwnThread(String name, Callable<T> act) throws Exception {
        FutureTask<T> task = new FutureTask<>(act);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        joinUninterruptibly(thread); // the namespace is let go only when the thread has ended
        return result(task);
    }

    private static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T result(Future<T> done) throws Exception {
        boolean interrupted = Thread.interrupted(); // would make get() throw, although it has nothing to wait for
        try {
            return done.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
