"""The launcher and `rootlessnet run`, beside slirp4netns started by hand."""

import os
import signal
import subprocess
import time
from pathlib import Path

from measuring import (API_VERSION, DEADLINE_SECONDS, MTU, PROGRAM, QUIET_SECONDS, ROOT, TICKS, Figures, finish, reach, serve, start,
                       target, timed)

RUNS = 50
NETWORKS = 200
SETTLE_SECONDS = 15  # memory is given back some seconds after the start
IDLE_SECONDS = 20


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

    def __init__(self, java, pid, directory):
        classes = f"{ROOT}/target/test-classes:{ROOT}/target/dist/lib/*"
        # As target/dist/bin/rootlessnet starts it.
        flags = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-XX:-UsePerfData"]
        main = "dev.rootlessnetwork.launch.ConvergeBench"
        self.process = start([java, *flags, "-cp", classes, main, str(directory / "converge"), str(pid)],
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


class Operator(Figures):
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

def one_network(table, directory, java):
    pid = target()
    serve(pid)
    converge = Converge(java, pid, directory)
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
    time.sleep(SETTLE_SECONDS)
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
