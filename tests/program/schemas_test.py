# SPDX-License-Identifier: EUPL-1.2
"""Schemas of entity types: every way in, what is told, and kill -9."""
import json
import pathlib
import signal
import sqlite3
import unittest
import urllib.parse
from tempfile import TemporaryDirectory

from server import Server, command

OPTIONS = ("--no-auth", "--access-log", "off")
SCHEMAS = "/api/v1/schemas"
AIR = f"{SCHEMAS}/types/AirQuality"
ENTITIES = "/ngsi-ld/v1/entities"
BATCH = "/ngsi-ld/v1/entityOperations/"
COMMON = "https://models.example/common-schema.json"
COMMON_SCHEMA = {"definitions": {
    "Commons": {"type": "object", "properties": {
        "id": {"anyOf": [{"type": "string", "maxLength": 40, "pattern": "^[a-z0-9:]+$"},
                         {"type": "string", "format": "uri"}]},
        "name": {"type": "string"}}},
    "Location": {"type": "object", "properties": {
        "location": {"type": "object", "required": ["type", "coordinates"], "properties": {
            "type": {"enum": ["Point"]},
            "coordinates": {"type": "array", "minItems": 2, "items": {"type": "number"}}}}}}}}
SCHEMA = {
    "$schema": "http://json-schema.org/schema", "modelTags": "", "title": "Air quality",
    "$id": "https://models.example/AirQuality/schema.json", "type": "object",
    "allOf": [{"$ref": f"{COMMON}#/definitions/Commons"},
              {"$ref": f"{COMMON}#/definitions/Location"},
              {"properties": {"type": {"type": "string", "enum": ["AirQuality"]},
                              "no2": {"type": "number", "minimum": 0},
                              "dateObserved": {"type": "string", "format": "date-time"}}}],
    "required": ["id", "type", "no2"]}


def send(server, method, path, body=None, headers=None):
    sent = {"Content-Type": "application/json"} if body is not None else {}
    status, _, text = server.ask(method, path, None if body is None else json.dumps(body),
                                 {**sent, **(headers or {})})
    return status, json.loads(text) if text else None


def document_path(url=COMMON):
    return f"{SCHEMAS}/documents/{urllib.parse.quote(url, safe='')}"


def give(server, mode):
    assert send(server, "PUT", document_path(), COMMON_SCHEMA)[0] in (201, 204)
    status, answer = send(server, "PUT", f"{AIR}?mode={mode}", SCHEMA)
    assert status in (201, 204), answer


def air(number, no2=7, **more):
    return {"id": f"urn:air:{number}", "type": "AirQuality", "no2": no2, **more}


class Schemas(unittest.TestCase):
    def refused(self, server, method, path, body=None, rule="minimum", place="/no2", headers=None):
        status, told = send(server, method, path, body, headers)
        self.assertEqual((status, told["type"]),
                         (400, "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"), told)
        self.assertEqual(told.get("field", ""), place)
        self.assertIn(f"attribute {place.split('/')[1] if place else 'no2'}, rule {rule}",
                      told["detail"])

    def test_every_way_in_is_judged_by_the_entity_after_it(self):
        with Server(*OPTIONS) as server:
            self.assertEqual(send(server, "PUT", AIR, SCHEMA)[0], 400)  # COMMON is not there
            give(server, "reject")
            one = f"{ENTITIES}/urn:air:1"
            self.assertEqual(send(server, "POST", ENTITIES, air(1))[0], 201)
            self.refused(server, "POST", ENTITIES, air(2, -1))
            self.refused(server, "POST", f"{one}/attrs", {"dateObserved": "today"}, "format",
                         "/dateObserved")
            self.refused(server, "PATCH", f"{one}/attrs", {"no2": "x"}, "type")
            self.refused(server, "PATCH", f"{one}/attrs/no2", {"value": -3})
            self.refused(server, "PUT", f"{one}/attrs/no2", {"type": "Property", "value": -3})
            self.refused(server, "PATCH", one, {"no2": -4})
            self.refused(server, "PUT", one, air(1, -5))
            self.refused(server, "DELETE", f"{one}/attrs/no2", None, "required", "")
            self.refused(server, "POST", f"{one}/attrs", {"location": {
                "type": "Point", "coordinates": [7, 51]}, "name": 3}, "type", "/name")
            for operation in ("create", "upsert", "update", "merge"):
                status, told = send(server, "POST", BATCH + operation, [air(1, -1), air(3, -1)])
                self.assertGreaterEqual(status, 207, (operation, told))
            status, told = send(server, "POST", BATCH + "upsert", [air(4), air(5, -1)])
            self.assertEqual((status, told["success"], told["errors"][0]["entityId"]),
                             (207, ["urn:air:4"], "urn:air:5"))
            found = send(server, "GET", f"{ENTITIES}?type=AirQuality&format=simplified")[1]
            self.assertEqual(found, [air(1), air(4)])
            # Of the temporal evolution only what changes the current state is judged.
            self.assertEqual(send(server, "POST", "/ngsi-ld/v1/temporal/entities", {
                "id": "urn:air:9", "type": "AirQuality", "no2": [
                    {"type": "Property", "value": -1,
                     "observedAt": "2025-01-01T00:00:00Z"}]})[0], 201)

    def test_files_come_in_by_the_same_rules(self):
        with TemporaryDirectory() as folder, Server(*OPTIONS) as server:
            give(server, "reject")
            file = pathlib.Path(folder, "air.ndjson")
            file.write_text("".join(json.dumps(air(n, 5 - n)) + "\n" for n in range(8)))
            done = command("import", str(file), "--data", server.folder)
            self.assertEqual(done.returncode, 1, done.stderr)
            refused = pathlib.Path(folder, "air.ndjson.rejected.csv").read_text().splitlines()
            self.assertEqual(len(refused), 3, refused)
            self.assertIn("attribute no2, rule minimum, place /no2", refused[1])
            found = send(server, "GET", f"{ENTITIES}?type=AirQuality")[1]
            self.assertEqual(len(found), 6)

    def test_what_is_marked_is_taken_counted_and_told(self):
        with Server(*OPTIONS) as server:
            give(server, "mark")
            self.assertEqual(send(server, "POST", ENTITIES, air(1, -1, name=3))[0], 201)
            self.assertEqual(send(server, "PATCH", f"{ENTITIES}/urn:air:1/attrs",
                                  {"no2": -2})[0], 204)
            self.assertEqual(send(server, "POST", ENTITIES, air(2))[0], 201)
            told = send(server, "GET", f"{AIR}/violations")[1]
            self.assertEqual((told["marked"], told["refused"]), (2, 0))
            self.assertEqual(told["rules"], [
                {"attribute": "name", "rule": "type", "count": 2},
                {"attribute": "no2", "rule": "minimum", "count": 2}])
            latest = told["latest"][0]
            self.assertEqual((latest["entity"], latest["taken"]), ("urn:air:1", True))
            self.assertEqual(latest["violations"][1], {
                "attribute": "no2", "rule": "minimum", "place": "/no2",
                "rulePlace": "/allOf/2/properties/no2/minimum",
                "message": "is -2, the least is 0"})
            tried = send(server, "GET", f"{AIR}/check")[1]
            self.assertEqual((tried["checked"], tried["violating"]), (2, 1))
            stricter = {**SCHEMA, "required": ["id", "type", "no2", "dateObserved"]}
            tried = send(server, "POST", f"{AIR}/check", stricter)[1]
            self.assertEqual((tried["checked"], tried["violating"]), (2, 2))
            self.assertEqual(send(server, "DELETE", f"{AIR}/violations")[0], 204)
            self.assertEqual(send(server, "GET", SCHEMAS)[1][0]["marked"], 0)

    def test_what_was_acknowledged_survives_kill_9(self):
        with TemporaryDirectory(prefix="revier-schemas-") as folder:
            with Server(*OPTIONS, folder=folder) as server:
                give(server, "reject")
                server.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder) as server:
                self.refused(server, "POST", ENTITIES, air(1, -1))
                server.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder) as server:
                shown = send(server, "GET", AIR)[1]
                self.assertEqual((shown["mode"], shown["schema"]), ("reject", SCHEMA))
                self.assertEqual(send(server, "GET", f"{AIR}/violations")[1]["refused"], 1)
                self.assertEqual(send(server, "GET", document_path())[1], COMMON_SCHEMA)
                self.assertEqual(send(server, "DELETE", document_path())[0], 409)
                self.assertEqual(send(server, "DELETE", AIR)[0], 204)
                server.stop(signal.SIGKILL)
            with Server(*OPTIONS, folder=folder) as server:
                self.assertEqual(send(server, "GET", AIR)[0], 404)
                self.assertEqual(send(server, "POST", ENTITIES, air(1, -1))[0], 201)
                self.assertEqual(send(server, "DELETE", document_path())[0], 204)

    def test_each_change_is_a_line_of_the_audit_log(self):
        with Server(*OPTIONS) as server:
            give(server, "mark")
            for path in (f"{AIR}/violations", AIR, document_path()):
                self.assertEqual(send(server, "DELETE", path)[0], 204)
            self.assertEqual(send(server, "DELETE", AIR)[0], 404)
            with sqlite3.connect(f"file:{server.folder}/records.db?mode=ro", uri=True) as records:
                lines = records.execute("SELECT action, object FROM audit_line WHERE kind = "
                                        "'schema' ORDER BY id").fetchall()
        air = "https://uri.etsi.org/ngsi-ld/default-context/AirQuality"
        self.assertEqual(lines, [("schema.put-document", COMMON), ("schema.put", air),
                                 ("schema.clear", air), ("schema.delete", air),
                                 ("schema.delete-document", COMMON)])

    def test_names_are_those_of_the_context_and_wrong_requests_are_told(self):
        with Server(*OPTIONS) as server:
            context = {"@context": {"AirQuality": "https://m.example/AirQuality",
                                    "no2": "https://m.example/no2"}}
            status, headers, _ = server.ask("POST", "/ngsi-ld/v1/jsonldContexts",
                                            json.dumps(context),
                                            {"Content-Type": "application/json"})
            self.assertEqual(status, 201)
            link = {"Link": f'<http://{server.address}{headers["Location"]}>; '
                            'rel="http://www.w3.org/ns/json-ld#context"'}
            plain = {"required": ["no2"], "properties": {"no2": {"type": "number"}}}
            self.assertEqual(send(server, "PUT", f"{AIR}?mode=reject", plain, link)[0], 201)
            self.refused(server, "POST", ENTITIES, air(1, "x"), "type", headers=link)
            self.assertEqual(send(server, "POST", ENTITIES, air(2, "x"))[0], 201)  # another type
            self.assertEqual(send(server, "POST", ENTITIES, air(3), link)[0], 201)
            self.assertEqual(send(server, "GET", SCHEMAS)[1][0]["iri"],
                             "https://m.example/AirQuality")
            for path, body, status in (
                    (f"{AIR}?mode=perhaps", plain, 400), (f"{AIR}?wrong=1", plain, 400),
                    (AIR, {"type": "text"}, 400), (AIR, {"$ref": "#"}, 400), (AIR, [], 400),
                    (AIR, {"a": "x" * 300_000}, 413),
                    (document_path("no url"), {}, 400)):
                self.assertEqual(send(server, "PUT", path, body)[0], status, path)
            self.assertEqual(server.ask("PUT", AIR, "{}", {"Content-Type": "text/plain"})[0], 415)
            self.assertEqual(send(server, "GET", f"{AIR}/violations")[0], 404)


if __name__ == "__main__":
    unittest.main()
