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
        cls.server = cls.enterClassContext(Server("--demo", "herne"))
        for _ in range(600):
            if any(quota["id"] == DAY for quota in cls.server.json("/api/v1/quotas")):
                return
            time.sleep(0.1)
        raise AssertionError("the demo did not load")

    def post(self, path, body, **headers):
        status, _, text = self.server.ask("POST", path, json.dumps(body),
                                          {"Content-Type": "application/json", **headers})
        return status, json.loads(text)

    def register(self, mail):
        status, held = self.post("/api/v1/holds", {"quota": DAY})
        self.assertEqual(status, 201, held)
        status, done = self.post("/api/v1/registrations",
                                 {"hold": held["hold"], "name": "Ada", "mail": mail})
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


if __name__ == "__main__":
    unittest.main()
