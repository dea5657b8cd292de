# SPDX-License-Identifier: EUPL-1.2
"""A server with one event and one session with seats, and what its records say of them."""
import datetime
import os
import resource
import sqlite3
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crash"))
from server import Client, Server  # noqa: E402

SESSION = "rush-session"
ENTITY = f"urn:ngsi-ld:Session:{SESSION}"
PUBLISHED_SECONDS = 1.0


class EventServer(Server):
    """Keeps its port over a kill, so that clients find it again."""

    def __init__(self, binary, data, *options):
        super().__init__(binary, data)
        self.options = options
        self.listen = "127.0.0.1:0"
        # One descriptor a connection, more than the usual 1,024.
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def make_token(self):
        """May edit the programme and read data."""
        command = [self.binary, "user", "token", "rush", "--data", self.data, "--all-tenants",
                   "--action", "programme.release", "--action", "data.read"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.strip().splitlines()[-1]

    def _launch(self, environment):
        command = [self.binary, "serve", "--data", self.data, "--listen", self.listen,
                   *self.options]
        os.makedirs(self.data, exist_ok=True)
        with open(os.path.join(self.data, "..", "server.log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True,
                                            env={**os.environ, **(environment or {})})

    def start(self, environment=None):
        seconds = super().start(environment)
        self.listen = self.address
        return seconds


def ask(client, method, path, body=None, expected=(200, 201, 204)):
    status, _, answer = client.ask(method, path, body)
    if status not in expected:
        raise SystemExit(f"{method} {path}: {status} {answer}")
    return answer


def both(text):
    return {"de": text, "en": text}


def put_event(client, capacity):
    """One event in two months with one session of `capacity` seats; registration is open."""
    day = (datetime.date.today() + datetime.timedelta(days=60)).isoformat()
    ask(client, "PUT", "/api/v1/places/hall", {"name": both("Halle")})
    ask(client, "PUT", "/api/v1/events/rush", {
        "name": both("Andrang"), "starts_on": day, "ends_on": day, "time_zone": "Europe/Berlin",
        "venue": "hall", "days": [{"date": day, "title": both("Tag")}]})
    ask(client, "PUT", f"/api/v1/sessions/{SESSION}", {
        "title": both("Andrang"), "event": "rush", "day": day, "capacity": capacity,
        "bookable": True, "starts_at": f"{day}T10:00:00+01:00",
        "ends_at": f"{day}T11:00:00+01:00"})


class Records:
    """Reads the records beside the running server."""

    def __init__(self, data):
        file = urllib.parse.quote(os.path.join(data, "records.db"))
        self.database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)

    def rows(self, sql, *values):
        return self.database.execute(sql, values).fetchall()

    def number(self, sql, *values):
        return self.rows(sql, *values)[0][0]

    def taken(self):
        return self.number("SELECT COALESCE(SUM(c.seats), 0) FROM booking_claim c JOIN booking b"
                           " ON b.id = c.booking WHERE c.quota = ? AND c.state <> 'waiting'"
                           " AND b.state IN ('held', 'registered')", SESSION)

    def free(self):
        capacity = self.number("SELECT capacity FROM quota WHERE id = ?", SESSION)
        return max(0, capacity - self.taken())

    def held(self):
        return self.number("SELECT COUNT(*) FROM booking WHERE state = 'held'")

    def close(self):
        self.database.close()


def published(client):
    """The free seats that the entity shows; None where it shows none."""
    body = ask(client, "GET", f"/ngsi-ld/v1/entities/{ENTITY}?options=keyValues")
    for name, value in body.items():
        if name.endswith("remainingAttendeeCapacity"):
            return value
    return None


def publication_fault(client, records, since):
    """A fault unless the entity agrees with the records a second after `since` (monotonic)."""
    while True:
        shown, true = published(client), records.free()
        if shown == true:
            return []
        if time.monotonic() - since > PUBLISHED_SECONDS:
            return [f"the entity shows {shown} free seats, the records say {true}"]
        time.sleep(0.02)
