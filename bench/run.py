#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""All figures in one run, each beside its ceiling, as a table that says how noisy the machine was.

    bench/run.py [--smoke] [--build build/release] [--entities 1000000] [--only WORD]

Ours and the ceiling take turns, round by round; a row tells medians. The smoke form takes a moment
a row and only shows that every row still runs; figures never decide whether it passes.
"""
import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from server_rows import ServerRows  # noqa: E402
from table import HEAD, Noise, Row  # noqa: E402

# Rows that the programs print, by how they begin.
GOALS = {
    "20 by type": "< 60", "q on a number, 0.001 %": "< 300", "near, about 20": "< 150",
    "quota: one writer": ">= 20,000", "open": "1,000,000 in < 8", "resident": "<= 1,229",
    "fibre: an address": "< 5,000", "fibre: a street": "< 5,000",
}
# How many rows each prints at least.
PROGRAMS = {"store_bench": 3, "quota_bench": 2, "context_bench": 13, "history_bench": 6,
            "fibre_bench": 3}
PLAIN_LINE = re.compile(r"(.{50}) +([\d.]+) (\S+)(?: +p99 [\d.]+)?$")
SCAN_LINE = re.compile(r" {50} +(\d+) matches, equal to a full scan$")


def goal_of(name):
    return next((goal for begin, goal in GOALS.items() if name.startswith(begin)), "")


def read_line(line, rows):
    """A line of ours, of context_bench's plain table, or what belongs to the row before."""
    if line.count("|") == 6:
        cells = [cell.strip() for cell in line.split("|")]
        other = [] if cells[4] == "-" else [float(cells[4])]
        rows.append(Row(cells[0], cells[1], [float(cells[2])], other, goal_of(cells[0]), line))
    elif SCAN_LINE.match(line) and rows:
        rows[-1].name += " = full scan"
    elif plain := PLAIN_LINE.match(line):
        name = plain[1].strip()
        rows.append(Row(name, plain[3], [float(plain[2])], goal=goal_of(name)))


def program_rows(program, build, arguments):
    """Runs one bench program; its rows, and one that did not run where some are missing."""
    command = [build / "bench" / program]
    if arguments.smoke:
        command.append("--smoke")
    elif program == "context_bench":
        command.append(str(arguments.entities))
    done = subprocess.run(command, capture_output=True, text=True)
    rows = []
    for line in done.stdout.splitlines():
        read_line(line, rows)
    if done.returncode or len(rows) < PROGRAMS[program]:
        print(done.stdout + done.stderr)
        rows.append(Row(f"{program}: exit {done.returncode}, {len(rows)} rows", ""))
    return rows


def measure(arguments, folder):
    build = arguments.build.resolve()
    rows, bare = [], []
    for program in PROGRAMS:
        if arguments.only and arguments.only not in program:
            continue
        rows += program_rows(program, build, arguments)
        bare += [row.other[0] for row in rows if row.name.startswith("durable updates, 256")
                 and program == "store_bench"]
    if not arguments.only or arguments.only == "server":
        entities = 2_000 if arguments.smoke else arguments.entities
        server = ServerRows(build, folder, arguments.smoke, entities)
        try:
            rows += server.measure(bare)
        except (OSError, subprocess.SubprocessError, SystemExit) as fault:
            rows += server.rows + [Row(f"stopped: {fault}", "")]
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a moment a row")
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--only", help="store_bench, quota_bench, context_bench or server")
    arguments = parser.parse_args()
    noise = Noise()
    folder = tempfile.mkdtemp(prefix="revier_bench_")
    try:
        rows = measure(arguments, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(HEAD)
    for row in rows:
        print(row.text())
    print(noise.text())
    ran = sum(row.ran() for row in rows)
    print(f"{ran} passed, {len(rows) - ran} failed")
    return 0 if ran == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
