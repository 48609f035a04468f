"""What the benchmarks share: processes that end with them, targets, times, and the table."""

import math
import os
import signal
import socket
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = str(ROOT / "target/dist/bin/rootlessnet")
API_VERSION = "rootlessnetwork.dev/v1alpha1"
DEADLINE_SECONDS = 60
MTU = 1500
QUIET_SECONDS = 0.2  # of file watching, by contract
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


def end_all():
    """Kills what still runs, the latest first."""
    for process in reversed(started):
        if process.poll() is None:
            process.kill()
            process.wait()


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


def cpu_seconds(pid):
    """User and system time of all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_kib(pid):
    """VmRSS, and what it is made of: RssAnon, RssFile, RssShmem."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("VmRSS", "Rss"))}


class Figures:
    """Of a running process of ours."""

    def __init__(self, process):
        self.process = process

    def cpu(self):
        return cpu_seconds(self.process.pid)

    def switches(self):
        """By thread, since threads end meanwhile."""
        return {status.parent.name: sum(int(line.split()[1]) for line in status.read_text().splitlines() if "ctxt_switches" in line)
                for status in Path(f"/proc/{self.process.pid}/task").glob("*/status")}

    def resident_mib(self):
        return memory_kib(self.process.pid)["VmRSS"] / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


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
