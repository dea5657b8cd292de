#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Builds the trees and runs the parts of `scripts/test`; ends with "N passed, N failed".

A part is a ctest label in one build tree. A ctest program counts as many tests as it says
(GoogleTest, `node --test`, or a last line "N passed, N failed"), and as one where it says nothing.
RV_LONG=1 in the environment tells programs to run their long form.

While the tests of one tree run, the next tree is built on what they leave of the processors.
"""
import argparse
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Part:
    tree: str               # CMake preset
    label: str              # ctest label
    only: str = ""          # regular expression on the names of the tests
    alone: bool = False     # at the end, with nothing beside it
    on_request: bool = False  # not part of a run without names


PARTS = {
    "lint": Part("release", "lint"),
    "unit": Part("asan", "unit"),
    "corpus": Part("asan", "corpus"),
    "oracle": Part("asan", "oracle"),
    "api": Part("asan", "api"),
    "crash": Part("asan", "crash"),
    "tsan": Part("tsan", "unit", only="^(net|store|context|tsan_canary)$"),
    "browser": Part("release", "browser"),
    "rush": Part("release", "rush"),
    "bench": Part("release", "bench", alone=True),
    "screens": Part("release", "screens", on_request=True),
    "coverage": Part("coverage", "coverage", on_request=True),
}
# What is built of a tree; the whole of it where nothing is named.
TARGETS = {"tsan": ["net_test", "store_test", "context_test", "tsan_canary"]}


@dataclass
class Row:
    name: str
    seconds: float
    passed: int = 0
    failed: int = 0
    failures: tuple = ()


def say(line):
    """In one piece: two threads say something."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


running = set()  # the process groups of our children, ended with us


# What the sanitizers are told in every part, also for programs that tests start.
SANITIZERS = {
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lsan.supp:print_suppressions=0",
    "UBSAN_OPTIONS": "print_stacktrace=1",
}


def run(command, log=None, env=None):
    """Runs a command in a process group of its own, so that nothing it starts outlives it.

    All stay in one session: Linux weighs niceness within a session only.
    """
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                             env={**SANITIZERS, **os.environ, **(env or {})}, process_group=0)
    running.add(child.pid)
    try:
        return child.wait()
    finally:
        end_group(child.pid)
        running.discard(child.pid)


def end_group(group):
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def on_signal(number, _frame):
    for group in list(running):
        end_group(group)
    os._exit(128 + number)  # without waiting for the thread that builds


def build(tree, jobs):
    """Configures and builds one tree, behind all else that runs."""
    started = time.monotonic()
    built = configure_and_compile(tree, jobs)
    return Row(f"build {tree}", time.monotonic() - started,
               failed=0 if built else 1, failures=() if built else ("does not build",))


def configure_and_compile(tree, jobs):
    say(f"== build {tree}")
    logs = ROOT / "build"
    logs.mkdir(exist_ok=True)
    with open(logs / f"configure-{tree}.log", "wb") as log:
        if run(["cmake", "--preset", tree], log):
            print(Path(log.name).read_text(errors="replace")[-8000:])
            return False
    targets = TARGETS.get(tree)
    command = ["nice", "cmake", "--build", "--preset", tree, "--parallel", str(jobs)]
    if targets:
        command += ["--target", *targets]
    with open(logs / f"build-{tree}.log", "wb") as log:
        if run(command, log) == 0:
            return True
    lines = Path(log.name).read_text(errors="replace").splitlines()
    errors = [line for line in lines if re.search(r"error|FAILED|undefined", line)]
    print("\n".join(errors[:40] + ["..."] + lines[-40:]))
    return False


def counts(output, ok):
    """How many tests a program's output tells of: (passed, failed)."""
    patterns = (
        (r"\[  PASSED  \] (\d+) tests?", r"(\d+) FAILED TESTS?"),          # GoogleTest
        (r"^(?:#|ℹ) pass (\d+)", r"^(?:#|ℹ) fail (\d+)"),                   # node --test
        (r"^(\d+) passed, \d+ failed", r"^\d+ passed, (\d+) failed"),      # our own
        (r"^Ran (\d+) tests?", r"^FAILED \(.*?=(\d+)"),                     # Python's unittest
    )
    for good, bad in patterns:
        passed = re.findall(good, output, re.MULTILINE)
        failed = re.findall(bad, output, re.MULTILINE)
        if passed or failed:
            number = int(failed[-1]) if failed else 0
            return (int(passed[-1]) if passed else 0), (number if ok else max(number, 1))
    return (1, 0) if ok else (0, 1)


def read_report(file):
    """Sums a ctest report: passed, failed, names of the failed programs."""
    passed = failed = 0
    failures = []
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        ok = case.get("status") == "run"
        if case.find("skipped") is not None:
            print(f"   skipped: {case.get('name')}")
            continue
        good, bad = counts(case.findtext("system-out") or "", ok)
        passed, failed = passed + good, failed + bad
        if not ok:
            failures.append(case.get("name"))
    return passed, failed, failures


def run_part(name, part, jobs, long):
    say(f"== {name}")
    report = ROOT / "build" / f"report-{name}.xml"
    report.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", f"build/{part.tree}"]
    # One more than there are processors: most programs wait for a disk or a clock now and then.
    command += ["-L", f"^{part.label}$", "-j", str(jobs + 1), "--output-on-failure",
                "--output-junit", str(report), "--no-tests=error",
                "--test-output-size-passed", "65536", "--test-output-size-failed", "1048576",
                "--test-output-truncation", "middle", "--timeout", "7200" if long else "1800"]
    if part.only:
        command += ["-R", part.only]
    started = time.monotonic()
    status = run(command, env={"RV_LONG": "1"} if long else None)
    row = Row(name, time.monotonic() - started)
    if not report.exists():
        row.failed, row.failures = 1, ("no test ran",)
        return row
    row.passed, row.failed, row.failures = read_report(report)
    if status and not row.failed:
        row.failed = 1
    return row


def chosen_parts(names, long):
    if names:
        return {name: PARTS[name] for name in names}
    return {name: part for name, part in PARTS.items()
            if long and name != "screens" or not part.on_request}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__.split("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=f"{', '.join(PARTS)}; or long: everything in its long form")
    parser.add_argument("--list", action="store_true", help="show the parts and end")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--setup-seconds", type=float, default=0, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS) - {"long"}
    if unknown:
        parser.error(f"no part named {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    return arguments


def run_all(parts, jobs, long):
    """Builds every tree and runs its parts; the next tree is built meanwhile."""
    rows, standing = [], set()

    def run_those(which):
        return [run_part(name, part, jobs, long)
                for name, part in parts.items() if part.tree in standing and which(part)]

    with ThreadPoolExecutor(max_workers=1) as behind:
        trees = list(dict.fromkeys(part.tree for part in parts.values()))
        builds = [behind.submit(build, tree, jobs) for tree in trees]
        for tree, built in zip(trees, builds):
            rows.append(built.result())
            if not rows[-1].failed:
                standing.add(tree)
            rows += run_those(lambda part: part.tree == tree and not part.alone)
    return rows + run_those(lambda part: part.alone)


def print_table(rows):
    print(f"\n{'part':<16}{'time':>8}  {'passed':>7} {'failed':>7}")
    for row in rows:
        minutes, seconds = divmod(int(row.seconds), 60)
        print(f"{row.name:<16}{minutes:>5}:{seconds:02}  {row.passed:>7} {row.failed:>7}")
    for row in rows:
        for failure in row.failures:
            print(f"failed: {row.name}: {failure}")


def main():
    arguments = parse_arguments()
    if arguments.list:
        print("\n".join(PARTS))
        return 0
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    long = "long" in arguments.parts
    parts = chosen_parts([name for name in arguments.parts if name != "long"], long)
    rows = [Row("setup", arguments.setup_seconds), *run_all(parts, arguments.jobs, long)]
    print_table(rows)
    failed = sum(row.failed for row in rows)
    print(f"{sum(row.passed for row in rows)} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
