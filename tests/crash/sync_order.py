#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Each acknowledged create of a single client is preceded by a sync, seen from outside.

A preloaded library (tests/support/sync_log.cpp) writes down every fsync and fdatasync and every
sending on a socket. One client creates entities one after the other; between a request and the
sending of its answer there must be a finished sync of the store's log. With durability none it must
be missing, or the test shows nothing.

    tests/crash/sync_order.py BINARY SYNC_LOG_LIBRARY [--creates N]
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kill9 import ENTITIES, entity  # noqa: E402
from server import Client, Server  # noqa: E402


def read_events(path):
    """(nanoseconds, kind, file) in the order of time; kind is "sync" or "send"."""
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split(" ", 2) for line in lines]
    return sorted((int(row[0]), row[1], row[2] if len(row) > 2 else "") for row in rows)


def fault_of(events, start, end):
    """Why the answer to the request between two times was not preceded by a sync, or ""."""
    within = [event for event in events if start <= event[0] <= end]
    sent = [time for time, kind, _ in within if kind == "send"]
    synced = [time for time, kind, file in within
              if kind == "sync" and "/store/" in file and file.endswith(".log")]
    if not sent:
        return "no answer was seen being sent"
    if not synced or synced[0] > sent[0]:
        return "the answer left before a sync of the store's log"
    return ""


def create_all(server, token, number):
    """The times around each create."""
    client = Client(server, token)
    client.ask("GET", f"{ENTITIES}?type=CrashTest")  # the connection stands
    times = []
    for version in range(number):
        time.sleep(0.002)
        start = time.monotonic_ns()
        body = entity(f"urn:ngsi-ld:CrashTest:sync-{version}", version)
        status, _, answer = client.ask("POST", ENTITIES, body)
        times.append((start, time.monotonic_ns()))
        if status != 201:
            raise SystemExit(f"create: {status} {answer}")
    client.close()
    return times


def measure(arguments, number, durability):
    """Faults of `number` creates under a durability."""
    folder = tempfile.mkdtemp(prefix="revier_sync_")
    log = os.path.join(folder, "events")
    server = Server(arguments.binary, os.path.join(folder, "data"))
    token = server.make_token()
    server.start({"LD_PRELOAD": arguments.library, "RV_SYNC_LOG": log,
                  "REVIER_DURABILITY": durability})
    times = create_all(server, token, number)
    server.stop()
    events = read_events(log)
    shutil.rmtree(folder)
    print(f"{durability}: {number} creates, {sum(kind == 'sync' for _, kind, _ in events)} syncs")
    return [fault for fault in (fault_of(events, *pair) for pair in times) if fault]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("library")
    parser.add_argument("--creates", type=int, default=200)
    arguments = parser.parse_args()
    faults = measure(arguments, arguments.creates, "commit")
    if not measure(arguments, 10, "none"):
        faults.append("without durability the same was seen: the test shows nothing")
    for fault in faults[:5]:
        print(fault)
    print(f"{0 if faults else 1} passed, {1 if faults else 0} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
