#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 while notifications are under way to a hostile receiver; none that was due is lost.

Clients count up the value of entities of their own. A receiver takes notifications, and often does
not: it answers 500 or 429, closes the connection, hangs. The server is killed at random moments.
At the end every acknowledged value was told, the values of an entity in order, and every repeat has
the id of the first time and a number of attempt that is greater.

    tests/crash/notify.py BINARY [--rounds N] [--clients N] [--seed N]
"""
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Client, Server  # noqa: E402
from play import run_play  # noqa: E402
sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "program"))
from local_server import Handler, LocalServer  # noqa: E402

ENTITIES = "/ngsi-ld/v1/entities"
SUBSCRIPTIONS = "/ngsi-ld/v1/subscriptions"
SETTLE_SECONDS = 60


class Receiver(LocalServer):
    def __init__(self, seed):
        self.lock = threading.Lock()
        self.chance = random.Random(seed)
        self.kind = False      # from the end on it takes everything
        self.taken = []        # bodies that were answered with 200, in order
        self.attempts = {}     # notification id -> numbers in order of their coming
        super().__init__(Hostile)


class Hostile(Handler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.body()
        receiver = self.server
        with receiver.lock:
            receiver.attempts.setdefault(body["id"], []).append(int(self.headers["Revier-Attempt"]))
            mood = 1.0 if receiver.kind else receiver.chance.random()
            if mood >= 0.4:
                receiver.taken.append(body)
        if mood >= 0.4:
            return self.answer(200)
        if mood < 0.1:
            return self.answer(500)
        if mood < 0.2:
            return self.answer(429, ("Retry-After", "0"))
        if mood < 0.3:
            time.sleep(0.6)  # longer than the subscription waits
        self.close_connection = True  # without an answer

    def answer(self, *status_and_headers):
        try:
            super().answer(*status_and_headers)
        except OSError:
            pass  # the server was killed


class Writer(threading.Thread):
    """Counts an entity up; knows what was acknowledged."""

    def __init__(self, server, token, number, value):
        super().__init__(daemon=True)
        self.client, self.number, self.value = Client(server, token), number, value

    def run(self):
        try:
            while True:
                path = f"{ENTITIES}/urn:ngsi-ld:Count:{self.number}/attrs"
                body = {"count": {"type": "Property", "value": self.value + 1}}
                status, _, answer = self.client.ask("PATCH", path, body)
                if status != 204:
                    raise SystemExit(f"{path}: {status} {answer}")
                self.value += 1
        except OSError:
            pass
        finally:
            self.client.close()


def subscription(receiver, name, condition):
    return {"id": f"urn:ngsi-ld:Subscription:{name}", "type": "Subscription",
            "entities": [{"type": "Count"}], **condition,
            "notification": {"format": "keyValues",
                             "endpoint": {"uri": receiver.url(), "timeout": 300, "cooldown": 1}}}


def prepare(server, token, receiver, clients):
    client = Client(server, token)
    for number in range(clients):
        client.ask("POST", ENTITIES, {"id": f"urn:ngsi-ld:Count:{number}", "type": "Count",
                                      "count": {"type": "Property", "value": 0}})
    narrow = {"q": "count>=0", "watchedAttributes": ["count"]}
    for name, condition in (("all", {}), ("first", narrow)):
        status, _, answer = client.ask("POST", SUBSCRIPTIONS,
                                       subscription(receiver, name, condition))
        if status != 201:
            raise SystemExit(f"{status} {answer}")
    client.close()


def values_told(receiver, name, number):
    """Of one entity to one subscription, repeats taken out."""
    seen, values = set(), []
    with receiver.lock:
        for body in receiver.taken:
            if body["subscriptionId"].endswith(name) and body["id"] not in seen:
                seen.add(body["id"])
                values += [entity["count"] for entity in body["data"]
                           if entity["id"].endswith(f":{number}")]
    return values


def faults_of(receiver, values):
    faults = []
    for name in (":all", ":first"):
        for number, (acknowledged, possible) in values.items():
            told = values_told(receiver, name, number)
            if told not in (list(range(1, n + 1)) for n in range(acknowledged, possible + 1)):
                missing = sorted(set(range(1, acknowledged + 1)) - set(told))[:5]
                faults.append(f"{name} {number}: {len(told)} of {acknowledged}, missing {missing}, "
                              f"in order: {told == sorted(told)}")
    with receiver.lock:
        for name, attempts in receiver.attempts.items():
            if attempts != sorted(set(attempts)):
                faults.append(f"{name}: attempts {attempts}")
    return faults


def live_once(server, token, values, chance):
    writers = [Writer(server, token, number, value) for number, value in values.items()]
    for writer in writers:
        writer.start()
    time.sleep(chance.uniform(0.1, 1.0))
    server.kill()
    for writer in writers:
        writer.join()
    return {writer.number: writer.value for writer in writers}


def read_back(server, token, number):
    client = Client(server, token)
    _, _, body = client.ask("GET", f"{ENTITIES}/urn:ngsi-ld:Count:{number}?options=keyValues")
    client.close()
    return body["count"]


def play(arguments, folder):
    chance = random.Random(arguments.seed)
    receiver = Receiver(chance.random())
    os.makedirs(os.path.join(folder, "data"))
    server = Server(arguments.binary, os.path.join(folder, "data"),
                    "--outgoing-allow", "127.0.0.0/8")
    token = server.make_token()
    server.start()
    prepare(server, token, receiver, arguments.clients)
    values = {number: 0 for number in range(arguments.clients)}
    for number in range(1, arguments.rounds + 1):
        live_once(server, token, values, chance)
        server.start()
        values = {name: read_back(server, token, name) for name in values}
        print(f"round {number}: {sum(values.values())} changes, {len(receiver.taken)} told",
              flush=True)
    receiver.kind = True  # and what failed before is tried within seconds
    wanted = {name: (value, value) for name, value in values.items()}
    end = time.monotonic() + SETTLE_SECONDS
    while (faults := faults_of(receiver, wanted)) and time.monotonic() < end:
        time.sleep(0.2)
    server.kill()
    return faults


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, rounds=(3, 30), clients=3))
