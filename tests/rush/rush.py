#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""2,000 people at once for 100 seats with a waiting list; once undisturbed, once with kill -9.

Most go through the pages like a browser, the others by JSON with idempotency keys and repeats; some
abandon their hold, some give it back. Afterwards, when all holds have ended: exactly 100 seats are
confirmed or on offer, everybody else is in the waiting list in order of arrival and without a gap,
one registration a person, every ticket that was handed out is there, and the public entity shows
what the records say. Seats that are then given back are offered in the list's order, through
another kill -9.

    tests/rush/rush.py BINARY CLIENTS [--persons N] [--seats N] [--hold SECONDS] [--seed N]
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from event_server import (Client, EventServer, Records, SESSION, ask,  # noqa: E402
                          publication_fault, put_event)

CLIENT_SECONDS = 420
OFFERS = 3


class Rush:
    """One rush over one fresh folder."""

    def __init__(self, arguments, folder, kill):
        self.arguments, self.kill = arguments, kill
        self.data = os.path.join(folder, "data")
        self.out = os.path.join(folder, "tickets.tsv")
        self.server = EventServer(arguments.binary, self.data, "--access-log", "off",
                                  "--ticket-hold-seconds", str(arguments.hold))
        self.faults, self.figures = [], {}

    def play(self):
        self.token = self.server.make_token()
        self.server.start()
        put_event(self.client(), self.arguments.seats)
        self.let_in()
        self.wait_for_holds()
        self.records = Records(self.data)
        self.check_records()
        self.check_tickets()
        self.check_places()
        self.check_offers()
        self.faults += publication_fault(self.client(), self.records, time.monotonic())
        self.records.close()
        if self.server.stop() != 0:
            self.faults.append("the orderly end failed")
        return self.faults

    def client(self):
        return Client(self.server, self.token)

    def let_in(self):
        port = self.server.address.rsplit(":", 1)[1]
        command = [self.arguments.clients, "--port", port, "--quota", SESSION,
                   "--field", "veranstaltungen", "--persons", str(self.arguments.persons),
                   "--seconds", str(CLIENT_SECONDS), "--out", self.out,
                   "--seed", str(self.arguments.seed), "--run", "kill" if self.kill else "calm"]
        clients = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        last = ""
        for line in clients.stdout:
            if line.startswith("fault"):
                self.faults.append(line.strip())
            if line.startswith("tickets") and self.kill:
                self.kill_after(int(line.split()[1]))
            last = line
        if clients.wait() != 0 and not self.faults:
            self.faults.append("the clients failed")
        self.figures = json.loads(last)
        if self.figures["seconds"] < self.arguments.hold:
            self.expect("holds that ended before their time", self.figures["ended_holds"], 0)
        if self.figures["opened"] != self.arguments.persons:
            self.faults.append(f"{self.figures['opened']} connections stood at once")
        if self.kill:
            self.faults.append("the kill came too late: the test shows nothing")

    def kill_after(self, tickets):
        if tickets < self.arguments.persons // 4:
            return
        self.kill = False
        self.server.kill()
        seconds = self.server.start()
        print(f"killed after {tickets} tickets, there again after {seconds:.2f} s", flush=True)

    def wait_for_holds(self):
        """Holds end by themselves; the sweep comes once a second."""
        records = Records(self.data)
        until = time.monotonic() + self.arguments.hold + 30
        while records.held() > 0 and time.monotonic() < until:
            time.sleep(0.2)
        if records.held() > 0:
            self.faults.append(f"{records.held()} holds have not ended")
        records.close()

    def check_records(self):
        claims = self.records.rows(
            "SELECT b.rowid, b.mail_key, c.state, c.place, c.seats FROM booking b JOIN"
            " booking_claim c ON c.booking = b.id WHERE b.state = 'registered' AND c.quota = ?"
            " ORDER BY b.rowid", SESSION)
        taken = [row for row in claims if row[2] == "taken"]
        waiting = [row for row in claims if row[2] == "waiting"]
        # What was given back meanwhile is on offer: held for somebody who waited.
        offered = [row for row in claims if row[2] == "offered"]
        self.expect("confirmed and offered seats", sum(row[4] for row in taken + offered),
                    self.arguments.seats)
        self.expect("people with a registration", len({row[1] for row in claims}), len(claims))
        self.expect("waiting list by arrival", [row[3] for row in waiting],
                    sorted({row[3] for row in waiting}))
        if taken and waiting and taken[-1][0] > waiting[0][0]:
            self.faults.append("somebody with a seat came after somebody who waits")
        doubles = self.records.number("SELECT COUNT(register_key) - COUNT(DISTINCT register_key)"
                                      " FROM booking")
        self.expect("registrations of a used key", doubles, 0)
        print(f"records: {len(taken)} confirmed, {len(offered)} offered, {len(waiting)} waiting",
              flush=True)

    def expect(self, what, found, expected):
        if found != expected:
            self.faults.append(f"{what}: {str(found)[:200]} where {str(expected)[:200]} was right")

    def check_tickets(self):
        """What the clients were told against the records."""
        told = defaultdict(set)
        with open(self.out, encoding="utf-8") as lines:
            for line in lines:
                end, _, mail, link, code, state = line.rstrip("\n").split("\t")
                if end == "ticket":
                    told[mail].add((link.split(".")[0], code))
                    if state == "confirmed":
                        told["confirmed"].add(code)
        confirmed = told.pop("confirmed", set())
        self.expect("people with more than one ticket",
                    [mail for mail, tickets in told.items() if len(tickets) != 1], [])
        handed_out = {ticket for tickets in told.values() for ticket in tickets}
        rows = self.records.rows("SELECT id, code, (SELECT state FROM booking_claim c WHERE"
                                 " c.booking = b.id) FROM booking b WHERE b.state = 'registered'")
        self.expect("tickets handed out but not there",
                    handed_out - {(row[0], row[1]) for row in rows}, set())
        self.expect("tickets there but not handed out",
                    {(row[0], row[1]) for row in rows} - handed_out, set())
        self.expect("seats that were promised and are gone",
                    confirmed - {row[1] for row in rows if row[2] == "taken"}, set())

    def links(self):
        """booking id -> secret link, as the clients were given them."""
        with open(self.out, encoding="utf-8") as lines:
            links = [line.split("\t")[3] for line in lines]
        return {link.split(".")[0]: link for link in links if link}

    def waiting_ids(self):
        return [row[0] for row in self.records.rows(
            "SELECT b.id FROM booking b JOIN booking_claim c ON c.booking = b.id WHERE"
            " b.state = 'registered' AND c.state = 'waiting' ORDER BY c.place")]

    def check_places(self):
        """The places that people are shown are 1, 2, 3 ... in the order of the records."""
        client, links = self.client(), self.links()
        places = [ask(client, "GET", f"/api/v1/registrations/{links[identity]}")["parts"][0]
                  ["place"] for identity in self.waiting_ids() if identity in links]
        self.expect("places shown", places, list(range(1, len(places) + 1)))

    def offered_ids(self):
        return {row[0] for row in self.records.rows(
            "SELECT booking FROM booking_claim WHERE state = 'offered'")}

    def check_offers(self):
        """Seats that are given back are offered to the head of the list, over a kill -9 too."""
        client, links = self.client(), self.links()
        seats = [row[0] for row in self.records.rows(
            "SELECT b.id FROM booking b JOIN booking_claim c ON c.booking = b.id WHERE"
            " b.state = 'registered' AND c.state = 'taken' ORDER BY b.rowid")]
        waiting, before = self.waiting_ids(), self.offered_ids()
        for identity in [identity for identity in seats if identity in links][:OFFERS]:
            ask(client, "DELETE", f"/api/v1/registrations/{links[identity]}")
        self.expect("who still waits", self.waiting_ids(), waiting[OFFERS:])
        self.expect("who has an offer", self.offered_ids(), before | set(waiting[:OFFERS]))
        self.server.kill()
        self.server.start()
        self.expect("offers after a kill -9", self.offered_ids(), before | set(waiting[:OFFERS]))
        client = self.client()

        def answer(identity, word):
            ask(client, "POST", f"/api/v1/registrations/{links[identity]}/offers/{SESSION}",
                {"answer": word})

        for identity, word in zip(waiting, ("accept", "accept", "decline")):
            answer(identity, word)
            answer(identity, word)
        self.expect("whose turn it is after a refusal", self.offered_ids(),
                    before | {waiting[OFFERS]})
        self.expect("who waits after a refusal", self.waiting_ids(), waiting[OFFERS + 1:])
        status, _, body = client.ask("POST", "/api/v1/holds", {"quota": SESSION})
        self.expect("a seat for who has not waited", (status, body["type"].split(":")[-1]),
                    (409, "quota-full"))
        self.expect("seats taken after the offers", self.records.taken(), self.arguments.seats)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary")
    parser.add_argument("clients")
    parser.add_argument("--persons", type=int, default=2000)
    parser.add_argument("--seats", type=int, default=100)
    parser.add_argument("--hold", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    print(f"seed {arguments.seed}")
    failed = 0
    for kill in (False, True):
        folder = tempfile.mkdtemp(prefix="revier_rush_")
        rush = Rush(arguments, folder, kill)
        faults = rush.play()
        print(f"{'with kill -9' if kill else 'undisturbed'}: {json.dumps(rush.figures)}")
        for fault in faults[:20]:
            print(f"fault: {fault}")
        if faults:
            failed += 1
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder)
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
