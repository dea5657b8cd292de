#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""One issue of the newsletter to many subscribers, into an SMTP server on this machine.

    bench/newsletter_bench.py [--smoke] [--build build/release] [--people 100000]

Each letter is made for its reader, signed with DKIM and handed over by SMTP; before and after the
last byte its state is made durable. The server here throws letters away and counts what it took by
Message-Id. Printed: letters a second from approval to the last one, and how many came twice.
"""
import argparse
import asyncio
import collections
import os
import re
import shutil
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("rush", "mail"):
    sys.path.insert(0, os.path.join(HERE, "..", "tests", folder))
from event_server import EventServer  # noqa: E402
from newsletter_kit import add_issue, add_subscribers, issue_row  # noqa: E402

FROM = "newsletter@event.example"
IDENTITY = re.compile(rb"^Message-Id: (\S+)", re.I | re.M)


class Session(asyncio.Protocol):
    """As much of RFC 5321 as a client needs that says nothing wrong."""

    def __init__(self, taken):
        self.taken, self.rest, self.in_letter = taken, b"", False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data):
        self.rest += data
        while True:
            if self.in_letter:
                end = self.rest.find(b"\r\n.\r\n")
                if end < 0:
                    return
                self.taken[IDENTITY.search(self.rest[:end]).group(1)] += 1
                self.rest, self.in_letter = self.rest[end + 5:], False
                self.transport.write(b"250 taken\r\n")
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            self.answer(line.upper())

    def answer(self, line):
        if line.startswith(b"DATA"):
            self.in_letter = True
            self.transport.write(b"354 go on\r\n")
        elif line.startswith(b"QUIT"):
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 OK\r\n")


class Sink(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.taken, self.ready = collections.Counter(), threading.Event()

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Session(self.taken), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()


def measure(binary, people, folder):
    data = os.path.join(folder, "data")
    sink = Sink()
    sink.start()
    sink.ready.wait()
    server = EventServer(binary, data, "--access-log", "off", "--mail-tls", "none", "--mail-host",
                         "127.0.0.1", "--mail-port", str(sink.port), "--mail-from", FROM,
                         "--newsletter-mails-a-minute", "0")
    server.start()
    server.stop()
    add_subscribers(data, people)
    add_issue(data)
    server.start()
    started = told = time.monotonic()
    while issue_row(data)["state"] != "sent":
        time.sleep(0.2)
        if time.monotonic() - told > 10:
            told = time.monotonic()
            print(f"  {len(sink.taken)} letters after {told - started:.0f} s", flush=True)
    seconds = time.monotonic() - started
    server.stop()
    issue = issue_row(data)
    twice = sum(count > 1 for count in sink.taken.values())
    print(f"{people} subscribers: {len(sink.taken)} letters in {seconds:.1f} s, "
          f"{len(sink.taken) / seconds:.0f} a second; {twice} twice, {issue['failed']} failed")
    return len(sink.taken) == people == issue["sent"] and twice == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--smoke", action="store_true", help="a moment, to see that it runs")
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--people", type=int, default=100_000)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="revier-newsletter-bench-")
    try:
        people = 300 if arguments.smoke else arguments.people
        done = measure(os.path.join(arguments.build, "revier"), people, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
