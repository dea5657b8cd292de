# SPDX-License-Identifier: EUPL-1.2
"""Tickets that desks took without network, brought to a server that is killed meanwhile."""
import concurrent.futures
import datetime
import http.client
import json
import shutil
import signal
import tempfile
import time
import unittest

from server import Server, command

PEOPLE = 24
DAY = "2025-02-05"


def post(server, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    status, _, text = server.ask("POST", path, json.dumps(body), headers)
    return status, json.loads(text)


class CheckIn(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def loaded(self, server):
        for _ in range(600):
            if any(quota["id"] == f"tag-{DAY}" for quota in server.json("/api/v1/quotas")):
                return
            time.sleep(0.1)
        self.fail("the demo did not load")

    def tickets(self, server):
        found = []
        for number in range(PEOPLE):
            status, hold = post(server, "/api/v1/holds", {"quota": f"tag-{DAY}", "seats": 1})
            self.assertEqual(status, 201, hold)
            status, done = post(server, "/api/v1/registrations",
                                {"hold": hold["hold"], "name": f"Gast {number}",
                                 "mail": f"gast{number}@beispiel.test"})
            self.assertEqual(status, 201, done)
            found.append(done["ticket"])
        return found

    def report(self, server, number, ticket):
        now = datetime.datetime.now(datetime.timezone.utc)
        taken = now - datetime.timedelta(minutes=number + 1)
        return post(server, "/api/v1/check-ins",
                    {"ticket": ticket, "day": DAY, "desk": "Tor", "id": f"tor-{number}",
                     "taken_at": taken.isoformat(), "sent_at": now.isoformat()}, self.token)

    def test_nothing_acknowledged_is_lost_or_counted_twice(self):
        with Server("--demo", "herne", folder=self.folder) as server:
            self.loaded(server)
            tickets = self.tickets(server)
            made = command("user", "token", "desk", "--action", "check-in", "--all-tenants",
                           "--data", self.folder)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.token = made.stdout.strip()
            deadline = time.monotonic() + 30  # the server reads new tokens every second
            while server.ask("GET", f"/api/v1/check-ins?day={DAY}",
                             headers={"Authorization": f"Bearer {self.token}"})[0] == 401:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.1)
            acknowledged = self.killed_while_sending(server, tickets)
        with Server("--demo", "herne", folder=self.folder) as server:
            headers = {"Authorization": f"Bearer {self.token}"}
            kept = server.json(f"/api/v1/check-ins?day={DAY}&after=0", headers)["check_ins"]
            self.assertLessEqual(acknowledged, {one["id"] for one in kept})
            for _ in range(2):  # all of it once more, and again
                for number, ticket in enumerate(tickets):
                    status, answer = self.report(server, number, ticket)
                    self.assertEqual(status, 201, answer)
                    self.assertEqual(answer["others"], [])
            after = server.json(f"/api/v1/check-ins?day={DAY}&after=0", headers)
            self.assertEqual(after["in"], PEOPLE)
            self.assertEqual(len(after["check_ins"]), PEOPLE)
            status, answer = post(server, "/api/v1/check-ins",
                                  {"ticket": tickets[0], "day": DAY, "desk": "Villa"}, self.token)
            self.assertEqual((status, answer["verdict"], answer["desk"]), (409, "used", "Tor"))

    def killed_while_sending(self, server, tickets):
        """Sends all from four desks, ends the server by kill -9 after a third of the answers."""
        acknowledged = set()

        def one(number):
            try:
                status, _ = self.report(server, number, tickets[number])
            except (OSError, ValueError, http.client.HTTPException):
                return
            if status == 201:
                acknowledged.add(f"tor-{number}")
            if len(acknowledged) == PEOPLE // 3:
                server.process.send_signal(signal.SIGKILL)

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(PEOPLE)))
        server.process.wait(30)
        self.assertGreaterEqual(len(acknowledged), PEOPLE // 3)
        return acknowledged


if __name__ == "__main__":
    unittest.main()
