# SPDX-License-Identifier: EUPL-1.2
"""The programme through its files: read back by other programs than ours."""
import datetime
import json
import os
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree

import icalendar

from server import Server

XSD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "formats/frab-schedule.xml.xsd")
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LOAD_SECONDS = 120
FILES = ("/schedule.xml", "/schedule.json", "/en/schedule.xml", "/calendar.ics", "/feed.atom",
         "/feed.json", "/sitemap.xml", "/aenderungen")


def xmllint(text, *arguments):
    """The document, checked by libxml2's own program."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(text)
        file.flush()
        done = subprocess.run(["xmllint", "--noout", "--nonet", *arguments, file.name],
                              capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return ElementTree.fromstring(text)


class Programme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server("--demo", "herne"))
        deadline = time.monotonic() + LOAD_SECONDS
        while b"data-live=" not in cls.server.ask("GET", "/stadt-jetzt")[2]:
            assert time.monotonic() < deadline, "the demo was not loaded"
            time.sleep(0.2)
        with open(os.path.join(cls.server.folder, "demo-token")) as file:
            cls.token = {"Authorization": "Bearer " + file.read().strip()}

    def write(self, method, path, body=None, expected=(200, 201, 204)):
        text = None if body is None else json.dumps(body)
        status, _, answer = self.server.ask(method, path, text, self.token)
        self.assertIn(status, expected, answer)
        return json.loads(answer) if answer else None

    def get(self, path):
        status, headers, body = self.server.ask("GET", path)
        self.assertEqual(status, 200, (path, body))
        return headers, body

    def change(self, identifier, **fields):
        item = self.server.json("/api/v1/sessions/" + identifier)
        self.write("PUT", "/api/v1/sessions/" + identifier, {**item, **fields})
        return item

    def events(self, query=""):
        calendar = icalendar.Calendar.from_ical(self.get("/calendar.ics" + query)[1])
        return {str(event["UID"]): event for event in calendar.walk("VEVENT")}

    def schedule(self, path="/schedule.xml"):
        return xmllint(self.get(path)[1], "--schema", XSD)

    def test_frab_is_valid_and_xml_and_json_say_the_same(self):
        root = self.schedule()
        self.schedule("/en/schedule.xml")
        self.assertEqual(root[0].tag, "generator")
        self.assertEqual(root.findtext("conference/time_zone_name"), "Europe/Berlin")
        document = self.server.json("/schedule.json")["schedule"]
        self.assertEqual(document["version"], root.findtext("version"))
        talks = {}
        for day in document["conference"]["days"]:
            for room, listed in day["rooms"].items():
                for talk in listed:
                    self.assertEqual(talk["room"], room)
                    talks[talk["guid"]] = talk
        found = root.findall("day/room/event")
        self.assertEqual({event.get("guid") for event in found}, set(talks))
        self.assertGreater(len(found), 10)
        for room in root.iter("room"):
            for event in room.findall("event"):
                self.assertEqual(event.findtext("room"), room.get("name"))
        for event in found:
            talk = talks[event.get("guid")]
            self.assertEqual(int(event.get("id")), talk["id"])
            for name in ("title", "type", "date", "start", "duration", "abstract", "track",
                         "language", "url"):
                self.assertEqual(event.findtext(name) or "", talk[name], name)
            self.assertEqual([person.text for person in event.findall("persons/person")],
                             [person["name"] for person in talk["persons"]])
            start = datetime.datetime.fromisoformat(talk["date"])
            self.assertEqual(start.utcoffset(), datetime.timedelta(hours=1))

    def test_a_change_reaches_every_file_at_once(self):
        # What is moved, cancelled and retitled here, other tests leave alone.
        guid = {event.findtext("url"): event.get("guid")
                for event in self.schedule().findall("day/room/event")}
        before = self.events()["session-scd25-d2-01@revier"]
        self.assertEqual(self.events()["session-scd25-d2-01@revier"].to_ical(), before.to_ical())
        tags = {path: self.get(path)[0]["ETag"] for path in FILES}
        for path, tag in tags.items():
            status, _, body = self.server.ask("GET", path, headers={"If-None-Match": tag})
            self.assertEqual((status, body), (304, b""), path)
        self.change("scd25-d2-01", starts_at="2025-02-06T09:30:00+01:00")
        self.change("scd25-d2-02", cancelled=True)
        for path, tag in tags.items():
            self.assertNotEqual(self.get(path)[0]["ETag"], tag, path)

        moved = self.events()["session-scd25-d2-01@revier"]
        self.assertEqual(moved["SEQUENCE"], before["SEQUENCE"] + 1)
        self.assertGreaterEqual(moved["DTSTAMP"].dt, before["DTSTAMP"].dt)
        self.assertEqual(moved["DTSTAMP"].dt, moved["LAST-MODIFIED"].dt)
        self.assertEqual(moved["DTSTART"].dt.isoformat(), "2025-02-06T08:30:00+00:00")
        self.assertEqual(moved["STATUS"], "CONFIRMED")
        cancelled = self.events()["session-scd25-d2-02@revier"]
        self.assertEqual(cancelled["STATUS"], "CANCELLED")
        self.assertTrue(cancelled["SUMMARY"].startswith("Fällt aus: "))

        after = {event.findtext("url"): event
                 for event in self.schedule().findall("day/room/event")}
        urls = [url for url in guid if url.endswith(("d2-01", "d2-02"))]
        kept = [url for url in urls if url in after]
        self.assertEqual([url[-5:] for url in kept], ["d2-01"], "apps miss what is cancelled")
        self.assertEqual(after[kept[0]].get("guid"), guid[kept[0]])
        self.assertEqual(after[kept[0]].findtext("start"), "09:30")

        atom = xmllint(self.get("/feed.atom")[1])
        entries = atom.findall(ATOM + "entry")
        self.assertIn("fällt aus", entries[0].findtext(ATOM + "content"))
        self.assertIn("verlegt", entries[1].findtext(ATOM + "content"))
        ids = [entry.findtext(ATOM + "id") for entry in entries]
        self.assertEqual(len(ids), len(set(ids)))
        feed = self.server.json("/feed.json")
        self.assertEqual(feed["version"], "https://jsonfeed.org/version/1.1")
        self.assertEqual([item["id"] for item in feed["items"]], ids)
        changes = self.get("/aenderungen")[1].decode()
        self.assertLess(changes.index("fällt aus"), changes.index("verlegt"))
        self.assertIn("erste", changes.lower())
        page = self.get("/programm/scd25-d2-02")[1].decode()
        self.assertIn("Diese Veranstaltung fällt aus.", page)
        self.assertIn("https://schema.org/EventCancelled", page)
        self.assertIn("previousStartDate", self.get("/programm/scd25-d2-01")[1].decode())

    def test_what_is_taken_out_stays_cancelled_in_calendars(self):
        item = self.server.json("/api/v1/sessions/scd25-d2-03")
        self.write("PUT", "/api/v1/sessions/goes", {**item, "room": "kaminzimmer"})
        self.write("PUT", "/api/v1/drafts/sessions/goes", {"remove": True})
        self.assertNotIn("CANCELLED", self.events()["session-goes@revier"]["STATUS"])
        release = self.write("POST", "/api/v1/releases",
                             {"note": {"de": "Eine <weniger> & Schluss", "en": "One less"}})
        self.assertEqual(self.server.ask("GET", "/programm/goes")[0], 410)
        for query in ("", "?session=goes"):
            self.assertEqual(self.events(query)["session-goes@revier"]["STATUS"], "CANCELLED")
        root = self.schedule()
        self.assertTrue(root.findtext("version").startswith(f"{release['number']}."))
        text = self.get("/feed.atom")[1]
        self.assertIn("Eine <weniger> & Schluss", [
            entry.findtext(ATOM + "content") for entry in xmllint(text).findall(ATOM + "entry")])
        again = self.write("POST", "/api/v1/releases", expected=(409,))
        self.assertIn("nothing to release", again["detail"])

    def test_what_is_cancelled_does_not_run(self):
        item = self.server.json("/api/v1/sessions/scd25-d2-03")
        endless = {**item, "title": {"de": "Dauerlauf", "en": "Long run"},
                   "bookable": False, "starts_at": "2020-01-01T09:00:00+01:00",
                   "ends_at": "2035-01-01T09:00:00+01:00"}
        self.addCleanup(self.write, "DELETE", "/api/v1/sessions/endless")
        self.write("PUT", "/api/v1/sessions/endless", endless)
        self.assertIn("Dauerlauf", self.get("/")[1].decode())
        self.write("PUT", "/api/v1/sessions/endless", {**endless, "cancelled": True})
        self.assertNotIn("Dauerlauf", self.get("/")[1].decode())

    def test_an_offer_of_the_event_needs_its_times(self):
        offer = {"name": {"de": "Pass", "en": "Passport"}, "event": "scd-2025"}
        refused = self.write("PUT", "/api/v1/offers/without-times", offer, expected=(422,))
        self.assertEqual(refused["field"], "starts_at")

    def test_hostile_titles_stay_text(self):
        title = "<script>&amp; ]]> \u0001\u000b \ufffe Ende; , \\ \U0001f389"
        item = self.server.json("/api/v1/sessions/scd25-d2-03")
        self.write("PUT", "/api/v1/sessions/hostile",
                   {**item, "title": {"de": title, "en": title}})
        self.addCleanup(self.write, "DELETE", "/api/v1/sessions/hostile")
        shown = title.replace("\u0001", "").replace("\u000b", "").replace("\ufffe", "")
        self.assertIn(shown, [e.findtext("title") for e in self.schedule().iter("event")])
        self.assertEqual(self.events()["session-hostile@revier"]["SUMMARY"], shown)
        xmllint(self.get("/feed.atom")[1])

    def test_sitemap_names_public_pages_in_both_languages(self):
        places = [url.findtext(SITEMAP + "loc") for url in xmllint(self.get("/sitemap.xml")[1])]
        base = f"http://{self.server.address}"
        for page in ("/programm", "/en/programm", "/programm/scd25-d1-01", "/en/aenderungen",
                     "/dienste/hundesteuer", "/en/dienste/hundesteuer",
                     "/dienste/hundesteuer/leichte-sprache"):
            self.assertIn(base + page, places)
        self.assertFalse([place for place in places if "/console" in place or "/ticket" in place])
        for place in places[:4]:
            self.assertEqual(self.server.ask("GET", place[len(base):])[0], 200, place)
        self.assertIn(base + "/sitemap.xml", self.get("/robots.txt")[1].decode())


if __name__ == "__main__":
    unittest.main()
