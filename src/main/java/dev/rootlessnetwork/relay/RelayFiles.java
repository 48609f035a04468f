package dev.rootlessnetwork.relay;

import dev.rootlessnetwork.posix.FileTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of one relay.
 *
 * @param directory {@code relay/<pid>} in the state directory
 */
public record RelayFiles(Path directory) {
    /** Gets the output of a relay that is being started. */
    static Path startLog(Path relays) {
        return relays.resolve("relay.log");
    }

    /** Makes the directory of this process, private to us, and takes the log of the start along. */
    public static RelayFiles make(Path relays) throws IOException {
        RelayFiles files = new RelayFiles(
                relays.resolve(Long.toString(ProcessHandle.current().pid())));
        files.delete(); // of an earlier process of that number
        Files.createDirectory(
                files.directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (Files.exists(startLog(relays))) {
            Files.move(startLog(relays), files.log());
        }
        return files;
    }

    /**
     * The relay that is in charge.
     *
     * @param name of the link that tells, {@code current} for that of the node
     */
    public static Optional<RelayFiles> current(Path relays, String name) {
        try {
            return Optional.of(new RelayFiles(relays.resolve(Files.readSymbolicLink(relays.resolve(name)))));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Those of every relay that has or had a directory. */
    public static List<RelayFiles> all(Path relays) {
        List<RelayFiles> all = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(relays, "[1-9]*")) {
            directories.forEach(directory -> all.add(new RelayFiles(directory)));
        } catch (IOException e) {
            return List.of(); // no relay was ever started
        }
        return all;
    }

    /** Its process, by the name of its directory; 0 if that is none. */
    public int pid() {
        try {
            return Integer.parseInt(directory.getFileName().toString());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    public Path controlSocket() {
        return directory.resolve("control.sock");
    }

    public Path log() {
        return directory.resolve("relay.log");
    }

    /** Puts this relay in charge, in one step; whatever has the link's name makes way. */
    public void makeCurrent(String name) throws IOException {
        Path link = directory.resolveSibling(name);
        Path made = directory.resolveSibling("." + name + "." + pid());
        Files.deleteIfExists(made);
        Files.createSymbolicLink(made, directory.getFileName());
        if (Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
            FileTree.delete(link); // by nobody's but a person's hand
        }
        Files.move(made, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Removes the files, and the links to them. */
    public void delete() throws IOException {
        try (Stream<Path> links = Files.list(directory.getParent())) {
            for (Path link : links.filter(this::leadsHere).toList()) {
                Files.deleteIfExists(link);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        FileTree.delete(directory);
    }

    /** Whether a path is a link to this relay; not, if it has vanished by now. */
    private boolean leadsHere(Path link) {
        try {
            return Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(directory.getFileName());
        } catch (IOException e) {
            return false;
        }
    }
}
