package dev.rootlessnetwork.posix;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import jnr.ffi.Memory;
import jnr.ffi.Pointer;

/**
 * Starts a program by posix_spawn(3), in a process group of its own, with default signals, and with exactly the descriptors
 * that are named.
 *
 * @param arguments beginning with the program's name
 * @param descriptors by their number in the child
 */
public record Spawn(
        Path executable, List<String> arguments, Map<String, String> environment, SortedMap<Integer, Fd> descriptors) {
    private static final short FLAGS = 0x02 | 0x04 | 0x08; // SETPGROUP, SETSIGDEF, SETSIGMASK

    /** Ample for posix_spawn_file_actions_t, posix_spawnattr_t and sigset_t of glibc on 64 bits (80, 336, 128). */
    private static final int STRUCT_SIZE = 512;

    public Spawn {
        arguments = List.copyOf(arguments);
        environment = Map.copyOf(environment);
        descriptors = new TreeMap<>(descriptors);
    }

    /**
     * Starts it from the calling thread, whose namespaces the child inherits.
     *
     * @return the child's process ID; it must be reaped
     * @throws PosixException such as ENOENT or EACCES of the executable
     */
    public int start() throws PosixException {
        Pointer actions = Memory.allocateDirect(LibC.RUNTIME, STRUCT_SIZE);
        Pointer attributes = Memory.allocateDirect(LibC.RUNTIME, STRUCT_SIZE);
        Pointer signals = Memory.allocateDirect(LibC.RUNTIME, STRUCT_SIZE);
        check(LibC.C.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        check(LibC.C.posix_spawnattr_init(attributes), "posix_spawnattr_init");
        List<Fd> moved = new ArrayList<>();
        try {
            addDescriptors(actions, moved);
            check(LibC.C.posix_spawnattr_setflags(attributes, FLAGS), "posix_spawnattr_setflags");
            check(LibC.C.posix_spawnattr_setpgroup(attributes, 0), "posix_spawnattr_setpgroup");
            LibC.C.sigemptyset(signals);
            check(LibC.C.posix_spawnattr_setsigmask(attributes, signals), "posix_spawnattr_setsigmask");
            LibC.C.sigfillset(signals);
            check(LibC.C.posix_spawnattr_setsigdefault(attributes, signals), "posix_spawnattr_setsigdefault");
            int[] pid = new int[1];
            int errno = LibC.C.posix_spawn(
                    pid,
                    executable.toString(),
                    actions,
                    attributes,
                    terminated(arguments),
                    terminated(environment.entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList()));
            check(errno, "start " + executable);
            return pid[0];
        } finally {
            moved.forEach(Fd::close);
            LibC.C.posix_spawn_file_actions_destroy(actions);
            LibC.C.posix_spawnattr_destroy(attributes);
        }
    }

    /** Sources are moved above all targets first, so that none is overwritten before it is used. */
    private void addDescriptors(Pointer actions, List<Fd> moved) throws PosixException {
        int above = descriptors.isEmpty() ? 0 : descriptors.lastKey() + 1;
        for (int target = 0; target < above; target++) {
            Fd source = descriptors.get(target);
            if (source == null) {
                check(LibC.C.posix_spawn_file_actions_addclose(actions, target), "posix_spawn_file_actions_addclose");
                continue;
            }
            Fd high = source.duplicate(above);
            moved.add(high);
            check(
                    LibC.C.posix_spawn_file_actions_adddup2(actions, high.number(), target),
                    "posix_spawn_file_actions_adddup2");
        }
        check(
                LibC.C.posix_spawn_file_actions_addclosefrom_np(actions, above),
                "posix_spawn_file_actions_addclosefrom_np");
    }

    /** jnr-ffi closes an array of strings with a null of its own. */
    private static String[] terminated(List<String> strings) {
        return strings.toArray(String[]::new);
    }

    private static void check(int errno, String action) throws PosixException {
        if (errno != 0) {
            throw PosixException.of(action, errno);
        }
    }
}
