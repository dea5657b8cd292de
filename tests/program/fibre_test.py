# SPDX-License-Identifier: EUPL-1.2
"""The fibre look-up over HTTP and by the command line: lists, answers, what happens in a crash."""
import csv
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import unittest
from urllib.parse import quote

from server import Server, command

HEAD = "strasse;hausnummer;bezirk;status;seit;geplant;anbieter;lat;lon\n"
FIRST = HEAD + ("Ahornstraße;12a;Wanne;geplant;;2026-Q3;Netz GmbH;51.54;7.16\n"
                "Ahornstraße;14-18;Wanne;verfügbar;2024-06;;;51.54;7.17\n"
                "Hauptstraße;1;Wanne;;;;;;\nHauptstraße;1;Eickel;geplant;;;;;\n")
SECOND = HEAD + "Ahornstraße;12a;Wanne;verfügbar;2025-01;;Netz GmbH;51.54;7.16\n"


class FibreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-fibre-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")
        self.server = Server("--no-auth", folder=self.data)
        self.server.__enter__()
        self.addCleanup(lambda: self.server.__exit__())

    def put(self, text, as_of="2025-01-31", query="", status=200):
        path = f"/api/v1/fibre/list?source={quote('Stadtwerk „Süd“')}&as_of={as_of}{query}"
        answered, _, body = self.server.ask("PUT", path, body=text.encode())
        self.assertEqual(answered, status, body)
        return json.loads(body)

    def ask(self, street, number="", district=""):
        return self.server.json(f"/api/v1/fibre/addresses?street={quote(street)}"
                                f"&number={quote(number)}&district={quote(district)}")

    def page(self, query, status=200):
        answered, _, body = self.server.ask("GET", "/glasfaser" + query)
        self.assertEqual(answered, status)
        return body if isinstance(body, str) else body.decode()

    def test_answers_with_source_and_day(self):
        self.assertEqual(self.ask("Ahornstr.")["found"], "no_list")
        self.assertIn("noch keine Liste", self.page(""))
        report = self.put(FIRST)
        self.assertEqual((report["accepted"], report["rejected"], report["added"]), (4, 0, 4))
        found = self.ask("ahornstr 12 A")
        self.assertEqual(found["state"], "planned")
        self.assertEqual(found["planned"], "2026-Q3")
        self.assertEqual(found["source"], "Stadtwerk „Süd“")
        self.assertEqual(found["as_of"], "2025-01-31")
        self.assertEqual(self.ask("Ahornstraße", "16")["number"], "14-18")
        self.assertEqual(self.ask("Ahornstraße", "12")["found"], "not_in_list")
        self.assertEqual(self.ask("Ahrnstraße", "12")["similar"][0]["street"], "Ahornstraße")
        self.assertEqual(len(self.ask("Hauptstr", "1")["districts"]), 2)
        self.assertEqual(self.ask("Hauptstr", "1", "Eickel")["state"], "planned")
        page = self.page("?strasse=Ahornstr.&hausnummer=12a")
        for text in ("Ahornstraße 12a (Wanne)", "geplant", "3. Quartal 2026", "Netz GmbH",
                     "Stadtwerk „Süd“", "31. Januar 2025", "keine Zusage"):
            self.assertIn(text, page)
        self.assertNotIn("erfunden", page)
        self.assertIn("Bitte prüfen", self.page("?strasse=", status=422))
        self.assertIn("&lt;script&gt;", self.page("?strasse=%3Cscript%3E1"))

    def test_a_dry_run_changes_nothing_and_areas_follow_a_list(self):
        self.put(FIRST, query="&dry_run=true")
        self.assertEqual(self.ask("Ahornstr.")["found"], "no_list")
        self.put(FIRST, as_of="2024-06-30")
        report = self.put(SECOND, query="&invented=true")
        self.assertEqual((report["changed"], report["removed"]), (1, 3))
        self.assertIn("erfunden", self.page("?strasse=Ahornstr."))
        areas = self.server.json("/ngsi-ld/v1/entities?type=urn:revier:ns:FibreArea"
                                 "&options=keyValues")
        self.assertEqual(sorted(area["id"].rpartition(":")[2] for area in areas),
                         ["gesamt", "wanne"])
        course = self.server.json("/ngsi-ld/v1/temporal/entities/urn:ngsi-ld:FibreArea:gesamt")
        shares = {each["observedAt"][:10]: each["value"]
                  for each in course["urn:revier:ns:coverage"]}
        self.assertEqual(shares, {"2024-06-30": 25, "2025-01-31": 100})
        self.assertIn("25 % am 30. Juni 2024", self.page(""))
        status, _, _ = self.server.ask(
            "DELETE", "/ngsi-ld/v1/entities/urn:ngsi-ld:FibreArea:wanne")
        self.assertEqual(status, 403)

    def test_what_is_no_list_is_refused_with_its_reason(self):
        for body, field in ((b"\x00\xff", None), (b"PK\x03\x04", "file"),
                            (b"a;b\n1;2\n", "columns"),
                            (HEAD.encode(), "rows"), (b'{"features":[', None),
                            ("strasse;hausnummer;ost;nord\na;1;2;3\n".encode(), "crs")):
            status, _, answer = self.server.ask(
                "PUT", "/api/v1/fibre/list?source=x&as_of=2025-01-31", body=body)
            self.assertIn(status, (400, 422), answer)
        self.put(FIRST, as_of="2025-02-31", status=400)
        self.put(FIRST, as_of="2999-01-01", status=400)
        self.put(FIRST)
        self.put(SECOND, as_of="2024-01-01", status=409)
        self.put(SECOND, as_of="2024-01-01", query="&older=true")

    def test_what_was_answered_survives_a_crash(self):
        self.put(FIRST, as_of="2024-06-30")
        self.put(SECOND)
        self.server.stop(signal.SIGKILL)
        self.server = Server("--no-auth", folder=self.data)
        self.server.__enter__()
        self.assertEqual(self.ask("Ahornstr", "12a")["state"], "available")
        self.assertEqual(self.server.json("/api/v1/fibre/list")["number"], 2)

    def test_a_letter_by_a_second_list_and_interest_by_street(self):
        self.put(FIRST, as_of="2024-06-30")
        form = (f"strasse={quote('Ahornstraße')}&hausnummer=12a&bezirk=Wanne&umfang=adresse"
                "&aenderungen=1&interesse=1&mail=a%40x.test")
        status, headers, _ = self.server.ask(
            "POST", "/glasfaser/anfragen", body=form,
            headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual((status, headers["Location"]), (303, "/glasfaser/anfragen?gesendet=1"))
        self.assertEqual(self.server.json("/api/v1/fibre/interest"), [])
        link = self.link("/bestaetigen/")
        self.assertEqual(self.server.ask("GET", link)[0], 200)
        self.assertEqual(self.server.json("/api/v1/fibre/interest"), [])
        self.assertEqual(self.server.ask("POST", link)[0], 303)
        self.assertEqual(self.server.json("/api/v1/fibre/interest"),
                         [{"street": "Ahornstraße", "district": "Wanne", "contacts": 1}])
        self.put(SECOND)
        end = self.link("/abmelden/")
        self.assertEqual(self.server.ask("POST", end, body="List-Unsubscribe=One-Click")[0], 200)
        self.assertEqual(self.server.ask("GET", end[:-2] + "xx")[0], 404)

    def link(self, part):
        """The path of the newest letter's link that holds `part`."""
        with sqlite3.connect(f"file:{self.data}/records.db?mode=ro", uri=True) as records:
            rows = records.execute("SELECT body FROM mail_outbox ORDER BY id DESC").fetchall()
        lines = [line for row in rows for line in row[0].split("\n") if part in line]
        return lines[0][lines[0].index("/glasfaser/"):]

    def test_the_command_brings_a_list_and_lists_what_was_refused(self):
        path = os.path.join(self.folder, "list.csv")
        with open(path, "w", encoding="utf-8") as out:
            out.write(FIRST + "Ahornstraße;x;Wanne;geplant;;;;;\n")
        done = command("fibre-list", path, "--source", "Netz", "--as-of", "2025-01-31", "--data",
                       self.data)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("5 rows read, 4 addresses are in force, 1 refused", done.stderr)
        with open(path + ".rejected.csv", encoding="utf-8") as rejects:
            rows = list(csv.DictReader(rejects, delimiter=";"))
        self.assertEqual((rows[0]["row"], rows[0]["number"]), ("6", "x"))
        self.assertEqual(self.ask("Ahornstr", "12a")["source"], "Netz")

    def test_the_command_brings_made_up_addresses_marked_as_invented(self):
        wanted = ("--source", "Beispiel", "--as-of", "2025-01-31", "--data", self.data)
        done = command("fibre-list", "--example", "2000", *wanted)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("2000 addresses are in force, 0 refused", done.stderr)
        status, _, text = self.server.ask("GET", "/api/v1/fibre/list")
        self.assertEqual(status, 200)
        self.assertTrue(json.loads(text)["invented"])
        for wrong in ((), ("--example", "0"), ("--example", "10000000"),
                      ("file.csv", "--example", "5")):
            self.assertNotEqual(command("fibre-list", *wrong, *wanted).returncode, 0, wrong)


if __name__ == "__main__":
    unittest.main()
