package dev.rootlessnetwork.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupHierarchyTest {
    @TempDir
    Path directory;

    private static final Path HOST = Path.of("/proc/1/root");

    @Test
    void findsTheOneOfVersion2() {
        assertThat(
                        CgroupHierarchy.parse(
                                HOST,
                                List.of(
                                        "25 30 0:23 / /sys rw,nosuid shared:7 - sysfs sysfs rw",
                                        "33 25 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot")))
                .containsExactly(new CgroupHierarchy(
                        HOST.resolve("sys/fs/cgroup"), true, Set.of("rw", "nsdelegate", "memory_recursiveprot")));
    }

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    /** Its files as the kernel lays them out: not every machine that tests has the memory controller in version 2. */
    @Test
    void passesTheMemoryControllerOnAndLimitsMemoryInVersion2() throws IOException {
        CgroupHierarchy hierarchy = new CgroupHierarchy(directory, true, Set.of("rw"));
        file("cgroup.controllers", "cpuset cpu memory pids\n");
        Path done = file("cgroup.subtree_control", "cpu memory\n");
        file("name/cgroup.controllers", "cpu memory\n");
        Path passed = file("name/cgroup.subtree_control", "");
        Path limit = file("name/one/memory.max", "max");
        file("name/one/memory.current", "4096\n");
        file("name/one/memory.events", "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n");
        Path one = Path.of("name/one");

        hierarchy.make(one);
        hierarchy.limitMemory(one, 1L << 20);

        assertThat(done).hasContent("cpu memory\n");
        assertThat(passed).hasContent("+memory");
        assertThat(limit).hasContent("1048576");
        assertThat(hierarchy.accountsMemory()).isTrue();
        assertThat(hierarchy.memory(one)).isEqualTo(4096);
        assertThat(hierarchy.oomKills(one)).isEqualTo(2);
    }

    /** The second line of a hierarchy is where it is mounted once more, as kubelets and container engines do. */
    @Test
    void findsThoseOfVersion1AndTheUnifiedOneBesideThemEachOnce() {
        List<CgroupHierarchy> found = CgroupHierarchy.parse(
                HOST,
                List.of(
                        "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
                        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct",
                        "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd",
                        "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
                        "90 31 0:29 /pods /var/lib/pods/cgroup rw,relatime - cgroup cgroup rw,cpu,cpuacct"));
        assertThat(found)
                .extracting(CgroupHierarchy::root)
                .containsExactly(
                        HOST.resolve("sys/fs/cgroup/cpu,cpuacct"),
                        HOST.resolve("sys/fs/cgroup/systemd"),
                        HOST.resolve("sys/fs/cgroup/unified"));
        assertThat(found).extracting(CgroupHierarchy::unified).containsExactly(false, false, true);
    }
}
