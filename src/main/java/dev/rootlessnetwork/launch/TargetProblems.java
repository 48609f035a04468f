package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.network.Target;
import dev.rootlessnetwork.posix.Procfs;
import java.util.Optional;

/**
 * Why a process cannot be a target, in words. A number that comes from a PID file is never in them: it may be the content of
 * any file that we can read, and who reads the message cannot.
 */
record TargetProblems(Target target, int pid) {
    Problem noSuchProcess() {
        if (target instanceof Target.PidFile file) {
            return notFound("the process that " + file.path() + " names does not exist; waiting for it");
        }
        String limit = pid > Procfs.pidMax() ? " (process IDs on this machine end at " + Procfs.pidMax() + ")" : "";
        return notFound(
                "there is no process " + pid + " on this machine" + limit + ": start it, or name one that runs");
    }

    Problem isThread(int process) {
        if (target instanceof Target.PidFile file) {
            return notFound(file.path() + " names a thread, not a process: it must hold the number of the process");
        }
        return notFound(pid + " is a thread of process " + process + ", not a process: name " + process + " instead");
    }

    private Problem notFound(String message) {
        return Problem.of(Reason.TargetNotFound, target, message);
    }

    Problem exited() {
        Optional<Character> state = Procfs.state(pid);
        boolean zombie = state.isPresent() && state.get() == 'Z';
        return hasEnded(process() + " has ended" + (zombie ? " and waits for its parent to take note (zombie)" : ""));
    }

    Problem replaced() {
        return hasEnded(process() + ", to which this network was bound, has ended;"
                + " the number now belongs to another process");
    }

    private Problem hasEnded(String what) {
        String advice = target.awaited()
                ? "; waiting for the next one"
                : ": start it anew and put its process ID into spec.target.pid";
        return Problem.of(Reason.TargetExited, target, what + advice);
    }

    /** @param kind of the namespace, as in /proc/PID/ns */
    Problem namespaceClosed(String kind, String errnoName) {
        String file =
                target instanceof Target.PidFile ? "ns/" + kind + " of " + process() : "/proc/" + pid + "/ns/" + kind;
        return denied("cannot open " + file + " (" + errnoName
                + "): run as root with CAP_SYS_PTRACE, or as the user who owns " + process());
    }

    Problem unreadable(String why) {
        return denied("cannot look at " + process() + ": " + why);
    }

    private Problem denied(String message) {
        return Problem.of(Reason.PermissionDenied, target, message);
    }

    private String process() {
        return target instanceof Target.PidFile file ? "the process that " + file.path() + " names" : "process " + pid;
    }
}
