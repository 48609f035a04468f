"""Measures target/dist on real parts and prints one table; see docs/benchmark.md. Run by src/scripts/bench.

Everything happens in namespaces of its own, whose end also ends every process that was started in here.
"""

import os
import platform
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import kubernetes
import standalone
from measuring import ROOT, Table, end_all

JAVA = sys.argv[1]
LIMIT_SECONDS = 600


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
            standalone.one_network(table, Path(directory), JAVA)
            standalone.many_networks(table, Path(directory))
            standalone.program(table, Path(directory))
            kubernetes.measure(table, Path(directory))
        finally:
            end_all()
    memory = next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    load = os.getloadavg()[0]
    facts = (f"Machine: {os.cpu_count()} CPUs, {int(memory) / 2**20:.0f} GiB, Linux {platform.release()}, "
             f"{first_line(['slirp4netns', '--version'])}, {first_line([JAVA, '-version'])}; load at the end {load:.1f}.")
    text = f"{table}\n\n{facts}\n"
    print(text, end="")
    (ROOT / "target/bench.md").write_text(text)


main()
