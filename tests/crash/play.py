# SPDX-License-Identifier: EUPL-1.2
"""What a test that kills has around it: its options, a seed to repeat it by, a folder that is kept
when something was wrong, and the count at the end."""
import argparse
import os
import random
import shutil
import tempfile

SHOWN_MAX = 20


def run_play(doc, play, counted="", **numbers):
    """Runs play(arguments, folder), which answers what was wrong; the exit status.

    `numbers` become options: a default, or (short form, long form). `counted` names the one that
    counts as tests that passed, where each of its rounds is one.
    """
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("binary")
    for name, default in numbers.items():
        if isinstance(default, tuple):
            default = default[1 if os.environ.get("RV_LONG") else 0]
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="revier-play-")
    faults = play(arguments, folder)
    for fault in faults[:SHOWN_MAX]:
        print(f"fault: {fault}")
    if faults:
        print(f"kept: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    passed = getattr(arguments, counted) if counted else 1
    print(f"{0 if faults else passed} passed, {1 if faults else 0} failed")
    return 1 if faults else 0
