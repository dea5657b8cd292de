# SPDX-License-Identifier: EUPL-1.2
"""The table of bench/run.py: a row has our values of the rounds and, where there is one, the
ceiling's or the other way's of the same rounds, so that a slow moment meets both."""
import os
import statistics
import time
from dataclasses import dataclass, field


@dataclass
class Row:
    name: str
    unit: str
    ours: list = field(default_factory=list)
    other: list = field(default_factory=list)
    goal: str = ""
    line: str = ""  # where a program has written it already

    def text(self):
        line = self.line or " | ".join([f"{self.name:<52}", f"{self.unit:<11}", pair(self.ours),
                                        pair(self.other), f"{self.ratio():>6}"])
        return f"{line} | {self.goal}"

    def ratio(self):
        if not self.other or not statistics.median(self.other):
            return "-"
        return f"{statistics.median(self.ours) / statistics.median(self.other):.2f}"

    def ran(self):
        return bool(self.line or self.ours)


def pair(values):
    if not values:
        return f"{'-':>11} | {'-':>6}"
    spread = f"{max(values) / min(values):.2f}" if min(values) > 0 else "-"
    return f"{statistics.median(values):>11.1f} | {spread:>6}"


HEAD = (f"{'':<52} | {'unit':<11} | {'median':>11} | spread | {'other':>11} | spread |  ratio | "
        "goal")


class Noise:
    """How much of the machine others took while we measured."""

    def __init__(self):
        self.began, self.load = time.monotonic(), os.getloadavg()[0]
        self.busy, self.all, self.stolen = self.machine()
        self.own = self.children()

    @staticmethod
    def machine():
        with open("/proc/stat", encoding="ascii") as stat:
            ticks = [int(word) for word in stat.readline().split()[1:9]]
        return sum(ticks) - ticks[3] - ticks[4], sum(ticks), ticks[7]

    @staticmethod
    def children():
        times = os.times()
        ticks = os.sysconf("SC_CLK_TCK")
        return sum((times.user, times.system, times.children_user, times.children_system)) * ticks

    def text(self):
        busy, everything, stolen = self.machine()
        total = max(1, everything - self.all)
        others = max(0.0, busy - self.busy - (self.children() - self.own)) / total
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as info:
            models = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
        verdict = "quiet" if others < 0.05 else "NOT QUIET: the figures are worth little"
        return (f"{os.cpu_count()} x {models[0] if models else os.uname().machine}, Linux "
                f"{os.uname().release}; {time.monotonic() - self.began:.0f} s; load before "
                f"{self.load:.1f}; other programs took {others:.0%} of the processor, the host "
                f"{(stolen - self.stolen) / total:.0%}: {verdict}. A spread (largest over "
                "smallest round) from 1.15 on: do not trust the row.")
