package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.StateDirectory;
import dev.rootlessnetwork.launch.StateDirectoryException;
import java.util.Optional;

/** Takes a state directory for this process. */
final class Ownership {
    private Ownership() {}

    /** @throws CommandFailure if another process has it; the message names that */
    static StateDirectory.Lock take(StateDirectory state) throws CommandFailure, StateDirectoryException {
        Optional<StateDirectory.Lock> lock = state.tryLock();
        if (lock.isPresent()) {
            return lock.get();
        }
        Optional<Long> owner = state.owner();
        String process =
                owner.filter(pid -> pid > 0).map(pid -> "process " + pid).orElse("another process");
        throw CommandFailure.failed("state directory " + state.path() + " is owned by " + process
                + ": stop that first, or choose another directory with --state-dir");
    }
}
