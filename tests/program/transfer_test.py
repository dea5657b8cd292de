# SPDX-License-Identifier: EUPL-1.2
"""Entities in and out of files, by the command line and a real server."""
import csv
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from server import BINARY, REQUEST_SECONDS, Server, command

TYPE = "Device"


def device(number):
    return {"id": f"urn:ngsi-ld:{TYPE}:{number}", "type": TYPE,
            "pm10": {"type": "Property", "value": number / 2, "unitCode": "GQ",
                     "observedAt": "2025-02-05T09:00:00Z"},
            "name": {"type": "LanguageProperty",
                     "languageMap": {"de": f"=Gerät; \"{number}\"", "en": "Device"}},
            "code": {"type": "Property", "value": "044623"},
            "near": {"type": "Relationship", "object": "urn:ngsi-ld:Pole:1"},
            "location": {"type": "GeoProperty",
                         "value": {"type": "Point", "coordinates": [7.2, 51.5]}}}


class TransferTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-transfer-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = self.file("data")
        self.server = Server(folder=self.data)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def file(self, name, text=None):
        path = os.path.join(self.folder, name)
        if text is not None:
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
        return path

    def run_command(self, *arguments, status=0):
        done = command(*arguments, "--data", self.data)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def count(self):
        _, headers, _ = self.server.ask(
            "GET", f"/ngsi-ld/v1/entities?type={TYPE}&count=true&limit=0")
        return int(headers["NGSILD-Results-Count"])

    def entities(self):
        found = self.server.json(f"/ngsi-ld/v1/entities?type={TYPE}&limit=1000")
        return {entity["id"]: entity for entity in found}

    def test_every_format_comes_back_as_it_was(self):
        text = "".join(json.dumps(device(n)) + "\n" for n in range(700))
        source = self.file("first.ndjson", text)
        self.run_command("import", source)
        self.assertEqual(self.count(), 700)
        before = self.entities()
        self.assertEqual(before[f"urn:ngsi-ld:{TYPE}:3"], device(3))
        for name in ("again.ndjson", "again.json", "again.geojson", "again.csv"):
            out = self.run_command("export", self.file(name), "--type", TYPE)
            self.assertIn("700 entities", out)
            for number in range(0, 700, 50):  # what the file brings back
                self.delete(number)
            self.assertEqual(self.count(), 686)
            self.run_command("import", self.file(name))
            self.assertEqual(self.entities(), before, name)
        self.run_command("import", source)
        self.assertEqual(self.count(), 700, "repeated without doubles")
        self.assertFalse(os.path.exists(source + ".rejected.csv"))
        self.check_tokens_ended()

    def delete(self, number):
        if not hasattr(self, "token"):
            self.token = command("user", "token", "test", "--data", self.data).stdout.strip()
        deadline = time.monotonic() + 20
        status = 401
        while status == 401 and time.monotonic() < deadline:  # until the token is taken over
            status, _, _ = self.server.ask(
                "DELETE", f"/ngsi-ld/v1/entities/urn:ngsi-ld:{TYPE}:{number}",
                headers={"Authorization": f"Bearer {self.token}"})
            time.sleep(0.1 if status == 401 else 0)
        self.assertEqual(status, 204)

    def check_tokens_ended(self):
        listed = command("user", "list", "--data", self.data).stdout
        self.assertNotIn("revier import", listed)
        self.assertNotIn("revier export", listed)

    def test_refused_rows_are_listed_and_the_rest_is_written(self):
        table = self.file("t.csv", "nr;pm10;latitude;longitude\r\n1;7;51;7\r\n;8;;\r\n"
                                   "3;9;north;7\r\n4;10;;\r\n")
        wish = ["import", table, "--type", TYPE, "--id", "nr"]
        out = self.run_command(*wish, "--dry-run", status=1)
        self.assertIn("2 would be written, 2 refused", out)
        self.assertEqual(self.count(), 0)
        self.run_command(*wish, status=1)
        self.assertEqual(self.count(), 2)
        with open(table + ".rejected.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        self.assertEqual([(row["number"], row["line"]) for row in rows], [("2", "3"), ("3", "4")])
        self.assertIn("id is missing", rows[0]["reason"])
        self.run_command(*wish, "--mode", "create", status=1)
        self.assertEqual(self.count(), 2)

    def test_an_export_goes_on_where_it_was_stopped(self):
        self.run_command("import", self.file(
            "first.ndjson", "".join(json.dumps(device(n)) + "\n" for n in range(40))))
        whole = self.file("whole.ndjson")
        self.run_command("export", whole, "--type", TYPE)
        with open(whole, encoding="utf-8") as file:
            text = file.read()
        lines = text.splitlines(keepends=True)
        _, headers, _ = self.server.ask(
            "GET", f"/ngsi-ld/v1/entities?type={TYPE}&local=true&limit=15&cursor=")
        cursor = next(link for link in headers.get_all("Link") if "cursor" in link)
        cursor = cursor.split("cursor=")[1].split("&")[0].split(">")[0]
        size = len("".join(lines[:15]).encode())
        rest = self.file("rest.ndjson")
        self.file("rest.ndjson.part", "".join(lines[:16])[:-9])  # more than was noted
        self.file("rest.ndjson.part.place", f"{cursor} {size}\n")
        self.run_command("export", rest, "--type", TYPE, "--resume")
        with open(rest, encoding="utf-8") as file:
            self.assertEqual(file.read(), text)
        self.assertEqual([name for name in os.listdir(self.folder) if ".part" in name], [])
        out = self.run_command("export", rest, "--type", TYPE, "--resume", status=1)
        self.assertIn("nothing to go on with", out)
        self.run_command("export", self.file("x.csv"), "--resume", status=1)
        self.file("rest.ndjson.part", "")
        self.file("rest.ndjson.part.place", f"{cursor} {size}\n")
        out = self.run_command("export", rest, "--type", TYPE, "--resume", status=1)
        self.assertIn("export anew", out)

    def test_faults_say_the_next_step(self):
        lines = self.file("x.ndjson", json.dumps(device(1)))
        self.assertIn("--format", self.run_command("import", self.file("x.txt", ""), status=1))
        self.assertIn("No such file", self.run_command("import", self.file("none.csv"), status=1))
        broken = self.file("b.json", json.dumps([device(1)])[:-1] + "{")
        self.assertIn("line 1", self.run_command("import", broken, status=1))
        self.server.stop()
        self.assertIn("no server runs", self.run_command("import", lines, status=1))
        self.assertIn("would be written", self.run_command("import", lines, "--dry-run"))
        self.assertFalse(os.path.exists(self.file("none.csv")))

    def test_standard_input_and_output(self):
        done = subprocess.run([BINARY, "import", "-", "--format", "ndjson", "--data", self.data],
                              input=json.dumps(device(5)), capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = command("export", "-", "--format", "ngsi-ld", "--type", TYPE, "--data", self.data)
        self.assertEqual([entity["id"] for entity in json.loads(done.stdout)],
                         [f"urn:ngsi-ld:{TYPE}:5"])


def lines_of(text):
    return [json.loads(line) for line in text.splitlines()]


class BulkTest(unittest.TestCase):
    """The same over HTTP, with curl in place of the command line."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-bulk-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.token = command("user", "token", "all", "--data", self.folder).stdout.strip()
        rights = os.path.join(self.folder, "rights.json")
        with open(rights, "w", encoding="utf-8") as out:
            json.dump([{"operations": ["read", "create", "update"], "types": ["Pole"]}], out)
        self.narrow = command("user", "token", "poles", "--rights", rights,
                              "--data", self.folder).stdout.strip()
        self.server = Server(folder=self.folder)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)

    def post(self, entities, query="", token=None, media="application/x-ndjson"):
        body = entities if isinstance(entities, str) else "".join(
            json.dumps(entity) + "\n" for entity in entities)
        headers = {"Content-Type": media}
        if token != "":
            headers["Authorization"] = f"Bearer {token or self.token}"
        status, _, answer = self.server.ask("POST", f"/api/v1/import{query}", body=body.encode(),
                                            headers=headers)
        return status, json.loads(answer)

    def get(self, query="", token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        status, headers, body = self.server.ask("GET", f"/api/v1/export{query}", headers=headers)
        return status, headers, body.decode()

    def test_lines_go_in_and_come_out_again(self):
        devices = [device(n) for n in range(450)]
        status, report = self.post(devices, "?dryRun=true")
        self.assertEqual((status, report["written"], report["dryRun"]), (200, 450, True))
        self.assertEqual(self.get()[2], "")
        status, report = self.post(devices)
        self.assertEqual(status, 200)
        self.assertEqual(report, {"dryRun": False, "read": 450, "written": 450, "rejected": 0,
                                  "line": 450, "rejects": []})
        self.server.stop(signal.SIGKILL)
        self.server = Server(folder=self.folder)
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        status, headers, text = self.get(f"?type={TYPE}")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/x-ndjson"))
        self.assertIn("attachment", headers["Content-Disposition"])
        found = lines_of(text)
        for entity in found:
            self.assertTrue(entity.pop("@context").startswith("https://uri.etsi.org/"))
        self.assertEqual(found, devices)
        self.assertEqual(len(lines_of(self.get("?q=pm10%3E=224")[2])), 2)
        self.assertEqual(self.post(text)[1]["written"], 450)
        status, report = self.post(text, "?mode=create")
        self.assertEqual((status, report["written"], report["rejected"]), (207, 0, 450))

    def test_a_cut_download_goes_on_behind_its_last_line(self):
        self.post([device(n) for n in range(5000)])
        whole = self.get()[2]
        reader = http.client.HTTPConnection(self.server.address, timeout=REQUEST_SECONDS)
        reader.request("GET", "/api/v1/export")
        cut = reader.getresponse().read(len(whole) // 3).decode()
        reader.close()
        kept = cut[:cut.rindex("\n") + 1]
        last = lines_of(kept)[-1]["id"]
        self.assertEqual(kept + self.get(f"?after={last}")[2], whole)
        self.server.ask("DELETE", f"/ngsi-ld/v1/entities/{last}",
                        headers={"Authorization": f"Bearer {self.token}"})
        status, _, text = self.get(f"?after={last}")
        self.assertEqual(status, 410)
        self.assertIn("the line before", text)
        end = lines_of(whole)[-1]["id"]
        self.assertEqual(self.get(f"?after={end}")[2], "")

    def test_refused_lines_are_told_with_their_reason(self):
        text = json.dumps(device(1)) + "\n\n{\n" + json.dumps({"type": TYPE}) + "\n" + (
            json.dumps({"id": "urn:ngsi-ld:Session:1", "type": "Session"}) + "\n") + (
            json.dumps(device(2)))
        for query in ("?dryRun=true", ""):
            status, report = self.post(text, query)
            self.assertEqual(status, 207)
            told = {each["line"]: each["reason"] for each in report["rejects"]}
            self.assertIn("id is missing", told[4])
            self.assertIn(3, told)
            self.assertEqual(report["line"], 6)
        status, report = self.post(text, "?skip=4")
        self.assertEqual((status, report["written"], report["read"]), (200, 1, 5))

    def test_what_is_no_such_request_is_refused(self):
        line = json.dumps(device(1))
        self.assertEqual(self.post(line, token="")[0], 401)
        self.assertEqual(self.post(line, "?dryRun=true", token="")[0], 401)
        self.assertEqual(self.post(line, media="application/json")[0], 415)
        self.assertEqual(self.post(line, "?tenant=none")[0], 403)
        for query in ("?mode=merge", "?skip=x", "?dryRun=1", "?dry_run=true"):
            status, problem = self.post(line, query)
            self.assertEqual((status, problem["field"]), (400, query[1:].split("=")[0]))
        self.assertEqual(self.get("?limit=1")[0], 400)
        self.assertEqual(self.get("?q=((")[0], 400)
        self.assertEqual(self.get("?after=urn:none:1")[0], 410)
        self.assertEqual(self.get("?tenant=none")[0], 404)
        self.assertEqual(self.get()[2], "")
        sender = http.client.HTTPConnection(self.server.address, timeout=REQUEST_SECONDS)
        sender.putrequest("POST", "/api/v1/import")
        sender.putheader("Content-Length", str(17 << 20))
        sender.endheaders()
        self.assertEqual(sender.getresponse().status, 413)
        sender.close()

    def test_rights_by_entity_narrow_both(self):
        pole = {"id": "urn:ngsi-ld:Pole:1", "type": "Pole"}
        status, report = self.post([device(1), pole], token=self.narrow)
        self.assertEqual((status, report["written"], report["rejected"]), (207, 1, 1), report)
        self.assertEqual(report["rejects"][0]["line"], 1)
        self.post([device(1), {**pole, "id": "urn:ngsi-ld:Pole:2"}])
        ids = [entity["id"] for entity in lines_of(self.get(token=self.narrow)[2])]
        self.assertEqual(ids, ["urn:ngsi-ld:Pole:1", "urn:ngsi-ld:Pole:2"])
        self.assertEqual(len(lines_of(self.get("?after=urn:ngsi-ld:Pole:1",
                                               token=self.narrow)[2])), 1)
        self.assertEqual(self.get("?after=urn:ngsi-ld:Device:1", token=self.narrow)[0], 410)


if __name__ == "__main__":
    unittest.main()
