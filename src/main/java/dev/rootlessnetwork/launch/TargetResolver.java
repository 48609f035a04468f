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
    private final HostRoot hostRoot;

    /**
     * @param root whether we are; an ordinary user enters the target's user namespace first
     * @param hostRoot where paths lead
     */
    TargetResolver(boolean root, HostRoot hostRoot) {
        this.root = root;
        this.hostRoot = hostRoot;
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
        TargetProblems problems = new TargetProblems(target, pid);
        PidFd process = openProcess(problems, remembered != null);
        Fd netns = null;
        Fd userns = null;
        try {
            OptionalLong startTime = Procfs.startTime(pid);
            if (startTime.isEmpty() || process.exited()) {
                throw new Unavailable(problems.exited());
            }
            ProcessIdentity identity = new ProcessIdentity(pid, startTime.getAsLong(), Procfs.bootId());
            if (remembered != null && !sameProcess(remembered, identity)) {
                throw new Unavailable(problems.replaced());
            }
            netns = openNamespace(problems, "net");
            userns = root ? null : openNamespace(problems, "user");
            if (process.exited()) {
                throw new Unavailable(problems.exited());
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
            throw new Unavailable(problems.unreadable(String.valueOf(e.getMessage())));
        }
    }

    private static PidFd openProcess(TargetProblems problems, boolean wasBound) throws Unavailable {
        int pid = problems.pid();
        try {
            return PidFd.open(pid);
        } catch (PosixException e) {
            OptionalInt group = Procfs.threadGroup(pid);
            if (group.isPresent() && group.getAsInt() != pid) {
                throw new Unavailable(problems.isThread(group.getAsInt()));
            }
            throw new Unavailable(group.isPresent() || wasBound ? problems.exited() : problems.noSuchProcess());
        }
    }

    private static boolean sameProcess(TargetBinding binding, ProcessIdentity identity) {
        return binding.pid() != null
                && binding.pid() == identity.pid()
                && binding.startTime() == identity.startTime()
                && binding.bootId().equals(identity.bootId());
    }

    private static Fd openNamespace(TargetProblems problems, String kind) throws Unavailable {
        try {
            return Fd.openRead(Path.of("/proc", Integer.toString(problems.pid()), "ns", kind));
        } catch (PosixException e) {
            boolean ended = e.is("ENOENT") || e.is("ESRCH");
            throw new Unavailable(ended ? problems.exited() : problems.namespaceClosed(kind, e.errnoName()));
        }
    }

    private BoundTarget pidFile(NetworkPlan plan, Path path, @Nullable RememberedTarget remembered) throws Unavailable {
        Target target = plan.target();
        TargetBinding bound = remembered == null ? null : remembered.binding();
        PidFileContent content;
        try (Fd held = hostRoot.find(path)) {
            content = PidFileContent.read(held);
        } catch (IOException e) {
            if (remembered != null && bound != null && bound.pid() != null && isAlive(bound)) {
                return process(plan, bound.pid(), bound, remembered.pidFileTime());
            }
            if (e instanceof HostRoot.Denied denied) {
                throw new Unavailable(denied.problem(target));
            }
            String message = isAbsence(e)
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
        try (Fd held = hostRoot.find(path)) {
            NetnsId id = NetnsId.of(held);
            if (id.device() != namespaceDevice()) {
                throw new Unavailable(Problem.of(
                        remembered == null ? Reason.TargetNotFound : Reason.TargetExited,
                        target,
                        path + " is a file, but no network namespace is mounted on it (any more)"));
            }
            refuseHostNetns(target, id);
            TargetBinding binding = new TargetBinding(plan.nodeName(), null, 0, Procfs.bootId(), id.toString());
            return new BoundTarget(binding, null, null, held.reopenRead(), null, id);
        } catch (IOException e) {
            throw new Unavailable(pathProblem(target, path, remembered != null, e));
        }
    }

    private static Problem pathProblem(Target target, Path path, boolean wasThere, IOException e) {
        if (e instanceof HostRoot.Denied denied) {
            return denied.problem(target);
        }
        if (!isAbsence(e)) {
            String what = e instanceof PosixException ? "cannot " : "cannot look at " + path + ": ";
            return Problem.of(Reason.PermissionDenied, target, what + e.getMessage());
        }
        return wasThere
                ? Problem.of(Reason.TargetExited, target, "the network namespace at " + path + " is gone")
                : Problem.of(
                        Reason.TargetNotFound,
                        target,
                        "there is no network namespace at " + path + " yet; waiting for it");
    }

    private static boolean isAbsence(IOException e) {
        return e instanceof PosixException errno && (errno.is("ENOENT") || errno.is("ENOTDIR"));
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

    private static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Unavailable(Problem problem) {
            super(problem.message());
            this.problem = problem;
        }
    }
}
