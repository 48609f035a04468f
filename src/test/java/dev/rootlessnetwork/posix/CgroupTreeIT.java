package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestCgroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On the hierarchies that this machine has: version 1 with a named one, version 2, or both. */
class CgroupTreeIT {
    private TestCgroup cgroup;
    private TargetProcess process;
    private CgroupTree tree;

    @BeforeEach
    void open() throws IOException {
        cgroup = new TestCgroup();
        process = TargetProcess.inNetworkNamespace();
        tree = CgroupTree.open(Path.of("/proc/1/root"), Path.of("/proc/1/mountinfo"));
    }

    @AfterEach
    void close() throws IOException {
        process.close();
        cgroup.close();
    }

    private Path group(String below) {
        return Path.of(cgroup.name(), below);
    }

    @Test
    void movesAProcessInEveryHierarchyAndRemovesTheCgroupsWhenItHasEnded() throws IOException {
        tree.make(group("one"));
        tree.make(group("one"));
        assertThat(tree.holds(group("one"), process.pid())).isFalse();

        tree.add(group("one"), process.pid());

        assertThat(tree.holds(group("one"), process.pid())).isTrue();
        assertThat(cgroup.hierarchiesWith("one", process.pid()))
                .isEqualTo(TestCgroup.hierarchies().size())
                .isPositive();
        assertThat(tree.below(Path.of(cgroup.name()))).containsExactly("one");
        assertThat(tree.removeIfEmpty(group("one"))).isFalse();
        assertThatThrownBy(() -> tree.remove(group("one")))
                .isInstanceOf(IOException.class)
                .hasMessageMatching("remove cgroup /proc/1/root/sys/fs/cgroup/.*/one: Device or resource busy");

        process.kill();
        tree.remove(group("one"));
        tree.remove(group("one"));
        assertThat(tree.removeIfEmpty(Path.of(cgroup.name()))).isTrue();
        assertThat(cgroup.directories("")).isEmpty();
    }

    @Test
    void accountsAndLimitsMemory() throws IOException {
        tree.make(group("one"));
        tree.limitMemory(group("one"), 64L << 20);
        tree.add(group("one"), process.pid());
        assertThat(tree.memory(group("one"))).isPresent();
        assertThat(tree.oomKills(group("one"))).hasValue(0);
        assertThat(limits("one")).isNotEmpty().allMatch(Long.toString(64L << 20)::equals);

        tree.limitMemory(group("one"), null);

        assertThat(limits("one")).noneMatch(Long.toString(64L << 20)::equals);
        assertThat(tree.memory(group("other"))).isEmpty();
        assertThat(tree.oomKills(group("other"))).isEmpty();
    }

    private List<String> limits(String below) {
        return cgroup.directories(below).stream()
                .flatMap(directory ->
                        List.of(directory.resolve("memory.max"), directory.resolve("memory.limit_in_bytes")).stream())
                .filter(Files::exists)
                .map(file -> CommandResult.run("cat", file.toString())
                        .orFail()
                        .stdout()
                        .strip())
                .toList();
    }

    @Test
    void countsAProcessThatTheKernelKilledForWantOfMemory() throws Exception {
        tree.make(group("one"));
        tree.limitMemory(group("one"), 8L << 20);
        Process greedy = new ProcessBuilder("sh", "-c", "read go; exec python3 -c 'x = bytearray(64 << 20)'").start();
        tree.add(group("one"), Math.toIntExact(greedy.pid()));
        try (var input = greedy.outputWriter()) {
            input.write("go\n");
        }
        assertThat(greedy.waitFor()).isEqualTo(128 + 9);
        assertThat(tree.oomKills(group("one"))).hasValue(1);
    }

    @Test
    void tellsWhetherCgroupsCanBeMadeAndMakesNone() {
        assertThat(tree.obstacle(group(""))).isEmpty();
        assertThat(cgroup.directories("")).isEmpty();
    }

    @Test
    void tellsWhichFileItCannotWrite() throws IOException {
        assertThatThrownBy(() -> tree.add(group("absent"), process.pid()))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(
                        "write " + process.pid() + " to /proc/1/root/sys/fs/cgroup/.*/absent/cgroup.procs: NoSuchFile");
    }

    /** As in a container of a node with systemd: its cgroup namespace ends at its own cgroup. */
    @Test
    void movesAProcessOutOfACgroupNamespaceThatDelegates() throws IOException {
        Path unified = TestCgroup.unified().get(0);
        tree.make(group("agent"));
        tree.make(group("one"));
        Path agent = unified.resolve(group("agent")).resolve("cgroup.procs");
        try (Delegation delegation = new Delegation(unified)) {
            assertThat(delegation.isOn()).isTrue();
            tree.add(group("agent"), process.pid());
            String direct =
                    unified.resolve(group("one")).resolve("cgroup.procs").toString();
            String inside = "echo $$ >" + agent + "; exec unshare --cgroup \"$@\"";

            CommandResult naive =
                    CommandResult.run("sh", "-c", inside, "sh", "sh", "-c", "echo " + process.pid() + " >" + direct);
            assertThat(naive.exitStatus()).isNotZero();
            assertThat(cgroup.hierarchiesWith("one", process.pid())).isZero();

            mover(process.pid(), "sh", "-c", inside, "sh").orFail();
        }
        assertThat(cgroup.hierarchiesWith("one", process.pid()))
                .isEqualTo(TestCgroup.hierarchies().size());
    }

    /** Moves a process into cgroup "one" from another process, which the command line outside starts. */
    private CommandResult mover(long pid, String... outer) {
        List<String> command = new ArrayList<>(List.of(outer));
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CgroupMoverMain.class.getName(),
                group("one").toString(),
                Long.toString(pid)));
        return CommandResult.run(command);
    }

    /**
     * What the agent's container has; DAC_OVERRIDE would be far more. Into a cpuset of version 1 it may move what has no more
     * capabilities than itself, such as all that it starts.
     */
    @Test
    void needsTwoCapabilitiesOnceTheCgroupIsThere() throws IOException {
        String[] agent = {"setpriv", "--bounding-set=-all,+sys_admin,+sys_ptrace", "--inh-caps=-all"};
        Process child = new ProcessBuilder(agent[0], agent[1], agent[2], "sleep", "infinity").start();
        try {
            assertThat(mover(child.pid(), agent).stderr())
                    .contains("make cgroup")
                    .contains("AccessDenied");

            tree.make(group(""));
            mover(child.pid(), agent).orFail();

            assertThat(cgroup.hierarchiesWith("one", child.pid()))
                    .isEqualTo(TestCgroup.hierarchies().size());
        } finally {
            child.destroyForcibly().onExit().join();
        }
    }

    /** The option of version 2 that systemd mounts with; put back as it was. It is the machine's, not the private host's. */
    private record Delegation(Path unified, boolean before) implements AutoCloseable {
        Delegation(Path unified) {
            this(unified, isOn(unified));
            remount("nsdelegate");
        }

        boolean isOn() {
            return isOn(unified);
        }

        private static boolean isOn(Path unified) {
            return CommandResult.run("findmnt", "-no", "OPTIONS", unified.toString())
                    .stdout()
                    .contains("nsdelegate");
        }

        private void remount(String options) {
            // With both source and place, so that the options are these alone, not merged with those that it has.
            CommandResult.run("mount", "-o", "remount," + options, "cgroup2", unified.toString())
                    .orFail();
        }

        @Override
        public void close() {
            if (!before) {
                remount("rw");
            }
        }
    }
}
