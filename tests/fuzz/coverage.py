#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""How much of our parsers the corpus reaches: at least 80 % of the lines of each file.

Every fuzz target names what it tries ("// Parsers: FILE..."). Runs the targets of a coverage tree
over their corpus and holds llvm-cov's count of lines against the goal.

    tests/fuzz/coverage.py FOLDER-OF-THE-TARGETS [--lines NAME]
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOAL_PERCENT = 80


def parsers_of(source):
    """The files that a target's "// Parsers:" lines name."""
    lines = re.findall(r"^// Parsers:(.*)$", source.read_text(), re.MULTILINE)
    return [name for line in lines for name in line.split()]


def run_corpus(binary, corpus, folder):
    """Feeds the corpus; the merged profile."""
    raw, merged = folder / f"{binary.name}.raw", folder / f"{binary.name}.profile"
    subprocess.run([binary, corpus], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "LLVM_PROFILE_FILE": str(raw)})
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", raw, "-o", merged], check=True)
    return merged


def percents(binary, profile, files):
    """{file: percent of its lines that ran}."""
    report = subprocess.run(
        ["llvm-cov-19", "export", "-summary-only", f"-instr-profile={profile}", binary,
         *[str(ROOT / file) for file in files]], check=True, capture_output=True, text=True).stdout
    found = {}
    for entry in json.loads(report)["data"][0]["files"]:
        found[os.path.relpath(entry["filename"], ROOT)] = entry["summary"]["lines"]["percent"]
    return found


def show_lines(binary, profile, files):
    """The lines that nothing reached, for whoever adds inputs."""
    shown = subprocess.run(["llvm-cov-19", "show", f"-instr-profile={profile}", binary,
                            *[str(ROOT / file) for file in files]],
                           check=True, capture_output=True, text=True).stdout
    for line in shown.splitlines():
        if re.match(r"\s*\d+\|\s*0\||^/", line):
            print(line)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--lines", help="show the lines that this target does not reach")
    chosen = arguments.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="revier_coverage_") as temporary:
        for source in sorted(HERE.glob("*_fuzz.cpp")):
            name = source.name.removesuffix("_fuzz.cpp")
            files = parsers_of(source)
            if not files or chosen.lines not in (None, name):
                continue
            binary = chosen.folder / f"{name}_fuzz"
            profile = run_corpus(binary, HERE / "corpus" / name, Path(temporary))
            if chosen.lines:
                return show_lines(binary, profile, files)
            reached = percents(binary, profile, files)
            for file in files:
                percent = reached.get(file, 0)
                good = percent >= GOAL_PERCENT
                passed, failed = passed + good, failed + (not good)
                print(f"{'ok    ' if good else 'FAILED'} {percent:5.1f} %  {name:<10} {file}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
