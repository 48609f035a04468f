"""The node as the story sees it: processes, streams, memory, and what is left on it."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STREAM = str(HERE / "stream")
MOST_SECONDS = 60


def run(*command, **options):
    """Runs a command to its end and returns what it prints; its complaint is the exception's message."""
    done = subprocess.run(command, text=True, capture_output=True, check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


def wait_until(what, is_so, explain=lambda: ""):
    deadline = time.monotonic() + MOST_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not so after {MOST_SECONDS} s: {what}\n{explain()}")
        time.sleep(0.2)


class Target:
    """A process of the node that serves streams, in user and network namespaces of its own, or where a command leads it."""

    def __init__(self, port, *entering):
        entering = entering or ("unshare", "--user", "--map-root-user", "--net")
        self.process = subprocess.Popen([*entering, "python3", STREAM, "serve", str(port)])
        self.pid = self.process.pid

    def end_streams(self):
        os.kill(self.pid, signal.SIGUSR1)

    def end(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def named_namespace(name):
    run("ip", "netns", "add", name)
    try:
        yield
    finally:
        run("ip", "netns", "delete", name)


@contextlib.contextmanager
def pid_file(path, pid):
    with open(path, "x") as file:
        file.write(f"{pid}\n")
    try:
        yield
    finally:
        os.unlink(path)


def reach(port):
    """Reads the first of a stream from the node's port."""
    with socket.create_connection(("127.0.0.1", port), MOST_SECONDS) as connection:
        assert connection.recv(1), f"port {port} of the node ends connections"


class Streams:
    """Two that are read from the target's port of the node: by the node itself, and from outside where there is such a namespace."""

    def __init__(self, port, outside):
        self.port = port
        readers = {"from the node": ["python3", STREAM, "read", "127.0.0.1", str(port)]}
        if outside:
            address = run("ip", "-4", "-oneline", "address", "show", "uplink0").split()[3].split("/")[0]
            readers["from outside"] = ["ip", "netns", "exec", outside, "python3", STREAM, "read", address, str(port)]
        self.readers = {
            name: subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for name, command in readers.items()
        }

    def go_on(self):
        for name, reader in self.readers.items():
            if reader.poll() is not None:
                raise RuntimeError(f"the stream {name} has ended: {reader.stdout.read().strip()}")

    def end(self):
        said = []
        for name, reader in self.readers.items():
            output = reader.communicate(timeout=MOST_SECONDS)[0].strip()
            if reader.returncode != 0:
                raise RuntimeError(f"the stream {name}: {output}")
            said.append(f"{name} {output}")
        return said

    def kill(self):
        for reader in self.readers.values():
            reader.kill()
            reader.wait()


class Agent:
    """The agent's process in its container."""

    def __init__(self):
        self.pid = next(int(p.name) for p in processes() if b"--state-dir=/run/rootlessnet" in arguments(p))

    def run_out_of_memory(self):
        """Fills the memory of the agent's container by a file of a tmpfs, which no killing of other processes frees: so the largest, the agent, ends."""
        memory = next(line.split(":", 2) for line in Path(f"/proc/{self.pid}/cgroup").read_text().splitlines() if controls_memory(line))
        root = "/sys/fs/cgroup/memory" if memory[1] else "/sys/fs/cgroup"
        procs = f"{root}{memory[2]}/cgroup.procs"
        # The tmpfs is in a mount namespace of the filler, and ends with it.
        script = f'echo $$ >"{procs}"; mount -t tmpfs -o size=1g filler /run; exec dd if=/dev/zero of=/run/filler bs=1M'
        filler = subprocess.Popen(["unshare", "--mount", "sh", "-c", script], stderr=subprocess.DEVNULL)
        try:
            wait_until("the agent has ended", lambda: not alive(self.pid))
        finally:
            filler.kill()
            filler.wait()


def controls_memory(line):
    controllers = line.split(":")[1]
    return "memory" in controllers.split(",") or (controllers == "" and not Path("/sys/fs/cgroup/memory").exists())


def processes():
    return [p for p in Path("/proc").iterdir() if p.name.isdigit()]


def arguments(process):
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def relays():
    """Returns the PIDs of the relays that run."""
    return {int(p.name) for p in processes() if {b"relay", b"/run/rootlessnet/relay"} <= set(arguments(p))}


def leftovers():
    """What the chart and its networks could leave on the node, as a set of lines."""
    found = set(run("sh", str(HERE.parent / "cluster/state")).splitlines())
    for process in processes():
        called = arguments(process)[0:1]
        if called and Path(os.fsdecode(called[0])).name in ("slirp4netns", "java", "rootlessnet"):
            found.add(f"process {process.name} {os.fsdecode(called[0])}")
    for directory in ("/run/rootlessnet", "/var/lib/kubelet/seccomp"):
        if Path(directory).exists():
            found.update(f"file {file}" for file in [directory, *Path(directory).rglob("*")])
    return found
