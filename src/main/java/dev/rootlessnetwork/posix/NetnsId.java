package dev.rootlessnetwork.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which network namespace: two are the same exactly when both numbers are.
 *
 * @param device of the namespace file system
 * @param inode as {@code readlink /proc/PID/ns/net} shows it
 */
public record NetnsId(long device, long inode) {
    /** @param path a namespace file, or what one is mounted on */
    public static NetnsId of(Path path) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(path, "unix:dev,ino");
        return new NetnsId((Long) attributes.get("dev"), (Long) attributes.get("ino"));
    }

    public static NetnsId of(Fd fd) throws IOException {
        return of(fd.procPath());
    }

    /** {@code net:[4026532177]}. */
    @Override
    public String toString() {
        return "net:[" + inode + "]";
    }
}
