"""The node as the story sees it: processes, streams, memory, and what is left on it."""

import os
import signal
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
    """A process of the node in user and network namespaces of its own, without a network, that serves streams."""

    def __init__(self, port):
        self.process = subprocess.Popen(["unshare", "--user", "--map-root-user", "--net", "python3", STREAM, "serve", str(port)])
        self.pid = self.process.pid

    def end_streams(self):
        os.kill(self.pid, signal.SIGUSR1)

    def end(self):
        self.process.kill()
        self.process.wait()


class Streams:
    """Two that are read from the target's port of the node: by the node itself, and from outside where there is such a namespace."""

    def __init__(self, port, outside):
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


class Agent:
    """The agent's process in its container."""

    def __init__(self):
        self.pid = next(int(p.name) for p in processes() if b"--state-dir=/run/rootlessnet" in arguments(p))

    def run_out_of_memory(self):
        """Fills the memory of the agent's container by files of a tmpfs, which no killing of processes frees: so the largest, the agent, ends."""
        memory = next(line.split(":", 2) for line in Path(f"/proc/{self.pid}/cgroup").read_text().splitlines() if controls_memory(line))
        root = "/sys/fs/cgroup/memory" if memory[1] else "/sys/fs/cgroup"
        procs = f"{root}{memory[2]}/cgroup.procs"
        filler = "/dev/shm/filler"
        script = f'echo $$ >"{procs}"; exec dd if=/dev/zero of={filler} bs=1M count=1024'
        dd = subprocess.Popen(["sh", "-c", script], stderr=subprocess.DEVNULL)
        try:
            wait_until("the agent has ended", lambda: not alive(self.pid))
        finally:
            dd.kill()
            dd.wait()
            Path(filler).unlink(missing_ok=True)


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


def leftovers():
    """What the chart and its networks could leave on the node, as a set of lines."""
    found = set(run("sh", str(HERE.parent / "cluster/state")).splitlines())
    for process in processes():
        called = arguments(process)[0:1]
        if called and Path(os.fsdecode(called[0])).name in ("slirp4netns", "java", "rootlessnet"):
            found.add(f"process {process.name} {os.fsdecode(called[0])}")
    for directory in ("/run/rootlessnet", "/var/lib/kubelet/seccomp"):
        found.update(f"file {file}" for file in Path(directory).rglob("*"))
    return found
