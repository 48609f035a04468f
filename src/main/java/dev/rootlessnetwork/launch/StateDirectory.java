package dev.rootlessnetwork.launch;

import dev.rootlessnetwork.posix.DirectoryLock;
import dev.rootlessnetwork.posix.FileTree;
import dev.rootlessnetwork.posix.Procfs;
import dev.rootlessnetwork.slirp.SlirpLaunch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that let one operator take over from another. Private to the user; whatever in it is deleted or garbled by
 * hand is missed with a warning only.
 */
public final class StateDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(StateDirectory.class);
    /** Longest path of a state directory in bytes, such that the sockets in it can be made. */
    public static final int LONGEST_PATH = SlirpLaunch.LONGEST_SOCKET_PATH
            - new NetworkFiles(Path.of("/networks", "0".repeat(NetworkFiles.ID_LENGTH)))
                    .apiSocket()
                    .toString()
                    .length();

    private final Path directory;

    private StateDirectory(Path directory) {
        this.directory = directory;
    }

    /** The exclusive right to act on the networks of a state directory, until closed or the process ends. */
    public static final class Lock implements AutoCloseable {
        private final DirectoryLock lock;

        private Lock(DirectoryLock lock) {
            this.lock = lock;
        }

        @Override
        public void close() {
            lock.close();
        }
    }

    /** An object as last observed. */
    public record StoredStatus(String yaml, Path file) {}

    /**
     * Opens a state directory, and makes it where it is missing.
     *
     * @throws StateDirectoryException if it cannot be made, is another user's, or has too long a name
     */
    public static StateDirectory open(Path path) throws StateDirectoryException {
        Path directory = path.toAbsolutePath().normalize();
        try {
            Path parent = directory.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            PrivateFiles.makeDirectory(directory);
            directory = directory.toRealPath();
            PrivateFiles.makeDirectory(new StateDirectory(directory).networks());
        } catch (StateDirectoryException e) {
            throw e;
        } catch (IOException e) {
            throw new StateDirectoryException(
                    "cannot use state directory " + directory + ": " + FileFailure.describe(e)
                            + "; make it writable or choose another with --state-dir",
                    e);
        }
        StateDirectory state = new StateDirectory(directory);
        int length = directory.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw new StateDirectoryException("state directory " + directory + " is too long by "
                    + (length - LONGEST_PATH) + " bytes for the sockets in it: choose a shorter --state-dir");
        }
        return state;
    }

    /** Opens an existing state directory for reading; empty if there is none. */
    public static Optional<StateDirectory> find(Path path) {
        try {
            return Optional.of(new StateDirectory(path.toRealPath()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    public Path path() {
        return directory;
    }

    /**
     * Takes the directory for this process, without waiting. It is the directory itself that is locked, so that nothing
     * deleted in it lets a second owner in; the file {@code lock} names the owner.
     *
     * @return empty if another process has it
     * @throws StateDirectoryException if the file cannot be written
     */
    public Optional<Lock> tryLock() throws StateDirectoryException {
        Optional<DirectoryLock> lock = lockDirectory();
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            PrivateFiles.write(lockFile(), (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII));
            return Optional.of(new Lock(lock.get()));
        } catch (IOException e) {
            lock.get().close();
            throw new StateDirectoryException(
                    FileFailure.describe(e) + "; make it writable or choose another directory with --state-dir", e);
        }
    }

    /** The process that has the directory now; empty if none has. 0: one has it, but which cannot be told. */
    public Optional<Long> owner() throws StateDirectoryException {
        Optional<DirectoryLock> lock = lockDirectory();
        if (lock.isPresent()) {
            lock.get().close();
            return Optional.empty();
        }
        try {
            return Optional.of(Long.valueOf(Files.readString(lockFile()).strip()));
        } catch (IOException | NumberFormatException e) {
            return Optional.of(0L);
        }
    }

    /** The process that has the directory, for a message about its having it. */
    public String ownerInWords() throws StateDirectoryException {
        return owner().filter(pid -> pid > 0).map(pid -> "process " + pid).orElse("another process");
    }

    private Optional<DirectoryLock> lockDirectory() throws StateDirectoryException {
        try {
            return DirectoryLock.tryLock(directory);
        } catch (IOException e) {
            throw new StateDirectoryException("cannot lock " + directory + ": " + FileFailure.describe(e), e);
        }
    }

    /**
     * Stores an object with its status.
     *
     * @throws IOException if the disk is full or read-only; the old status is kept then
     */
    public void writeStatus(String uid, String yaml) throws IOException {
        NetworkFiles files = make(uid);
        PrivateFiles.write(files.status(), yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** Removes what {@link #writeStatus} stored, of an object that has no network. */
    public void deleteStatus(String uid) throws IOException {
        NetworkFiles files = files(uid);
        if (!Files.exists(files.record())) {
            delete(files);
        }
    }

    /** Every object that is known here, in the order of the directories' names. */
    public List<StoredStatus> statuses() throws IOException {
        return statuses(list());
    }

    /** Objects that are known here and never had a network. */
    public List<StoredStatus> unrecorded() throws IOException {
        return statuses(
                list().stream().filter(files -> !Files.exists(files.record())).toList());
    }

    private static List<StoredStatus> statuses(List<NetworkFiles> networks) {
        List<StoredStatus> statuses = new ArrayList<>();
        for (NetworkFiles files : networks) {
            try {
                statuses.add(new StoredStatus(Files.readString(files.status()), files.status()));
            } catch (NoSuchFileException e) {
                LOG.debug("A network has no status yet directory={}", files.directory());
            } catch (IOException e) {
                LOG.warn("Cannot read a status file={} error={}", files.status(), FileFailure.describe(e));
            }
        }
        return statuses;
    }

    /** Whether a process is the live slirp4netns of a network; told by the API socket on its command line. */
    public static boolean isSlirpOf(StoredStatus stored, int pid) {
        NetworkFiles files = new NetworkFiles(stored.file().resolveSibling("."));
        return Procfs.commandLine(pid).contains(files.apiSocket().normalize().toString());
    }

    /** Whether a path is that of an API socket in this directory. */
    boolean isApiSocket(Path path) {
        Path parent = path.getParent();
        return parent != null
                && networks().equals(parent.getParent())
                && new NetworkFiles(parent).apiSocket().equals(path);
    }

    NetworkFiles files(String uid) {
        return new NetworkFiles(networks().resolve(NetworkFiles.id(uid)));
    }

    /** All networks' directories, sorted by name. */
    List<NetworkFiles> list() throws IOException {
        List<NetworkFiles> found = new ArrayList<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(networks(), Files::isDirectory)) {
            directories.forEach(directory -> found.add(new NetworkFiles(directory)));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        found.sort(Comparator.comparing(NetworkFiles::directory));
        return found;
    }

    /** The files of a network, in a directory that is there now. */
    NetworkFiles make(String uid) throws IOException {
        NetworkFiles files = files(uid);
        if (!Files.isDirectory(files.directory())) {
            if (!Files.isDirectory(networks())) {
                PrivateFiles.makeDirectory(directory);
                PrivateFiles.makeDirectory(networks());
            }
            PrivateFiles.makeDirectory(files.directory());
        }
        return files;
    }

    void writeRecord(NetworkRecord record) throws IOException {
        NetworkFiles files = make(record.plan().identity().uid());
        PrivateFiles.write(files.record(), RecordFormat.write(record));
    }

    /** The record of a network; empty, with a warning, if it is not there or cannot be read. */
    Optional<NetworkRecord> readRecord(NetworkFiles files) {
        try {
            return Optional.of(RecordFormat.read(Files.readAllBytes(files.record())));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn(
                    "Ignoring a garbled recovery record file={} error={}",
                    files.record(),
                    firstLine(FileFailure.describe(e)));
            return Optional.empty();
        }
    }

    /** Removes all files of a network. */
    void delete(NetworkFiles files) throws IOException {
        FileTree.delete(files.directory());
    }

    /** Removes everything but the name of the owner: for when nothing runs that could need it. */
    void clear() throws IOException {
        FileTree.deleteContent(directory, lockFile());
    }

    /**
     * Removes the name of the owner, who is about to let go, and then the directory of the node, if nothing is in it. In a container that is
     * a mount, whose place is not ours to remove, but what is mounted is: the next container's runtime makes it anew.
     *
     * @param inPod whether we run in a container of a pod
     */
    public void retire(boolean inPod) throws IOException {
        Files.deleteIfExists(lockFile());
        try (HostRoot host = HostRoot.open(Source.CLUSTER, inPod)) {
            boolean removed = new HostFiles(host).removeIfEmpty(directory, directory);
            LOG.debug("Looked at the state directory directory={} removed={}", directory, removed);
        }
    }

    /** Where relays have their files. */
    Path relays() {
        return directory.resolve("relay");
    }

    private Path networks() {
        return directory.resolve("networks");
    }

    private Path lockFile() {
        return directory.resolve("lock");
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
