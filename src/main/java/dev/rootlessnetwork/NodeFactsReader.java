package dev.rootlessnetwork;

import dev.rootlessnetwork.launch.CgroupConfig;
import dev.rootlessnetwork.launch.NameServers;
import dev.rootlessnetwork.launch.NodePreparation;
import dev.rootlessnetwork.posix.Kernel;
import dev.rootlessnetwork.posix.Nsenter;
import dev.rootlessnetwork.slirp.SlirpLocator;
import dev.rootlessnetwork.slirp.SlirpUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at this machine and changes nothing of it. What cannot be read counts as not there. */
final class NodeFactsReader {
    private static final Path TUN = Path.of("/dev/net/tun");
    private static final Path CGROUP = Path.of("/sys/fs/cgroup");
    private static final List<String> SYSCTLS = List.of(
            RightsFindings.USERNS_CLONE,
            RightsFindings.MAX_USER_NAMESPACES,
            RightsFindings.APPARMOR_RESTRICTS,
            NodeFindings.UNPRIVILEGED_PORT_START,
            NodeFindings.LOCAL_PORT_RANGE);
    private static final List<String> TOOLS = List.of("ip", "nsenter");

    private NodeFactsReader() {}

    /** Runs slirp4netns for its version and features: blocks for up to 10 s where it does not end. */
    static NodeFacts read(AgentConfig config, Map<String, String> environment) {
        Map<String, String> status = status();
        return new NodeFacts(
                Integer.parseInt(status.getOrDefault("Uid", "0\t0").split("\\s+", -1)[1]),
                Kernel.current(),
                slirp(config.networkCmdPath()),
                tun(),
                new NodeFacts.Confinement(
                        Long.parseUnsignedLong(status.getOrDefault("CapEff", "0"), 16),
                        Integer.parseInt(status.getOrDefault("Seccomp", "-1")),
                        appArmor(),
                        openFiles()),
                sysctls(),
                stateDirectory(config.stateDirectory().toAbsolutePath().normalize()),
                new NodeFacts.Surroundings(cgroup(), cgroupProblem(config), NameServers.read(), mountsArrive()),
                missingTools(Nsenter.searchPath(environment.getOrDefault("PATH", ""))),
                config.hostPortRange());
    }

    private static NodeFacts.Slirp slirp(@Nullable Path configured) {
        try {
            return new NodeFacts.Slirp(new SlirpLocator().locate(configured), "");
        } catch (SlirpUnavailableException e) {
            return new NodeFacts.Slirp(null, e.getMessage());
        }
    }

    private static NodeFacts.Tun tun() {
        try (FileChannel device = FileChannel.open(TUN, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new NodeFacts.Tun(device.isOpen(), "");
        } catch (AccessDeniedException e) {
            return new NodeFacts.Tun(true, "Permission denied");
        } catch (IOException e) {
            String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
            return new NodeFacts.Tun(Files.exists(TUN), reason == null ? "it is not there" : reason);
        }
    }

    private static Map<String, String> status() {
        return lines(Path.of("/proc/self/status")).stream()
                .map(line -> line.split(":\\s*", 2))
                .filter(pair -> pair.length == 2)
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1].strip(), (first, second) -> first));
    }

    private static String appArmor() {
        if (!firstLine(Path.of("/sys/module/apparmor/parameters/enabled")).equals("Y")) {
            return "";
        }
        String own = firstLine(Path.of("/proc/self/attr/apparmor/current"));
        return own.isEmpty() ? firstLine(Path.of("/proc/self/attr/current")) : own;
    }

    private static long openFiles() {
        return lines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .map(line -> line.substring("Max open files".length()).strip().split("\\s+", -1)[0])
                .mapToLong(soft -> soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft))
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private static Map<String, String> sysctls() {
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : SYSCTLS) {
            String value = firstLine(Path.of("/proc/sys", name.split("\\.", -1)));
            if (!value.isEmpty()) {
                found.put(name, value);
            }
        }
        return found;
    }

    private static NodeFacts.StateDirectoryFacts stateDirectory(Path path) {
        Path nearest = path;
        while (!Files.exists(nearest)) {
            nearest = Optional.ofNullable(nearest.getParent()).orElseThrow();
        }
        return new NodeFacts.StateDirectoryFacts(
                path,
                nearest.equals(path) ? owner(path) : -1,
                nearest,
                Files.isDirectory(nearest) && Files.isWritable(nearest));
    }

    private static int owner(Path path) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid");
        } catch (IOException e) {
            return -1;
        }
    }

    private static String cgroup() {
        if (Files.exists(CGROUP.resolve("cgroup.controllers"))) {
            return "v2";
        }
        List<String> mounts = lines(Path.of("/proc/self/mounts"));
        boolean first = mounts.stream().anyMatch(mount -> mount.contains(" cgroup "));
        boolean second = mounts.stream().anyMatch(mount -> mount.contains(" cgroup2 "));
        if (first) {
            return second ? "hybrid" : "v1";
        }
        return second ? "v2" : "";
    }

    private static String cgroupProblem(AgentConfig config) {
        CgroupConfig wanted = config.cgroup();
        return wanted == null
                ? ""
                : NodePreparation.cgroupProblem(wanted, config.inPod()).orElse("");
    }

    private static boolean mountsArrive() {
        try {
            if (Files.readSymbolicLink(Path.of("/proc/self/ns/mnt"))
                    .equals(Files.readSymbolicLink(Path.of("/proc/1/ns/mnt")))) {
                return true;
            }
        } catch (IOException e) {
            return true; // Not ours to see, even for root of some machines: then it is not known to be otherwise.
        }
        // Fields of mountinfo in proc(5): the fifth is the mount point, optional ones follow the sixth up to a dash.
        return lines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.split(" ", -1)[4].equals("/"))
                .map(line -> line.substring(0, line.indexOf(" - ")))
                .anyMatch(line -> line.contains(" shared:") || line.contains(" master:"));
    }

    private static Set<String> missingTools(String searchPath) {
        return TOOLS.stream()
                .filter(tool -> Stream.of(searchPath.split(":", -1))
                        .noneMatch(directory -> !directory.isEmpty() && Files.isExecutable(Path.of(directory, tool))))
                .collect(Collectors.toSet());
    }

    private static String firstLine(Path file) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? "" : lines.get(0).strip();
    }

    /** Read whole, since a sysctl tells nothing more after the first read. */
    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }
}
