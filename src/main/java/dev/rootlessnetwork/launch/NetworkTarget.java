package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Claimant;
import dev.rootlessnetwork.network.NetworkPlan;
import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.network.TargetBinding;
import dev.rootlessnetwork.posix.PosixException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The target of one network: looked for anew each time, held meanwhile, and watched. Guarded by its network's lock. */
final class NetworkTarget {
    private final LauncherContext context;
    private final String uid;
    private final Runnable changed;
    private @Nullable BoundTarget bound;
    private @Nullable BoundTarget lost;
    private @Nullable Problem problem;
    private Supervisor.@Nullable Watch exitWatch;

    /** @param changed called when the target ended, or may have come; any thread */
    NetworkTarget(LauncherContext context, String uid, Runnable changed) {
        this.context = context;
        this.uid = uid;
        this.changed = changed;
    }

    /** The target, if it can be had. */
    @Nullable
    BoundTarget bound() {
        return bound;
    }

    /** Why it cannot be had; null if it can. */
    @Nullable
    Problem problem() {
        return problem;
    }

    /** The very target that was bound so, be it lost by now; null where it is not held any more. */
    @Nullable
    BoundTarget holding(@Nullable TargetBinding binding) {
        if (bound != null && bound.binding().equals(binding)) {
            return bound;
        }
        return lost != null && lost.binding().equals(binding) ? lost : null;
    }

    /** Looks for the plan's target. What was held before can still be acted on until {@link #settle}. */
    void resolve(NetworkPlan plan, @Nullable RememberedTarget remembered) {
        watchPath(plan.target()); // first, so that nothing that comes meanwhile is missed
        Resolution resolution = context.resolver().resolve(plan, remembered);
        BoundTarget found = null;
        if (resolution instanceof Resolution.Missing missing) {
            problem = missing.problem();
        } else {
            found = claim(plan, ((Resolution.Found) resolution).target());
        }
        watchExit(found);
        boolean moved = bound != null && (found == null || !found.binding().equals(bound.binding()));
        if (moved && lost == null) {
            lost = bound;
        } else {
            Closing.one(bound);
        }
        bound = found;
    }

    private @Nullable BoundTarget claim(NetworkPlan plan, BoundTarget found) {
        Optional<Claimant> holder = context.netnsClaims().tryHold(plan.claimant(), found.netnsId());
        if (holder.isEmpty()) {
            problem = null;
            return found;
        }
        found.close();
        String name = holder.get().describe(plan.claimant(), context.config().nameOwners());
        problem = Problem.stalled(
                Reason.TargetInUse,
                "network namespace " + found.binding().netns() + " already has a network, by " + name
                        + ": delete one of the two, or name another target");
        return null;
    }

    private void watchPath(Target target) {
        if (target instanceof Target.PidFile file) {
            context.pathWatch().watch(uid, file.path(), false);
        } else if (target instanceof Target.NetnsPath netns) {
            context.pathWatch().watch(uid, netns.path(), true);
        } else {
            context.pathWatch().watch(uid, null, false);
        }
    }

    private void watchExit(@Nullable BoundTarget found) {
        Closing.one(exitWatch);
        exitWatch = null;
        if (found != null && found.process() != null) {
            try {
                exitWatch = context.supervisor().onExit(found.process().fd(), changed);
            } catch (PosixException e) {
                throw new IllegalStateException("a pidfd can always be watched", e);
            }
        }
    }

    /** Lets go of namespaces that are not ours any more; call it when nothing of ours is in them. */
    void settle() {
        Closing.one(lost);
        lost = null;
        context.tell(context.netnsClaims().releaseAllBut(uid, bound == null ? null : bound.netnsId()));
    }

    /** Lets go of everything. */
    void release() {
        context.pathWatch().watch(uid, null, false);
        Closing.all(Stream.of(exitWatch, bound, lost));
        exitWatch = null;
        bound = null;
        lost = null;
    }
}
