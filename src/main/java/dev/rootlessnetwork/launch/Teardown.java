package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Reason;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes down all that a network has, in the order in which it can go; again and again while something is left. Guarded by its network's
 * lock.
 */
record Teardown(
        LauncherContext context,
        String uid,
        NetworkFiles files,
        SlirpRunner slirp,
        NetworkPorts ports,
        NetworkTarget target) {
    /**
     * Takes down what can be. Files and claims go last: by the files the operator after us finds what is left.
     *
     * @param why for the log
     * @return what is left, in a clause; empty if nothing is
     */
    Optional<String> run(@Nullable NetworkRecord record, String why) {
        Optional<String> left = (record == null ? Optional.<String>empty() : takeDown(record, why))
                .or(() -> context.orphans().end(files));
        if (left.isPresent()) {
            return left;
        }
        if (record != null) {
            context.tell(context.portClaims().forget(record.plan().claimant()));
        }
        target.release();
        context.tell(context.netnsClaims().releaseAllBut(uid, null));
        context.cgroups().removeNetwork(files);
        try {
            context.state().delete(files);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("files in " + files.directory() + " cannot be removed: " + FileFailure.describe(e));
        }
    }

    private Optional<String> takeDown(NetworkRecord record, String why) {
        if (record.tap() != null && target.holding(record.binding()) == null) {
            target.resolve(record.plan(), RememberedTarget.of(record, SpecInForce.remembered(record.plan())));
        }
        ports.detach();
        return slirp.stop(why).or(() -> removeTap(record));
    }

    /** A namespace that is gone took its interface along; into one that is closed to us we cannot tell. */
    private Optional<String> removeTap(NetworkRecord record) {
        String tap = record.tap();
        BoundTarget held = target.holding(record.binding());
        if (tap == null) {
            return Optional.empty();
        }
        if (held == null) {
            return Optional.ofNullable(target.problem())
                    .filter(problem -> problem.reason() == Reason.PermissionDenied)
                    .map(problem -> "the interface " + tap + " cannot be removed: " + problem.message());
        }
        try {
            new GuestNamespace(held, context.root()).removeTap(tap);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("the interface " + tap + " in " + held.binding().netns() + " cannot be removed: "
                    + FileFailure.describe(e));
        }
    }
}
