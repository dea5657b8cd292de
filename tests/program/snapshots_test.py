# SPDX-License-Identifier: EUPL-1.2
"""Snapshots over kill -9, deletion and expiry, and what their makers are told."""
import json
import queue
import signal
import time
import unittest
from tempfile import TemporaryDirectory

from local_server import Handler, LocalServer
from server import Server

OPTIONS = ("--no-auth", "--access-log", "off", "--outgoing-allow", "127.0.0.0/8")
SOON = 30
ONE = "/ngsi-ld/v1/snapshots/urn:s:1"
IN = {"NGSILD-Snapshot": "urn:s:1"}
ENTITIES = 1500


class Receiver(LocalServer):
    """Refuses the first notification, takes the others."""

    def __init__(self):
        self.told, self.refuses = queue.Queue(), 1
        super().__init__(Notified)


class Notified(Handler):
    def do_POST(self):
        body = self.body()
        self.server.refuses -= 1
        refused = self.server.refuses >= 0
        if not refused:
            self.server.told.put((body, dict(self.headers)))
        self.answer(503 if refused else 200)


def send(server, method, path, body=None, headers=None):
    sent = {"Content-Type": "application/json"} if body is not None else {}
    status, _, text = server.ask(method, path, None if body is None else json.dumps(body),
                                 {**sent, **(headers or {})})
    return status, json.loads(text) if text else None


def wait_for(server, condition):
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        status, found = send(server, "GET", ONE)
        if condition(status, found):
            return found
        time.sleep(0.05)
    raise AssertionError((status, found))


def is_ready(status, found):
    return status == 200 and found["snapshotStatus"] == "success"


def values(server, headers=None):
    found = {}
    for offset in range(0, ENTITIES, 1000):
        status, page = send(server, "GET", "/ngsi-ld/v1/entities?type=Room&limit=1000"
                            f"&offset={offset}&format=simplified", headers=headers)
        assert status == 200, page
        found.update((room["id"], room["n"]) for room in page)
    return found


def write_all(server, value):
    for start in range(0, ENTITIES, 500):
        status, answer = send(server, "POST", "/ngsi-ld/v1/entityOperations/upsert", [
            {"id": f"urn:room:{n}", "type": "Room", "n": value}
            for n in range(start, start + 500)])
        assert status in (201, 204), answer


class Snapshots(unittest.TestCase):
    def test_what_was_frozen_survives_and_what_was_deleted_does_not(self):
        receiver = Receiver()
        with TemporaryDirectory(prefix="revier-snapshots-") as folder:
            with Server(*OPTIONS, folder=folder) as server:
                write_all(server, 1)
                status, _ = send(server, "POST", "/ngsi-ld/v1/snapshots", {
                    "id": "urn:s:1", "type": "Snapshot", "endpoint": receiver.url(),
                    "receiverInfo": [{"key": "X-Key", "value": "secret"}],
                    "snapshotQueries": [{"type": "Query", "entities": [{"type": "Room"}]}]})
                self.assertEqual(status, 201)
                server.stop(signal.SIGKILL)  # perhaps before it is filled, perhaps after
            with Server(*OPTIONS, folder=folder) as server:
                wait_for(server, is_ready)
                told, headers = receiver.told.get(timeout=SOON)  # after a refusal
                self.assertEqual((told["snapshotId"], told["snapshotStatus"]),
                                 ("urn:s:1", "success"))
                self.assertEqual(headers["X-Key"], "secret")
                write_all(server, 2)
                frozen = values(server, IN)
                self.assertEqual(len(frozen), ENTITIES)
                self.assertEqual(set(frozen.values()), {1})
                status, _ = send(server, "PATCH", "/ngsi-ld/v1/entities/urn:room:7/attrs",
                                 {"n": 9}, IN)
                self.assertEqual(status, 204)
                server.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder) as server:
                wait_for(server, is_ready)
                self.assertEqual(values(server, IN), {**frozen, "urn:room:7": 9})
                self.assertEqual(send(server, "DELETE", ONE)[0], 204)
                server.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder) as server:
                self.assertEqual(send(server, "GET", ONE)[0], 404)
                self.assertEqual(send(server, "GET", "/ngsi-ld/v1/entities?type=Room",
                                      headers=IN)[0], 404)
                self.assertEqual(set(values(server).values()), {2})
                # Made anew under the same id it holds nothing of the one before.
                send(server, "POST", "/ngsi-ld/v1/snapshots", {
                    "id": "urn:s:1", "type": "Snapshot", "snapshotQueries": [
                        {"type": "Query", "entities": [{"type": "Room", "id": "urn:room:3"}]}]})
                wait_for(server, is_ready)
                self.assertEqual(values(server, IN), {"urn:room:3": 2})

    def test_it_ends_when_its_time_is_over_and_tells_its_subscribers(self):
        receiver = Receiver()
        receiver.refuses = 0
        with Server(*OPTIONS) as server:
            send(server, "POST", "/ngsi-ld/v1/entities", {"id": "urn:a:1", "type": "T", "n": 1})
            send(server, "POST", "/ngsi-ld/v1/snapshots", {
                "id": "urn:s:1", "type": "Snapshot", "snapshotQueries": [
                    {"type": "Query", "entities": [{"type": "T"}]}]})
            wait_for(server, is_ready)
            status, _ = send(server, "POST", "/ngsi-ld/v1/subscriptions", {
                "id": "urn:sub:1", "type": "Subscription", "entities": [{"type": "T"}],
                "notification": {"endpoint": {"uri": receiver.url()}}}, IN)
            self.assertEqual(status, 201)
            self.assertEqual(send(server, "GET", "/ngsi-ld/v1/subscriptions/urn:sub:1")[0], 404)
            send(server, "PATCH", "/ngsi-ld/v1/entities/urn:a:1/attrs", {"n": 5})
            send(server, "PATCH", "/ngsi-ld/v1/entities/urn:a:1/attrs", {"n": 6}, IN)
            told, headers = receiver.told.get(timeout=SOON)
            self.assertEqual(told["data"][0]["n"]["value"], 6)
            self.assertEqual(headers["NGSILD-Snapshot"], "urn:s:1")
            status, _ = send(server, "PATCH", ONE, {"snapshotLifetime": "PT1S"})
            self.assertEqual(status, 200)
            wait_for(server, lambda status, _: status == 404)
            self.assertEqual(send(server, "GET", "/ngsi-ld/v1/subscriptions/urn:sub:1",
                                  headers=IN)[0], 404)


if __name__ == "__main__":
    unittest.main()
