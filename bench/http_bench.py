#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""What a request costs the server, beside the least it can cost (a bare epoll loop), in one run.

    bench/http_bench.py [--smoke] [--build build/release] [--seconds 3] [--rounds 5]

The servers take turns, one round each; CPU is the server process's, kernel included; a ratio is of
two turns of one round, the table tells its median. `spread` is the largest over the smallest of the
rounds: 1.0 is a quiet machine, from 1.15 on do not trust a figure.
"""
import argparse
import json
import socket
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

BODY_BYTES = 700
CONNECTIONS = 32


@dataclass
class Row:
    """One server under one load. `command` may use {port}."""
    name: str
    command: list
    fields: list = field(default_factory=list)
    cpu_us: list = field(default_factory=list)
    per_s: list = field(default_factory=list)
    p50_us: list = field(default_factory=list)
    p99_us: list = field(default_factory=list)


def rows(programs):
    """The ceiling first: ratios are to it."""
    plain = [programs / "http_plain_server", "{port}", str(BODY_BYTES)]
    return [
        Row("bare epoll loop", [programs / "epoll_ceiling", "{port}", str(BODY_BYTES)]),
        Row("server", plain),
        Row("server, access log", plain + ["--access-log"]),
        Row("server, ETag", plain + ["--etag"]),
        Row("server, browser's fields", plain, BROWSER_FIELDS),
    ]


BROWSER_FIELDS = [
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: de,en-US;q=0.7,en;q=0.3", "Accept-Encoding: gzip, deflate, br, zstd",
    "Connection: keep-alive", "Sec-Fetch-Dest: document", "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-Site: none", "Priority: u=0, i",
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure(row, load, seconds):
    port = str(free_port())
    command = [str(word).replace("{port}", port) for word in row.command]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            server.stdout.readline()  # "ready"
            answer = subprocess.run(
                [load, port, str(server.pid), str(seconds), str(CONNECTIONS), "/bench/1",
                 *row.fields], check=True, capture_output=True, text=True)
        finally:
            server.kill()
    figures = json.loads(answer.stdout)
    if figures["errors"]:
        sys.exit(f"{row.name}: {figures['errors']} answers were errors")
    row.cpu_us.append(figures["cpu_us"])
    row.per_s.append(figures["requests_per_s"])
    row.p50_us.append(figures["p50_us"])
    row.p99_us.append(figures["p99_us"])


def spread(values):
    return max(values) / min(values) if min(values) > 0 else float("inf")


def print_table(table):
    print(f"GET of {BODY_BYTES} bytes, {CONNECTIONS} keep-alive connections, one io thread")
    print(f"{'':28}{'CPU us':>8}{'ratio':>7}{'spread':>8}{'req/s':>9}{'p50 us':>8}{'p99 us':>8}")
    for row in table:
        ratios = [own / least for own, least in zip(row.cpu_us, table[0].cpu_us) if least > 0]
        ratio = statistics.median(ratios) if ratios else float("nan")
        print(f"{row.name:28}{statistics.median(row.cpu_us):8.2f}{ratio:7.2f}"
              f"{spread(row.cpu_us):8.2f}{statistics.median(row.per_s):9.0f}"
              f"{statistics.median(row.p50_us):8.0f}{statistics.median(row.p99_us):8.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="a moment, to see that it runs")
    parser.add_argument("--build", type=Path, default=Path("build/release"))
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    programs = arguments.build / "bench"
    seconds, rounds = (0.3, 1) if arguments.smoke else (arguments.seconds, arguments.rounds)
    table = rows(programs)
    for _ in range(rounds):
        for row in table:
            measure(row, programs / "http_load", seconds)
    print_table(table)


if __name__ == "__main__":
    main()
