"""The port forwarders that are compared: each with a target namespace, the same server in it, and one forward to that."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from measuring import API_VERSION, DEADLINE_SECONDS, PROGRAM, QUIET_SECONDS, cpu_seconds, finish, memory_kib, start, target

ROOTLESSPORT = ("/usr/lib/podman/rootlessport", "/usr/libexec/podman/rootlessport")  # Debian's, Fedora's
SERVER_PORT = 80
MTU = 65520  # podman's default, and so ours
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Place:
    """What the forwarders are started with: a directory, the program load, RootlessKit, and a `rootlessnet run` that makes networks."""

    directory: Path
    load: str
    rootlesskit: str
    operator: "Operator"


def serve(load, pid):
    command = ["nsenter", "--target", str(pid), "--net", load, "serve", str(SERVER_PORT)]
    server = start(command, stdout=subprocess.PIPE, text=True)
    if server.stdout.readline() != "ready\n":
        raise SystemExit(f"the server did not start in the namespace of PID {pid}")


def await_open(port, process, log):
    """Blocks until something listens; for those that do not tell when they are ready."""
    end = time.perf_counter() + DEADLINE_SECONDS
    while time.perf_counter() < end and process.poll() is None:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"nothing listens on port {port}: {log.read_text()}")


def descendants(pid):
    children = [int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()]
    return children + [deeper for child in children for deeper in descendants(child)]


def program_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""  # a kernel without that, or it has ended


class Forwarder:
    """`port` of the host leads to the server, by TCP, and by UDP after `open("udp", ...)`."""

    title = ""

    def __init__(self, place, port):
        self.place, self.directory, self.port = place, place.directory / type(self).__name__.lower(), port
        self.directory.mkdir()
        self.log = self.directory / "log"
        self.ports = [("tcp", port, SERVER_PORT, 1)]  # protocol, first host port, first port inside, how many
        self.start()
        serve(self.place.load, self.pid)

    def start(self):
        """Makes the target, whose PID is then `pid`, and the forwarder."""
        raise NotImplementedError

    def processes(self):
        """PIDs of the forwarder alone."""
        raise NotImplementedError

    def add(self, ports):
        raise NotImplementedError

    def open(self, protocol, first, inside, count):
        """Returns when the forwards are open; in seconds, how long that took. RuntimeError: it cannot, and has the forwards of before."""
        ports = (protocol, first, inside, count)
        self.ports.append(ports)
        before = time.perf_counter()
        self.add(ports)
        return time.perf_counter() - before

    def load(self, *arguments):
        """Runs the client to its end and returns what it measured."""
        run = subprocess.run(self.client(*arguments), capture_output=True, text=True, timeout=DEADLINE_SECONDS)
        if run.returncode != 0:
            raise RuntimeError(run.stderr.strip())
        return json.loads(run.stdout)

    def client(self, mode, *arguments):
        before = arguments[:1] if mode == "stream" else ()
        return [self.place.load, mode, *before, HOST, str(self.port), *(str(argument) for argument in arguments[len(before):])]

    def popen(self, command, **more):
        with open(self.log, "ab") as log:
            return start(command, stderr=log, **more)

    def cpu(self):
        """User and system time so far, in seconds."""
        return sum(cpu_seconds(pid) for pid in self.processes())

    def resident_mib(self):
        """Of all its processes; the program's own pages, which they share, count once."""
        each = [memory_kib(pid) for pid in self.processes()]
        own = sum(memory["RssAnon"] + memory["RssShmem"] for memory in each)
        return (own + max((memory["RssFile"] for memory in each), default=0)) / 1024


class Operator:
    """One `rootlessnet run` for all the targets that it makes a network for."""

    def __init__(self, directory):
        self.manifests, self.state, self.log = directory / "manifests", directory / "state", directory / "run.log"
        self.manifests.mkdir()
        with open(self.log, "wb") as log:
            self.process = start([PROGRAM, "run", "--state-dir", str(self.state), str(self.manifests)], stdout=subprocess.PIPE, stderr=log,
                                 text=True)
        self.generations = {}

    def apply(self, name, pid, handler, ports=()):
        """Returns the PID of slirp4netns when all is ready; RuntimeError tells why it is not."""
        text = (f"apiVersion: {API_VERSION}\nkind: RootlessNetwork\nmetadata: {{name: {name}}}\nspec:\n"
                f"  target: {{pid: {pid}}}\n  options: {{mtu: {MTU}, portHandler: {handler}}}\n  ports:{'' if ports else ' []'}\n")
        for number, (protocol, first, inside, count) in enumerate(ports):
            text += (f"  - {{name: p{number}, protocol: {protocol.upper()}, hostIP: {HOST}, hostPort: {first}, containerPort: {inside}, "
                     f"range: {count}}}\n")
        new = self.manifests / f".{name}"
        new.write_text(text)
        new.rename(self.manifests / f"{name}.yaml")
        generation = self.generations[name] = self.generations.get(name, 0) + 1
        for line in self.process.stdout:
            words = line.split()
            if words[1] != f"default/{name}" or f"generation={generation}" not in words:
                continue
            if words[2] == "Ready":
                return int(re.search(r" slirp4netns=(\d+)", line).group(1))
            if words[3] != "Starting":
                raise RuntimeError(f"port handler {handler}: {line.strip()}")
        raise SystemExit("rootlessnet run ended: " + self.log.read_text())


class Ours(Forwarder):
    handler = ""

    def start(self):
        self.pid = target()
        self.slirp = self.place.operator.apply(self.handler, self.pid, self.handler, self.ports)

    def add(self, ports):
        try:
            self.place.operator.apply(self.handler, self.pid, self.handler, self.ports)
        except RuntimeError:
            self.ports.remove(ports)
            self.place.operator.apply(self.handler, self.pid, self.handler, self.ports)
            raise

    def open(self, protocol, first, inside, count):
        return super().open(protocol, first, inside, count) - QUIET_SECONDS


class Relay(Ours):
    title = "relay"
    handler = "rootlesskit"

    def processes(self):
        return [int(entry.name) for entry in (self.place.operator.state / "relay").iterdir() if entry.name.isdecimal()]


class Slirp4netns(Ours):
    title = "slirp4netns"
    handler = "slirp4netns"

    def processes(self):
        return [self.slirp]


class Direct(Forwarder):
    """No forwarder: the client is inside, too."""

    title = "direct"

    def __init__(self, place, _):
        super().__init__(place, SERVER_PORT)

    def start(self):
        self.pid = target()
        self.place.operator.apply("direct", self.pid, "slirp4netns")

    def client(self, mode, *arguments):
        return ["nsenter", "--target", str(self.pid), "--net", *super().client(mode, *arguments)]

    def processes(self):
        return []

    def add(self, ports):
        pass


class Rootlesskit(Forwarder):
    """RootlessKit with slirp4netns and its builtin port driver. It makes the namespaces itself; being root here it, too, needs subordinate
    IDs, which it is shown in a mount namespace of its own. It keeps no source address of local clients, so its rules for that stay out."""

    title = "RootlessKit"

    def start(self):
        subids = self.directory / "subids"
        subids.write_text("root:100000:65536\n")
        state = self.directory / "state"
        kit = [self.place.rootlesskit, f"--state-dir={state}", "--net=slirp4netns", f"--mtu={MTU}", "--disable-host-loopback",
               "--port-driver=builtin", f"--publish={HOST}:{self.port}:{SERVER_PORT}/tcp", "sh", "-c", "echo $$; exec sleep infinity"]
        see = f"mount --bind {subids} /etc/subuid; mount --bind {subids} /etc/subgid; exec \"$@\""
        self.process = self.popen(["unshare", "--mount", "sh", "-ec", see, "sh", *kit], stdout=subprocess.PIPE, text=True)
        inside = self.process.stdout.readline()
        if not inside:
            raise SystemExit("RootlessKit: " + self.log.read_text())
        self.pid = int(inside)
        self.api = str(state / "api.sock")

    def processes(self):
        return [pid for pid in (self.process.pid, *descendants(self.process.pid)) if program_of(pid) == self.place.rootlesskit]

    def add(self, ports):
        protocol, first, inside, count = ports
        api = http.client.HTTPConnection("localhost")
        api.sock = socket.socket(socket.AF_UNIX)
        api.sock.connect(self.api)
        for number in range(count):
            spec = {"proto": protocol, "parentIP": HOST, "parentPort": first + number, "childPort": inside + number}
            api.request("POST", "/v1/ports", json.dumps(spec), {"Content-Type": "application/json"})
            answer = api.getresponse()
            text = answer.read()
            if answer.status >= 300:
                raise SystemExit(f"RootlessKit: {answer.status} {text.decode()}")
        api.close()


class Anew(Forwarder):
    """Opens ports only at its start, so it is started anew with all of them."""

    def add(self, ports):
        finish(self.process, signal.SIGKILL)
        self.forward()


class Rootlessport(Anew):
    """podman's, which is RootlessKit's driver of an older version. podman too starts it beside slirp4netns."""

    title = "rootlessport"

    def start(self):
        self.pid = target()
        self.place.operator.apply("rootlessport", self.pid, "slirp4netns")
        self.forward()

    def forward(self):
        exit_read, self.exit_write = os.pipe()
        ready_read, ready_write = os.pipe()
        mappings = [{"host_ip": HOST, "host_port": first, "container_port": inside, "range": count, "protocol": protocol}
                    for protocol, first, inside, count in self.ports]
        config = {"Mappings": mappings, "NetNSPath": f"/proc/{self.pid}/ns/net", "ExitFD": exit_read, "ReadyFD": ready_write,
                  "TmpDir": str(self.directory), "ChildIP": "10.0.2.100"}
        self.process = self.popen([next(filter(os.path.exists, ROOTLESSPORT))], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(exit_read, ready_write))
        os.close(exit_read)
        os.close(ready_write)
        self.process.stdin.write(json.dumps(config).encode())
        self.process.stdin.close()
        if os.read(ready_read, 1) != b"1":
            raise SystemExit("rootlessport: " + self.log.read_text())
        os.close(ready_read)

    def processes(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def add(self, ports):
        os.close(self.exit_write)  # its child would outlive a SIGKILL
        self.process.wait(DEADLINE_SECONDS)
        self.forward()


def make_uplink():
    """Gives a host without a default route one, to nowhere: pasta takes its addresses from it."""
    for command in ("link add uplink type veth peer name nowhere", "address add 192.0.2.1/24 dev uplink", "link set nowhere up",
                    "link set uplink up", "route add default via 192.0.2.2"):
        subprocess.run(["ip", *command.split()], check=True)


class Pasta(Anew):
    """In slirp4netns's place: it is network and forwarder in one. It refuses a namespace below /proc as root, hence the bind."""

    title = "pasta"

    def start(self):
        if not subprocess.run(["ip", "route", "show", "default"], capture_output=True).stdout:
            make_uplink()
        self.pid = target()
        self.netns = self.directory / "netns"
        self.netns.touch()
        self.forward()

    def forward(self):
        options = []
        for protocol in ("tcp", "udp"):
            for kind, first, inside, count in self.ports:
                if kind == protocol:
                    last = f"-{first + count - 1}" if count > 1 else ""
                    last_inside = f"-{inside + count - 1}" if count > 1 else ""
                    options += [f"--{protocol}-ports", f"{HOST}/{first}{last}:{inside}{last_inside}"]
            if not any(kind == protocol for kind, *_ in self.ports):
                options += [f"--{protocol}-ports", "none"]
        pasta = ["pasta", "--foreground", "--runas", "0", "--config-net", "--mtu", str(MTU), *options, "--tcp-ns", "none", "--udp-ns", "none",
                 "--netns", str(self.netns)]
        see = f"mount --bind /proc/{self.pid}/ns/net {self.netns}; exec \"$@\""
        self.process = self.popen(["unshare", "--mount", "sh", "-ec", see, "sh", *pasta], stdout=subprocess.DEVNULL)
        await_open(self.ports[-1][1] if self.ports[-1][0] == "tcp" else self.port, self.process, self.log)

    def processes(self):
        return [self.process.pid, *descendants(self.process.pid)]


class Running(Forwarder):
    """One that somebody started by hand, with `load serve` behind it."""

    title = "given port"

    def __init__(self, place, port, pids):
        self.place, self.port, self.pids = place, port, pids

    def processes(self):
        return self.pids
