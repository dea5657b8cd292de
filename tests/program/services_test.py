# SPDX-License-Identifier: EUPL-1.2
"""The service catalogue through its interfaces: written, imported, found, restarted."""
import json
import os
import tempfile
import time
import unittest
from urllib.parse import quote

from server import Server, command

LOAD_SECONDS = 120
SERVICE = {
    "name": {"de": "Kleingarten pachten", "en": "Lease an allotment"},
    "summary": {"de": "Ein Garten im Verein.", "en": "A garden in a club."},
    "identity_level": "none", "office": "Grünflächen", "days": 0,
    "online_form": "/formulare/garten", "words": {"de": ["Schrebergarten"], "en": ["garden"]},
    "source": {"de": "Satzung", "en": "Statute"}, "as_of": "2025-01-20"}
TABLE = """Schlüssel;Name;Zusammenfassung;Identität;Zuständig;Quelle;Stand;Suchwörter
strandkorb;Strandkorb mieten;Ein Korb am See.;ohne;Bäder;Satzung;20.1.2025;Badestelle
falsch;Falsch;Ohne Stufe.;vielleicht;Bäder;Satzung;20.1.2025;
"""


class Services(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.server = cls.enterClassContext(Server("--demo", "herne", folder=cls.folder))
        deadline = time.monotonic() + LOAD_SECONDS
        while b"data-live=" not in cls.server.ask("GET", "/stadt-jetzt")[2]:
            assert time.monotonic() < deadline, "the demo was not loaded"
            time.sleep(0.2)
        with open(os.path.join(cls.server.folder, "demo-token")) as file:
            cls.token = {"Authorization": "Bearer " + file.read().strip()}

    def ask(self, method, path, body=None, expected=200):
        text = json.dumps(body) if isinstance(body, dict) else body
        if isinstance(text, str):
            text = text.encode()
        status, _, answer = self.server.ask(method, path, text, self.token)
        self.assertEqual(status, expected, answer)
        return json.loads(answer) if answer else None

    def found(self, text, more=""):
        return [s["id"] for s in self.ask("GET", f"/api/v1/services?text={quote(text)}{more}")]

    def test_everyday_words_find_the_service(self):
        self.assertEqual(self.found("Hund anmelden")[0], "hundesteuer")
        self.assertEqual(self.found("hundt anmelden")[0], "hundesteuer")
        self.assertEqual(self.found("register dog", "&language=en")[0], "hundesteuer")
        self.assertEqual(self.found("der die das"), [])
        self.assertEqual(self.found("Hund anmelden", "&limit=1"), ["hundesteuer"])
        for wrong in ("0", "101", "x", "-1", "1x", ""):
            self.ask("GET", f"/api/v1/services?limit={wrong}", expected=400)
        self.assertEqual(self.found("x" * 3000), [])
        today = self.ask("GET", "/api/v1/services?today=true&situation=car")
        self.assertIn("kfz-abmelden", [s["id"] for s in today])
        self.assertTrue(all(s["days"] == 0 and s["identity_level"] != "in_person" for s in today))

    def test_a_service_is_written_found_shown_and_removed(self):
        path = "/api/v1/services/kleingarten"
        self.assertEqual(self.server.ask("PUT", path, json.dumps(SERVICE))[0], 401)
        self.ask("PUT", path, SERVICE, 201)
        self.ask("PUT", path, SERVICE, 200)
        self.assertEqual(self.found("Schrebergarten")[0], "kleingarten")
        stored = self.ask("GET", path)
        self.assertEqual({**stored, "id": "kleingarten"}, {"id": "kleingarten", **SERVICE})
        page = self.server.ask("GET", "/dienste/kleingarten")[2].decode()
        self.assertIn("Ein Garten im Verein.", page)
        self.assertIn('href="/formulare/garten"', page)
        self.assertIn('href="/en/formulare/garten"',
                      self.server.ask("GET", "/en/dienste/kleingarten")[2].decode())
        entity = self.ask("GET", "/ngsi-ld/v1/entities/urn:ngsi-ld:PublicService:kleingarten")
        self.assertEqual(entity["description"]["languageMap"]["de"], "Ein Garten im Verein.")
        # The broker's own interface reads it, and does not write it.
        entity_text = json.dumps({"id": "urn:ngsi-ld:PublicService:x",
                                  "type": "http://purl.org/vocab/cpsv#PublicService"})
        status, _, answer = self.server.ask("POST", "/ngsi-ld/v1/entities", entity_text,
                                            {**self.token, "Content-Type": "application/json"})
        self.assertEqual(status, 403)
        self.assertIn(b"/api/v1/services", answer)
        self.ask("DELETE", path, None, 204)
        self.ask("GET", path, None, 404)
        self.assertEqual(self.server.ask("GET", "/dienste/kleingarten")[0], 404)
        self.assertNotIn("kleingarten", self.found("Schrebergarten"))

    def test_wrong_services_are_refused_with_the_field(self):
        for field, value in (("identity_level", "letter"), ("online_form", "javascript:x"),
                             ("situations", ["mars"]), ("days", -1), ("price", 3)):
            answer = self.ask("PUT", "/api/v1/services/falsch", {**SERVICE, field: value}, 422)
            self.assertEqual(answer["field"], field)
        self.ask("PUT", "/api/v1/services/gro%C3%9F", SERVICE, 422)

    def test_an_import_says_what_it_does_before_it_does_it(self):
        report = self.ask("POST", "/api/v1/services?dry_run=true", TABLE)
        self.assertEqual((report["written"], report["new"], report["refused"]), (False, 1, 1))
        self.ask("GET", "/api/v1/services/strandkorb", None, 404)
        report = self.ask("POST", "/api/v1/services", TABLE)
        self.assertEqual((report["written"], report["new"], report["refused"]), (True, 1, 1))
        self.assertEqual(report["rows"][1]["field"], "identity_level")
        self.assertEqual(self.found("Badestelle")[0], "strandkorb")
        report = self.ask("POST", "/api/v1/services", TABLE)
        self.assertEqual((report["new"], report["same"]), (0, 1))
        self.ask("POST", "/api/v1/services", "PK\x03\x04 no archive", 422)
        self.ask("POST", "/api/v1/services", "Titel;Preis\na;b\n", 422)
        self.assertEqual(self.server.ask("POST", "/api/v1/services", TABLE)[0], 401)

    def test_the_command_line_imports_into_the_running_server(self):
        path = os.path.join(self.folder, "dienste.csv")
        with open(path, "w") as file:
            table = TABLE.replace("strandkorb", "liegestuhl")
            file.write(table.replace("Badestelle", "Sonnendeck"))
        done = command("import-services", path, "--data", self.folder, "--dry-run")
        self.assertIn("it would be: 1 new", done.stderr)
        self.ask("GET", "/api/v1/services/liegestuhl", None, 404)
        done = command("import-services", path, "--data", self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("line 3: Falsch: identity_level: expected none", done.stderr)
        self.assertIn("1 new, 0 changed, 0 as before, 1 refused", done.stderr)
        self.assertEqual(self.found("Sonnendeck")[0], "liegestuhl")
        done = command("import-services", path + ".none", "--data", self.folder)
        self.assertEqual(done.returncode, 1)

    def test_pages_bear_hostile_questions(self):
        for text in ("<script>alert(1)</script>", "%27%22%3E", "\U0001f415" * 50, "a" * 2000):
            status, _, page = self.server.ask("GET", "/dienste?suche=" + quote(text))
            self.assertEqual(status, 200)
            self.assertNotIn(b"<script>alert", page)
        self.assertEqual(self.server.ask("GET", "/dienste?lage=mars")[0], 200)
        self.assertEqual(self.server.ask("GET", "/dienste/laerm/leichte-sprache")[0], 404)

    def test_no_figure_of_the_city_without_day_and_source(self):
        facts = self.ask("GET", "/api/v1/city-facts")
        page = self.server.ask("GET", "/stadt-jetzt")[2].decode()
        self.assertGreaterEqual(len(facts), 4)
        for fact in facts:
            self.assertIn(f'<time datetime="{fact["as_of"]}">', page)
            self.assertIn(fact["source"]["de"], page)
        bare = {name: value for name, value in facts[0].items() if name != "source"}
        answer = self.ask("PUT", "/api/v1/city-facts/ohne", bare, 422)
        self.assertEqual(answer["field"], "source")


if __name__ == "__main__":
    unittest.main()
