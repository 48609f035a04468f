"""Measures target/dist on real parts and prints one table; see docs/benchmark.md. Run by src/scripts/bench.

Everything happens in namespaces of its own, whose end also ends every process that was started in here.
"""

import math
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "target/dist/bin/rootlessnet")
JAVA = sys.argv[1]
RUNS = 50
NETWORKS = 200
IDLE_SECONDS = 20
DEADLINE_SECONDS = 60
LIMIT_SECONDS = 220
QUIET_SECONDS = 0.2  # of file watching, by contract
MTU = 1500
TICKS = os.sysconf("SC_CLK_TCK")
SERVER = """
import socket
s = socket.create_server(("0.0.0.0", 80), backlog=64)
print("ready", flush=True)
while True:
    c, _ = s.accept()
    c.sendall(b"x")
    c.close()
"""
started = []


def start(command, **more):
    process = subprocess.Popen(command, **more)
    started.append(process)
    return process


def finish(process, how=signal.SIGTERM):
    process.send_signal(how)
    process.wait(DEADLINE_SECONDS)


def target():
    process = start(["unshare", "--net", "sh", "-c", "echo ready; exec sleep infinity"], stdout=subprocess.PIPE, text=True)
    process.stdout.readline()
    return process.pid


def serve(pid):
    command = ["nsenter", "--target", str(pid), "--net", "python3", "-c", SERVER]
    start(command, stdout=subprocess.PIPE, text=True).stdout.readline()


def reach(port):
    """Blocks until the target answers through a port of the host; asks again every half millisecond."""
    end = time.perf_counter() + DEADLINE_SECONDS
    while time.perf_counter() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                if connection.recv(1) == b"x":
                    return
        except OSError:
            pass
        time.sleep(0.0005)
    raise SystemExit(f"port {port} was not reachable within {DEADLINE_SECONDS} s")


def by_hand(pid, directory):
    """Spawn to ready byte of slirp4netns, with the flags that the operator gives it; in seconds."""
    ready, write = os.pipe()
    os.set_inheritable(write, True)
    log = os.open(directory / "by-hand.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    api = directory / "by-hand.sock"
    api.unlink(missing_ok=True)
    arguments = ["slirp4netns", "--disable-host-loopback", f"--mtu={MTU}", "--enable-sandbox", "--enable-seccomp", "-c",
                 "-r", str(write), "--api-socket", str(api), "--netns-type=path", f"/proc/{pid}/ns/net", "tap0"]
    actions = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
    before = time.perf_counter()
    child = os.posix_spawnp("slirp4netns", arguments, os.environ, file_actions=actions)
    os.close(write)
    answer = os.read(ready, 1)
    took = time.perf_counter() - before
    os.close(ready)
    os.close(log)
    if answer != b"1":
        raise SystemExit("slirp4netns by hand: " + (directory / "by-hand.log").read_text())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return took


class Converge:
    """The launcher alone, in a JVM of its own."""

    def __init__(self, pid, directory):
        classes = f"{ROOT}/target/test-classes:{ROOT}/target/dist/lib/*"
        # As target/dist/bin/rootlessnet starts it.
        flags = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-XX:-UsePerfData"]
        main = "dev.rootlessnetwork.launch.ConvergeBench"
        self.process = start([JAVA, *flags, "-cp", classes, main, str(directory / "converge"), str(pid)],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdout.readline()

    def send(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"the launcher ended at: {command}")
        return int(answer) / 1e9

    def close(self):
        self.process.stdin.close()
        self.process.wait(DEADLINE_SECONDS)


class Operator:
    """rootlessnet run, as anybody starts it."""

    def __init__(self, directory, name):
        self.manifests = directory / f"{name}-manifests"
        self.manifests.mkdir()
        self.log = directory / f"{name}.log"
        with open(self.log, "wb") as log:
            self.process = start([PROGRAM, "run", "--state-dir", str(directory / name), str(self.manifests)],
                                 stdout=subprocess.PIPE, stderr=log, text=True)

    def write(self, name, pid, port=None):
        ports = "" if port is None else (
            f"\n  ports:\n  - {{name: http, hostIP: 127.0.0.1, hostPort: {port}, containerPort: 80}}")
        text = (f"apiVersion: {API_VERSION}\nkind: RootlessNetwork\nmetadata: {{name: {name}}}\nspec:\n"
                f"  target: {{pid: {pid}}}\n  options: {{mtu: {MTU}, portHandler: slirp4netns}}{ports}\n")
        new = self.manifests / f".{name}"
        new.write_text(text)
        new.rename(self.manifests / f"{name}.yaml")

    def await_lines(self, word, count=1):
        """Blocks until as many objects have come to a state, as the lines of standard output tell."""
        seen = set()
        for line in self.process.stdout:
            words = line.split()
            if "InvalidSpec" in words:
                raise SystemExit(line)
            if word in words[2:]:
                seen.add(words[1])
            if len(seen) == count:
                return
        raise SystemExit("rootlessnet run ended: " + self.log.read_text())

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def switches(self):
        """By thread, since threads end meanwhile."""
        return {status.parent.name: sum(int(line.split()[1]) for line in status.read_text().splitlines() if "ctxt_switches" in line)
                for status in Path(f"/proc/{self.process.pid}/task").glob("*/status")}

    def resident_mib(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS")) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


API_VERSION = "rootlessnetwork.dev/v1alpha1"


def timed(act):
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def percentile(values, share):
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


class Table:
    def __init__(self):
        self.rows = [("measured", "runs", "median", "p99", "ratio of medians"), ("---", "---:", "---:", "---:", "---:")]

    def times(self, what, values, base=None):
        median = statistics.median(values)
        ratio = "" if base is None else f"{median / statistics.median(base):.2f}"
        self.rows.append((what, str(len(values)), f"{median * 1000:.1f} ms", f"{percentile(values, 0.99) * 1000:.1f} ms", ratio))

    def single(self, what, value):
        self.rows.append((what, "1", value, "", ""))

    def __str__(self):
        widths = [max(len(row[i]) for row in self.rows) for i in range(5)]
        return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in self.rows)


def one_network(table, directory):
    pid = target()
    serve(pid)
    converge = Converge(pid, directory)
    operator = Operator(directory, "one")
    hand, launcher, manifest = [], [], []
    for number in range(RUNS + 3):
        hand.append(by_hand(pid, directory))
        launcher.append(converge.send("start"))
        converge.send("stop")

        def appear():
            operator.write("bench", pid)
            operator.await_lines("Ready")

        manifest.append(timed(appear) - QUIET_SECONDS)
        (operator.manifests / "bench.yaml").unlink()
        operator.await_lines("Removed")
    # The first three of each warm the JVMs up: the question is a running operator.
    table.times("slirp4netns by hand: spawn to ready", hand[3:])
    table.times("launcher: converge() of a new network to its return, ready", launcher[3:], hand[3:])
    table.times("run: manifest written to Ready, less 200 ms of quiet time of files", manifest[3:], hand[3:])

    converge.send("start")
    called, edited = [], []
    for number in range(RUNS):
        def call():
            converge.send(f"port {18000 + number}")
            reach(18000 + number)

        called.append(timed(call))
    converge.send("stop")
    operator.write("bench", pid)
    operator.await_lines("Ready")
    for number in range(RUNS):
        def edit():
            operator.write("bench", pid, 19000 + number)
            reach(19000 + number)

        edited.append(timed(edit) - QUIET_SECONDS)
    table.times("launcher: converge() of a changed port to a byte through it", called)
    table.times("run: manifest edited to a byte through the port, less the quiet time", edited)
    converge.close()
    finish(operator.process)


def many_networks(table, directory):
    pids = [target() for _ in range(NETWORKS)]
    operator = Operator(directory, "many")
    operator.write("first", target())
    operator.await_lines("Ready")
    cpu = operator.cpu()

    def appear():
        for number, pid in enumerate(pids):
            operator.write(f"net{number}", pid, 10000 + number)
        operator.await_lines("Ready", NETWORKS)

    table.single(f"run: {NETWORKS} manifests, each with a port, to all Ready, with the quiet time", f"{timed(appear):.2f} s")
    table.single("operator: CPU for them", f"{operator.cpu() - cpu:.2f} s")
    time.sleep(5)
    table.single("operator: resident with them", f"{operator.resident_mib():.0f} MiB")
    table.single("operator: descriptors with them", str(operator.descriptors()))
    cpu, switches = operator.cpu(), operator.switches()
    time.sleep(IDLE_SECONDS)
    woken = sum(count - switches.get(thread, 0) for thread, count in operator.switches().items())
    table.single(f"operator: CPU in {IDLE_SECONDS} s idle (a tick is {1000 / TICKS:.0f} ms)", f"{(operator.cpu() - cpu) * 1000:.0f} ms")
    table.single(f"operator: context switches in {IDLE_SECONDS} s idle, all threads", str(woken))
    table.single(f"run: SIGTERM to all {NETWORKS} stopped", f"{timed(lambda: finish(operator.process)):.2f} s")


def program(table, directory):
    for words in (["--version"], ["get", "--state-dir", str(directory / "one")]):
        command = [PROGRAM, *words]
        quiet = subprocess.DEVNULL
        table.times("rootlessnet " + words[0], [timed(lambda: subprocess.run(command, stdout=quiet, stderr=quiet, check=True)) for _ in range(20)])


def first_line(command):
    run = subprocess.run(command, capture_output=True, text=True)
    return (run.stdout + run.stderr).splitlines()[0]


def give_up(*_):
    raise SystemExit(f"not finished within {LIMIT_SECONDS} s")


def main():
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_SECONDS)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    table = Table()
    with tempfile.TemporaryDirectory(prefix="bench") as directory:
        try:
            one_network(table, Path(directory))
            many_networks(table, Path(directory))
            program(table, Path(directory))
        finally:
            for process in reversed(started):
                if process.poll() is None:
                    process.kill()
                    process.wait()
    memory = next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    load = os.getloadavg()[0]
    facts = (f"Machine: {os.cpu_count()} CPUs, {int(memory) / 2**20:.0f} GiB, Linux {platform.release()}, "
             f"{first_line(['slirp4netns', '--version'])}, {first_line([JAVA, '-version'])}; load at the end {load:.1f}.")
    text = f"{table}\n\n{facts}\n"
    print(text, end="")
    (ROOT / "target/bench.md").write_text(text)


main()
