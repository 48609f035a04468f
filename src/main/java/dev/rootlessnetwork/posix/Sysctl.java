package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The kernel's switches, see sysctl(8), by their paths below /proc/sys. Those below {@code net} are of the calling thread's network
 * namespace.
 */
public final class Sysctl {
    private static final Path OURS = Path.of("/proc/sys");
    /** Containers have the former read-only. */
    private static final Path OF_PROCESS_1 = Path.of("/proc/1/root/proc/sys");

    private Sysctl() {}

    /** @throws IOException also where the kernel has no such switch */
    public static String read(String name) throws IOException {
        return Files.readString(OURS.resolve(name)).strip();
    }

    /**
     * Sets a switch; where ours may not be written, through the root of process 1.
     *
     * @throws IOException if neither can be done; tells why not ours
     */
    public static void write(String name, String value) throws IOException {
        try {
            write(OURS, name, value);
        } catch (IOException failure) {
            try {
                write(OF_PROCESS_1, name, value);
            } catch (IOException other) {
                failure.addSuppressed(other);
                throw failure;
            }
        }
    }

    private static void write(Path sysctls, String name, String value) throws IOException {
        Files.writeString(sysctls.resolve(name), value, StandardOpenOption.WRITE);
    }
}
