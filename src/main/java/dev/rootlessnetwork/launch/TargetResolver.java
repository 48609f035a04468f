package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.posix.Fd;
import dev.rootlessnetwork.posix.NetnsId;
import dev.rootlessnetwork.posix.PidFd;
import dev.rootlessnetwork.posix.PosixException;
import dev.rootlessnetwork.posix.ProcessIdentity;
import dev.rootlessnetwork.posix.Procfs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the process or namespace that a plan names, and holds it by descriptors: the pidfd first, then the namespaces,
 * then another look at the pidfd, so that no process that takes over the number meanwhile is mistaken for it.
 */
final class TargetResolver {
    private static final Path OWN_NETNS = Path.of("/proc/self/ns/net");
    private static final Path INIT_NETNS = Path.of("/proc/1/ns/net");

    private final boolean root;

    /** @param root whether we are; an ordinary user enters the target's user namespace first */
    TargetResolver(boolean root) {
        this.root = root;
    }

    /** Looks for the plan's target. Never blocks for long; the caller closes what was found. */
    Resolution resolve(NetworkPlan plan, @Nullable RememberedTarget remembered) {
        Target target = plan.target();
        try {
            if (target instanceof Target.Pid pid) {
                return found(process(plan, pid.pid(), remembered == null ? null : remembered.binding(), null));
            }
            if (target instanceof Target.PidFile file) {
                return found(pidFile(plan, file.path(), remembered));
            }
            return found(netnsPath(plan, ((Target.NetnsPath) target).path(), remembered));
        } catch (Unavailable e) {
            return new Resolution.Missing(e.problem);
        }
    }

    private static Resolution found(BoundTarget target) {
        return new Resolution.Found(target);
    }

    private BoundTarget process(
            NetworkPlan plan, int pid, @Nullable TargetBinding remembered, @Nullable Long pidFileTime)
            throws Unavailable {
        Target target = plan.target();
        PidFd process = openProcess(target, pid, remembered != null);
        Fd netns = null;
        Fd userns = null;
        try {
            OptionalLong startTime = Procfs.startTime(pid);
            if (startTime.isEmpty() || process.exited()) {
                throw exited(target, "process " + pid + " has ended" + zombieNote(pid));
            }
            ProcessIdentity identity = new ProcessIdentity(pid, startTime.getAsLong(), Procfs.bootId());
            if (remembered != null && !sameProcess(remembered, identity)) {
                throw exited(
                        target,
                        "process " + pid + ", to which this network was bound, has ended;"
                                + " the number now belongs to another process");
            }
            netns = openNamespace(target, pid, "net");
            userns = root ? null : openNamespace(target, pid, "user");
            if (process.exited()) {
                throw exited(target, "process " + pid + " has ended");
            }
            NetnsId id = NetnsId.of(netns);
            refuseHostNetns(target, id);
            TargetBinding binding =
                    new TargetBinding(plan.nodeName(), pid, identity.startTime(), identity.bootId(), id.toString());
            return new BoundTarget(binding, pidFileTime, process, netns, userns, id);
        } catch (Unavailable e) {
            Closing.all(Stream.of(userns, netns, process));
            throw e;
        } catch (IOException e) {
            Closing.all(Stream.of(userns, netns, process));
            throw new Unavailable(Problem.of(
                    Reason.PermissionDenied, target, "cannot look at process " + pid + ": " + e.getMessage()));
        }
    }

    private static PidFd openProcess(Target target, int pid, boolean wasBound) throws Unavailable {
        try {
            return PidFd.open(pid);
        } catch (PosixException e) {
            OptionalInt group = Procfs.threadGroup(pid);
            if (group.isPresent() && group.getAsInt() != pid) {
                throw new Unavailable(Problem.of(
                        Reason.TargetNotFound,
                        target,
                        pid + " is a thread of process " + group.getAsInt() + ", not a process: name "
                                + group.getAsInt() + " instead"));
            }
            if (group.isPresent()) {
                throw exited(target, "process " + pid + " has ended" + zombieNote(pid));
            }
            if (wasBound) {
                throw exited(target, "process " + pid + " has ended");
            }
            String limit = pid > Procfs.pidMax() ? " (process IDs on this machine end at " + Procfs.pidMax() + ")" : "";
            throw new Unavailable(Problem.of(
                    Reason.TargetNotFound,
                    target,
                    "there is no process " + pid + " on this machine" + limit + ": start it, or name one that runs"));
        }
    }

    private static String zombieNote(int pid) {
        Optional<Character> state = Procfs.state(pid);
        return state.isPresent() && state.get() == 'Z' ? " and waits for its parent to take note (zombie)" : "";
    }

    private static boolean sameProcess(TargetBinding binding, ProcessIdentity identity) {
        return binding.pid() != null
                && binding.pid() == identity.pid()
                && binding.startTime() == identity.startTime()
                && binding.bootId().equals(identity.bootId());
    }

    private static Fd openNamespace(Target target, int pid, String kind) throws Unavailable {
        Path path = Path.of("/proc", Integer.toString(pid), "ns", kind);
        try {
            return Fd.openRead(path);
        } catch (PosixException e) {
            if (e.is("ENOENT") || e.is("ESRCH")) {
                throw exited(target, "process " + pid + " has ended");
            }
            throw new Unavailable(Problem.of(
                    Reason.PermissionDenied,
                    target,
                    "cannot open " + path + " (" + e.errnoName() + "): run as root, or as the user who owns process "
                            + pid));
        }
    }

    private BoundTarget pidFile(NetworkPlan plan, Path path, @Nullable RememberedTarget remembered) throws Unavailable {
        Target target = plan.target();
        TargetBinding bound = remembered == null ? null : remembered.binding();
        PidFileContent content;
        try {
            content = PidFileContent.read(path);
        } catch (IOException e) {
            if (remembered != null && bound != null && bound.pid() != null && isAlive(bound)) {
                return process(plan, bound.pid(), bound, remembered.pidFileTime());
            }
            boolean absent = e instanceof PosixException errno && (errno.is("ENOENT") || errno.is("ENOTDIR"));
            String message = absent
                    ? "there is no file " + path + (bound == null ? " yet" : " any more") + "; waiting for it"
                    : "cannot read a process ID from " + path + ": " + e.getMessage();
            throw new Unavailable(
                    Problem.of(bound == null ? Reason.TargetNotFound : Reason.TargetExited, target, message));
        }
        boolean unchanged =
                remembered != null && Long.valueOf(content.modified()).equals(remembered.pidFileTime());
        return process(plan, content.pid(), unchanged ? bound : null, content.modified());
    }

    private static boolean isAlive(TargetBinding binding) {
        return binding.pid() != null
                && binding.bootId().equals(Procfs.bootId())
                && Procfs.startTime(binding.pid()).equals(OptionalLong.of(binding.startTime()));
    }

    private BoundTarget netnsPath(NetworkPlan plan, Path path, @Nullable RememberedTarget remembered)
            throws Unavailable {
        Target target = plan.target();
        if (!root) {
            throw new Unavailable(Problem.of(
                    Reason.PermissionDenied,
                    target,
                    "only root may enter a network namespace by its path: run as root, or name the target by pid or"
                            + " pidFile"));
        }
        Fd netns = null;
        try {
            netns = Fd.openRead(path);
            NetnsId id = NetnsId.of(netns);
            if (id.device() != namespaceDevice()) {
                netns.close();
                throw new Unavailable(Problem.of(
                        remembered == null ? Reason.TargetNotFound : Reason.TargetExited,
                        target,
                        path + " is a file, but no network namespace is mounted on it (any more)"));
            }
            refuseHostNetns(target, id);
            TargetBinding binding = new TargetBinding(plan.nodeName(), null, 0, Procfs.bootId(), id.toString());
            return new BoundTarget(binding, null, null, netns, null, id);
        } catch (Unavailable e) {
            Closing.one(netns);
            throw e;
        } catch (IOException e) {
            Closing.one(netns);
            boolean gone = e instanceof PosixException errno && (errno.is("ENOENT") || errno.is("ENOTDIR"));
            if (!gone) {
                throw new Unavailable(
                        Problem.of(Reason.PermissionDenied, target, "cannot open " + path + ": " + e.getMessage()));
            }
            throw new Unavailable(
                    remembered == null
                            ? Problem.of(
                                    Reason.TargetNotFound,
                                    target,
                                    "there is no network namespace at " + path + " yet; waiting for it")
                            : Problem.of(Reason.TargetExited, target, "the network namespace at " + path + " is gone"));
        }
    }

    private static long namespaceDevice() throws IOException {
        return NetnsId.of(OWN_NETNS).device();
    }

    private static void refuseHostNetns(Target target, NetnsId id) throws IOException, Unavailable {
        if (id.equals(NetnsId.of(OWN_NETNS)) || isInitNetns(id)) {
            throw new Unavailable(Problem.of(
                    Reason.TargetNotAllowed,
                    target,
                    "the target is in the host's own network namespace: start it in one of its own, such as with"
                            + " unshare --net"));
        }
    }

    /** /proc/1/ns is closed even to root on some machines; then only our own namespace is known to be the host's. */
    private static boolean isInitNetns(NetnsId id) {
        try {
            return id.equals(NetnsId.of(INIT_NETNS));
        } catch (IOException e) {
            return false;
        }
    }

    private static Unavailable exited(Target target, String what) {
        String advice = target.awaited()
                ? "; waiting for the next one"
                : ": start it anew and put its process ID into spec.target.pid";
        return new Unavailable(Problem.of(Reason.TargetExited, target, what + advice));
    }

    private static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Unavailable(Problem problem) {
            super(problem.message());
            this.problem = problem;
        }
    }
}
