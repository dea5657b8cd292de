# SPDX-License-Identifier: EUPL-1.2
"""Tokens with rights by entity, and quotas of tenants: as an administrator sets them and a program
meets them."""
import json
import shutil
import tempfile
import unittest

from server import Server, command

LD = "/ngsi-ld/v1"
ROOMS = [{"operations": ["read", "update"], "types": ["Room"], "except": ["code"]}]


class Rights(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        admin = command("user", "token", "admin", "--data", self.folder, "--all-tenants",
                        "--action", "users.manage", "--action", "data.write")
        self.admin = admin.stdout.strip()
        self.assertTrue(self.admin.startswith("rv_"), admin.stderr)

    def ask(self, server, token, method, path, body=None):
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        text = None if body is None else json.dumps(body)
        status, _, answer = server.ask(method, path, body=text, headers=headers)
        return status, json.loads(answer) if answer.startswith((b"{", b"[")) else answer

    def test_from_making_to_revoking(self):
        file = f"{self.folder}/rooms.json"
        with open(file, "w", encoding="utf-8") as out:
            json.dump(ROOMS, out)
        made = command("user", "token", "cli", "--rights", file, "--data", self.folder)
        self.assertEqual(made.returncode, 0, made.stderr)
        with open(file, "w", encoding="utf-8") as out:
            out.write('[{"operations": ["read"], "typ": "Room"}]')
        wrong = command("user", "token", "cli", "--rights", file, "--data", self.folder)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn('rule 1: "typ" is none of', wrong.stderr)
        with Server(folder=self.folder) as server:
            self.use(server, made.stdout.strip())
            wanted = {"label": "http", "days": 3, "rights": ROOMS}
            status, token = self.ask(server, self.admin, "POST", "/api/v1/tokens", wanted)
            self.assertEqual(status, 201, token)
            self.read(server, token["secret"])
            _, rows = self.ask(server, self.admin, "GET", "/api/v1/tokens")
            row = next(each for each in rows if each["id"] == token["id"])
            self.assertEqual(row["rights"], ROOMS)
            self.assertIn("used", row)
            self.assertNotIn("secret", row)
            status, _ = self.ask(server, self.admin, "DELETE", f"/api/v1/tokens/{token['id']}")
            self.assertEqual(status, 204)
            status, _ = self.ask(server, token["secret"], "GET", f"{LD}/entities/urn:r:1")
            self.assertEqual(status, 401)
            for bad in ({}, [], {"label": "x"}, {"label": "x", "rights": []},
                        {"label": "x", "actions": ["data.read"], "rights": ROOMS},
                        {"label": "x", "actions": ["data.read"], "tenant": "none"},
                        {"label": "x", "actions": ["data.read"], "days": 0},
                        {"label": "x", "actions": ["no"]}, {"label": None}):
                status, answer = self.ask(server, self.admin, "POST", "/api/v1/tokens", bad)
                self.assertIn(status, (400, 422), (bad, answer))
        listed = command("user", "list", "--data", self.folder).stdout
        self.assertIn('"types":["Room"],"except":["code"]', listed)

    def test_quotas_of_a_tenant(self):
        self.assertEqual(command("tenant", "add", "waste", "--data", self.folder).returncode, 0)
        with Server("--limits-tenant-entities", "2", "--limits-tenant-requests", "1",
                    folder=self.folder) as server:
            waste = {"NGSILD-Tenant": "waste", "Authorization": f"Bearer {self.admin}",
                     "Content-Type": "application/json"}
            made = [server.ask("POST", f"{LD}/entities", headers=waste, body=json.dumps(
                {"id": f"urn:bin:{n}", "type": "Bin"})) for n in range(3)]
            self.assertEqual([status for status, _, _ in made], [201, 201, 403])
            self.assertIn("the quota of this tenant is 2 entities", made[2][2].decode())
            asked = [server.ask("GET", f"{LD}/types", headers={"NGSILD-Tenant": "waste"})
                     for _ in range(100)]
            busy = [(headers, body) for status, headers, body in asked if status == 429]
            self.assertTrue(busy)
            self.assertEqual(busy[0][0]["Retry-After"], "1")
            self.assertIn("1 requests a second", busy[0][1].decode())
            self.assertEqual(server.ask("GET", f"{LD}/types")[0], 200)

    def use(self, server, token):
        room = {"id": "urn:r:1", "type": "Room", "seats": 4, "code": 4711}
        self.assertEqual(self.ask(server, None, "POST", f"{LD}/entities", room)[0], 401)
        self.assertEqual(self.ask(server, self.admin, "POST", f"{LD}/entities", room)[0], 201)
        self.read(server, token)
        attributes = f"{LD}/entities/urn:r:1/attrs"
        self.assertEqual(self.ask(server, token, "PATCH", attributes, {"seats": 5})[0], 204)
        status, answer = self.ask(server, token, "PATCH", attributes, {"code": 5})
        self.assertEqual(status, 403)
        self.assertIn("do not cover", answer["detail"])
        past = f"{LD}/temporal/entities"
        status, answer = self.ask(server, token, "GET", f"{past}/urn:r:1?format=temporalValues")
        self.assertEqual(status, 200, answer)
        self.assertEqual(sorted(answer), ["id", "seats", "type"])
        self.assertEqual([value for value, _ in answer["seats"]["values"]], [4, 5])
        since = "timerel=after&timeAt=2020-01-01T00:00:00Z&timeproperty=modifiedAt"
        status, answer = self.ask(server, token, "GET", f"{past}?type=Room&{since}&q=code==4711")
        self.assertEqual((status, answer), (200, []))
        status, answer = self.ask(server, token, "GET", f"{past}?type=Room&{since}")
        self.assertEqual([one["id"] for one in answer], ["urn:r:1"])
        self.assertEqual(self.ask(server, token, "DELETE", f"{past}/urn:r:1")[0], 403)
        lamp = {"id": "urn:l:1", "type": "Lamp", "on": True}
        self.assertEqual(self.ask(server, self.admin, "POST", f"{LD}/entities", lamp)[0], 201)
        self.assertEqual(self.ask(server, token, "GET", f"{past}/urn:l:1")[0], 404)
        for path in (f"{LD}/subscriptions",
                     f"{LD}/csourceRegistrations", f"{LD}/jsonldContexts", "/api/v1/tokens",
                     "/api/v1/explain?type=Room", "/metrics"):
            self.assertEqual(self.ask(server, token, "GET", path)[0], 403, path)

    def read(self, server, token):
        path = f"{LD}/entities?type=Room&format=simplified"
        status, answer = self.ask(server, token, "GET", path)
        self.assertEqual(status, 200)
        self.assertEqual([sorted(each) for each in answer], [["id", "seats", "type"]])


if __name__ == "__main__":
    unittest.main()
