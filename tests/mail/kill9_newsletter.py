#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 while an issue of the newsletter is sent: everybody once, nobody left out.

The server is killed at random moments, some between the last byte of a letter and the mail
server's answer. In the end the issue is sent; every subscriber has one row in the outbox, the mail
server took no Message-Id twice, and whoever is not "unclear" got exactly one letter.

    tests/mail/kill9_newsletter.py BINARY [--people N] [--seed N]
"""
import os
import random
import sqlite3
import sys
import time

from sink import FROM, EventServer, Sink, wait_for
from newsletter_kit import add_issue, add_subscribers, issue_row
from play import run_play  # noqa: E402


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
                         "--mail-from", FROM, "--newsletter-mails-a-minute", "0")
    server.start()
    server.stop()
    people = add_subscribers(data, arguments.people)
    add_issue(data)
    kills = 0
    server.start()
    while issue_row(data)["state"] != "sent" and kills < arguments.kills:
        sink.pause = chance.choice([0, 0, 0.05])
        time.sleep(chance.uniform(0.2, 1.2))
        server.kill()
        kills += 1
        server.start()
    sink.pause = 0
    wait_for(lambda: issue_row(data)["state"] == "sent", 180, "the end of the issue")
    faults = judge(sink, outbox(data), people, issue_row(data))
    print(f"{kills} kills", flush=True)
    if server.stop() != 0:
        faults.append("the orderly end failed")
    sink.stop()
    return faults


def judge(sink, rows, people, issue):
    faults = [f"{identity} was taken {count} times" for identity, count in sink.accepted.items()
              if count != 1]
    taken = {}
    for to, _, _ in sink.letters:
        taken[to] = taken.get(to, 0) + 1
    states = {}
    for mail, state in rows:
        if mail in states:
            faults.append(f"{mail} has two letters")
        states[mail] = state
    for mail in people:
        state, count = states.get(mail), taken.get(mail, 0)
        if state not in ("sent", "unclear"):
            faults.append(f"{mail}: {state}")
        if count > 1 or (state == "sent" and count != 1):
            faults.append(f"{mail}: {state}, and taken {count} times")
    unclear = sum(state == "unclear" for state in states.values())
    print(f"{len(people)} people, {len(sink.letters)} letters taken, {unclear} unclear", flush=True)
    if (issue["queued"], issue["sent"], issue["unclear"]) != (
            len(people), len(people) - unclear, unclear):
        faults.append(f"the figures are wrong: {issue}")
    return faults


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, people=(1_200, 6_000), kills=(5, 40)))
