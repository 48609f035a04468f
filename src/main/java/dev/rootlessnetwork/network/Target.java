package dev.rootlessnetwork.network;

import java.nio.file.Path;

/** Whose network namespace gets the network. */
public sealed interface Target {
    /** Whether an absent target is waited for; an absent {@link Pid} needs a person. */
    boolean awaited();

    /** A process, by its number on this machine. Bound once: another process under that number later is another target. */
    record Pid(int pid) implements Target {
        public Pid {
            if (pid < 1) {
                throw new IllegalArgumentException("pid must be positive: " + pid);
            }
        }

        @Override
        public boolean awaited() {
            return false;
        }

        @Override
        public String toString() {
            return "pid " + pid;
        }
    }

    /** A process, by a file that holds its number; followed when the file changes or the process is replaced. */
    record PidFile(Path path) implements Target {
        @Override
        public boolean awaited() {
            return true;
        }

        @Override
        public String toString() {
            return "pidFile " + path;
        }
    }

    /** A network namespace, by a file that it is mounted on, such as {@code /run/netns/web}. */
    record NetnsPath(Path path) implements Target {
        @Override
        public boolean awaited() {
            return true;
        }

        @Override
        public String toString() {
            return "netnsPath " + path;
        }
    }
}
