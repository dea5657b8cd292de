#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Fuzzes every parser for a given time and prints what came of it, as a table.

Takes the targets of the fuzz tree in turns, a slice at a time, until each has had its minutes of
CPU time. The sums stand in campaign.json beside this file, so that a campaign goes on where it was,
on another machine too. A folder keeps the rest: inputs that reach new code in NAME/, what brought a
target down in NAME-found/. A target that found something stands still until its fault is mended and
its file gone. `--distil` adds those of the inputs kept that reach code which the corpus does not
reach as corpus/NAME/distilled/: they are tried for ever, and the next campaign starts from them.

    cmake --preset fuzz && cmake --build --preset fuzz --target fuzz_targets
    tests/fuzz/campaign.py --minutes 60 [--jobs 2] [--kept build/fuzz-campaign] [NAME...]
    tests/fuzz/campaign.py --distil [NAME...]
"""
import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SLICE_S = 120
INPUT_BYTES_MAX = 65536
DISTILLED_BYTES_MAX = 2048


class Campaign:
    """The sums of each target, in a file, and one slice of it at a time."""

    def __init__(self, tree, kept, seconds, timeout):
        self.tree, self.kept, self.seconds, self.timeout = tree, kept, seconds, timeout
        self.file = HERE / "campaign.json"
        kept.mkdir(parents=True, exist_ok=True)
        self.sums = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.broken = set()  # targets that ended by themselves without an input to show for it

    def of(self, name):
        return self.sums.setdefault(name, {"seconds": 0.0, "runs": 0})

    def found(self, name):
        return sorted((self.kept / f"{name}-found").glob("*"))

    def is_over(self, name):
        spent = self.of(name)["seconds"] >= self.seconds
        return spent or name in self.broken or bool(self.found(name))

    def run_slice(self, name):
        """Fuzzes for a slice; adds CPU time and number of runs to the sums."""
        inputs, found = self.kept / name, self.kept / f"{name}-found"
        inputs.mkdir(exist_ok=True)
        found.mkdir(exist_ok=True)
        log = self.kept / f"{name}.log"
        with open(log, "wb") as output:
            child = subprocess.Popen(
                [self.tree / "tests/fuzz" / f"{name}_fuzz", inputs, HERE / "corpus" / name,
                 f"-max_total_time={SLICE_S}", f"-max_len={INPUT_BYTES_MAX}",
                 f"-timeout={self.timeout}", f"-report_slow_units={self.timeout}",
                 "-rss_limit_mb=3072",
                 # Half the time of a target with a store; the corpora are tried for leaks.
                 "-detect_leaks=0",
                 f"-artifact_prefix={found}/", "-print_final_stats=1"],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        runs = re.findall(r"stat::number_of_executed_units: (\d+)", log.read_text(errors="replace"))
        sums = self.of(name)
        sums["seconds"] = round(sums["seconds"] + usage.ru_utime + usage.ru_stime, 1)
        sums["runs"] += int(runs[-1]) if runs else 0
        self.file.write_text(json.dumps(self.sums, indent=1, sort_keys=True) + "\n")
        if child.returncode and not self.found(name):
            print(f"{name}: ended with {child.returncode}; see {log}", flush=True)
            self.broken.add(name)

    def work(self, names):
        """Slices in turns until each target is over."""
        while left := [name for name in names if not self.is_over(name)]:
            name = min(left, key=lambda name: self.of(name)["seconds"])
            self.run_slice(name)
            sums = self.of(name)
            print(f"{time.strftime('%H:%M:%S')} {name}: {sums['seconds'] / 60:.1f} minutes, "
                  f"{sums['runs']:,} runs, {len(self.found(name))} found", flush=True)

    def distil(self, names):
        """Adds to each corpus the inputs that reach edges of the code that it does not reach."""
        for name in names:
            corpus, inputs = HERE / "corpus" / name, self.kept / name
            distilled = corpus / "distilled"
            inputs.mkdir(exist_ok=True)  # there may be none on this machine
            distilled.mkdir(exist_ok=True)
            subprocess.run([self.tree / "tests/fuzz" / f"{name}_fuzz", "-merge=1",
                            "-set_cover_merge=1", "-use_counters=0",
                            f"-max_len={DISTILLED_BYTES_MAX}", corpus, inputs],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            added = [file for file in corpus.iterdir() if re.fullmatch("[0-9a-f]{40}", file.name)]
            for file in added:
                file.rename(distilled / file.name)
            print(f"{name}: {len(added)} inputs added", flush=True)

    def table(self, names):
        lines = ["| parser | CPU minutes | runs | inputs kept | found |", "|---|---|---|---|---|"]
        for name in names:
            sums = self.of(name)
            inputs = len(list((self.kept / name).glob("*")))
            lines.append(f"| {name} | {sums['seconds'] / 60:.0f} | {sums['runs']:,} | {inputs:,} | "
                         f"{len(self.found(name))} |")
        return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets; all where none is named")
    parser.add_argument("--minutes", type=float, default=60, help="CPU time for each (default 60)")
    parser.add_argument("--jobs", type=int, default=1, help="targets at once (default 1)")
    parser.add_argument("--timeout", type=int, default=20, metavar="S",
                        help="an input may take this long by the clock on the wall (default 20); "
                             "more where others have the processor first")
    parser.add_argument("--distil", action="store_true",
                        help="fuzz nothing: put what is worth it of the inputs into the corpora")
    parser.add_argument("--tree", type=Path, default=ROOT / "build/fuzz")
    parser.add_argument("--kept", type=Path, default=ROOT / "build/fuzz-campaign")
    chosen = parser.parse_args()
    known = sorted(file.name.removesuffix("_fuzz.cpp") for file in HERE.glob("*_fuzz.cpp"))
    names = chosen.names or known
    if unknown := set(names) - set(known):
        parser.error(f"no target named {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    campaign = Campaign(chosen.tree, chosen.kept, chosen.minutes * 60, chosen.timeout)
    if chosen.distil:
        return campaign.distil(names)
    for file in (file for name in names for file in campaign.found(name)):
        print(f"rests until this is mended and the file removed: {file}", flush=True)
    with ThreadPoolExecutor(chosen.jobs) as pool:
        list(pool.map(campaign.work, [names[job::chosen.jobs] for job in range(chosen.jobs)]))
    print(campaign.table(names))
    return 1 if campaign.broken or any(campaign.found(name) for name in names) else 0


if __name__ == "__main__":
    sys.exit(main())
