#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 while mails leave: nothing twice, nothing lost without being shown.

People register while the server is killed at random moments, some of them between the last byte of
a mail and the mail server's answer. In the end every letter is sent or unclear; the mail server
took no Message-Id twice, every letter that counts as sent exactly once, and no letter is missing.

    tests/mail/kill9_mail.py BINARY [--rounds N] [--seed N]
"""
import os
import random
import sqlite3
import sys
import threading
import time

from sink import FROM, EventServer, Sink, register, wait_for
from event_server import Client, put_event
from play import run_play  # noqa: E402


class Visitors(threading.Thread):
    """Register one after the other until the connection breaks."""

    def __init__(self, server, token, name):
        super().__init__(daemon=True)
        self.client, self.name_begin, self.done = Client(server, token), name, []

    def run(self):
        try:
            for number in range(10_000):
                mail = f"{self.name_begin}-{number}@beispiel.test"
                register(self.client, "Kill Neun", mail)
                self.done.append(mail)
        except (OSError, SystemExit):
            pass  # the server was killed


def outbox(data):
    database = sqlite3.connect(f"file:{data}/records.db?mode=ro", uri=True, timeout=30)
    try:
        return database.execute("SELECT recipient, state FROM mail_outbox").fetchall()
    finally:
        database.close()


def play(arguments, folder):
    chance = random.Random(arguments.seed)
    data = os.path.join(folder, "data")
    sink = Sink().start()
    server = EventServer(arguments.binary, data, "--access-log", "off", "--mail-tls", "none",
                         "--mail-host", "127.0.0.1", "--mail-port", str(sink.port),
                         "--mail-from", FROM)
    token = server.make_token()
    server.start()
    put_event(Client(server, token), 100_000)
    registered = []
    for number in range(arguments.rounds):
        sink.pause = chance.choice([0, 0, 0.05])
        visitors = [Visitors(server, token, f"r{number}-{n}") for n in range(2)]
        for visitor in visitors:
            visitor.start()
        time.sleep(chance.uniform(0.3, 1.5))
        server.kill()
        for visitor in visitors:
            visitor.join()
            registered += visitor.done
        server.start()
    sink.pause = 0
    wait_for(lambda: all(state in ("sent", "unclear") for _, state in outbox(data)), 120,
             "the end of the outbox")
    faults = judge(sink, outbox(data), registered)
    if server.stop() != 0:
        faults.append("the orderly end failed")
    sink.stop()
    return faults


def judge(sink, rows, registered):
    states = dict(rows)
    faults = [f"{identity} was taken {count} times" for identity, count in sink.accepted.items()
              if count != 1]
    taken = {}
    for to, _, _ in sink.letters:
        taken[to] = taken.get(to, 0) + 1
    for mail, state in states.items():
        count = taken.get(mail, 0)
        if count > 1 or (state == "sent" and count != 1):
            faults.append(f"{mail}: {state}, and taken {count} times")
    faults += [f"{mail}: registered, and no letter" for mail in registered if mail not in states]
    unclear = sum(state == "unclear" for state in states.values())
    both = sum(taken.get(mail, 0) for mail, state in states.items() if state == "unclear")
    print(f"{len(states)} letters, {len(sink.letters)} taken, {unclear} unclear, of these {both} "
          "taken", flush=True)
    if len(states) < 20:
        faults.append("hardly a letter: the test shows nothing")
    return faults


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, rounds=(4, 30)))
