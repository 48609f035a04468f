"""Port forwarders beside each other, on one machine, in one run, by one client. See docs/benchmark.md."""

import subprocess
import sys
import time
from dataclasses import dataclass

from comparison import Comparison, Metric
from forwarders import (SERVER_PORT, Direct, Operator, Pasta, Place, Relay, Rootlesskit, Rootlessport, Running, Slirp4netns)
from measuring import start

FORWARDERS = {kind.__name__.lower(): kind for kind in (Direct, Relay, Rootlesskit, Rootlessport, Slirp4netns, Pasta)}
FIRST_PORT = 18000
FIRST_RANGE = 20000  # of 1000 for each forwarder
CLIENTS = 32
STREAMS = 8
IDLE = 1000
DATAGRAM, OFFERED_MBITS = 1400, 2000
SETTLE_SECONDS = 15  # what only the start needed is given back some seconds after it

METRICS = [
    Metric("up1", "1 stream up, Gbit/s", aim="≥ 1.1"),
    Metric("down1", "1 stream down, Gbit/s", aim="≥ 1.1"),
    Metric("up8", "8 streams up, Gbit/s"),
    Metric("down8", "8 streams down, Gbit/s"),
    Metric("up1.cpu", "1 stream up, CPU s/GiB", "{:.3f}", "≤ 0.8"),
    Metric("down1.cpu", "1 stream down, CPU s/GiB", "{:.3f}", "≤ 0.8"),
    Metric("up8.cpu", "8 streams up, CPU s/GiB", "{:.3f}"),
    Metric("down8.cpu", "8 streams down, CPU s/GiB", "{:.3f}"),
    Metric("rate1", "1 client, connections/s", "{:.0f}", "≥ 2"),
    Metric("rate1.p50", "1 client, p50, µs", "{:.0f}"),
    Metric("rate1.p99", "1 client, p99, µs", "{:.0f}"),
    Metric("rate1.errors", "1 client, connections that failed or took over 1 s", "{:.0f}", fold=sum),
    Metric("rate32", "32 clients, connections/s", "{:.0f}", "≥ 2"),
    Metric("rate32.p50", "32 clients, p50, ms", "{:.2f}"),
    Metric("rate32.p99", "32 clients, p99, ms", "{:.2f}", "≤ 0.5"),
    Metric("rate32.errors", "32 clients, connections that failed or took over 1 s", "{:.0f}", fold=sum),
    Metric("rate32.cpu", "32 clients, CPU µs/connection", "{:.0f}"),
    Metric("rtt1.p50", "round trip, 1 forward, p50, µs", aim="≤ 1"),
    Metric("rtt1.p99", "round trip, 1 forward, p99, µs"),
    Metric("rtt100.p50", "round trip, 100 forwards, p50, µs", aim="≤ 1"),
    Metric("rtt100.p99", "round trip, 100 forwards, p99, µs"),
    Metric("rtt1000.p50", "round trip, 1000 forwards, p50, µs", aim="≤ 1"),
    Metric("rtt1000.p99", "round trip, 1000 forwards, p99, µs"),
    Metric("rtt.flat", "round trip, p50, 1000 forwards against 1", "{:.2f}", "itself 1"),
    Metric("udp", "UDP of 1400 B at 2 Gbit/s: arrived, 1000/s", "{:.1f}"),
    Metric("udp.loss", "UDP: lost, %"),
    Metric("udp.cpu", "UDP: CPU µs/datagram arrived", "{:.2f}"),
    Metric("open", "900 ports more, ms", "{:.0f}"),
    Metric("idle", "resident idle, MiB", aim="itself ≤ 60"),
    Metric("connection", "resident per 1000 idle connections, MiB"),
    Metric("worn", "resident after all this, 1000 forwards, MiB"),
]


@dataclass(frozen=True)
class Plan:
    """What is measured, how often, for how long; and beside which forwarder of somebody else's start, if port is not None."""

    rows: list
    quick: bool
    streams: tuple
    seconds: float
    pair_rounds: int
    other_rounds: int
    port: int
    pids: list

    @classmethod
    def of(cls, chosen):
        quick = chosen.quick
        return cls(chosen.rows, quick, (1,) if quick else (1, STREAMS), 0.7 if quick else 1.5, chosen.rounds or (3 if quick else 7),
                   chosen.rounds or (1 if quick else 3), chosen.port, chosen.pid)


class Stream:
    def __init__(self, direction, streams):
        self.direction, self.streams, self.key = direction, streams, f"{direction}{streams}"

    def measure(self, forwarder, seconds):
        cpu = forwarder.cpu()
        result = forwarder.load("stream", self.direction, self.streams, seconds)
        if result["errors"]:
            raise RuntimeError(f"{result['errors']} streams did not come to their end")
        gib = result["bytes"] / 2**30
        yield "", result["bytes"] * 8 / result["seconds"] / 1e9
        if forwarder.processes():
            yield ".cpu", (forwarder.cpu() - cpu) / gib


class Rate:
    def __init__(self, clients):
        self.clients, self.key = clients, f"rate{clients}"

    def measure(self, forwarder, seconds):
        cpu = forwarder.cpu()
        result = forwarder.load("rate", self.clients, seconds)
        many = self.clients > 1
        yield "", result["count"] / result["seconds"]
        yield ".p50", result["p50_us"] / (1000 if many else 1)
        yield ".p99", result["p99_us"] / (1000 if many else 1)
        yield ".errors", result["errors"]
        if many and forwarder.processes() and result["count"]:
            yield ".cpu", (forwarder.cpu() - cpu) / result["count"] * 1e6


class RoundTrip:
    def __init__(self, forwards):
        self.key = f"rtt{forwards}"

    def measure(self, forwarder, seconds):
        result = forwarder.load("rtt", seconds / 2)
        yield ".p50", result["p50_us"]
        yield ".p99", result["p99_us"]


class Datagrams:
    key = "udp"

    def measure(self, forwarder, seconds):
        cpu = forwarder.cpu()
        result = forwarder.load("udp", DATAGRAM, OFFERED_MBITS, seconds)
        if not result["received"]:
            raise RuntimeError("no datagram arrived")
        yield "", result["received"] / result["seconds"] / 1000
        yield ".loss", (1 - result["received"] / result["sent"]) * 100
        if forwarder.processes():
            yield ".cpu", (forwarder.cpu() - cpu) / result["received"] * 1e6


class Bench:
    def __init__(self, forwarders, plan):
        self.forwarders, self.plan = forwarders, plan
        titles = [forwarder.title for forwarder in forwarders]
        ours = next((title for title in (Running.title, Relay.title, Slirp4netns.title) if title in titles), "")
        self.pair = (ours, Rootlesskit.title)
        self.comparison = Comparison(METRICS, titles, *self.pair)

    def rounds(self, measurements, rounds):
        """Everything in turn. The pair whose ratio is told takes more turns than the others."""
        for turn in range(rounds):
            for measurement in measurements:
                for forwarder in self.forwarders:
                    if turn < self.plan.other_rounds or forwarder.title in self.pair:
                        self.measure(measurement, forwarder)

    def measure(self, measurement, forwarder):
        title = forwarder.title
        try:
            for suffix, value in measurement.measure(forwarder, self.plan.seconds):
                self.comparison.add(title, measurement.key + suffix, value)
        except (RuntimeError, subprocess.TimeoutExpired) as failure:
            self.comparison.add(title, measurement.key, None)
            print(f"{title}, {measurement.key}: {failure}", file=sys.stderr)

    def warm_up(self):
        for forwarder in self.forwarders:
            for arguments in (("stream", "up", 1), ("stream", "down", 1), ("rate", CLIENTS), ("rtt",)):
                forwarder.load(*arguments, 0.3)

    def resident(self, key):
        for forwarder in self.forwarders:
            if forwarder.processes():
                self.comparison.add(forwarder.title, key, forwarder.resident_mib())

    def compare_round_trips(self):
        for forwarder in self.forwarders:
            one, many = (self.comparison.median(forwarder.title, f"rtt{forwards}.p50") for forwards in (1, 1000))
            if one and many:
                self.comparison.add(forwarder.title, "rtt.flat", many / one)

    def hold(self):
        for forwarder in self.forwarders:
            if not forwarder.processes():
                continue
            before = forwarder.resident_mib()
            client = start(forwarder.client("hold", IDLE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            held = client.stdout.readline()
            time.sleep(1)
            self.comparison.add(forwarder.title, "connection", forwarder.resident_mib() - before if held else None)
            client.stdin.close()
            client.wait()

    def open(self, protocol, offset, inside, count):
        """In seconds, how long each forwarder took; None for one that cannot."""
        took = []
        for number, forwarder in enumerate(self.forwarders):
            first = forwarder.port if protocol == "udp" else FIRST_RANGE + 1000 * number + offset
            try:
                took.append(forwarder.open(protocol, first, inside, count))
            except RuntimeError as failure:
                took.append(None)
                print(f"{forwarder.title}: {failure}", file=sys.stderr)
        return took

    def run(self):
        plan, pair_rounds = self.plan, self.plan.pair_rounds
        if not plan.quick:
            time.sleep(SETTLE_SECONDS)
            self.resident("idle")
        self.warm_up()
        streams = [Stream(direction, streams) for streams in plan.streams for direction in ("up", "down")]
        self.rounds([*streams, Rate(1), Rate(CLIENTS), RoundTrip(1)], pair_rounds)
        if plan.quick:
            return self.comparison
        self.open("udp", 0, SERVER_PORT, 1)
        self.rounds([Datagrams()], plan.other_rounds)
        self.hold()
        self.open("tcp", 0, 1000, 98)
        self.rounds([RoundTrip(100)], plan.other_rounds)
        for forwarder, took in zip(self.forwarders, self.open("tcp", 98, 1098, 900)):
            if forwarder.processes():
                self.comparison.add(forwarder.title, "open", took and took * 1000)
        self.rounds([RoundTrip(1000)], plan.other_rounds)
        self.compare_round_trips()
        time.sleep(SETTLE_SECONDS)
        self.resident("worn")
        return self.comparison


def measure(plan, load, rootlesskit, directory):
    """Returns a Comparison."""
    directory.mkdir()
    place = Place(directory, load, rootlesskit, Operator(directory))
    forwarders = [FORWARDERS[row](place, FIRST_PORT + number) for number, row in enumerate(plan.rows)]
    if plan.port:
        forwarders.insert(0, Running(place, plan.port, plan.pids))
    return Bench(forwarders, plan).run()
