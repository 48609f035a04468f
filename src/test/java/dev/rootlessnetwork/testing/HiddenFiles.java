package dev.rootlessnetwork.testing;

import java.util.List;

/**
 * The files of a process as it sees them after its container was deleted: gone, except for those of the kernel and of /run, which stands
 * for what a container has of its host.
 */
public final class HiddenFiles {
    /** /usr is the last, since mount(8) is in it. What is only a link leads into another of them. */
    private static final String HIDE = "for directory in /*; do"
            + " case $directory in /proc|/sys|/dev|/run|/usr) continue ;; esac;"
            + " [ -L $directory ] || [ ! -d $directory ] || mount -t tmpfs -o size=4k none $directory || exit 1;"
            + " done; mount -t tmpfs -o size=4k none /usr";

    private HiddenFiles() {}

    /** A command line that runs another one with mounts of its own, so that its files can be taken from it later. */
    public static List<String> withOwnMounts() {
        return List.of("/usr/bin/unshare", "--mount", "--");
    }

    /** Takes from a process with mounts of its own all paths to its program, libraries, configuration and temporary files. */
    public static void hideFrom(long pid) {
        CommandResult.run("nsenter", "--target", Long.toString(pid), "--mount", "--", "sh", "-c", HIDE)
                .orFail();
    }
}
