"""What several forwarders gave, measured in turn: medians, and the ratio of two of them by pairs."""

import collections
import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    key: str
    title: str
    form: str = "{:.1f}"
    aim: str = ""  # of the ratio
    fold: Callable = statistics.median  # of the rounds to one figure


class Comparison:
    def __init__(self, metrics, titles, ours, theirs):
        """`ours` and `theirs` are the titles whose ratio is told."""
        self.metrics, self.titles, self.ours, self.theirs = metrics, titles, ours, theirs
        self.values = collections.defaultdict(list)  # by title and key, a value a round; None where it failed

    def add(self, title, key, value):
        self.values[title, key].append(value)

    def figure(self, title, metric):
        """None where nothing was measured, or all of it failed."""
        values = [value for value in self.values[title, metric.key] if value is not None]
        return metric.fold(values) if values else None

    def median(self, title, key):
        return self.figure(title, Metric(key, ""))

    def total(self, title, key):
        return self.figure(title, Metric(key, "", fold=sum)) or 0

    def ratios(self, key):
        """Of the pairs that were measured one after the other: a noisy moment meets both or spoils one pair."""
        pairs = zip(self.values[self.ours, key], self.values[self.theirs, key])
        return sorted(ours / theirs for ours, theirs in pairs if ours is not None and theirs)

    def cell(self, title, metric):
        if not self.values[title, metric.key]:
            return ""
        figure = self.figure(title, metric)
        return "fails" if figure is None else metric.form.format(figure)

    def ratio_cell(self, metric):
        ratios = self.ratios(metric.key) if metric.fold is statistics.median else []
        if not ratios:
            return ""
        middle = f"{statistics.median(ratios):.2f}"
        return middle if len(ratios) == 1 else f"{middle} ({ratios[0]:.2f}–{ratios[-1]:.2f})"

    def __str__(self):
        compared = {self.ours, self.theirs} <= set(self.titles)
        rows = [["measured", *self.titles], ["---"] + ["---:"] * len(self.titles)]
        if compared:
            rows[0] += [f"{self.ours} / {self.theirs}", "aim"]
            rows[1] += ["---:", "---:"]
        for metric in self.metrics:
            row = [metric.title, *(self.cell(title, metric) for title in self.titles)]
            if not any(row[1:]):
                continue
            rows.append(row + ([self.ratio_cell(metric), metric.aim] if compared else []))
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows)
