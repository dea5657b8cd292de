# SPDX-License-Identifier: EUPL-1.2
"""Tokens and what they may, and quotas of tenants: as an administrator sets them and a program
meets them."""
import http.client
import json
import queue
import shutil
import sqlite3
import tempfile
import unittest

from local_server import Handler, LocalServer
from server import Server, command

LD = "/ngsi-ld/v1"
ROOMS = [{"operations": ["read", "update"], "types": ["Room"], "except": ["code"]}]


class Receiver(LocalServer):
    """Takes notifications; hands out their data, by subscription."""

    def __init__(self):
        self.taken = {}
        super().__init__(Notified)

    def of(self, subscription):
        return self.taken.setdefault(subscription, queue.Queue())

    def next(self, subscription):
        return self.of(subscription).get(timeout=60)

    def left(self, subscription):
        waiting = self.of(subscription)
        return [waiting.get() for _ in range(waiting.qsize())]


class Notified(Handler):
    def do_POST(self):
        body = self.body()
        self.server.of(body["subscriptionId"]).put(body["data"])
        self.answer(204)


class Asked(Handler):
    """A context source that has nothing; its server keeps the heads of what it was asked."""

    def do_GET(self):
        self.server.heads.append(dict(self.headers))
        self.answer(200, ("Content-Type", "application/json"), body=b"[]")


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
        self.assertEqual(self.ask(server, token, "GET", "/live?ids=urn:r:1")[0], 401)
        for path in (f"{LD}/csourceSubscriptions", f"{LD}/csourceRegistrations",
                     f"{LD}/jsonldContexts", "/api/v1/tokens", "/api/v1/explain?type=Room",
                     "/metrics"):
            self.assertEqual(self.ask(server, token, "GET", path)[0], 403, path)

    def test_subscriptions(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        with Server("--outgoing-allow", "127.0.0.0/8", folder=self.folder) as server:
            token = self.make(server, "rooms", ROOMS)
            other = self.make(server, "other", ROOMS)
            writer = self.make(server, "writer", [{"operations": ["write"]}])
            manager = self.make(server, "m", None, ["data.manage", "data.read", "data.write"])
            # Another source has rooms, too: it is not asked for hers.
            source = {"type": "ContextSourceRegistration", "endpoint": "http://127.0.0.1:9/",
                      "information": [{"entities": [{"type": "Room"}]}]}
            status, answer = self.ask(server, manager["secret"], "POST",
                                      f"{LD}/csourceRegistrations", source)
            self.assertEqual(status, 201, answer)
            self.subscribe(server, receiver, token, other, writer)
            self.tell(server, receiver)
            # What is left of it after the token.
            status, _ = self.ask(server, self.admin, "DELETE", f"/api/v1/tokens/{token['id']}")
            self.assertEqual(status, 204)
            self.change(server, {"seats": 9})
            self.change(server, {"seats": 10})
            end = {"id": "urn:e:1", "type": "End", "seats": 1}  # heard by the other alone
            self.create(server, end)
            self.assertEqual(receiver.next("urn:s:end"), [end])
            self.assertEqual(receiver.left("urn:s:1"), [])
            status, answer = self.ask(server, manager["secret"], "GET",
                                      "/api/v1/subscriptions/urn:s:1/sources")
            self.assertEqual((status, answer["sources"]), (200, []))
            headers = {"Authorization": f"Bearer {manager['secret']}"}
            _, headers, body = server.ask("GET", f"{LD}/subscriptions/urn:s:1", headers=headers)
            self.assertEqual(json.loads(body)["status"], "paused")
            self.assertIn("the token was revoked", headers["NGSILD-Warning"])

    def test_a_token_that_is_revoked_tells_nothing_more(self):
        """Neither its subscriptions nor its streams do, whatever it could."""
        receiver = Receiver()
        self.addCleanup(receiver.close)
        with Server("--outgoing-allow", "127.0.0.0/8", "--open-read", "off",
                    folder=self.folder) as server:
            token = self.make(server, "t", None, ["data.read", "data.write"])
            writer = self.make(server, "w", None, ["data.write"])
            manager = self.make(server, "m", None, ["data.manage", "data.read", "data.write"])
            rooms = {"id": "urn:s:1", "type": "Subscription", "entities": [{"type": "Room"}],
                     "notification": {"format": "simplified", "endpoint": {"uri": receiver.url()}}}
            path = f"{LD}/subscriptions"
            self.assertEqual(self.ask(server, writer["secret"], "POST", path, rooms)[0], 403)
            self.assertEqual(self.ask(server, token["secret"], "POST", path, rooms)[0], 201)
            end = {**rooms, "id": "urn:s:end"}
            self.assertEqual(self.ask(server, manager["secret"], "POST", path, end)[0], 201)
            stream, held = self.stream(server, token), self.stream(server, manager)
            room = {"id": "urn:r:1", "type": "Room", "code": 1}
            self.create(server, room)
            self.assertEqual(receiver.next("urn:s:1"), [room])
            self.assertIn(b'"code":1', self.event(stream))
            self.assertIn(b'"code":1', self.event(held))
            status, _ = self.ask(server, self.admin, "DELETE", f"/api/v1/tokens/{token['id']}")
            self.assertEqual(status, 204)
            self.change(server, {"code": 2})
            self.assertIn(b'"code":2', self.event(held))
            self.assertNotIn(b'"code":2', stream.read())
            while receiver.next("urn:s:end") != [{**room, "code": 2}]:
                pass
            self.assertEqual(receiver.left("urn:s:1"), [])
            headers = {"Authorization": f"Bearer {manager['secret']}"}
            _, headers, body = server.ask("GET", f"{path}/urn:s:1", headers=headers)
            self.assertEqual(json.loads(body)["status"], "paused")
            self.assertIn("the token was revoked", headers["NGSILD-Warning"])
            status, _ = self.ask(server, manager["secret"], "DELETE", f"{path}/urn:s:1")
            self.assertEqual(status, 204)
        with sqlite3.connect(f"file:{self.folder}/records.db?mode=ro", uri=True) as records:
            lines = records.execute("SELECT action, object, actor_name FROM audit_line WHERE kind"
                                    " = 'subscription' ORDER BY id").fetchall()
        self.assertEqual(lines, [("subscription.create", "urn:s:1", "t"),
                                 ("subscription.create", "urn:s:end", "m"),
                                 ("subscription.delete", "urn:s:1", "m")])

    def stream(self, server, token):
        connection = http.client.HTTPConnection(server.address, timeout=60)
        self.addCleanup(connection.close)
        connection.request("GET", "/live?ids=urn:r:1",
                           headers={"Authorization": f"Bearer {token['secret']}"})
        return connection.getresponse()

    def event(self, stream):
        while True:
            line = stream.readline()
            if line.startswith(b"data:") or not line:
                return line

    def test_sources_get_no_keys_of_who_asks(self):
        source = LocalServer(Asked)
        source.heads = []
        self.addCleanup(source.close)
        with Server("--outgoing-allow", "127.0.0.0/8", folder=self.folder) as server:
            writer = self.make(server, "w", None, ["data.write"])
            registration = {
                "type": "ContextSourceRegistration", "endpoint": source.url(""),
                "information": [{"entities": [{"type": "Far"}]}],
                "contextSourceInfo": [{"key": name, "value": "urn:ngsi-ld:request"}
                                      for name in ("Authorization", "Cookie", "X-User")]}
            status, answer = self.ask(server, writer["secret"], "POST",
                                      f"{LD}/csourceRegistrations", registration)
            self.assertEqual(status, 201, answer)
            self.assertEqual(server.ask("GET", f"{LD}/entities?type=Far", headers={
                "Authorization": f"Bearer {self.admin}", "X-User": "anna"})[0], 200)
            session = server.first_administrator()
            self.assertEqual(server.ask("GET", f"{LD}/entities?type=Far", headers={
                "Cookie": session["Cookie"], "X-User": "anna"})[0], 200)
        self.assertEqual(len(source.heads), 2)
        for head in source.heads:
            self.assertEqual(head["X-User"], "anna")
            self.assertNotIn("Authorization", head)
            self.assertNotIn("Cookie", head)

    def make(self, server, label, rights, actions=None):
        wanted = {"label": label, "rights": rights} if rights else {"label": label,
                                                                     "actions": actions}
        status, token = self.ask(server, self.admin, "POST", "/api/v1/tokens", wanted)
        self.assertEqual(status, 201, token)
        return token

    def create(self, server, entity):
        status, answer = self.ask(server, self.admin, "POST", f"{LD}/entities", entity)
        self.assertEqual(status, 201, answer)

    def change(self, server, attributes):
        path = f"{LD}/entities/urn:r:1/attrs"
        self.assertEqual(self.ask(server, self.admin, "PATCH", path, attributes)[0], 204)

    def subscribe(self, server, receiver, token, other, writer):
        """Her own, which others do not see; and one of the administrator's for the end."""
        path, her = f"{LD}/subscriptions", token["secret"]
        mine = {"id": "urn:s:1", "type": "Subscription",
                "entities": [{"type": "Room"}, {"type": "Hall"}],
                "notification": {"format": "simplified", "endpoint": {"uri": receiver.url()}}}
        status, answer = self.ask(server, writer["secret"], "POST", path, mine)
        self.assertEqual(status, 403, answer)
        status, answer = self.ask(server, her, "POST", path, mine)
        self.assertEqual(status, 201, answer)
        end = {**mine, "id": "urn:s:end", "entities": [{"type": "End"}]}
        self.assertEqual(self.ask(server, self.admin, "POST", path, end)[0], 201)
        self.assertEqual(self.ask(server, other["secret"], "GET", path), (200, []))
        for method, body in (("GET", None), ("PATCH", {"isActive": False}), ("DELETE", None)):
            for one in (other["secret"], her):
                name = "urn:s:1" if one == other["secret"] else "urn:s:end"
                status, answer = self.ask(server, one, method, f"{path}/{name}", body)
                self.assertEqual(status, 404, answer)
        status, answer = self.ask(server, her, "GET", path)
        self.assertEqual([(one["id"], one["localOnly"]) for one in answer], [("urn:s:1", True)])
        change = {"description": "of the rooms"}
        self.assertEqual(self.ask(server, her, "PATCH", f"{path}/urn:s:1", change)[0], 204)
        letters = "/api/v1/subscriptions/urn:s:1/dead-letters"
        self.assertEqual(self.ask(server, her, "GET", letters), (200, []))
        self.assertEqual(self.ask(server, her, "POST", f"{letters}/replay"),
                         (200, {"replayed": 0}))
        self.assertEqual(self.ask(server, other["secret"], "GET", letters)[0], 404)
        second = {**mine, "id": "urn:s:2"}
        headers = {"Authorization": f"Bearer {her}", "Content-Type": "application/json",
                   "NGSILD-Snapshot": "urn:snap:1"}
        status, _, body = server.ask("POST", path, body=json.dumps(second), headers=headers)
        self.assertEqual(status, 403, body)
        self.assertEqual(self.ask(server, her, "POST", path, second)[0], 201)
        self.assertEqual(self.ask(server, her, "DELETE", f"{path}/urn:s:2")[0], 204)

    def tell(self, server, receiver):
        self.create(server, {"id": "urn:h:1", "type": "Hall", "seats": 100})
        self.create(server, {"id": "urn:r:1", "type": "Room", "seats": 4, "code": 4711})
        self.change(server, {"code": 4712})
        self.change(server, {"seats": 5})
        for seats in (4, 5):
            self.assertEqual(receiver.next("urn:s:1"),
                             [{"id": "urn:r:1", "type": "Room", "seats": seats}])

    def read(self, server, token):
        path = f"{LD}/entities?type=Room&format=simplified"
        status, answer = self.ask(server, token, "GET", path)
        self.assertEqual(status, 200)
        self.assertEqual([sorted(each) for each in answer], [["id", "seats", "type"]])


if __name__ == "__main__":
    unittest.main()
