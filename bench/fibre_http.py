#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The fibre look-up over HTTP among 60,000 invented addresses.

    bench/fibre_http.py [--smoke] [--build build/release] [--addresses 60000]

A server is started, `revier fibre-list --example` fills it, and one client asks over one
connection for two numbers in each street: with two letters of its name swapped, by the interface
and by the page. Printed: the median, the 99th of a hundred and the slowest answer, from request to
last byte.
"""
import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse

AS_OF = "2025-01-15"
PAUSE = 0.1


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def streets_of(connection):
    names = set()
    for first in "abcdefghijklmnopqrstuvwxyz":
        connection.request("GET", f"/api/v1/fibre/streets?limit=50&q={first}")
        names |= {one["street"] for one in json.loads(connection.getresponse().read())["streets"]}
    return sorted(names)


def slipped(name):
    return name[0] + name[2] + name[1] + name[3:]


def measure(connection, path, questions):
    times = []
    for street, number in questions:
        query = urllib.parse.urlencode(path[1](slipped(street), number))
        begun = time.perf_counter()
        connection.request("GET", f"{path[0]}?{query}")
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - begun) * 1e3)
        assert answer.status == 200, answer.status
    times.sort()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="a moment, to see that it runs")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--addresses", type=int, default=60_000)
    arguments = parser.parse_args()
    binary = os.path.join(arguments.build, "revier")
    count = 2_000 if arguments.smoke else arguments.addresses
    folder = tempfile.mkdtemp(prefix="revier-fibre-bench-")
    port = free_port()
    server = subprocess.Popen([binary, "serve", "--data", folder, "--listen", f"127.0.0.1:{port}",
                               "--access-log", "off", "--demo", "herne"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(PAUSE)
        subprocess.run([binary, "fibre-list", "--example", str(count), "--source", "Invented",
                        "--as-of", AS_OF, "--data", folder], check=True)
        streets = streets_of(connection)
        questions = [(street, str(n)) for n in (1, 12) for street in streets if len(street) > 3]
        paths = {"interface": ("/api/v1/fibre/addresses",
                               lambda s, n: {"street": s, "number": n}),
                 "page": ("/glasfaser", lambda s, n: {"strasse": s, "hausnummer": n})}
        for name, path in paths.items():
            times = measure(connection, path, questions)
            print(f"{count} addresses, {name}: {len(times)} questions with a slip, median "
                  f"{statistics.median(times):.2f} ms, 99 % under "
                  f"{times[int(len(times) * 0.99) - 1]:.2f} ms, slowest {times[-1]:.2f} ms")
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
