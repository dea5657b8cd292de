#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 at random moments under load; nothing acknowledged is missing, nothing is half there.

Several clients create, update, replace, delete and batch entities over HTTP. Each entity carries
one version in all its attributes, so that a half-written one shows. A client knows, for each of its
entities, the version that was acknowledged last and the one that was under way when the connection
broke; after the restart exactly one of the two must be there, whole, and the last that
history tells of it must be the same.

    tests/crash/kill9.py BINARY [--rounds N] [--clients N] [--seed N]
"""
import os
import random
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Client, Server  # noqa: E402
from play import run_play  # noqa: E402

ENTITIES = "/ngsi-ld/v1/entities"
BATCH = "/ngsi-ld/v1/entityOperations/"
TYPE = "CrashTest"
ATTRIBUTES = ("first", "second", "third", "fourth")
ABSENT = None
ENTITIES_MAX = 400  # a client's; then it updates and deletes more than it creates


def entity_path(name):
    return f"{ENTITIES}/{urllib.parse.quote(name, safe=':')}"


def attributes(version):
    """The same version in each, and a text whose length depends on it."""
    return {name: {"type": "Property", "value": version} for name in ATTRIBUTES} | {
        "text": {"type": "Property", "value": "x" * (version * 37 % 2_000 + 1)}}


def entity(name, version):
    return {"id": name, "type": TYPE, **attributes(version)}


def history_path(name):
    return (f"/ngsi-ld/v1/temporal/entities/{urllib.parse.quote(name, safe=':')}"
            "?attrs=first,fourth&timeproperty=modifiedAt&lastN=1")


def last_of(status, body):
    """The version that history tells last; ABSENT where it ends with a deletion, or is none."""
    if status == 404:
        return ABSENT
    first, fourth = (body[name][0]["value"] for name in ("first", "fourth"))
    if first != fourth:
        raise ValueError(f"half there: {body}")
    return ABSENT if first == "urn:ngsi-ld:null" else first


def version_of(body):
    """The version that an entity tells of itself; ValueError where its parts disagree."""
    values = {body[name]["value"] for name in ATTRIBUTES}
    version = values.pop()
    if values or body["text"]["value"] != "x" * (version * 37 % 2_000 + 1):
        raise ValueError(f"half there: {body}")
    return version


class Writer(threading.Thread):
    """One client with entities of its own, and what it knows of them."""

    def __init__(self, number, token, seed):
        super().__init__(daemon=True)
        self.number, self.token = number, token
        self.random = random.Random(seed)
        self.known = {}     # name -> acknowledged version
        self.pending = {}   # name -> version under way when the connection broke
        self.versions = 0
        self.names = 0
        self.acknowledged = 0
        self.faults = []
        self.client = None

    def again(self):
        """A thread runs once: the same client, with the same knowledge, for the next round."""
        twin = Writer(self.number, self.token, self.random.random())
        twin.known, twin.versions, twin.names = self.known, self.versions, self.names
        return twin

    def run(self):
        try:
            while not self.faults:
                self.step()
        except OSError:
            pass  # the server was killed
        except Exception as unexpected:  # an answer that is none
            self.faults.append(repr(unexpected))
        finally:
            self.client.close()

    def step(self):
        present = [name for name, version in self.known.items() if version is not ABSENT]
        kind = self.random.random()
        if not present or (kind < 0.4 and len(present) < ENTITIES_MAX):
            return self.create()
        if kind < 0.5 and len(present) < ENTITIES_MAX:
            return self.create_batch()
        name = self.random.choice(present)
        if kind < 0.6:
            return self.write("DELETE", entity_path(name), None, {name: ABSENT}, 204)
        version = self.next_version()
        if kind < 0.7:
            return self.write("PUT", entity_path(name), entity(name, version), {name: version}, 204)
        return self.write("PATCH", entity_path(name) + "/attrs", attributes(version),
                          {name: version}, 204)

    def next_version(self):
        self.versions += 1
        return self.versions

    def next_name(self):
        self.names += 1
        return f"urn:ngsi-ld:{TYPE}:{self.number}-{self.names}"

    def create(self):
        name, version = self.next_name(), self.next_version()
        self.write("POST", ENTITIES, entity(name, version), {name: version}, 201)

    def create_batch(self):
        changes = {self.next_name(): self.next_version() for _ in range(5)}
        body = [entity(name, version) for name, version in changes.items()]
        self.write("POST", BATCH + "create", body, changes, 201)

    def write(self, method, path, body, changes, expected):
        self.pending = changes
        status, _, answer = self.client.ask(method, path, body)
        if status != expected:
            self.faults.append(f"{method} {path}: {status} {answer}")
            return
        self.known.update(changes)
        self.acknowledged += 1
        self.pending = {}

    def verify(self, client):
        """Faults of what is there now; the knowledge is set to what was found."""
        faults = []
        for name in {**self.known, **self.pending}:
            allowed = {self.known.get(name, ABSENT), self.pending.get(name, self.known.get(name))}
            status, _, body = client.ask("GET", entity_path(name))
            try:
                found = version_of(body) if status == 200 else ABSENT
            except (ValueError, KeyError, TypeError) as half:
                faults.append(f"{name}: {half}")
                continue
            if status not in (200, 404) or found not in allowed:
                faults.append(f"{name}: {status}, version {found} where {allowed} was allowed")
            status, _, body = client.ask("GET", history_path(name))
            try:
                if last_of(status, body) != found:
                    faults.append(f"{name}: version {found}, but history ends with {body}")
            except (ValueError, KeyError, TypeError) as half:
                faults.append(f"{name}: history: {half}")
            self.known[name] = found
        self.pending = {}
        # What is gone for good need not be asked for again in each round.
        self.known = {name: found for name, found in self.known.items() if found is not ABSENT}
        return faults


def count_faults(client, writers):
    """The broker's count of the type against what the clients know."""
    expected = sum(len(writer.known) for writer in writers)
    status, headers, _ = client.ask("GET", f"{ENTITIES}?type={TYPE}&count=true&limit=1")
    found = headers.get("NGSILD-Results-Count")
    if status == 200 and found == str(expected):
        return []
    return [f"count by type: {status}, {found} where {expected} was expected"]


def live_once(server, writers, chance):
    """Load until the kill; the writers, which know what was acknowledged."""
    for writer in writers:
        writer.client = Client(server, writer.token)
        writer.start()
    time.sleep(chance.uniform(0.02, 1.5))
    server.kill()
    for writer in writers:
        writer.join()
    return [fault for writer in writers for fault in writer.faults]


def verify(server, token, writers):
    client = Client(server, token)
    faults = [fault for writer in writers for fault in writer.verify(client)]
    faults += count_faults(client, writers)
    client.close()
    return faults


def play(arguments, folder):
    """All rounds; the faults of the first round that had some."""
    chance = random.Random(arguments.seed)
    data = os.path.join(folder, "data")
    server = Server(arguments.binary, data)
    token = server.make_token()
    writers = [Writer(n, token, chance.random()) for n in range(arguments.clients)]
    acknowledged = 0
    server.start()
    for number in range(1, arguments.rounds + 1):
        faults = live_once(server, writers, chance)
        acknowledged += sum(writer.acknowledged for writer in writers)
        if chance.random() < 0.3:  # and once more while it starts
            server.start_and_kill(chance.uniform(0.0, 0.3))
        seconds = server.start()
        faults += verify(server, token, writers)
        print(f"round {number}: {acknowledged} acknowledged, {sum(len(w.known) for w in writers)} "
              f"entities, started in {seconds:.2f} s, {len(faults)} faults", flush=True)
        if faults:
            server.kill()
            return faults
        writers = [writer.again() for writer in writers]
    if server.stop() != 0:
        return ["the orderly end failed"]
    server.check()
    return [] if acknowledged else ["nothing was acknowledged: the test shows nothing"]


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, counted="rounds", rounds=(5, 100), clients=4))
