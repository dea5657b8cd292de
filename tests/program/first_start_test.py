# SPDX-License-Identifier: EUPL-1.2
"""A site that is run by the API first, and set up in the console then."""
import json
import re
import shutil
import tempfile
import time
import unittest
import urllib.parse

from server import Server, command

DAYS = [{"date": "2096-02-05", "starts_at": "2096-02-05T08:00:00Z",
         "ends_at": "2096-02-05T16:00:00Z", "capacity": 10},
        {"date": "2096-02-06", "starts_at": "2096-02-06T10:00:00Z",
         "ends_at": "2096-02-06T12:00:00Z", "capacity": 5}]
EVENT = {"name": {"de": "Fest", "en": "Fest"}, "starts_on": "2096-02-05",
         "ends_on": "2096-02-06", "time_zone": "Europe/Berlin", "venue": "hall",
         "organisers": ["Stadt Herne"], "days": DAYS}
ANSWERS = {"city": "Stadt Herne", "languages": "de_en", "time_zone": "Europe/Berlin",
           "name_de": "Großes Fest", "name_en": "Fest", "first_day": "2096-02-05",
           "last_day": "2096-02-06", "opens": "09:00", "closes": "17:00", "venue": "Halle",
           "address": "Weg 1", "seats": "10", "sender": "fest@herne.example"}


class FirstStart(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def put(self, server, path, item):
        """By a token that the server reads within seconds."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        deadline = time.monotonic() + 10
        while True:
            status, _, body = server.ask("PUT", path, json.dumps(item), headers)
            if status != 401:
                break
            self.assertLess(time.monotonic(), deadline, "the token was not taken over")
            time.sleep(0.2)
        self.assertIn(status, (200, 201), body)

    def answer(self, server, own, answers):
        path = "/console/einrichtung/fragen"
        page = server.ask("GET", path, headers=own)[2].decode()
        csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({**answers, "csrf": csrf})
        status, _, body = server.ask("POST", path, form, own)
        self.assertEqual(status, 303, body)
        return page

    def test_a_public_site_of_the_api_stays_public_and_keeps_its_event(self):
        with Server(folder=self.folder) as server:
            made = command("user", "token", "organiser", "--action", "programme.release",
                           "--all-tenants", "--data", self.folder)
            self.assertEqual(made.returncode, 0, made.stderr)
            self.token = made.stdout.strip()
            self.put(server, "/api/v1/places/hall", {"name": {"de": "Halle", "en": "Hall"},
                                                     "address": "Weg 1"})
            self.put(server, "/api/v1/events/fest", EVENT)
            self.assertEqual(server.ask("GET", "/")[0], 200)
            asked = self.answer(server, server.first_administrator(), ANSWERS)
            for shown in ("Fest", "Stadt Herne", "Weg 1"):
                self.assertIn(f'value="{shown}"', asked)
            self.assertEqual(server.ask("GET", "/")[0], 200, "it is seen as before")
            event = server.json("/api/v1/events/fest")
            self.assertEqual(event["name"]["de"], "Großes Fest")
            for was, now in zip(DAYS, event["days"]):
                self.assertEqual(now["capacity"], was["capacity"])
            self.assertEqual(server.json("/api/v1/places/hall")["name"]["en"], "Hall")
            self.assertEqual(len(server.json("/api/v1/events")), 1, "no second event was made")


if __name__ == "__main__":
    unittest.main()
