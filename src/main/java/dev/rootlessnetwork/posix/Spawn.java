package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.LibC.C;

import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * Starts a program by posix_spawn(3): with exactly the descriptors that are named, in a process group of its own, all
 * signals at their default and none blocked, in the namespaces and the working directory of the calling thread.
 *
 * @param executable a path; PATH is not searched
 * @param arguments beginning with the program's name
 * @param environment all of it
 * @param descriptors by their number in the child, 0 to 63; of 0, 1 and 2, those not named are /dev/null
 */
public record Spawn(
        Path executable, List<String> arguments, Map<String, String> environment, SortedMap<Integer, Fd> descriptors) {
    private static final short POSIX_SPAWN_SETPGROUP = 0x02;
    private static final short POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final short POSIX_SPAWN_SETSIGMASK = 0x08;
    /** Room for posix_spawnattr_t (336 bytes in glibc), posix_spawn_file_actions_t (80) and sigset_t (128). */
    private static final int OPAQUE_SIZE = 512;
    /** The lowest number that a source is moved to, above any target. */
    private static final int LOWEST_SOURCE = 64;

    private static final int STANDARD_DESCRIPTORS = 3;

    public Spawn {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        descriptors = new TreeMap<>(descriptors);
        if (arguments.isEmpty()) {
            throw new IllegalArgumentException("the arguments lack the program's name");
        }
        if (!descriptors.isEmpty() && (descriptors.firstKey() < 0 || descriptors.lastKey() >= LOWEST_SOURCE)) {
            throw new IllegalArgumentException("descriptors out of range 0 to 63: " + descriptors.keySet());
        }
    }

    /**
     * Starts it from the calling thread, whose namespaces the child inherits.
     *
     * @return the child's process ID; it must be reaped, see {@link Children}
     * @throws PosixException such as ENOENT or EACCES of the executable
     */
    public int start() throws PosixException {
        // Copies above every target: no dup2 can then overwrite a source that is still to come, none is a no-op that
        // leaves close-on-exec set, and nobody can close one in between.
        Map<Integer, Fd> sources = new HashMap<>();
        try {
            for (Map.Entry<Integer, Fd> entry : descriptors.entrySet()) {
                sources.put(entry.getKey(), entry.getValue().duplicate(LOWEST_SOURCE));
            }
            return spawn(sources);
        } finally {
            sources.values().forEach(Fd::close);
        }
    }

    /**
     * The same, held by a pidfd.
     *
     * @throws PosixException also where there is no descriptor left to hold it by; it is killed and reaped then
     */
    public PidFd startHeld() throws PosixException {
        int pid = start();
        try {
            return PidFd.open(pid);
        } catch (PosixException e) {
            Children.killAndReap(pid);
            throw e;
        }
    }

    private int spawn(Map<Integer, Fd> sources) throws PosixException {
        Pointer fileActions = Memory.allocateDirect(LibC.RUNTIME, OPAQUE_SIZE, true);
        must(C.posix_spawn_file_actions_init(fileActions));
        try {
            addDescriptors(fileActions, sources);
            Pointer attributes = Memory.allocateDirect(LibC.RUNTIME, OPAQUE_SIZE, true);
            must(C.posix_spawnattr_init(attributes));
            try {
                setAttributes(attributes);
                return spawn(fileActions, attributes);
            } finally {
                C.posix_spawnattr_destroy(attributes);
            }
        } finally {
            C.posix_spawn_file_actions_destroy(fileActions);
        }
    }

    private int spawn(Pointer fileActions, Pointer attributes) throws PosixException {
        List<String> variables = new ArrayList<>();
        environment.forEach((name, value) -> variables.add(name + "=" + value));
        StringArray argv = StringArray.of(arguments);
        StringArray envp = StringArray.of(variables);
        int[] pid = new int[1];
        int errno;
        try {
            errno = C.posix_spawn(pid, executable.toString(), fileActions, attributes, argv.pointer(), envp.pointer());
        } finally {
            Reference.reachabilityFence(argv);
            Reference.reachabilityFence(envp);
        }
        if (errno != 0) {
            throw new PosixException("start " + executable, errno);
        }
        return pid[0];
    }

    private static void addDescriptors(Pointer fileActions, Map<Integer, Fd> sources) throws PosixException {
        int highest =
                sources.keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
        int end = Math.max(STANDARD_DESCRIPTORS, highest + 1);
        for (int target = 0; target < end; target++) {
            Fd source = sources.get(target);
            if (source != null) {
                must(C.posix_spawn_file_actions_adddup2(fileActions, source.number(), target));
            } else if (target < STANDARD_DESCRIPTORS) {
                must(C.posix_spawn_file_actions_addopen(fileActions, target, "/dev/null", Fd.O_RDWR, 0));
            } else {
                must(C.posix_spawn_file_actions_addclose(fileActions, target));
            }
        }
        must(C.posix_spawn_file_actions_addclosefrom_np(fileActions, end));
    }

    /** The JVM ignores or handles some signals and may block some; an ignored SIGPIPE, say, would be inherited. */
    private static void setAttributes(Pointer attributes) throws PosixException {
        Pointer signals = Memory.allocateDirect(LibC.RUNTIME, OPAQUE_SIZE, true);
        try {
            LibC.check(C.sigfillset(signals), "fill a signal set");
            must(C.posix_spawnattr_setsigdefault(attributes, signals));
            LibC.check(C.sigemptyset(signals), "empty a signal set");
            must(C.posix_spawnattr_setsigmask(attributes, signals));
        } finally {
            Reference.reachabilityFence(signals);
        }
        must(C.posix_spawnattr_setpgroup(attributes, 0));
        must(C.posix_spawnattr_setflags(
                attributes, (short) (POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)));
    }

    /** These functions return their errno. */
    private static void must(int errno) throws PosixException {
        if (errno != 0) {
            throw new PosixException("prepare the start of a process", errno);
        }
    }
}
