#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Runs clang-tidy over the sources of a built tree; what it found clean is remembered.

    tools/clang_tidy.py BUILD_DIRECTORY

A file is checked again when it, a header of ours that it includes, its command or .clang-tidy
changed. Tests are left out: what they do wrong shows when they run.
"""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def cache_directory():
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    directory = Path(home) / "revier-clang-tidy"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def sources(build):
    """What the compiler was given of our modules: files, and unity files that include several."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        is_own = file.is_relative_to(ROOT / "src") and not file.name.endswith("_test.cpp")
        is_unity = file.parent.name == "Unity" and file.parent.parent.name.startswith("revier_")
        if (is_own and file.suffix == ".cpp") or is_unity:
            yield file, entry["command"]


def digest(file, command, seen):
    """Sums the file, its command, and all headers of ours that it reaches."""
    pending, parts = [file], [command, (ROOT / ".clang-tidy").read_text()]
    visited = set()
    while pending:
        current = pending.pop()
        if current in visited:
            continue
        visited.add(current)
        if current not in seen:
            seen[current] = current.read_text() if current.is_file() else ""
        parts.append(seen[current])
        pending += [ROOT / "src" / name for name in INCLUDE.findall(seen[current])]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check(build, file):
    done = subprocess.run(["clang-tidy-19", "--quiet", "-p", str(build), str(file)], cwd=ROOT,
                          capture_output=True, text=True)
    return file, done.returncode == 0, done.stdout


def main(arguments):
    build, cache, seen = Path(arguments[0]), cache_directory(), {}
    marks = {file: cache / digest(file, command, seen) for file, command in sources(build)}
    pending = [file for file, mark in marks.items() if not mark.exists()]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, clean, output in pool.map(lambda file: check(build, file), pending):
            if clean:
                marks[file].touch()
            else:
                bad += 1
                print(output)
    print(f"clang-tidy: {bad} of {len(marks)} files have faults, {len(pending)} were checked now")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
