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
DAY = "tag-2025-02-05"
COUNTER = "/termine/eid-innenstadt/eid"
# What each link opens, by GET and by POST; the first is the page that it leads to.
OPENS = {
    "case": ("/vorgang/{}", "/vorgang/{}/zurueckziehen", "/vorgang/{}/daten.json",
             "/vorgang/{}/quittung.pdf", "/vorgang/{}/nachricht", "/api/v1/cases/{}",
             "/api/v1/cases/{}/messages"),
    "hold": ("/anmeldung/{}", "/anmeldung/{}/zurueck", "/api/v1/holds/{}",
             "/api/v1/holds/{}/extension"),
    "registration": ("/ticket/{}", "/ticket/{}/ticket.pdf", "/ticket/{}/stornieren",
                     "/ticket/{}/aendern", "/ticket/{}/weitergeben", "/ticket/{}/widerrufen",
                     f"/ticket/{{}}/angebot/{DAY}", f"/ticket/{{}}/angebot/{DAY}/annehmen",
                     "/api/v1/registrations/{}", "/api/v1/registrations/{}/export",
                     "/api/v1/registrations/{}/transfer"),
    "appointment": ("/termin/{}", "/termin/{}/absagen", "/termin/{}/verlegen",
                    "/termin/{}/termin.ics"),
    "appointment hold": ("/reservierung/{}", "/reservierung/{}/zurueck"),
    "standby": ("/nachruecken/{}",),
    "confirmation": ("/bestaetigen/{}",),
    "person": ("/meine-buchungen/{}", "/meine-buchungen/{}/daten.json",
               "/meine-buchungen/{}/loeschen"),
    "erasure": ("/loeschung/{}",),
    "newsletter request": ("/newsletter/bestaetigen/{}",),
    "subscriber": ("/newsletter/einstellungen/{}", "/newsletter/einstellungen/{}/daten.json",
                   "/newsletter/einstellungen/{}/loeschen", "/newsletter/einstellungen/{}/partner",
                   "/newsletter/abmelden/{}"),
    "fibre": ("/glasfaser/meins/{}", "/glasfaser/meins/{}/daten.json", "/glasfaser/abmelden/{}",
              "/glasfaser/bestaetigen/{}"),
}
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
    def form(cls, path, **fields):
        """Where a form leads to: the token at the end of the next page's address."""
        status, headers, text = cls.post(path, fields, FORM)
        assert status == 303, (path, status, text.decode()[-3000:])
        return headers["Location"].rpartition("/")[2]

    @classmethod
    def mailed(cls, mail, page):
        """The token of a page's link in the letters to an address."""
        with sqlite3.connect(f"file:{cls.server.folder}/records.db?mode=ro", uri=True) as records:
            letters = "\n".join(row[0] for row in records.execute(
                "SELECT body FROM mail_outbox WHERE recipient_key = ? ORDER BY id", (mail,)))
        link = re.search(rf"//[^/\s]+{page}/(\S+)", letters)
        assert link, (mail, page, letters)
        return link.group(1)

    @classmethod
    def register(cls, mail):
        held = json.loads(cls.post("/api/v1/holds", {"quota": DAY}, JSON)[2])
        return json.loads(cls.post("/api/v1/registrations", {
            "hold": held["hold"], "name": "Ada", "mail": mail, "consents": []}, JSON)[2])["id"]

    @classmethod
    def make_tokens(cls):
        answers = {"art": "licht", "beschreibung": "Dunkel hier", "ort": "Weg 1"}
        case = json.loads(cls.post("/api/v1/forms/mangel-melden/cases",
                                    {"answers": answers, "declaration": True}, JSON)[2])
        found = {"case": case["token"],
                 "hold": json.loads(cls.post("/api/v1/holds", {"quota": DAY}, JSON)[2])["hold"],
                 "registration": cls.register("ada@x.test")}
        found["confirmation"] = cls.mailed("ada@x.test", "/bestaetigen")
        cls.make_appointments(found)
        for mail in ("bob@x.test", "cleo@x.test"):
            cls.register(mail)
            cls.form("/meine-buchungen", mail=mail)
        found["person"] = cls.mailed("bob@x.test", "/meine-buchungen")
        gone = cls.mailed("cleo@x.test", "/meine-buchungen")
        found["erasure"] = cls.form(f"/meine-buchungen/{gone}/loeschen")
        for mail in ("dora@x.test", "emil@x.test"):
            cls.form("/newsletter", mail=mail, themen="digitale-stadt")
        found["newsletter request"] = cls.mailed("dora@x.test", "/newsletter/bestaetigen")
        asked = cls.mailed("emil@x.test", "/newsletter/bestaetigen")
        found["subscriber"] = cls.form(f"/newsletter/bestaetigen/{asked}").partition("?")[0]
        street = cls.server.json("/api/v1/fibre/streets?q=Ahorn")["streets"][0]
        cls.form("/glasfaser/anfragen", strasse=street["street"], bezirk=street["district"],
                 umfang="strasse", aenderungen="1", mail="finn@x.test")
        found["fibre"] = cls.mailed("finn@x.test", "/glasfaser/bestaetigen")
        return found

    @classmethod
    def make_appointments(cls, found):
        page = cls.server.ask("GET", COUNTER)[2].decode()
        times = re.findall(r'name="zeit"[^>]*value="([^"]+)"', page) or \
            re.findall(r'value="([^"]+)"[^>]*name="zeit"', page)
        found["appointment hold"] = cls.form(COUNTER, zeit=times[0])
        held = cls.form(COUNTER, zeit=times[-1])
        cls.form(f"/reservierung/{held}", name="Gerd", mail="gerd@x.test")
        found["appointment"] = cls.mailed("gerd@x.test", "/termin")
        # On a Sunday nothing is free: she may wait for it.
        cls.form(COUNTER + "/nachruecken", von="2025-02-09", bis="2025-02-09", mail="hans@x.test")
        found["standby"] = cls.mailed("hans@x.test", "/nachruecken")

    def test_each_link_opens_its_own_page(self):
        self.assertEqual(self.tokens.keys(), OPENS.keys())
        for kind, token in self.tokens.items():
            self.assertEqual(self.server.ask("GET", OPENS[kind][0].format(token))[0], 200, kind)

    def test_a_link_of_a_kind_opens_nothing_else(self):
        tokens = self.tokens
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
