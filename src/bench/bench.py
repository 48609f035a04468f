"""Measures target/dist on real parts and prints tables; see docs/benchmark.md. Run by src/scripts/bench.

Everything happens in namespaces of its own, whose end also ends every process that was started in here.
"""

import argparse
import os
import platform
import signal
import subprocess
import tempfile
from pathlib import Path

import chart
import kubernetes
import relay
import standalone
from measuring import ROOT, Table, end_all

PARTS = ("standalone", "kubernetes", "relay")
LIMIT_SECONDS = 1200


def first_line(command):
    run = subprocess.run(command, capture_output=True, text=True)
    return (run.stdout + run.stderr).splitlines()[0]


def give_up(*_):
    raise SystemExit(f"not finished within {LIMIT_SECONDS} s")


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description="Measures the program; of all parts when none is named.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--java", help=argparse.SUPPRESS)
    parser.add_argument("--load", help=argparse.SUPPRESS)
    parser.add_argument("--rootlesskit", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="relay: the rows that its aims speak of, in few and short rounds")
    parser.add_argument("--rows", default=",".join(relay.FORWARDERS), help="relay: which forwarders, of %(default)s")
    parser.add_argument("--rounds", type=int, help="relay: how many pairs")
    parser.add_argument("--port", type=int, help="relay: also measure a forwarder that runs, on 127.0.0.1:PORT, with "
                        "'target/bench/load serve 80' behind it; it is then measured on this host, not a private one")
    parser.add_argument("--pid", type=int, action="append", default=[], help="relay: the process behind --port; can be repeated")
    chosen = parser.parse_args()
    chosen.parts = chosen.parts or PARTS
    chosen.rows = [row for row in chosen.rows.split(",") if row]
    for what, known in ((chosen.parts, PARTS), (chosen.rows, relay.FORWARDERS)):
        for name in what:
            if name not in known:
                parser.error(f"{name} is none of {', '.join(known)}")
    return chosen


def machine(java):
    memory = next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal"))
    return (f"Machine: {os.cpu_count()} CPUs, {int(memory) / 2**20:.0f} GiB, Linux {platform.release()}, "
            f"TCP congestion control {Path('/proc/sys/net/ipv4/tcp_congestion_control').read_text().strip()}, "
            f"{first_line(['slirp4netns', '--version'])}, {first_line([java, '-version'])}; load at the end {os.getloadavg()[0]:.1f}.")


def write(name, text):
    print(text, end="", flush=True)
    (ROOT / "target" / name).write_text(text)


def measure_program(chosen, directory):
    table = Table()
    if "standalone" in chosen.parts:
        standalone.one_network(table, directory, chosen.java)
        standalone.many_networks(table, directory)
        standalone.program(table, directory)
    if "kubernetes" in chosen.parts:
        kubernetes.measure(table, directory)
    write("bench.md", f"{table}\n\n{machine(chosen.java)}\n")


def measure_relay(chosen, directory):
    comparison = relay.measure(relay.Plan.of(chosen), chosen.load, chosen.rootlesskit, directory / "relay")
    write("bench-relay.md", f"{comparison}\n\n{machine(chosen.java)}\n")
    (ROOT / "target/bench-relay.svg").write_text(chart.svg(comparison))


def main():
    chosen = arguments()
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_SECONDS)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    with tempfile.TemporaryDirectory(prefix="bench") as directory:
        try:
            if {"standalone", "kubernetes"} & set(chosen.parts):
                measure_program(chosen, Path(directory))
            if "relay" in chosen.parts:
                measure_relay(chosen, Path(directory))
        except RuntimeError as failure:
            raise SystemExit(failure) from None
        finally:
            end_all()


main()
