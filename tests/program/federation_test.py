# SPDX-License-Identifier: EUPL-1.2
"""Three brokers in a row, one of them killed in between: subscriptions at context sources."""
import json
import signal
import tempfile
import time
import unittest

from receivers_test import BASE, OPTIONS, SOON, Receiver, send
from server import Server

ROOMS = {"information": [{"entities": [{"type": "T"}]}]}


def register(server, name, other, **more):
    send(server, "POST", "/csourceRegistrations", {
        "id": f"urn:reg:{name}", "type": "ContextSourceRegistration", **ROOMS,
        "endpoint": f"http://{other.address}", **more}, 201)


def subscribe(server, receiver):
    send(server, "POST", "/subscriptions", {
        "id": "urn:s:1", "type": "Subscription", "entities": [{"type": "T"}],
        "notification": {"format": "keyValues", "endpoint": {"uri": receiver.url()}}}, 201)


def unsubscribe(server):
    status, _, text = server.ask("DELETE", f"{BASE}/subscriptions/urn:s:1")
    assert status == 204, text


def copies(server):
    return server.json(f"{BASE}/subscriptions")


class Federation(unittest.TestCase):
    def eventually(self, holds, what):
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.05)
        self.fail(what)

    def hears(self, receiver, value):
        """What came before may come again after a kill."""
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            if value in [entity["n"] for entity in receiver.taken.get(timeout=SOON)["data"]]:
                return
        self.fail(f"the receiver never hears of {value}")

    def test_what_was_made_at_sources_is_known_after_a_kill(self):
        receiver = Receiver()
        with tempfile.TemporaryDirectory() as folder, Server(*OPTIONS) as far, \
                Server(*OPTIONS) as near:
            register(near, "far", far)
            with Server(*OPTIONS, folder=folder) as here:
                register(here, "near", near)
                subscribe(here, receiver)
                self.eventually(lambda: len(copies(far)) == 1, "no copy at the end of the row")
                send(far, "POST", "/entities", {"id": "urn:a:1", "type": "T", "n": 1}, 201)
                self.hears(receiver, 1)
                here.stop(signal.SIGKILL)
            # What happens meanwhile waits at the source.
            send(far, "PATCH", "/entities/urn:a:1/attrs", {"n": 2}, 204)
            with Server(*OPTIONS, folder=folder, listen=here.address) as here:
                self.hears(receiver, 2)
                self.assertEqual(len(copies(near)), 1)
                # Killed right after the answer: the copies go all the same.
                unsubscribe(here)
                here.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder, listen=here.address) as here:
                self.eventually(lambda: copies(near) == [] and copies(far) == [],
                                "copies are left at the sources")
                self.assertEqual(copies(here), [])

    def test_killed_while_a_source_is_asked(self):
        """Again and again: one copy at the source, as it should be, and none at the end."""
        receiver = Receiver()
        with tempfile.TemporaryDirectory() as folder, Server(*OPTIONS) as there:
            listen = "127.0.0.1:0"
            for turn in range(4):
                with Server(*OPTIONS, folder=folder, listen=listen) as here:
                    listen = here.address
                    if turn == 0:
                        register(here, "there", there)
                        subscribe(here, receiver)
                    else:
                        send(here, "PATCH", "/subscriptions/urn:s:1", {"throttling": turn}, 204)
                    here.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder, listen=listen) as here:
                self.eventually(lambda: [one.get("throttling") for one in copies(there)] == [3],
                                "the copy is not as the subscription is")
                unsubscribe(here)
                self.eventually(lambda: copies(there) == [], "the copy stays")

    def test_a_tenant_of_the_source_is_told_apart(self):
        receiver = Receiver()
        with Server(*OPTIONS, "--tenants-implicit") as there, Server(*OPTIONS) as here:
            register(here, "there", there, tenant="harbour")
            subscribe(here, receiver)
            tenant = {"NGSILD-Tenant": "harbour"}
            self.eventually(lambda: len(there.json(f"{BASE}/subscriptions", tenant)) == 1,
                            "no copy")
            self.assertEqual(copies(there), [])
            status, _, text = there.ask(
                "POST", f"{BASE}/entities", json.dumps({"id": "urn:a:1", "type": "T", "n": 7}),
                {**tenant, "Content-Type": "application/json"})
            self.assertEqual(status, 201, text)
            self.hears(receiver, 7)


if __name__ == "__main__":
    unittest.main()
