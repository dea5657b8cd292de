# SPDX-License-Identifier: EUPL-1.2
"""Secret links: one of a kind opens nothing of another kind and nothing of another person."""
import json
import re
import sqlite3
import time
import unittest
import urllib.parse

from server import Server

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
JSON = {"Content-Type": "application/json"}
# What each link opens, by GET and by POST.
OPENS = {
    "case": ("/vorgang/{}", "/vorgang/{}/zurueckziehen", "/vorgang/{}/daten.json",
             "/api/v1/cases/{}", "/api/v1/cases/{}/messages"),
    "hold": ("/anmeldung/{}", "/anmeldung/{}/zurueck", "/api/v1/holds/{}"),
    "registration": ("/ticket/{}", "/ticket/{}/ticket.pdf", "/ticket/{}/stornieren",
                     "/ticket/{}/aendern", "/ticket/{}/weitergeben", "/api/v1/registrations/{}",
                     "/api/v1/registrations/{}/export"),
    "appointment": ("/termin/{}", "/termin/{}/absagen", "/termin/{}/verlegen"),
    "appointment hold": ("/reservierung/{}", "/reservierung/{}/zurueck"),
    "confirmation": ("/bestaetigen/{}",),
    "person": ("/meine-buchungen/{}", "/meine-buchungen/{}/daten.json",
               "/meine-buchungen/{}/loeschen"),
    "erasure": ("/loeschung/{}",),
    "newsletter request": ("/newsletter/bestaetigen/{}",),
    "subscriber": ("/newsletter/einstellungen/{}", "/newsletter/einstellungen/{}/daten.json"),
    "fibre": ("/glasfaser/meins/{}", "/glasfaser/meins/{}/daten.json", "/glasfaser/abmelden/{}",
              "/glasfaser/bestaetigen/{}"),
}
DAY = "tag-2025-02-05"
CLOSED = (400, 403, 404, 405, 410)


class Links(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("--demo", "herne"))
        deadline = time.monotonic() + 90
        while (len(cls.server.json("/api/v1/forms")) < 3 or
               cls.server.ask("GET", "/api/v1/fibre/list")[0] != 200 or
               DAY not in [quota["id"] for quota in cls.server.json("/api/v1/quotas")]):
            assert time.monotonic() < deadline, "the demo was not loaded"
            time.sleep(0.2)
        cls.tokens = cls.make_tokens()

    @classmethod
    def post(cls, path, body, headers):
        text = json.dumps(body) if headers is JSON else urllib.parse.urlencode(body)
        return cls.server.ask("POST", path, text, headers)

    @classmethod
    def letters(cls):
        with sqlite3.connect(f"file:{cls.server.folder}/records.db?mode=ro", uri=True) as records:
            return "\n".join(row[0] for row in records.execute("SELECT body FROM mail_outbox"))

    @classmethod
    def make_tokens(cls):
        answers = {"art": "licht", "beschreibung": "Dunkel hier", "ort": "Weg 1"}
        case = json.loads(cls.post("/api/v1/forms/mangel-melden/cases",
                                    {"answers": answers, "declaration": True}, JSON)[2])
        held, other = (json.loads(cls.post("/api/v1/holds", {"quota": DAY}, JSON)[2])
                       for _ in range(2))
        booked = json.loads(cls.post(
            "/api/v1/registrations",
            {"hold": other["hold"], "name": "Ada", "mail": "ada@x.test", "consents": []}, JSON)[2])
        cls.post("/newsletter", {"mail": "ada@x.test", "themen": "digitale-stadt"}, FORM)
        street = cls.server.json("/api/v1/fibre/streets?q=Ahorn")["streets"][0]
        cls.post("/glasfaser/anfragen",
                  {"strasse": street["street"], "bezirk": street["district"], "umfang": "strasse",
                   "aenderungen": "1", "mail": "ada@x.test"}, FORM)
        text = cls.letters()
        found = {"case": case["token"], "hold": held["hold"], "registration": booked["id"]}
        for kind, part in (("newsletter request", "newsletter/bestaetigen"),
                           ("fibre", "glasfaser/bestaetigen"), ("confirmation", "/bestaetigen")):
            link = re.search(rf"(?<!newsletter)(?<!glasfaser){part}/(\S+)", text)
            if link:
                found[kind] = link.group(1)
        return found

    def test_a_link_of_a_kind_opens_nothing_else(self):
        tokens = self.tokens
        for kind in ("case", "hold", "registration", "newsletter request", "fibre"):
            self.assertIn(kind, tokens)
        for kind, token in tokens.items():
            for other, patterns in OPENS.items():
                if other == kind:
                    continue
                for pattern in patterns:
                    path = pattern.format(token)
                    self.assertIn(self.server.ask("GET", path)[0], CLOSED, f"{kind}: GET {path}")
                    self.assertIn(self.post(path, {}, FORM)[0], CLOSED, f"{kind}: POST {path}")

    def test_a_link_that_was_changed_opens_nothing(self):
        for kind, token in self.tokens.items():
            name, _, proof = token.partition(".")
            for changed in (name, name + ".", f"{name}.{proof[:-1]}", f"{name}.{proof}A",
                            f"{name}x.{proof}", f"{name}.{'A' * len(proof)}", "", ".", "%00",
                            "x" * 5_000):
                for pattern in OPENS[kind]:
                    path = pattern.format(changed)
                    if "//" in path or path.endswith("/"):
                        continue  # another page
                    status = self.server.ask("GET", path)[0]
                    self.assertIn(status, (*CLOSED, 414, 431), f"{kind}: GET {path[:200]}")


if __name__ == "__main__":
    unittest.main()
