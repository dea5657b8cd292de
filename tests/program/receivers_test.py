# SPDX-License-Identifier: EUPL-1.2
"""Notifications to receivers that hang, close, redirect, refuse, or never end their handshake."""
import json
import queue
import socket
import threading
import time
import unittest

from local_server import Handler, LocalServer
from server import Server

OPTIONS = ("--no-auth", "--access-log", "off", "--outgoing-allow", "127.0.0.0/8")
BASE = "/ngsi-ld/v1"
SOON = 60
CHANGES = 60


class Receiver(LocalServer):
    """Does what its mood says until it is kind."""

    def __init__(self, mood="kind"):
        self.mood = mood
        self.kind = threading.Event()
        self.taken, self.attempts, self.lost = queue.Queue(), {}, 0
        super().__init__(Moody)

    def handle_error(self, *_):
        pass


class Moody(Handler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        receiver = self.server
        body = self.body()
        receiver.attempts.setdefault(body["id"], []).append(int(self.headers["Revier-Attempt"]))
        mood = "kind" if receiver.kind.is_set() else receiver.mood
        if self.path != "/notify":
            receiver.lost += 1  # nobody was told of this address but by a redirect
        if mood == "closes":
            self.close_connection = True
            return
        if mood == "hangs":
            receiver.kind.wait(SOON)
            self.close_connection = True
            return
        if mood == "kind":
            receiver.taken.put(body)
        status = {"redirects": 307, "refuses": 500, "is busy": 429}.get(mood, 200)
        headers = {"redirects": [("Location", receiver.url("/elsewhere"))],
                   "is busy": [("Retry-After", "1")]}.get(mood, [])
        self.answer(status, *headers)


def send(server, method, path, body, expected):
    status, _, text = server.ask(method, BASE + path, json.dumps(body),
                                 {"Content-Type": "application/json"})
    assert status == expected, (path, status, text)


def subscribe(server, name, url, notification=None, **more):
    send(server, "POST", "/subscriptions", {
        "id": f"urn:s:{name}", "type": "Subscription", "entities": [{"type": "T"}], **more,
        "notification": {"format": "keyValues", **(notification or {}),
                         "endpoint": {"uri": url, "timeout": 2000, "cooldown": 1}}}, 201)


def told(receiver, number):
    """The values of the first `number` notifications, each counted once."""
    seen, values = set(), []
    end = time.monotonic() + SOON
    while len(values) < number and time.monotonic() < end:
        try:
            body = receiver.taken.get(timeout=1)
        except queue.Empty:
            continue
        if body["id"] not in seen:
            seen.add(body["id"])
            values += [entity["n"] for entity in body["data"]]
    return values


class Receivers(unittest.TestCase):
    def test_one_that_misbehaves_loses_nothing_and_delays_nobody(self):
        moods = ("hangs", "closes", "redirects", "refuses", "is busy")
        bad = {mood: Receiver(mood) for mood in moods}
        good = Receiver()
        silent = socket.create_server(("127.0.0.1", 0))  # takes connections, never says a word
        self.addCleanup(silent.close)
        with Server(*OPTIONS) as server:
            send(server, "POST", "/entities", {"id": "urn:a:1", "type": "T", "n": 0}, 201)
            for mood, receiver in bad.items():
                subscribe(server, mood.replace(" ", "-"), receiver.url())
            subscribe(server, "silent", f"https://127.0.0.1:{silent.getsockname()[1]}/notify")
            subscribe(server, "good", good.url())
            for value in range(1, CHANGES + 1):
                send(server, "PATCH", "/entities/urn:a:1/attrs", {"n": value}, 204)
            everything = list(range(1, CHANGES + 1))
            self.assertEqual(told(good, CHANGES), everything)
            for mood, receiver in bad.items():
                self.assertTrue(receiver.taken.empty(), mood)
            self.wait_for_failure(server, "silent")
            for receiver in bad.values():
                receiver.kind.set()
            for mood, receiver in bad.items():
                with self.subTest(mood=mood):
                    self.assertEqual(told(receiver, CHANGES), everything)
                    first = next(iter(receiver.attempts.values()))
                    self.assertEqual(first, list(range(1, len(first) + 1)))
                    self.assertGreater(len(first), 1)
                    self.assertEqual(receiver.lost, 0)

    def wait_for_failure(self, server, name):
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            found = server.json(f"{BASE}/subscriptions/urn:s:{name}")["notification"]
            if found.get("timesFailed", 0) > 0:
                self.assertEqual(found["status"], "failed")
                return
            time.sleep(0.1)
        self.fail(f"{name} has not failed")

    def test_linked_entities_come_along(self):
        flat, inline, near = Receiver(), Receiver(), Receiver()
        with Server(*OPTIONS) as server:
            for number, charge in ((1, 0.9), (2, 0.2)):
                send(server, "POST", "/entities", {
                    "id": f"urn:d:{number}", "type": "Device", "charge": charge, "name": "D",
                    "in": {"type": "Relationship", "object": "urn:c:1"}}, 201)
            send(server, "POST", "/entities", {"id": "urn:c:1", "type": "City"}, 201)
            subscribe(server, "flat", flat.url(), {"join": "flat", "joinLevel": 2,
                                                   "omit": ["of{name}"]})
            subscribe(server, "inline", inline.url(), {"join": "inline"})
            subscribe(server, "near", near.url(), q="of{charge}<0.5")
            for number in (1, 2):
                send(server, "POST", "/entities", {
                    "id": f"urn:a:{number}", "type": "T",
                    "of": {"type": "Relationship", "object": f"urn:d:{number}"}}, 201)
            self.assertEqual(flat.taken.get(timeout=SOON)["data"], [
                {"id": "urn:a:1", "type": "T", "of": "urn:d:1"},
                {"id": "urn:d:1", "type": "Device", "charge": 0.9, "in": "urn:c:1"},
                {"id": "urn:c:1", "type": "City"}])
            self.assertEqual(inline.taken.get(timeout=SOON)["data"], [
                {"id": "urn:a:1", "type": "T",
                 "of": {"id": "urn:d:1", "type": "Device", "charge": 0.9, "in": "urn:c:1",
                        "name": "D"}}])
            self.assertEqual(near.taken.get(timeout=SOON)["data"],
                             [{"id": "urn:a:2", "type": "T", "of": "urn:d:2"}])


if __name__ == "__main__":
    unittest.main()
