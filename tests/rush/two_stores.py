#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""kill -9 between the commit of the records and that of the entity that shows their figure.

Clients take and give back seats without a pause, so that there is always a figure on its way. A
second after each restart the entity shows what the records say.

    tests/rush/two_stores.py BINARY [--rounds N] [--clients N] [--seed N]
"""
import os
import random
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from event_server import (Client, EventServer, Records, SESSION, publication_fault,  # noqa: E402
                          put_event)
from play import run_play  # noqa: E402

SEATS = 100_000


class Booker(threading.Thread):
    """Takes seats, gives every second one back, until the connection breaks."""

    def __init__(self, server, token):
        super().__init__(daemon=True)
        self.client = Client(server, token)
        self.acknowledged, self.faults = 0, []

    def run(self):
        try:
            while not self.faults:
                self.step()
        except OSError:
            pass  # the server was killed
        finally:
            self.client.close()

    def step(self):
        status, _, body = self.client.ask("POST", "/api/v1/holds", {"quota": SESSION})
        if status != 201:
            self.faults.append(f"a hold: {status} {body}")
            return
        self.acknowledged += 1
        if self.acknowledged % 2:
            status, _, body = self.client.ask("DELETE", f"/api/v1/holds/{body['hold']}")
            if status != 204:
                self.faults.append(f"giving back: {status} {body}")


def live_once(server, token, clients, chance):
    """Load until the kill: (acknowledged holds, faults)."""
    bookers = [Booker(server, token) for _ in range(clients)]
    for booker in bookers:
        booker.start()
    time.sleep(chance.uniform(0.05, 0.8))
    server.kill()
    for booker in bookers:
        booker.join()
    return (sum(booker.acknowledged for booker in bookers),
            [fault for booker in bookers for fault in booker.faults])


def play(arguments, folder):
    chance = random.Random(arguments.seed)
    data = os.path.join(folder, "data")
    server = EventServer(arguments.binary, data, "--access-log", "off")
    token = server.make_token()
    server.start()
    put_event(Client(server, token), SEATS)
    total = 0
    for number in range(1, arguments.rounds + 1):
        acknowledged, faults = live_once(server, token, arguments.clients, chance)
        total += acknowledged
        seconds = server.start()
        began = time.monotonic()
        records = Records(data)
        faults += publication_fault(Client(server, token), records, began)
        agreed = time.monotonic() - began
        print(f"round {number}: {acknowledged} holds, started in {seconds:.2f} s, {records.free()} "
              f"free, entity agreed after {agreed:.3f} s, {len(faults)} faults", flush=True)
        records.close()
        if faults:
            server.kill()
            return faults
    if server.stop() != 0:
        return ["the orderly end failed"]
    return [] if total else ["nothing was acknowledged: the test shows nothing"]


if __name__ == "__main__":
    sys.exit(run_play(__doc__, play, counted="rounds", rounds=(5, 50), clients=8))
