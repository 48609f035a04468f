package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Which network namespace: two are the same exactly when both numbers are.
 *
 * @param device of the namespace file system
 * @param inode as {@code readlink /proc/PID/ns/net} shows it
 */
public record NetnsId(long device, long inode) {
    /** @param path a namespace file, or what one is mounted on */
    public static NetnsId of(Path path) throws IOException {
        long device = (Long) Files.getAttribute(path, "unix:dev");
        long inode = (Long) Files.getAttribute(path, "unix:ino");
        return new NetnsId(device, inode);
    }

    public static NetnsId of(Fd fd) throws PosixException {
        FileStatus status = FileStatus.of(fd);
        return new NetnsId(status.device(), status.inode());
    }

    /** {@code net:[4026532177]}. */
    @Override
    public String toString() {
        return "net:[" + inode + "]";
    }
}
