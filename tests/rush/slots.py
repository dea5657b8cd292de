#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Many people at once for 200 appointments, by the pages, with kill -9 in between.

Everybody takes what the page offers, and another time where that has just been taken; some give
their hold back, some leave it. Afterwards no cell has more appointments than people who serve,
every appointment that was confirmed to somebody is in the records with all its cells, nothing else
is, and nobody was refused while a time was free.

Then all is booked, others wait for a time to come free, and some who have one cancel, again with
kill -9 in between, while machines ask the page without a pause. Each time that came free goes to
one who waited, by one letter at a time; the machines get none, and none is lost.

    tests/rush/slots.py BINARY [--persons N] [--threads N] [--cancels N] [--waiting N] [--seed N]
"""
import datetime
import http.client
import os
import random
import re
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from event_server import Client, EventServer, Records, ask, both, put_event  # noqa: E402
from play import run_play  # noqa: E402

STAFF, TIMES, MINUTES = 5, 40, 10
PAGE = "/termine/rush/short"
HOLD_SECONDS = 6
DRAW_SECONDS = 2
SNATCHERS = 3
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
LINK = re.compile(r"https?://[^/]+(/nachruecken/\S+)")
TIME = re.compile(r'name="zeit"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="zeit"')


def put_counter(client):
    day = (datetime.date.today() + datetime.timedelta(days=40)).isoformat()
    end = 10 * 60 + TIMES * MINUTES
    put_event(client, 1)  # a site without one is not set up yet
    ask(client, "PUT", "/api/v1/offers/short", {
        "name": both("Kurz"), "duration_min": MINUTES, "by_appointment": True})
    ask(client, "PUT", "/api/v1/counters/rush", {
        "name": both("Schalter"), "place": "hall", "offers": ["short"], "staff": STAFF,
        "hours": [{"date": day, "from": "10:00", "to": f"{end // 60:02}:{end % 60:02}"}]})


class Person:
    """Goes through the pages as a browser without script does; over a kill, she tries again."""

    def __init__(self, crowd, number):
        self.crowd, self.number = crowd, number
        self.chance = random.Random(f"{crowd.seed}-{number}")

    def ask(self, connection, method, path, fields=None):
        body = urllib.parse.urlencode(fields) if fields else None
        connection.request(method, path, body, FORM if fields else {})
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or "", answer.read().decode()

    def book(self, connection):
        """True when she is through: booked, gave up, or nothing is free."""
        status, _, page = self.ask(connection, "GET", PAGE)
        if status != 200:
            self.crowd.count(f"the page answered {status}")
            return False
        times = [a or b for a, b in TIME.findall(page)]
        if not times:
            return True
        status, held, _ = self.ask(connection, "POST", PAGE, {"zeit": self.chance.choice(times)})
        if status != 303:
            self.crowd.count("just taken")
            return False
        what = 1 if self.crowd.steady else self.chance.random()
        if what < 0.05:
            self.crowd.count("left the hold")
            return True
        if what < 0.15:
            self.ask(connection, "POST", held + "/zurueck", {"x": "1"})
            self.crowd.count("gave it back")
            return True
        status, own, text = self.ask(connection, "POST", held, {
            "name": f"Person {self.number}", "mail": f"p{self.number}@rush.test"})
        if status == 303 and "/termin/" in own:
            self.crowd.booked(own)
            return True
        self.crowd.count(f"booking answered {status}")
        return status != 410

    def go(self, connect):
        for _ in range(200):
            connection = None
            try:
                connection = connect()
                if self.book(connection):
                    return
            except (OSError, http.client.HTTPException):
                self.crowd.count("met a dead server")
                time.sleep(0.2)
            finally:
                if connection:
                    connection.close()
        self.crowd.count("gave up")


def identity_of(own):
    return own.rsplit("/", 1)[1].split(".")[0]


class Crowd:
    def __init__(self, server, persons, threads, seed, steady=False):
        self.server, self.persons, self.threads, self.seed = server, persons, threads, seed
        self.steady = steady  # nobody leaves a hold
        self.links = []       # of appointments
        self.lock = threading.Lock()
        self.appointments, self.counts, self.next = set(), {}, 0

    def count(self, what):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + 1

    def booked(self, own):
        with self.lock:
            self.links.append(own)
            self.appointments.add(identity_of(own))

    def run(self):
        def work():
            while True:
                with self.lock:
                    if self.next >= self.persons:
                        return
                    number, self.next = self.next, self.next + 1
                Person(self, number).go(
                    lambda: http.client.HTTPConnection(self.server.listen, timeout=60))

        workers = [threading.Thread(target=work) for _ in range(self.threads)]
        for worker in workers:
            worker.start()
        return workers


def check(records, crowd):
    faults = []
    over = records.rows(
        "SELECT q.id, q.capacity, COUNT(*) FROM quota q JOIN booking_claim c ON c.quota = q.id"
        " GROUP BY q.id HAVING COUNT(*) > q.capacity")
    if over:
        faults.append(f"double-booked: {over}")
    cells = dict(records.rows(
        "SELECT b.id, COUNT(*) FROM booking b JOIN booking_claim c ON c.booking = b.id"
        " WHERE b.state = 'registered' GROUP BY b.id"))
    lost = crowd.appointments - set(cells)
    if lost:
        faults.append(f"{len(lost)} confirmed appointments are not in the records")
    if any(number != MINUTES // 5 for number in cells.values()):
        faults.append("an appointment has not all its cells")
    held = records.held()
    if held:
        faults.append(f"{held} holds have not ended")
    # One that was answered to nobody was being answered when the server was killed.
    unheard = len(set(cells) - crowd.appointments)
    print(f"    {len(cells)} of {STAFF * TIMES} appointments, {unheard} unheard of, "
          + ", ".join(f"{n} {what}" for what, n in sorted(crowd.counts.items())))
    return faults


class Waiting:
    """People who wait for a time, those who cancel, and machines that ask the page."""

    def __init__(self, crowd, records, seed):
        self.crowd, self.records = crowd, records
        self.chance = random.Random(seed)
        self.person = Person(crowd, 0)
        self.offers = set()  # keys of letters; those of who has accepted are erased
        self.accepted, self.snatched, self.declined, self.done = set(), 0, 0, False

    def ask(self, method, path, fields=None):
        """Until it is answered, over a kill."""
        for _ in range(100):
            connection = http.client.HTTPConnection(self.crowd.server.listen, timeout=60)
            try:
                return self.person.ask(connection, method, path, fields)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                connection.close()
        raise SystemExit("the server did not come back")

    def letters(self, kind, records=None):
        """The links of all letters of a kind, by the letter's key."""
        return {key: LINK.search(body).group(1) for key, body in (records or self.records).rows(
            "SELECT message_key, body FROM mail_outbox WHERE message_key LIKE ?",
            f"standby-%-{kind}%")}

    def enter(self, people):
        today = datetime.date.today()
        for number in range(people):
            status, _, text = self.ask("POST", PAGE + "/nachruecken", {
                "von": today.isoformat(), "bis": (today + datetime.timedelta(days=60)).isoformat(),
                "mail": f"w{number}@rush.test"})
            if status != 303:
                raise SystemExit(f"waiting was refused: {status} {text[:2000]}")
        for link in self.letters("asked").values():
            self.ask("POST", link, {"tat": "bestaetigen"})

    def snatch(self):
        while not self.done:
            _, _, page = self.ask("GET", PAGE)
            for found in TIME.findall(page):
                status, _, _ = self.ask("POST", PAGE, {"zeit": found[0] or found[1]})
                self.snatched += status == 303

    def answer(self):
        """Every offer that is new: one in four is declined."""
        records = Records(self.crowd.server.data)  # of this thread
        while not self.done:
            for key, link in self.letters("offer", records).items():
                if key in self.offers:
                    continue
                self.offers.add(key)
                if self.chance.random() < 0.25:
                    self.ask("POST", link, {"tat": "ablehnen"})
                    self.declined += 1
                    continue
                status, own, _ = self.ask("POST", link, {"tat": "annehmen", "name": "Wartend"})
                # 410: an answer that was lost with the server, and the appointment is hers.
                if status == 303:
                    self.accepted.add(identity_of(own))
                elif status != 410:
                    self.crowd.count(f"accepting answered {status}")
            time.sleep(0.05)
        records.close()


def offer_again(server, crowd, records, cancels, people, seed):
    waiting = Waiting(crowd, records, seed)
    waiting.enter(people)
    threads = [threading.Thread(target=waiting.snatch) for _ in range(SNATCHERS)]
    threads.append(threading.Thread(target=waiting.answer))
    for thread in threads:
        thread.start()
    gone = waiting.chance.sample(crowd.links, cancels)
    for number, own in enumerate(gone):
        waiting.ask("POST", own + "/absagen", {"x": "1"})
        if number in (cancels // 3, 2 * cancels // 3):
            server.kill()
            server.start()
    standing = "SELECT COUNT(*) FROM booking WHERE state = 'registered'"
    deadline = time.monotonic() + 120
    while records.number(standing) < STAFF * TIMES and time.monotonic() < deadline:
        time.sleep(0.2)
        if waiting.chance.random() < 0.05:
            server.kill()
            server.start()
    waiting.done = True
    for thread in threads:
        thread.join()
    faults = []
    if records.number(standing) != STAFF * TIMES:
        faults.append(f"{records.number(standing)} of {STAFF * TIMES} stand after {cancels} "
                      "came free and were offered")
    if waiting.snatched:
        faults.append(f"machines got {waiting.snatched} times that others waited for")
    asked = [tuple(key.split("-")[1:4:2]) for key in waiting.offers]  # who, about which draw
    if len(set(asked)) != len(asked):
        faults.append("somebody was written to twice about one time")
    crowd.appointments = (crowd.appointments - {identity_of(own) for own in gone}
                          ) | waiting.accepted
    print(f"    {cancels} cancelled, {people} waited: {len(waiting.accepted)} accepted, "
          f"{waiting.declined} declined, {waiting.snatched} snatched")
    return faults


def play(arguments, folder):
    server = EventServer(arguments.binary, os.path.join(folder, "data"), "--access-log", "off",
                         "--ticket-hold-seconds", str(HOLD_SECONDS),
                         "--appointment-draw-seconds", str(DRAW_SECONDS),
                         "--appointment-offer-seconds", "600",
                         "--appointment-network-holds", "1000000")
    token = server.make_token()
    server.start()
    put_counter(Client(server, token))
    crowd = Crowd(server, arguments.persons, arguments.threads, arguments.seed)
    workers = crowd.run()
    chance = random.Random(arguments.seed)
    kills = 0
    while any(worker.is_alive() for worker in workers):
        for worker in workers:
            worker.join(chance.uniform(0.02, 0.1))
            if not worker.is_alive():
                continue
            # When a part of the people has been let in, not by the clock.
            due = arguments.persons * (kills + 1) / (arguments.kills + 1)
            if kills < arguments.kills and crowd.next > due:
                server.kill()
                kills += 1
                server.start()
    time.sleep(HOLD_SECONDS + 3)
    records = Records(server.data)
    faults = check(records, crowd)
    # What holds gave back is free again: those who come now get all of it.
    late = Crowd(server, STAFF * TIMES, arguments.threads, arguments.seed + 1, steady=True)
    for worker in late.run():
        worker.join()
    late.appointments |= crowd.appointments
    late.links += crowd.links
    time.sleep(HOLD_SECONDS + 3)
    faults += check(records, late)
    standing = records.number("SELECT COUNT(*) FROM booking WHERE state = 'registered'")
    if standing != STAFF * TIMES:
        faults.append(f"only {standing} of {STAFF * TIMES} times were booked")
    else:
        faults += offer_again(server, late, records, arguments.cancels, arguments.waiting,
                              arguments.seed)
        time.sleep(2)
        faults += check(records, late)
    records.close()
    if kills < arguments.kills:
        faults.append(f"killed {kills} times only")
    if server.stop() != 0:
        faults.append("the orderly end failed")
    return faults


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, persons=(300, 5_000), threads=24, kills=2,
                      cancels=(12, 60), waiting=(30, 200)))
