package dev.rootlessnetwork.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rootlessnetwork.network.Problem;
import dev.rootlessnetwork.network.Reason;
import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.Container;
import dev.rootlessnetwork.testing.TargetProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The paths in a cluster's objects name files of the host, also when the operator runs in a container. */
class HostRootIT {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final Path HERE = Path.of("/run/host-root-it");
    private static final String NETNS = "host-root-it";
    private static final List<String> WITHOUT_PTRACE =
            List.of("setpriv", "--bounding-set=-sys_ptrace", "--inh-caps=-sys_ptrace", "--");
    private static final String REMEDY =
            ": the agent's pod needs hostPID: true, and its container the capability SYS_PTRACE"
                    + " (and an AppArmor profile that allows ptrace, where there is AppArmor)";

    @TempDir
    Path temporary;

    private TargetProcess target;
    private TargetProcess decoy;

    @BeforeEach
    void start() throws IOException {
        target = TargetProcess.inNetworkNamespace();
        decoy = TargetProcess.inNetworkNamespace();
        Files.createDirectories(HERE.resolve("real"));
        Files.createSymbolicLink(HERE.resolve("link"), HERE.resolve("real"));
    }

    @AfterEach
    void stop() {
        CommandResult.run("ip", "netns", "delete", NETNS);
        CommandResult.run("rm", "-r", HERE.toString()).orFail();
        decoy.close();
        target.close();
    }

    private Container operator(List<String> unshare, List<String> outer, boolean inPod) throws IOException {
        String state = temporary.resolve("state").toString();
        Container operator = new Container(unshare, outer, ClusterOperatorMain.class, state, Boolean.toString(inPod));
        try {
            awaitLast(operator, "ready");
            return operator;
        } catch (ConditionTimeoutException e) {
            operator.close();
            throw e;
        }
    }

    /** Waits until this is the last thing that the operator has said. */
    private static void awaitLast(Container operator, String expected) {
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(operator.lines()).last().isEqualTo(expected));
    }

    private static String retried(String message) {
        return Problem.retried(Reason.TargetNotFound, message).toString();
    }

    private static String running(TargetProcess process) {
        return "running " + process.pid() + " " + process.netns();
    }

    /** Puts a file that names the decoy where the same path leads in the operator's own root. */
    private void putDecoy(Container operator, String directory) throws IOException {
        Path own = Files.createDirectories(operator.inside(HERE + "/" + directory));
        Files.writeString(own.resolve("web.pid"), decoy.pid() + "\n");
    }

    /** As daemons do: a new file takes the old one's place. */
    private static void writePidFile(TargetProcess process) throws IOException {
        Path fresh = Files.writeString(HERE.resolve("fresh"), process.pid() + "\n");
        Files.move(fresh, HERE.resolve("real/web.pid"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void followsAPidFileOfTheHostThroughAnAbsoluteLink() throws IOException {
        try (Container operator = operator(List.of(), List.of(), true);
                TargetProcess next = TargetProcess.inNetworkNamespace()) {
            putDecoy(operator, "real");
            operator.tell("pidFile " + HERE + "/link/web.pid");
            awaitLast(operator, retried("there is no file " + HERE + "/link/web.pid yet; waiting for it"));

            writePidFile(target);
            awaitLast(operator, running(target));
            target.run("ip", "link", "show", "tap0").orFail();

            writePidFile(next);
            awaitLast(operator, running(next));
            assertThat(decoy.run("ip", "link", "show", "tap0").exitStatus()).isNotZero();
        }
    }

    @Test
    void noticesDirectoriesOfTheHostAsTheyCome() throws IOException {
        try (Container operator = operator(List.of(), List.of(), true)) {
            putDecoy(operator, "real/one/two");
            Path file = HERE.resolve("link/one/two/web.pid");
            operator.tell("pidFile " + file);
            awaitLast(operator, retried("there is no file " + file + " yet; waiting for it"));
            Files.createDirectories(HERE.resolve("real/one/two"));
            Files.writeString(HERE.resolve("real/one/two/web.pid"), target.pid() + "\n");
            awaitLast(operator, running(target));
        }
    }

    @Test
    void findsANamespaceThatIsMountedOnTheHostLater() throws IOException {
        try (Container operator = operator(List.of(), List.of(), true)) {
            operator.run("ip", "netns", "add", NETNS).orFail();
            Path path = Path.of("/run/netns", NETNS);
            assertThat(operator.inside(path.toString())).exists();
            operator.tell("netnsPath " + path);
            awaitLast(operator, retried("there is no network namespace at " + path + " yet; waiting for it"));
            Files.createFile(path);
            awaitLast(operator, retried(path + " is a file, but no network namespace is mounted on it (any more)"));

            // Nothing but the host's table of mounts tells of this.
            CommandResult.run("mount", "--bind", "/proc/" + target.pid() + "/ns/net", path.toString())
                    .orFail();
            awaitLast(operator, "running null " + target.netns());
            target.run("ip", "link", "show", "tap0").orFail();

            CommandResult.run("ip", "netns", "delete", NETNS).orFail();
            awaitLast(
                    operator,
                    Problem.retried(Reason.TargetExited, "the network namespace at " + path + " is gone")
                            .toString());
        }
    }

    @Test
    void followsNoLinkOfProc() throws IOException {
        String path = "/proc/" + target.pid() + "/ns/net";
        try (Container operator = operator(List.of(), List.of(), true)) {
            operator.tell("netnsPath " + path);
            awaitLast(
                    operator,
                    Problem.stalled(
                                    Reason.PermissionDenied,
                                    "cannot open " + path + ": Too many levels of symbolic links (ELOOP); links of"
                                            + " /proc are not followed: name a process by its PID")
                            .toString());
        }
    }

    @Test
    void refusesTheHostsNamespaceFromANamespaceOfItsOwn() throws IOException {
        try (Container operator = operator(List.of("--net"), List.of(), true)) {
            operator.tell("pid " + ProcessHandle.current().pid());
            awaitLast(
                    operator,
                    Problem.stalled(
                                    Reason.TargetNotAllowed,
                                    "the target is in the host's own network namespace: start it in one of its own,"
                                            + " such as with unshare --net")
                            .toString());
        }
    }

    @Test
    void saysWhatAPodLacksThatMayNotLookIntoProcessOne() throws IOException {
        try (Container operator = operator(List.of(), WITHOUT_PTRACE, true)) {
            putDecoy(operator, "real");
            for (String kind : List.of("pidFile", "netnsPath")) {
                operator.tell(kind + " " + HERE + "/real/web.pid");
                awaitLast(
                        operator,
                        Problem.stalled(
                                        Reason.PermissionDenied,
                                        "cannot reach " + HERE + "/real/web.pid of the host:"
                                                + " open /proc/1/root: Permission denied (EACCES)" + REMEDY)
                                .toString());
            }
        }
    }

    @Test
    void saysWhatAPodLacksThatHasAProcessOneOfItsOwn() throws IOException {
        try (Container operator =
                operator(List.of("--pid", "--fork", "--kill-child", "--mount-proc"), List.of(), true)) {
            operator.tell("pidFile " + HERE + "/real/web.pid");
            awaitLast(
                    operator,
                    Problem.stalled(
                                    Reason.PermissionDenied,
                                    "cannot reach " + HERE
                                            + "/real/web.pid of the host: process 1 here is one of the pod's own"
                                            + REMEDY)
                            .toString());
        }
    }

    @Test
    void takesItsOwnRootOutsideOfAPodWhereProcessOneIsClosed() throws IOException {
        try (Container operator = operator(List.of(), WITHOUT_PTRACE, false)) {
            operator.run("ip", "netns", "add", NETNS).orFail();
            Path path = Path.of("/run/netns", NETNS);
            operator.tell("netnsPath " + path);
            long inode = (Long) Files.getAttribute(operator.inside(path.toString()), "unix:ino");
            awaitLast(operator, "running null net:[" + inode + "]");
        }
    }
}
