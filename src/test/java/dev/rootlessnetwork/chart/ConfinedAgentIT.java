package dev.rootlessnetwork.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rootlessnetwork.testing.CommandResult;
import dev.rootlessnetwork.testing.TargetProcess;
import dev.rootlessnetwork.testing.TestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program gets along with what the chart lets it do on a node, its capabilities and system calls, and with no capability less. */
class ConfinedAgentIT {
    private static final int USER = 1234;
    private static final Pattern SLIRP = Pattern.compile(
            "slirp4netns:\\s+pid: (\\d+)\\s+version: \\S+\\s+startedAt: \\S+\\s+restarts: 0\\s+sandbox: true\\s+seccomp: true");

    /** What is said where a capability is taken away. */
    private static final Map<String, String> MISSED = new TreeMap<>(Map.of(
            "DAC_READ_SEARCH", "cannot read",
            "NET_ADMIN", "make the tap tap0: Operation not permitted (EPERM)",
            "NET_BIND_SERVICE", "TCP 127.0.0.1:80 is a privileged port: run with CAP_NET_BIND_SERVICE",
            "SETPCAP", "slirp4netns cannot confine itself; starting it without its sandbox",
            "SYS_ADMIN", "that needs CAP_SYS_ADMIN",
            "SYS_PTRACE", "CAP_SYS_PTRACE"));

    private static final Chart CHART = Chart.rendered("");

    @TempDir
    Path temporary;

    private TargetProcess ofRoot;
    private TargetProcess ofUser;
    private Path manifests;

    @BeforeEach
    void start() throws IOException {
        ofRoot = TargetProcess.inNetworkNamespace();
        ofUser = TargetProcess.ofOrdinaryUser(USER);
        ofRoot.serveTcpEcho("0.0.0.0", 80);
        ofUser.serveTcpEcho("0.0.0.0", 80);
        Path pidFile = privateDirectory().resolve("web.pid");
        Files.writeString(pidFile, ofUser.pid() + "\n");
        CommandResult.run("chown", "" + USER, pidFile.toString()).orFail();
        manifests = Files.writeString(temporary.resolve("web.yaml"), """
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: of-root}
                spec:
                  target: {pid: %d}
                  options: {portHandler: slirp4netns, enableIPv6: true}
                  ports: [{name: low, hostIP: 127.0.0.1, hostPort: 80, containerPort: 80}]
                ---
                apiVersion: rootlessnetwork.dev/v1alpha1
                kind: RootlessNetwork
                metadata: {name: of-user}
                spec:
                  target: {pidFile: %s}
                  ports: [{name: relayed, hostIP: 127.0.0.1, hostPort: 18081, containerPort: 80}]
                """.formatted(ofRoot.pid(), pidFile));
    }

    @AfterEach
    void stop() {
        CommandResult.run(program("delete", "--all", "--state-dir", state()));
        ofUser.close();
        ofRoot.close();
    }

    private Path privateDirectory() {
        Path directory = temporary.resolve("private");
        CommandResult.run("install", "--directory", "--owner=" + USER, "--mode=0700", directory.toString())
                .orFail();
        // The directory above is readable for root alone.
        CommandResult.run("chmod", "0755", temporary.toString()).orFail();
        return directory;
    }

    private String state() {
        return temporary.resolve("state").toString();
    }

    private static List<String> program(String... arguments) {
        return Stream.concat(
                        Stream.of(
                                "env",
                                "JAVA_HOME=" + System.getProperty("java.home"),
                                Path.of("target/dist/bin/rootlessnet")
                                        .toAbsolutePath()
                                        .toString()),
                        Stream.of(arguments))
                .toList();
    }

    private CommandResult once(List<String> capabilities) {
        return CommandResult.run(Confinement.of(capabilities, once()));
    }

    private List<String> once() {
        return program("run", "--once", "--state-dir", state(), manifests.toString());
    }

    private static List<String> granted() {
        return Chart.capabilities(CHART.agent());
    }

    /** PIDs of the slirp4netns processes that run confined. */
    private List<String> slirps() {
        CommandResult told = CommandResult.run(program("get", "-o", "yaml", "--state-dir", state()));
        return SLIRP.matcher(told.orFail().stdout())
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void leadsNetworksThroughALifeUnderTheChartsProfileAndCapabilities() throws IOException {
        CommandResult start = once(granted()).orFail();
        assertThat(start.stderr()).doesNotContain("WARN", "ERROR");
        List<String> slirps = slirps();
        assertThat(slirps).hasSize(2);
        for (String slirp : slirps) {
            assertThat(Files.readString(Path.of("/proc", slirp, "status")))
                    .as("its own filter beside the container's")
                    .contains("Seccomp_filters:\t2\n");
        }
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 80, 1)).isEqualTo("same");
        assertThat(TestClient.here().echo("tcp", "127.0.0.1", 18081, 1)).isEqualTo("same");
        assertThat(ofRoot.run("ip", "-6", "addr", "show", "tap0").orFail().stdout())
                .contains("inet6 fd00::");

        once(granted()).orFail();
        assertThat(slirps()).as("adopted").isEqualTo(slirps);

        CommandResult.run(Confinement.of(granted(), program("delete", "--all", "--state-dir", state())))
                .orFail();
        assertThat(slirps)
                .noneMatch(pid -> ProcessHandle.of(Long.parseLong(pid)).isPresent());
    }

    @Test
    void isGrantedWhatIsMissedHereAndNothingElse() {
        assertThat(granted()).containsExactlyInAnyOrderElementsOf(MISSED.keySet());
    }

    private static Stream<String> capabilities() {
        return MISSED.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("capabilities")
    void missesEachCapability(String capability) {
        CommandResult result =
                once(granted().stream().filter(each -> !each.equals(capability)).toList());
        assertThat(result.stdout() + result.stderr()).contains(MISSED.get(capability));
    }

    /** The filter answers as AppArmor does, where a runtime's own profile forbids all mounts. */
    @Test
    void saysWhichProfilesDoWhereMountsAreForbidden() throws IOException {
        String chart = Files.readString(Chart.file("seccomp.json"));
        Path profile = Files.writeString(
                temporary.resolve("mounts.json"),
                chart.replace("\"mount\", ", "").replace("\"defaultErrnoRet\": 1,", "\"defaultErrnoRet\": 13,"));

        CommandResult result = CommandResult.run(Confinement.of(profile, granted(), once()));

        assertThat(result.stdout())
                .contains(
                        "cannot start slirp4netns: make all mounts private: Permission denied (EACCES); a security module"
                                + " forbids mounts: under AppArmor run unconfined, or by a profile that allows mount, umount, pivot_root"
                                + " and ptrace (the chart's appArmorProfile); under SELinux as spc_t");
    }

    /** With all capabilities, without which the kernel would refuse most of these by itself. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "add_key",
                "bpf",
                "finit_module",
                "io_uring_setup",
                "kexec_load",
                "keyctl",
                "mknodat",
                "open_by_handle_at",
                "perf_event_open",
                "process_vm_writev",
                "ptrace",
                "reboot",
                "swapon",
                "userfaultfd"
            })
    void isRefusedOtherSystemCalls(String call) {
        String program = """
                import ctypes, os, sys
                number = ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name(sys.argv[1].encode())
                result = ctypes.CDLL(None, use_errno=True).syscall(number, 0, 0, 0, 0, 0)
                print(number > 0, result, os.strerror(ctypes.get_errno()))
                """;
        CommandResult result = CommandResult.run(Confinement.ofCallsAlone(List.of("python3", "-c", program, call)));
        assertThat(result.orFail().stdout()).isEqualTo("True -1 Operation not permitted\n");
    }

    @Test
    void isRefusedRawPackets() {
        String program = "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)";
        assertThat(CommandResult.run(Confinement.of(List.of("NET_RAW"), List.of("python3", "-c", program)))
                        .stderr())
                .contains("PermissionError");
        assertThat(CommandResult.run("python3", "-c", program).exitStatus()).isZero();
    }
}
