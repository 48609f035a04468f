package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Acts in other namespaces, each time on a thread of its own that ends with the act: no other thread moves, and no
 * namespace is kept.
 */
public final class Namespaces {
    private static final int CLONE_NEWNS = 0x00020000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final long MS_REC = 0x4000;
    private static final long MS_PRIVATE = 1 << 18;
    private static final int MNT_DETACH = 2;
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");
    private static final int MOUNT_POINT_COLUMN = 4;

    private Namespaces() {}

    /**
     * Runs an action in a network namespace; sockets that it makes stay there.
     *
     * @throws PosixException EPERM without CAP_SYS_ADMIN; EINVAL: {@code netns} is no network namespace
     * @throws Exception what the action throws
     */
    public static <T> T inNetns(Fd netns, Callable<T> action) throws Exception {
        return onOwnThread("netns", () -> {
            PosixException.check(LibC.C.setns(netns.number(), CLONE_NEWNET), "setns (needs CAP_SYS_ADMIN)");
            return action.call();
        });
    }

    /**
     * Runs an action where nothing that it mounts, or is done to mounts by its children, reaches the host. What is mounted
     * below /run is not seen there either, so that a long-lived child does not hold it, except for what is needed.
     *
     * @param kept paths that must stay reachable
     * @throws PosixException EPERM without CAP_SYS_ADMIN
     * @throws Exception what the action throws
     */
    public static <T> T inPrivateMountNamespace(Collection<Path> kept, Callable<T> action) throws Exception {
        return onOwnThread("mount-namespace", () -> {
            PosixException.check(LibC.C.unshare(CLONE_NEWNS), "unshare CLONE_NEWNS (needs CAP_SYS_ADMIN)");
            PosixException.check(LibC.C.mount("none", "/", null, MS_REC | MS_PRIVATE, null), "mount --make-rprivate /");
            detachMountsBelowRun(kept);
            return action.call();
        });
    }

    private static void detachMountsBelowRun(Collection<Path> kept) throws IOException {
        List<Path> needed = new ArrayList<>(kept);
        if (Files.exists(RESOLV_CONF)) {
            needed.add(RESOLV_CONF.toRealPath());
        }
        List<Path> mounts = mountPoints(Files.readAllLines(Path.of("/proc/thread-self/mountinfo")));
        Collections.reverse(mounts); // what is mounted later may hide what was before
        for (Path mount : mounts) {
            if (mount.startsWith("/run")
                    && mount.getNameCount() > 1
                    && needed.stream().noneMatch(p -> p.startsWith(mount))) {
                LibC.C.umount2(mount.toString(), MNT_DETACH); // one that is gone already needs nothing
            }
        }
    }

    /** @param mountinfo lines as proc(5) describes them */
    static List<Path> mountPoints(List<String> mountinfo) {
        List<Path> points = new ArrayList<>();
        mountinfo.forEach(line -> points.add(Path.of(unescape(line.split(" ", -1)[MOUNT_POINT_COLUMN]))));
        return points;
    }

    /** Blank, tab, line feed and backslash are written as a backslash and three octal digits. */
    private static String unescape(String escaped) {
        return escaped.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private static <T> T onOwnThread(String name, Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        try {
            T result = task.get();
            thread.join(); // the namespace is let go when the thread has ended
            return result;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
