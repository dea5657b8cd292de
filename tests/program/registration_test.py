# SPDX-License-Identifier: EUPL-1.2
"""Registering as somebody would who wants more than is hers."""
import json
import time
import unittest
import urllib.parse

from server import Server

DAY = "tag-2025-02-05"


class Registration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(
            "--demo", "herne", "--server-proxies", "127.0.0.1", "--ticket-holds-a-network", "5",
            "--ticket-hold-seconds", "1200"))
        for _ in range(600):
            if any(quota["id"] == DAY for quota in cls.server.json("/api/v1/quotas")):
                return
            time.sleep(0.1)
        raise AssertionError("the demo did not load")

    def post(self, path, body, **headers):
        status, _, text = self.server.ask("POST", path, json.dumps(body),
                                          {"Content-Type": "application/json", **headers})
        return status, json.loads(text)

    def register(self, mail, consents=()):
        status, held = self.post("/api/v1/holds", {"quota": DAY})
        self.assertEqual(status, 201, held)
        status, done = self.post("/api/v1/registrations",
                                 {"hold": held["hold"], "name": "Ada", "mail": mail,
                                  "consents": list(consents)})
        self.assertEqual(status, 201, done)
        return done

    def test_no_link_of_a_mailbox_is_in_an_export(self):
        self.register("ziel@beispiel.test")
        own = self.register("Ziel@beispiel.test")  # by somebody who only knows the address
        status, _, _ = self.server.ask(
            "POST", "/meine-buchungen", urllib.parse.urlencode({"mail": "ziel@beispiel.test"}),
            {"Content-Type": "application/x-www-form-urlencoded",
             "Sec-Fetch-Site": "same-origin"})
        self.assertEqual(status, 303)
        export = self.server.json(f"/api/v1/registrations/{own['id']}/export")
        subjects = [letter["subject"] for letter in export["letters"]]
        self.assertEqual(len(subjects), 1, subjects)
        for letter in export["letters"]:
            self.assertIn("[Link", letter["text"])
            self.assertNotIn("http", letter["text"])
            self.assertNotIn("/meine-buchungen/", letter["text"])

    def test_one_network_cannot_hold_every_seat(self):
        def hold(address):
            return self.post("/api/v1/holds", {"quota": DAY, "waiting_list": True},
                             **{"X-Forwarded-For": address})[0]
        self.assertEqual([hold("203.0.113.7") for _ in range(6)], [201] * 5 + [429])
        self.assertEqual(hold("203.0.113.8"), 201)
        self.assertEqual([hold(f"2001:db8::{n}") for n in range(1, 7)], [201] * 5 + [429])
        status, _, page = self.server.ask(
            "POST", "/anmeldung", urllib.parse.urlencode({"tage": DAY}),
            {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin",
             "X-Forwarded-For": "203.0.113.7"})
        self.assertEqual(status, 429)
        self.assertIn("Aus Ihrem Netz", page.decode())

    def test_the_page_says_how_long_seats_are_held(self):
        for path, words in (("/anmeldung", "Ihre Plätze 20 Minuten frei"),
                            ("/en/anmeldung", "your seats for 20 minutes")):
            status, _, page = self.server.ask("GET", path)
            self.assertEqual(status, 200)
            self.assertIn(words, page.decode())

    def test_a_hold_is_extended_once(self):
        status, held = self.post("/api/v1/holds", {"quota": DAY})
        self.assertEqual((status, held["extended"]), (201, False))
        path = f"/api/v1/holds/{held['hold']}/extension"
        time.sleep(1.1)
        status, longer = self.post(path, {})
        self.assertEqual((status, longer["extended"]), (200, True))
        self.assertEqual(longer["hold"], held["hold"])
        self.assertGreater(longer["expires_at"], held["expires_at"])
        time.sleep(1.1)
        self.assertEqual(self.post(path, {}), (200, longer), "once")
        done, _ = self.post("/api/v1/registrations", {
            "hold": held["hold"], "name": "Ada", "mail": "laenger@beispiel.test"})
        self.assertEqual(done, 201)
        self.assertEqual(self.post(path, {})[0], 410)
        self.assertEqual(self.post("/api/v1/holds/abc/extension", {})[0], 404)

    def test_a_consent_is_withdrawn_as_easily_as_it_was_given(self):
        done = self.register("frei@beispiel.test", ["photo", "matchmaking"])
        page = f"/ticket/{done['id']}"
        form = {"Content-Type": "application/x-www-form-urlencoded",
                "Sec-Fetch-Site": "same-origin"}
        self.assertEqual(self.server.ask("GET", page)[2].decode().count("Eingewilligt am"), 2)
        for _ in range(2):
            status, headers, _ = self.server.ask("POST", page + "/widerrufen", "zweck=photo", form)
            self.assertEqual((status, headers["Location"]), (303, page))
        text = self.server.ask("GET", page)[2].decode()
        self.assertEqual((text.count("Eingewilligt am"), text.count("Widerrufen am")), (1, 1))
        api = f"/api/v1/registrations/{done['id']}"
        self.assertEqual(self.server.ask("DELETE", api + "/consents/matchmaking")[0], 204)
        self.assertEqual(self.server.ask("DELETE", api + "/consents/newsletter")[0], 404)
        said = self.server.json(api + "/export")["registrations"][0]["consents"]
        self.assertEqual([(one["purpose"], one["given"]) for one in said],
                         [("photo", True), ("matchmaking", True), ("photo", False),
                          ("matchmaking", False)])


if __name__ == "__main__":
    unittest.main()
