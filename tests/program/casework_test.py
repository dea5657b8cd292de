# SPDX-License-Identifier: EUPL-1.2
"""Online forms as people, programs and others who want more than is theirs use them."""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import xml.etree.ElementTree
import zlib

from server import Server, command

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
REPORT = {"art": "licht", "beschreibung": "Die Laterne ist aus", "ort": "Weg 1",
          "punkt": "51.5388, 7.2257"}


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def png(width, height):
    def chunk(kind, data):
        return (len(data).to_bytes(4, "big") + kind + data +
                zlib.crc32(kind + data).to_bytes(4, "big"))
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\0\0\0"
    rows = b"".join(b"\0" + bytes(3 * width) for _ in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


PNG = png(8, 8)


class Casework(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("--demo", "herne"))
        for _ in range(600):
            if len(cls.server.json("/api/v1/forms")) == 3:
                return
            time.sleep(0.1)
        raise AssertionError("the demo did not load")

    def post(self, path, fields):
        status, headers, body = self.server.ask("POST", path, urllib.parse.urlencode(fields), FORM)
        return status, headers.get("Location", ""), body.decode()

    def demo_token(self):
        with open(self.server.folder + "/demo-token", encoding="utf-8") as file:
            return file.read().strip()

    def begin(self, form="mangel-melden"):
        status, location, _ = self.post(f"/formulare/{form}", {})
        self.assertEqual(status, 303)
        return re.match(r"(/vorgang/[^/]+)/seite/", location).group(1)

    def filled(self, **more):
        draft = self.begin()
        self.assertEqual(self.post(draft + "/seite/was", REPORT)[:2], (303, draft + "/seite/wo"))
        self.assertEqual(self.post(draft + "/seite/wo", {**REPORT, **more})[1],
                         draft + "/seite/foto")
        self.assertEqual(self.post(draft + "/seite/foto", {"tun": "weiter"})[1],
                         draft + "/pruefen")
        return draft

    def send(self, body, form="mangel-melden", **headers):
        status, _, text = self.server.ask("POST", f"/api/v1/forms/{form}/cases", json.dumps(body),
                                          {"Content-Type": "application/json", **headers})
        return status, json.loads(text)

    def test_from_the_first_page_to_the_receipt(self):
        draft = self.filled()
        status, _, page = self.post(draft + "/pruefen", {"mail": ""})
        self.assertEqual(status, 422)
        self.assertIn("Bitte bestätigen Sie die Erklärung", page)
        status, location, _ = self.post(draft + "/pruefen", {"mail": "a@b.test", "erklaerung": "1"})
        self.assertEqual((status, location), (303, draft + "?neu=1"))
        again = self.post(draft + "/pruefen", {"mail": "a@b.test", "erklaerung": "1"})
        self.assertEqual(again[:2], (303, draft), "a repeat shows the case")
        number = re.search(r"V-\w{8}", self.server.ask("GET", draft)[2].decode()).group()
        status, headers, pdf = self.server.ask("GET", draft + "/quittung.pdf")
        self.assertEqual((status, pdf[:5]), (200, b"%PDF-"))
        self.assertEqual(headers["Content-Disposition"], f'attachment; filename="{number}.pdf"')
        self.assertEqual(self.server.json(draft + "/daten.json")["answers"], REPORT)
        tree = xml.etree.ElementTree.fromstring(self.server.ask("GET", draft + "/daten.xml")[2])
        self.assertEqual({a.get("name"): a.text for a in tree.find("answers")}, REPORT)
        self.assertEqual(self.post(draft + "/seite/was", REPORT)[:2], (303, draft))

    def test_wrong_answers_keep_the_page_filled(self):
        draft = self.begin()
        status, _, page = self.post(draft + "/seite/was", {"art": "mond", "beschreibung": "<b>"})
        self.assertEqual(status, 422)
        self.assertIn("<title>Fehler: ", page)
        self.assertIn("&lt;b&gt;</textarea>", page)
        status, _, page = self.post(draft + "/pruefen", {"erklaerung": "1"})
        self.assertEqual(status, 422)
        self.assertIn("Es fehlt noch etwas", page)

    def test_a_draft_is_saved_and_taken_up_by_its_link(self):
        draft = self.begin()
        status, location, _ = self.post(draft + "/seite/was", {"beschreibung": "Halb fertig",
                                                               "tun": "spaeter"})
        self.assertEqual((status, location), (303, draft + "/spaeter"))
        self.assertEqual(self.server.ask("GET", draft)[1]["Location"], draft + "/seite/was")
        self.assertIn("Halb fertig", self.server.ask("GET", draft + "/seite/was")[2].decode())
        self.assertEqual(self.post(draft + "/spaeter", {"mail": "a@b.test"})[0], 303)
        self.assertEqual(self.post(draft + "/zurueckziehen", {})[0], 200)
        self.assertEqual(self.server.ask("GET", draft)[0], 404)

    def test_other_peoples_cases_are_out_of_reach(self):
        mine, hers = self.filled(), self.filled(ort="Ihre Adresse")
        self.post(hers + "/pruefen", {"erklaerung": "1"})
        token = hers.rsplit("/", 1)[1]
        name, mac = token.split(".")
        other = mine.rsplit("/", 1)[1].split(".")[1]
        for guess in (name, name + ".", f"{name}.{other}", f"{name}.{mac[:-1]}", f"{name}.{mac}x",
                      "x", "%2e%2e", f"{name}%00.{mac}"):
            for below in ("", "/daten.json", "/quittung.pdf", "/zurueckziehen", "/seite/wo"):
                status, _, body = self.server.ask("GET", f"/vorgang/{guess}{below}")
                self.assertIn(status, (400, 404), guess)
                self.assertNotIn(b"Ihre Adresse", body)
            self.assertIn(self.server.ask("GET", f"/api/v1/cases/{guess}")[0], (400, 404))
            for below in ("/nachricht", "/zurueckziehen", "/pruefen", "/seite/wo", "/spaeter"):
                status = self.post(f"/vorgang/{guess}{below}", {"nachricht": "x", "mail": "x@y.z"})
                self.assertIn(status[0], (400, 404), guess + below)
        self.assertEqual(self.server.json(hers + "/daten.json")["messages"], [])
        crossed = {"Content-Type": FORM["Content-Type"], "Sec-Fetch-Site": "cross-site"}
        for below in ("/nachricht", "/zurueckziehen"):
            self.assertEqual(self.server.ask("POST", hers + below, "nachricht=x", crossed)[0], 403)
        self.assertEqual(self.server.ask("GET", "/console/vorgaenge")[0], 303)

    def upload(self, draft, name, content, server=None, page="foto"):
        body = (b'--B\r\nContent-Disposition: form-data; name="datei"; filename="' +
                name.encode(errors="surrogateescape") +
                b'"\r\nContent-Type: image/jpeg\r\n\r\n' + content + b"\r\n--B--\r\n")
        status, _, text = (server or self.server).ask(
            "POST", f"{draft}/datei/{page}", body,
            {"Content-Type": "multipart/form-data; boundary=B", "Sec-Fetch-Site": "same-origin"})
        return status, text.decode()

    def test_attachments_are_judged_by_content_and_bound_to_their_case(self):
        draft, other = self.begin(), self.begin()
        for content in (b"PK\x03\x04 zip", b"<svg onload=alert(1)>", b"%PDF-1.4\n%%EOF",
                        b"GIF89a"):
            status, text = self.upload(draft, "foto.jpg", content)
            self.assertEqual(status, 422)
            self.assertIn("Es zählt der Inhalt", text)
        bomb = PNG[:16] + b"\0\0\x75\x30\0\0\x75\x30" + PNG[24:]
        self.assertIn("zu groß", self.upload(draft, "foto.png", bomb)[1])
        self.assertEqual(self.upload(draft, "foto.png", PNG[:40])[0], 422)
        self.assertEqual(self.upload(draft, "a.png", b"")[0], 422)
        self.assertEqual(self.upload(draft, "a.png", PNG, page="was")[0], 404)
        self.assertEqual(self.upload(draft, "<b>.png", PNG + b"PK\x05\x06" + bytes(18))[0], 303)
        self.assertEqual(self.upload(draft, "Men\udcfc.png", PNG)[0], 400, "no UTF-8")
        self.assertEqual(self.upload(draft, "Menü.png", PNG)[0], 303)
        self.assertIn("Mehr als 2", self.upload(draft, "drei.png", PNG)[1])
        page = self.server.ask("GET", draft + "/seite/foto")[2].decode()
        self.assertNotIn("<b>", page)
        self.assertIn("Menü.png", page)
        files = re.findall(r'href="(/vorgang/[^/]+)(/datei/[^"]+)"', page)
        self.assertEqual(len(files), 2)
        status, headers, content = self.server.ask("GET", draft + files[0][1])
        self.assertEqual((status, content[:8]), (200, PNG[:8]))
        self.assertNotIn(b"PK\x05\x06", content)
        self.assertTrue(headers["Content-Disposition"].startswith("attachment; "))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(self.server.ask("GET", other + files[0][1])[0], 404)
        self.post(other + "/seite/foto", {"tun": "entfernen", "nr": files[0][1].rsplit("/", 1)[1]})
        self.assertEqual(self.server.ask("GET", draft + files[0][1])[0], 200)

    def test_a_real_scanner_and_one_that_is_away(self):
        clamd = shutil.which("clamd") or "/usr/sbin/clamd"
        self.assertTrue(os.path.exists(clamd), "clamav-daemon is missing: run scripts/setup")
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="revier-clamd-"))
        os.mkdir(folder + "/signatures")
        with open(folder + "/signatures/test.ndb", "w", encoding="ascii") as file:
            file.write(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        with open(folder + "/clamd.conf", "w", encoding="ascii") as file:
            file.write(f"Foreground yes\nLocalSocket {folder}/socket\n"
                       f"DatabaseDirectory {folder}/signatures\nStreamMaxLength 12M\n")
        with Server("--demo", "herne", "--casework-clamd", folder + "/socket") as server:
            for _ in range(600):
                if len(server.json("/api/v1/forms")) == 3:
                    break
                time.sleep(0.1)
            location = server.ask("POST", "/formulare/bewohnerparkausweis", "", FORM)[1]["Location"]
            draft = re.match(r"(/vorgang/[^/]+)/", location).group(1)
            page = draft + "/seite/unterlagen"
            pdf = b"%PDF-1.4\n" + b"%" + EICAR + b"\n%%EOF\n"
            for name, content in (("gut.png", PNG), ("boese.pdf", pdf)):
                self.assertEqual(
                    self.upload(draft, name, content, server, "unterlagen")[0], 303)
            time.sleep(1.5)
            text = server.ask("GET", page)[2].decode()
            self.assertEqual(text.count("wird geprüft"), 2, "nobody has scanned it")
            self.assertNotIn("/datei/", re.sub(r'action="[^"]*"', "", text))
            log = self.enterContext(open(folder + "/log", "w", encoding="utf-8"))
            scanner = subprocess.Popen([clamd, "-c", folder + "/clamd.conf"], stdout=log,
                                       stderr=log)
            self.addCleanup(scanner.wait)
            self.addCleanup(scanner.kill)
            deadline = time.monotonic() + 60
            while "wird geprüft" in (text := server.ask("GET", page)[2].decode()):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.3)
            self.assertIn("Schadsoftware", text)
            files = re.findall(r'href="(/vorgang/[^/]+/datei/[^"]+)"', text)
            self.assertEqual(len(files), 1, "only what is clean is handed out")
            self.assertEqual(server.ask("GET", files[0])[2][:4], PNG[:4])

    def test_programs_hand_in_by_the_api(self):
        body = {"answers": REPORT, "declaration": True}
        key = {"Idempotency-Key": "2c8e7f60-4d2b-4c55-9a0e-1f3b5d7a9c11"}
        status, done = self.send(body, **key)
        self.assertEqual(status, 201, done)
        self.assertEqual(self.send(body, **key)[1], done)
        other = {**body, "mail": "fremd@beispiel.test"}
        self.assertEqual(self.send(other, **key)[0], 409)
        status, refused = self.send(body, **{"Idempotency-Key": "1"})
        self.assertEqual(status, 400, "others would choose it, too, and be told the token")
        self.assertEqual(self.server.json("/api/v1/cases/" + done["token"])["answers"], REPORT)
        status, refused = self.send({**body, "answers": {**REPORT, "art": "mond", "ort": ""}})
        self.assertEqual(status, 422)
        self.assertEqual({e["field"] for e in refused["errors"]}, {"/art", "/ort"})

    def test_a_file_is_looked_into_after_all_that_is_cheap_to_ask(self):
        large = base64.b64encode(png(3000, 2990)).decode()
        def sent(count):
            return [{"name": "a.png", "field": "foto", "content": large}] * count
        body = {"answers": REPORT, "declaration": True}
        begun = time.monotonic()
        for refused in ({**body, "files": sent(40)},
                        {**body, "files": sent(2), "mail": "no address"},
                        {**body, "files": sent(2), "answers": {**REPORT, "ort": ""}}):
            status, _ = self.send(refused)
            self.assertEqual(status, 422)
        self.assertLess(time.monotonic() - begun, 4, "one such picture takes half a second")

    def test_files_come_by_the_api_and_with_messages(self):
        def sent(content, **more):
            return {"name": "bild.png", "content": base64.b64encode(content).decode(), **more}
        body = {"answers": REPORT, "declaration": True, "files": [sent(PNG, field="foto")]}
        key = {"Idempotency-Key": "0b6f1a52-7c1d-4f0a-8d55-93a1c2e4f607"}
        status, done = self.send(body, **key)
        self.assertEqual(status, 201, done)
        self.assertEqual(self.send(body, **key)[1], done)
        more = {**body, "files": body["files"] * 2}
        self.assertEqual(self.send(more, **key)[0], 409)
        path = "/api/v1/cases/" + done["token"]
        for files in ([sent(b"PK\x03\x04", field="foto")], [sent(PNG, field="ort")], [sent(PNG)],
                      [{"name": "a", "field": "foto", "content": "%%"}], "x", [1],
                      [sent(PNG[:40], field="foto")], [sent(PNG, field="foto")] * 3):
            status, refused = self.send({**body, "files": files})
            self.assertIn(status, (400, 422), (files, refused))
        def write(body, token=done["token"]):
            json_body = {"Content-Type": "application/json"}
            status, _, text = self.server.ask("POST", f"/api/v1/cases/{token}/messages",
                                              json.dumps(body), json_body)
            return status, text
        self.assertEqual(write({"text": "Noch eins", "files": [sent(PNG)]})[0], 201)
        self.assertEqual(write({"files": [sent(PNG)]})[0], 422, "a text is needed")
        self.assertEqual(write({"text": "x", "files": [sent(PNG)] * 6})[0], 422)
        self.assertEqual(write({"text": "x", "files": [sent(b"<svg>")]})[0], 422)
        self.assertIn(write({"text": "x"}, token="x.y")[0], (400, 404))
        case = self.server.json(path)
        self.assertEqual([(f["field"], f["message"]) for f in case["files"]],
                         [("foto", 0), ("", 1)])
        self.assertEqual(len(case["messages"]), 1)
        for file in case["files"]:
            status, headers, content = self.server.ask("GET", f"{path}/files/{file['id']}")
            self.assertEqual((status, content[:8]), (200, PNG[:8]))
            self.assertTrue(headers["Content-Disposition"].startswith("attachment; "))
        _, other = self.send({"answers": REPORT, "declaration": True})
        stolen = f"/api/v1/cases/{other['token']}/files/{case['files'][0]['id']}"
        self.assertEqual(self.server.ask("GET", stolen)[0], 404)

    def test_a_case_takes_so_many_messages_an_hour(self):
        _, made = self.send({"answers": REPORT, "declaration": True})
        def write():
            return self.server.ask("POST", f"/api/v1/cases/{made['token']}/messages",
                                   json.dumps({"text": "Hier"}),
                                   {"Content-Type": "application/json"})[0]
        self.assertEqual([write() for _ in range(61)], [201] * 60 + [429])
        status, _, page = self.post(f"/vorgang/{made['token']}/nachricht", {"nachricht": "Zu viel"})
        self.assertEqual(status, 429)
        self.assertIn("in einer Stunde noch einmal", page)
        self.assertIn("Zu viel</textarea>", page, "what was typed stays")

    def test_a_message_brings_a_file_by_the_page(self):
        draft = self.filled()
        self.post(draft + "/pruefen", {"erklaerung": "1"})
        def send(content, text=b"Hier"):
            body = (b'--B\r\nContent-Disposition: form-data; name="nachricht"\r\n\r\n' + text +
                    b'\r\n--B\r\nContent-Disposition: form-data; name="datei"; filename="a.pdf"'
                    b"\r\n\r\n" + content + b"\r\n--B--\r\n")
            status, _, page = self.server.ask(
                "POST", draft + "/nachricht", body,
                {"Content-Type": "multipart/form-data; boundary=B",
                 "Sec-Fetch-Site": "same-origin"})
            return status, page.decode()
        for hostile in (b"PK\x03\x04 zip", b"%PDF-1.4\n/JavaScript\n%%EOF", PNG[:30],
                        b"%PDF-1.4\n%%EOF\nPK\x05\x06" + bytes(18), b"<html>"):
            status, page = send(hostile)
            self.assertEqual(status, 422, hostile)
            self.assertIn("Hier</textarea>", page, "what was typed stays")
        self.assertEqual(send(PNG, b"")[0], 422)
        self.assertEqual(self.server.json(draft + "/daten.json")["messages"], [])
        self.assertEqual(send(PNG)[0], 303)
        self.assertEqual(send(b"")[0], 303, "a message without a file")
        page = self.server.ask("GET", draft)[2].decode()
        file = re.search(r'href="(/vorgang/[^"]+/datei/[^"]+)"', page).group(1)
        self.assertEqual(self.server.ask("GET", file)[2][:8], PNG[:8])

    def test_hostile_bodies_are_refused_and_harmless(self):
        deep = "[" * 10_000
        bodies = ["", "null", "[]", "{", deep, '{"answers":' + deep, '{"answers":{},"answers":{}}',
                  json.dumps({"declaration": True}),
                  json.dumps({"declaration": "true", "answers": REPORT}),
                  json.dumps({"declaration": True, "answers": {**REPORT, "id": "x"}}),
                  json.dumps({"declaration": True, "answers": {**REPORT, "ort": {"$gt": ""}}}),
                  json.dumps({"declaration": True, "answers": {**REPORT, "ort": "x" * 5_000}}),
                  json.dumps({"declaration": True, "answers": {**REPORT, "ort": "a\0b"}}),
                  json.dumps({"declaration": True, "answers": REPORT, "mail": "a\r\nBcc: b@c.d"})]
        for body in bodies:
            status, _, text = self.server.ask("POST", "/api/v1/forms/mangel-melden/cases", body,
                                              {"Content-Type": "application/json"})
            self.assertIn(status, (400, 413, 422), (body[:60], text))
        draft = self.begin()
        for body in ("art=%00", "art=%ff", "&" * 5_000, "art=" + "x" * 100_000, "nr=-1&tun=weiter"):
            status, _, text = self.server.ask("POST", draft + "/seite/was", body, FORM)
            self.assertIn(status, (400, 413, 422), (body[:60], text[:200]))
        status = self.server.ask("POST", draft + "/seite/was", b"x" * 300_000, FORM)[0]
        self.assertEqual(status, 413)

    def test_the_public_learns_where_and_what_but_not_who(self):
        body = {"answers": {**REPORT, "ort": "Hinter Muster"}, "declaration": True,
                "mail": "erika@muster.test"}
        _, done = self.send(body)
        path = f"/ngsi-ld/v1/entities/urn:ngsi-ld:Case:{done['number']}"
        for _ in range(100):
            status, _, text = self.server.ask("GET", path)
            if status == 200:
                break
            time.sleep(0.1)
        self.assertEqual(status, 200)
        self.assertIn(b"received", text)
        for secret in (b"Muster", b"muster", done["token"].encode(), b"Laterne"):
            self.assertNotIn(secret, text)
        token = self.demo_token()
        status, _, _ = self.server.ask("DELETE", path, headers={"Authorization": f"Bearer {token}"})
        self.assertEqual(status, 403, "written by this domain alone")

    def test_a_bad_definition_is_refused_with_the_place(self):
        token = self.demo_token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        form = self.server.json("/api/v1/forms/mangel-melden")
        form["schema"]["properties"]["ort"]["pattern"] = "(a+)+$"
        status, _, text = self.server.ask("PUT", "/api/v1/forms/mangel-melden", json.dumps(form),
                                          headers)
        self.assertEqual(status, 422)
        self.assertIn("/schema/properties/ort/pattern", json.loads(text)["detail"])
        self.assertEqual(self.server.ask("PUT", "/api/v1/forms/mangel-melden", json.dumps(form),
                                         {"Content-Type": "application/json"})[0], 401)

    def test_a_case_survives_a_kill(self):
        with Server() as server:
            form = json.dumps(self.server.json("/api/v1/forms/mangel-melden"))
            made = command("user", "token", "forms", "--action", "settings.manage",
                           "--data", server.folder, "--all-tenants")
            self.assertEqual(made.returncode, 0, made.stderr)
            headers = {"Authorization": f"Bearer {made.stdout.strip()}",
                       "Content-Type": "application/json"}
            deadline = time.monotonic() + 30
            while (status := server.ask("PUT", "/api/v1/forms/mangel-melden", form,
                                        headers)[0]) == 401 and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertEqual(status, 200)
            body = json.dumps({"answers": REPORT, "declaration": True})
            status, _, text = server.ask("POST", "/api/v1/forms/mangel-melden/cases", body,
                                         {"Content-Type": "application/json"})
            self.assertEqual(status, 201)
            server.stop(9)
            with Server("--casework-network-drafts", "1", folder=server.folder) as again:
                token = json.loads(text)["token"]
                self.assertEqual(again.json("/api/v1/cases/" + token)["answers"], REPORT)
                # Bad ones count too, and the one too many is refused before it is looked into.
                bad = [again.ask("POST", "/api/v1/forms/mangel-melden/cases", "{",
                                 {"Content-Type": "application/json"})[0] for _ in range(2)]
                self.assertEqual(bad, [400, 429])
                # So do letters with the link to go on, to whatever address. Strangers see no form
                # here: the site is not published.
                staff = {**FORM, "Authorization": headers["Authorization"]}
                begun = again.ask("POST", "/formulare/mangel-melden", "", staff)[1]["Location"]
                later = begun.split("/seite/")[0] + "/spaeter"
                sent = [again.ask("POST", later, f"mail=a{n}%40b.test", staff)[0]
                        for n in range(2)]
                self.assertEqual(sent, [303, 429])


if __name__ == "__main__":
    unittest.main()
