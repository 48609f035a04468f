"""`rootlessnet controller` on a real API server: start, one object's changes, many objects at once, and what an idle agent costs."""

import collections
import http.client
import json
import os
import queue
import ssl
import subprocess
import threading
import time
from pathlib import Path

from measuring import API_VERSION, DEADLINE_SECONDS, MTU, PROGRAM, ROOT, Figures, finish, reach, serve, start, target, timed

STARTS = 10
EDITS = 100
SOME = 100
MANY = 500
SETTLE_SECONDS = 15  # memory is given back some seconds after the start
IDLE_SECONDS = 20
WRITERS = 8
NODE = "node-1"
NAMESPACE = "default"
ACCOUNT = "system:serviceaccount:rootlessnetwork:rootlessnetwork-agent"
OBJECTS = f"/apis/{API_VERSION}/namespaces/{NAMESPACE}/rootlessnetworks"


class ApiServer:
    """kube-apiserver and etcd, and their administrator."""

    def __init__(self, directory):
        self.directory = directory
        self.script("up")
        self.port = int((directory / "port").read_text())
        self.tls = ssl.create_default_context(cafile=directory / "ca.crt")
        self.tls.load_cert_chain(directory / "admin.crt", directory / "admin.key")
        self.agent_conf = directory / "agent.conf"
        for manifest in ("crds", "examples/kubernetes/rbac.yaml"):
            self.kubectl("apply", "-f", str(ROOT / manifest))
        self.kubectl("wait", "--for=condition=Established", "crd/rootlessnetworks.rootlessnetwork.dev")
        self.await_served()
        self.script("kubeconfig", "rootlessnetwork", "rootlessnetwork-agent", str(self.agent_conf))

    def script(self, command, *arguments):
        subprocess.run([str(ROOT / "src/scripts/api-server"), command, str(self.directory), *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def kubectl(self, *arguments):
        kubectl = os.path.join(os.environ["KUBERNETES_BINARIES"], "kubectl")
        subprocess.run([kubectl, f"--kubeconfig={self.directory}/admin.conf", *arguments], check=True, stdout=subprocess.DEVNULL)

    def await_served(self):
        """Established comes some moments before objects can be read."""
        end = time.perf_counter() + DEADLINE_SECONDS
        while time.perf_counter() < end:
            connection = self.connect()
            connection.request("GET", OBJECTS)
            if connection.getresponse().status == 200:
                return
            time.sleep(0.1)
        raise SystemExit("the API server does not serve the objects")

    def connect(self):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls, timeout=DEADLINE_SECONDS)

    def requests(self):
        """Of the agent so far, by verb."""
        counted = collections.Counter()
        for line in (self.directory / "audit.log").read_text().splitlines():
            event = json.loads(line)
            if event["user"].get("username") == ACCOUNT and event["stage"] == "ResponseComplete":
                counted[event["verb"]] += 1
        return counted

    def close(self):
        self.script("down")


class Writer:
    """Several connections of the administrator, so that the API server is not waited for longer than needed."""

    def __init__(self, server):
        self.local = threading.local()
        self.server = server

    def call(self, method, path, body=None, kind="application/json"):
        if not hasattr(self.local, "connection"):
            self.local.connection = self.server.connect()
        connection = self.local.connection
        connection.request(method, path, body and json.dumps(body), {"Content-Type": kind})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text)

    def all(self, calls):
        """Makes calls, some at a time."""
        waiting = queue.SimpleQueue()
        for call in calls:
            waiting.put(call)
        failures = []

        def work():
            try:
                while True:
                    self.call(*waiting.get_nowait())
            except queue.Empty:
                pass
            except (SystemExit, OSError) as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work) for _ in range(WRITERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise SystemExit(str(failures[0]))


class Watch:
    """Follows the statuses of all objects, as a user's watch does."""

    def __init__(self, server):
        self.statuses = {}
        self.changed = threading.Condition()
        self.connection = server.connect()
        self.connection.request("GET", OBJECTS + "?watch=1")
        self.answer = self.connection.getresponse()
        threading.Thread(target=self.follow, daemon=True).start()

    def follow(self):
        while line := self.answer.readline():
            event = json.loads(line)
            status = event["object"].get("status", {})
            with self.changed:
                if event["type"] == "DELETED":
                    self.statuses.pop(event["object"]["metadata"]["name"], None)
                else:
                    self.statuses[event["object"]["metadata"]["name"]] = status
                self.changed.notify_all()

    def wait(self, what):
        with self.changed:
            if not self.changed.wait_for(lambda: what(self.statuses), 2 * DEADLINE_SECONDS):
                raise SystemExit(f"objects did not converge: {[(n, s.get('conditions')) for n, s in self.statuses.items()][:2]}")

    def wait_ready(self, names, generation):
        def is_ready(status):
            ready = [c for c in status.get("conditions", []) if c["type"] == "Ready" and c["status"] == "True"]
            return status.get("observedGeneration") == generation and ready

        self.wait(lambda statuses: all(is_ready(statuses.get(name, {})) for name in names))


class Agent(Figures):
    """rootlessnet controller, as anybody starts it, under the rights that are shipped."""

    def __init__(self, server, directory):
        with open(directory / "agent.log", "ab") as log:
            super().__init__(start(
                [PROGRAM, "controller", "--node-name", NODE, "--kubeconfig", str(server.agent_conf), "--state-dir", str(directory / "agent")],
                stdout=log, stderr=log))


def network(name, pid, port=None):
    ports = [] if port is None else [{"name": "http", "hostIP": "127.0.0.1", "hostPort": port, "containerPort": 80}]
    return {"apiVersion": API_VERSION, "kind": "RootlessNetwork", "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"nodeName": NODE, "target": {"pid": pid}, "options": {"mtu": MTU, "portHandler": "slirp4netns"}, "ports": ports}}


def port_edit(name, port):
    return ("PATCH", f"{OBJECTS}/{name}", {"spec": {"ports": network(name, 1, port)["spec"]["ports"]}}, "application/merge-patch+json")


def measure_starts(table, server, writer, watch, directory):
    """From the start of the program to the first status that it writes."""
    times = []
    for number in range(STARTS):
        name = f"start{number}"
        writer.call("POST", OBJECTS, network(name, target()))

        def first_status():
            nonlocal agent
            agent = Agent(server, directory)
            watch.wait(lambda statuses: statuses.get(name, {}).get("observedGeneration", -1) > 0)

        agent = None
        times.append(timed(first_status))
        watch.wait_ready([name], 1)
        finish(agent.process)
    table.times("controller: start to the first status written", times)
    writer.all([("DELETE", f"{OBJECTS}/start{number}") for number in range(STARTS)])


def measure_edits(table, writer, watch):
    """From the change of a spec to a byte through the port."""
    pid = target()
    serve(pid)
    writer.call("POST", OBJECTS, network("edits", pid))
    watch.wait_ready(["edits"], 1)
    times = []
    for number in range(EDITS):
        def edit():
            writer.call(*port_edit("edits", 18000 + number))
            reach(18000 + number)

        times.append(timed(edit))
    table.times("controller: spec changed to a byte through the port", times)
    writer.call("DELETE", f"{OBJECTS}/edits")


class Batch:
    """One thing done to all objects at once, and what it took the agent."""

    def __init__(self, table, server, agent, count):
        self.table, self.server, self.agent, self.count = table, server, agent, count

    def measure(self, what, act):
        cpu, requests = self.agent.cpu(), sum(self.server.requests().values())
        took = timed(act)
        time.sleep(2)  # events are written behind
        cpu, requests = self.agent.cpu() - cpu, sum(self.server.requests().values()) - requests
        self.table.single(f"controller: {self.count} objects {what}: time; CPU; requests per object",
                          f"{took:.2f} s; {cpu:.2f} s; {requests / self.count:.2f}")


def slirps(agent_directory):
    return len(list((agent_directory / "networks").iterdir()))


def await_none(agent_directory):
    end = time.perf_counter() + DEADLINE_SECONDS
    while slirps(agent_directory) > 0:
        if time.perf_counter() > end:
            raise SystemExit("networks of deleted objects are still there")
        time.sleep(0.01)


def measure_many(table, server, writer, watch, directory):
    agent = Agent(server, directory)
    await_none(directory / "agent")
    pids = [target() for _ in range(MANY)]
    names = [f"net{number}" for number in range(MANY)]
    some, rest = names[:SOME], names[SOME:]

    def create(chosen):
        writer.all([("POST", OBJECTS, network(name, pids[int(name[3:])], 10000 + int(name[3:]))) for name in chosen])
        watch.wait_ready(chosen, 1)

    create(some)
    finish(agent.process)
    agent = Agent(server, directory)
    time.sleep(SETTLE_SECONDS)
    table.single(f"agent: resident with {SOME} networks, adopted at its start", f"{agent.resident_mib():.0f} MiB")
    requests, cpu = sum(server.requests().values()), agent.cpu()
    time.sleep(IDLE_SECONDS)
    table.single(f"agent: requests; CPU in {IDLE_SECONDS} s idle with {SOME} networks",
                 f"{sum(server.requests().values()) - requests}; {(agent.cpu() - cpu) * 1000:.0f} ms")
    writer.all([("DELETE", f"{OBJECTS}/{name}") for name in some])
    await_none(directory / "agent")
    batch = Batch(table, server, agent, MANY)
    batch.measure("created", lambda: create(names))
    table.single(f"agent: resident with {MANY} networks; descriptors", f"{agent.resident_mib():.0f} MiB; {agent.descriptors()}")

    def edit():
        writer.all([port_edit(name, 11000 + int(name[3:])) for name in names])
        watch.wait_ready(names, 2)

    def delete():
        writer.all([("DELETE", f"{OBJECTS}/{name}") for name in names])
        await_none(directory / "agent")

    batch.measure("given another port", edit)
    batch.measure("deleted", delete)
    finish(agent.process)


def measure(table, directory):
    server = ApiServer(directory / "k")
    try:
        writer, watch = Writer(server), Watch(server)
        measure_starts(table, server, writer, watch, directory)
        agent = Agent(server, directory)
        measure_edits(table, writer, watch)
        finish(agent.process)
        measure_many(table, server, writer, watch, directory)
    finally:
        server.close()
