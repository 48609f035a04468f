package dev.rootlessnetwork.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Makes files and directories that no other user can read. */
final class PrivateFiles {
    private static final Logger LOG = LoggerFactory.getLogger(PrivateFiles.class);
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PRIVATE);
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private static final Set<StandardOpenOption> REPLACE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);

    private PrivateFiles() {}

    /**
     * Makes a directory of the state, or makes the one that is there private.
     *
     * @throws StateDirectoryException if it is another user's
     */
    static void makeDirectory(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Files.createDirectory(directory, PRIVATE_DIRECTORY);
        }
        int owner = (Integer) Files.getAttribute(directory, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (owner != self) {
            throw new StateDirectoryException("state directory " + directory + " belongs to user " + owner
                    + ", not to us (user " + self + "): choose another with --state-dir");
        }
        if (!Files.getPosixFilePermissions(directory).equals(PRIVATE)) {
            // The kubelet makes one that all may read; where something lies in it already, somebody else has opened it.
            LOG.atLevel(isEmpty(directory) ? Level.INFO : Level.WARN)
                    .log("Making the state directory private directory={}", directory);
            Files.setPosixFilePermissions(directory, PRIVATE);
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    /** Writes a file as a whole: after a failure the old one is there. */
    static void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
        try {
            try (SeekableByteChannel channel = Files.newByteChannel(temporary, REPLACE, PRIVATE_FILE)) {
                channel.write(ByteBuffer.wrap(content));
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw new IOException("cannot write " + file + ": " + reason(e), e);
        }
    }

    /** The kernel's words alone, where there are some. */
    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException failure ? failure.getReason() : null;
        return reason == null ? FileFailure.describe(e) : reason;
    }
}
