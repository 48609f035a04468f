package dev.rootlessnetwork.posix;

import static dev.rootlessnetwork.posix.SpawnedProcesses.DEADLINE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Threads that enter namespaces, with the real slirp4netns as the child that makes use of it. */
class NamespacesIT {
    private static final Path MOUNTINFO = Path.of("/proc/self/mountinfo");
    private static final Path OWN_NETNS = Path.of("/proc/thread-self/ns/net");

    private final SpawnedProcesses processes = new SpawnedProcesses();
    private final Path mounted =
            Path.of("/run/rootlessnet-test-" + ProcessHandle.current().pid());

    @TempDir
    Path directory;

    @BeforeEach
    void mountBelowRun() throws IOException {
        Files.createDirectory(mounted);
        CommandResult.run("mount", "-t", "tmpfs", "pinned", mounted.toString()).orFail();
        Files.writeString(mounted.resolve("file"), "on a file system of the host");
    }

    @AfterEach
    void cleanUp() throws IOException {
        processes.close();
        if (Files.readString(MOUNTINFO).contains(mounted + " ")) {
            CommandResult.run("umount", "--lazy", mounted.toString()).orFail();
        }
        Files.deleteIfExists(mounted);
    }

    @Test
    void startsASandboxedSlirp4netnsWithExactlyItsDescriptorsAndNoMountOfTheHost() throws Exception {
        Path log = directory.resolve("log");
        String mountsBefore = Files.readString(MOUNTINFO);
        try (TargetProcess target = TargetProcess.inNetworkNamespace();
                Pipe ready = Pipe.open();
                PidFd targetHandle = PidFd.open(target.pid());
                Fd output = Fd.openAppend(log);
                Fd input = Fd.openNull()) {
            Spawn slirp4netns = SpawnedProcesses.command(
                    Map.of(0, input, 1, output, 2, output, 3, targetHandle.fd(), 4, ready.writeEnd()),
                    "slirp4netns",
                    "--disable-host-loopback",
                    "--mtu=65520",
                    "--enable-sandbox",
                    "--enable-seccomp",
                    "-c",
                    "-e",
                    "3",
                    "-r",
                    "4",
                    "--api-socket",
                    directory.resolve("api.sock").toString(),
                    Integer.toString(target.pid()),
                    "tap0");
            int pid = startBesideOpenFiles(slirp4netns);
            ready.writeEnd().close();

            assertThat(ready.awaitReadable(DEADLINE)).isTrue();
            assertThat(SpawnedProcesses.readAll(ready.readEnd()))
                    .as(Files.readString(log))
                    .isEqualTo(new byte[] {'1'});
            assertThat(Files.readString(MOUNTINFO)).isEqualTo(mountsBefore);
            assertThat(Files.readString(Path.of("/proc/" + pid + "/mountinfo"))).doesNotContain("pinned");

            SortedMap<Integer, String> descriptors = SpawnedProcesses.descriptors(pid);
            assertThat(descriptors.headMap(5))
                    .as("4, the ready fd, is closed once it was used")
                    .containsExactlyEntriesOf(new java.util.TreeMap<>(
                            Map.of(0, "/dev/null", 1, log.toString(), 2, log.toString(), 3, "anon_inode:[pidfd]")));
            assertThat(descriptors.tailMap(5).values())
                    .as("what it opened itself: its tap and its API socket")
                    .allMatch(opened -> opened.matches(".*/net/tun|socket:.*"));

            CommandResult.run("umount", mounted.toString()).orFail();
            await().atMost(DEADLINE).until(() -> !fileSystemLives());
        }
    }

    /** The JVM has more open than slirp4netns is to have, one file on the mount that is to be let go. */
    private int startBesideOpenFiles(Spawn spawn) throws Exception {
        try (Fd ofTheMount = Fd.openRead(mounted.resolve("file"))) {
            assertThat(ofTheMount.number()).isGreaterThan(4);
            return Namespaces.inPrivateMountNamespace(List.of(directory), () -> processes.start(spawn));
        }
    }

    /** Whether any thread of any process still has the file system mounted, ours included. */
    private static boolean fileSystemLives() {
        return Procfs.pids().stream().anyMatch(NamespacesIT::fileSystemLivesIn);
    }

    private static boolean fileSystemLivesIn(int pid) {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : threads) {
                if (Files.readString(thread.resolve("mountinfo")).contains("pinned")) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    @Test
    void showsTheEndOfTheReadyPipeWhenSlirp4netnsDiesBeforeItIsReady() throws Exception {
        try (Pipe ready = Pipe.open()) {
            Spawn spawn = SpawnedProcesses.command(
                    Map.of(4, ready.writeEnd()),
                    "slirp4netns",
                    "-c",
                    "-r",
                    "4",
                    Integer.toString(Procfs.pidMax()),
                    "tap0");
            int pid = Namespaces.inPrivateMountNamespace(List.of(), () -> processes.start(spawn));
            ready.writeEnd().close();

            assertThat(ready.awaitReadable(DEADLINE)).isTrue();
            assertThat(SpawnedProcesses.readAll(ready.readEnd())).isEmpty();
            assertThat(Children.await(pid, DEADLINE)).contains(new ExitStatus(1, 0));
        }
    }

    @Test
    void detachesWhatLiesBelowRunButForWhatIsKept() throws Exception {
        Path inner = Files.createDirectory(mounted.resolve("inner"));
        CommandResult.run("mount", "-t", "tmpfs", "inner", inner.toString()).orFail();
        CommandResult.run("mount", "-t", "tmpfs", "covers", inner.toString()).orFail();
        try {
            String none = Namespaces.inPrivateMountNamespace(List.of(), NamespacesIT::mountsOfThread);
            String outer =
                    Namespaces.inPrivateMountNamespace(List.of(mounted.resolve("file")), NamespacesIT::mountsOfThread);
            String all = Namespaces.inPrivateMountNamespace(
                    List.of(inner.resolve("not-there-yet")), NamespacesIT::mountsOfThread);

            assertThat(none).doesNotContain(mounted.toString());
            assertThat(outer).contains(mounted + " ").doesNotContain(inner + " ");
            assertThat(all).contains(mounted + " ").contains(inner + " ");
        } finally {
            CommandResult.run("umount", inner.toString()).orFail();
            CommandResult.run("umount", inner.toString()).orFail();
        }
    }

    private static String mountsOfThread() throws IOException {
        return Files.readString(Path.of("/proc/thread-self/mountinfo"));
    }

    @Test
    void keepsTheMountThatALinkLeadsInto() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), mounted.resolve("file"));

        String mounts = Namespaces.inPrivateMountNamespace(List.of(link), NamespacesIT::mountsOfThread);

        assertThat(mounts).contains(mounted + " ");
    }

    @Test
    void entersANetworkNamespaceOnOneThreadAlone() throws Exception {
        NetnsId own = NetnsId.of(OWN_NETNS);
        try (TargetProcess target = TargetProcess.inNetworkNamespace();
                Fd netns = Fd.openRead(Path.of("/proc/" + target.pid() + "/ns/net"))) {
            NetnsId entered = Namespaces.inNetns(netns, () -> NetnsId.of(OWN_NETNS));
            List<String> devices =
                    Namespaces.inNetns(netns, () -> Files.readAllLines(Path.of("/proc/thread-self/net/dev")));

            assertThat(entered).isEqualTo(NetnsId.of(netns)).isNotEqualTo(own).hasToString(target.netns());
            assertThat(devices).hasSize(3).last().asString().startsWith("    lo:");
            assertThat(NetnsId.of(OWN_NETNS)).isEqualTo(own);
        }
    }

    @Test
    void doesNotAbandonTheActWhenInterrupted() throws Exception {
        try (Fd own = Fd.openRead(OWN_NETNS)) {
            Thread.currentThread().interrupt();
            String result = Namespaces.inNetns(own, () -> "done");

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isEqualTo("done");
        }
    }

    @Test
    void passesOnWhatTheActThrows() throws Exception {
        try (Fd own = Fd.openRead(OWN_NETNS)) {
            Callable<String> failing = () -> {
                throw new IOException("as it is");
            };
            assertThatThrownBy(() -> Namespaces.inNetns(own, failing))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("as it is");
        }
    }

    @Test
    void refusesAFileThatIsNoNetworkNamespace() throws Exception {
        try (Fd mounts = Fd.openRead(Path.of("/proc/self/ns/mnt"))) {
            assertThatThrownBy(() -> Namespaces.inNetns(mounts, () -> ""))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("enter the network namespace of " + mounts + ": Invalid argument (EINVAL)");
        }
    }
}
