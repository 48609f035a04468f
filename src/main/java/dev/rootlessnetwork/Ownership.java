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
        throw CommandFailure.failed("state directory " + state.path() + " is owned by " + state.ownerInWords()
                + ": stop that first, or choose another directory with --state-dir");
    }
}
