# SPDX-License-Identifier: EUPL-1.2
"""A session that is cancelled, comes back and is taken out, as those who booked it see it."""
import json
import os
import shutil
import signal
import tempfile
import time
import unittest

from server import Server, command

SESSION = "scd25-d1-08"
WAIT_SECONDS = 60


class ProgrammeNews(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def start(self):
        server = Server("--demo", "herne", folder=self.folder)
        server.__enter__()
        self.addCleanup(server.stop)
        self.server = server
        self.until(lambda: self.quota(), "the demo did not load")
        with open(os.path.join(self.folder, "demo-token")) as file:
            self.token = {"Authorization": "Bearer " + file.read().strip()}

    def until(self, is_so, why):
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_so():
            self.assertLess(time.monotonic(), deadline, why)
            time.sleep(0.2)

    def quota(self):
        return next((quota for quota in self.server.json("/api/v1/quotas")
                     if quota["id"] == SESSION), None)

    def send(self, method, path, body=None, headers=None):
        text = None if body is None else json.dumps(body)
        status, _, answer = self.server.ask(method, path, text,
                                            {"Content-Type": "application/json", **(headers or {})})
        return status, json.loads(answer) if answer else None

    def change(self, **fields):
        path = "/api/v1/sessions/" + SESSION
        status, answer = self.send("PUT", path, {**self.server.json(path), **fields}, self.token)
        self.assertIn(status, (200, 201, 204), answer)

    def hold(self):
        return self.send("POST", "/api/v1/holds", {"quota": SESSION, "waiting_list": True})

    def complete(self, hold, name):
        return self.send("POST", "/api/v1/registrations",
                         {"hold": hold["hold"], "name": name, "mail": f"{name}@beispiel.test"})

    def news(self, registration):
        export = self.server.json(f"/api/v1/registrations/{registration['id']}/export")
        return [letter["text"] for letter in export["letters"]
                if letter["subject"].startswith("Änderung im Programm")]

    def at_the_door(self, registration):
        made = command("user", "token", "desk", "--action", "check-in", "--all-tenants",
                       "--data", self.folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        desk = {"Authorization": "Bearer " + made.stdout.strip()}
        ticket = {"ticket": registration["code"], "day": "2025-02-05", "desk": "Tor"}
        seen = []

        def asked():  # the server reads new tokens every second
            seen[:] = self.send("POST", "/api/v1/check-ins", ticket, desk)
            return seen[0] != 401
        self.until(asked, "the token is not known")
        return seen[0], seen[1]["verdict"]

    def page(self, registration):
        return self.server.ask("GET", "/ticket/" + registration["id"])[2].decode()

    def test_a_cancelled_session_gives_out_nothing_and_tells_its_holders_once(self):
        self.start()
        status, ada = self.complete(self.hold()[1], "ada")
        self.assertEqual((status, ada["state"]), (201, "confirmed"))
        _, open_hold = self.hold()
        self.change(cancelled=True)
        self.until(lambda: not self.quota()["takes_place"], "the quota did not follow")
        self.assertEqual(self.quota()["free"], 0)
        status, refused = self.complete(open_hold, "bea")
        self.assertEqual((status, refused["field"]), (409, SESSION), refused)
        self.assertIn("cancelled", refused["detail"])
        self.assertEqual(self.hold()[0], 409)
        self.until(lambda: self.news(ada), "nobody was told")
        # Told, and killed: the same release once more and a new start tell nothing twice.
        self.change(cancelled=True)
        self.server.stop(signal.SIGKILL)
        self.start()
        self.change(cancelled=True)
        time.sleep(2.5)  # longer than the server takes to tell
        self.assertEqual(len(self.news(ada)), 1)
        self.assertIn("fällt aus", self.news(ada)[0])
        self.assertEqual(self.server.json("/api/v1/registrations/" + ada["id"])["state"],
                         "session-cancelled")
        self.assertIn("fällt aus", self.page(ada))
        self.assertIn("kein Einlass möglich", self.page(ada))
        self.assertNotIn(f'value="{SESSION}"', self.server.ask("GET", "/anmeldung")[2].decode())
        self.assertEqual(self.at_the_door(ada), (409, "session-cancelled"))
        calendar = self.server.ask("GET", "/calendar.ics?session=" + SESSION)[2].decode()
        self.assertIn("STATUS:CANCELLED", calendar)

        self.change(cancelled=False)
        self.until(lambda: len(self.news(ada)) == 2, "nobody was told that it takes place")
        self.assertIn("findet doch statt", "".join(self.news(ada)))
        self.assertEqual(self.server.json("/api/v1/registrations/" + ada["id"])["state"],
                         "confirmed")
        self.assertEqual(self.hold()[0], 201)

        status, _ = self.send("DELETE", "/api/v1/sessions/" + SESSION, headers=self.token)
        self.assertEqual(status, 204)
        self.until(lambda: len(self.news(ada)) == 3, "nobody was told that it is gone")
        self.assertEqual(self.hold()[0], 409)
        self.assertIn("fällt aus", self.page(ada))


if __name__ == "__main__":
    unittest.main()
