# SPDX-License-Identifier: EUPL-1.2
"""The restore drill: write under load, back up, kill, restore elsewhere, start, compare."""
import glob
import json
import os
import shutil
import signal
import stat
import tempfile
import threading
import unittest

from server import Server, command

JSON = {"Content-Type": "application/json"}
PEOPLE = 40


def sensor(number, value):
    return {"id": f"urn:ngsi-ld:Sensor:{number}", "type": "Sensor",
            "reading": {"type": "Property", "value": value}}


class Load(threading.Thread):
    """Writes entities until told to end; remembers what was acknowledged."""

    def __init__(self, server, token, number):
        super().__init__(daemon=True)
        self.server, self.number = server, number
        self.headers = {**JSON, "Authorization": f"Bearer {token}"}
        self.ended = threading.Event()
        self.acknowledged = []

    def run(self):
        while not self.ended.is_set() and len(self.acknowledged) < 2_000:
            number = self.number * 10_000 + len(self.acknowledged)
            try:
                status, _, _ = self.server.ask("POST", "/ngsi-ld/v1/entities",
                                               json.dumps(sensor(number, number)), self.headers)
            except OSError:
                return
            if status == 201:
                self.acknowledged.append(number)


def register(server, day, number):
    """One person's registration; True when it was acknowledged with a seat."""
    status, _, body = server.ask("POST", "/api/v1/holds",
                                 json.dumps({"quota": day, "seats": 1}), JSON)
    if status != 201:
        return False
    person = {"hold": json.loads(body)["hold"], "name": f"Person {number}",
              "mail": f"p{number}@example.org", "consents": []}
    status, _, body = server.ask("POST", "/api/v1/registrations", json.dumps(person),
                                 {**JSON, "Idempotency-Key": f"restore-drill-{number:04}"})
    return status == 201


def seats(server):
    """(quota, capacity, taken) as the API tells it."""
    return [(q["id"], q["capacity"], q["free"]) for q in server.json("/api/v1/quotas")]


class Backup(unittest.TestCase):
    def setUp(self):
        self.root = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.root, ignore_errors=True)
        self.data, self.other = os.path.join(self.root, "data"), os.path.join(self.root, "other")
        self.backups = os.path.join(self.root, "backups")

    def backup(self, *arguments):
        done = command("backup", self.backups, "--data", self.data, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(glob.glob(os.path.join(self.backups, "revier-*Z*")))[-1]

    def entity(self, server, number):
        return server.ask("GET", f"/ngsi-ld/v1/entities/urn:ngsi-ld:Sensor:{number}")[0]

    def wait_for_demo(self, server):
        for _ in range(300):
            quotas = server.json("/api/v1/quotas")
            if len(quotas) >= 5:
                return [q["id"] for q in quotas if q["id"].startswith("tag-")][0]
            threading.Event().wait(0.1)
        self.fail("the demo did not load")

    def free_shown(self, server):
        """What the public entities show of free seats, by id."""
        entities = server.json("/ngsi-ld/v1/entities?type=urn:revier:ns:EventDay&options=keyValues")
        return {e["id"]: next((v for k, v in e.items() if "emaining" in k), None)
                for e in entities}

    def test_restore_drill(self):
        with Server("--demo", "herne", "--access-log", "off", folder=self.data) as server:
            with open(os.path.join(self.data, "demo-token")) as file:
                token = file.read().strip()
            day = self.wait_for_demo(server)
            loads = [Load(server, token, number) for number in range(2)]
            for load in loads:
                load.start()
            registered = sum(register(server, day, n) for n in range(PEOPLE))
            self.assertEqual(registered, PEOPLE)
            before = [list(load.acknowledged) for load in loads]
            free = seats(server)
            folder = self.backup()
            self.assertTrue(any(load.is_alive() for load in loads), "it was not under load")
            server.process.send_signal(signal.SIGKILL)
            for load in loads:
                load.ended.set()
                load.join()
        restored = command("restore", folder, "--data", self.other)
        self.assertEqual(restored.returncode, 0, restored.stderr)
        with Server("--access-log", "off", folder=self.other) as server:
            for numbers in before:
                self.assertTrue(numbers)
                for number in numbers:
                    self.assertEqual(self.entity(server, number), 200, number)
            self.assertEqual(seats(server), free)
            shown = self.free_shown(server)
            true = {q: left for q, _, left in free if q == day}
            for _ in range(100):
                if set(true.values()) <= set(shown.values()):
                    break
                threading.Event().wait(0.1)
                shown = self.free_shown(server)
            self.assertTrue(set(true.values()) <= set(shown.values()), (true, shown))
        self.assertEqual(command("verify", "--data", self.other).returncode, 0)

    def test_keeps_private_and_verifies(self):
        with Server(folder=self.data):
            folder = self.backup()
        for path, _, files in os.walk(folder):
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o700)
            for name in files:
                self.assertEqual(stat.S_IMODE(os.stat(os.path.join(path, name)).st_mode), 0o600)
        self.assertEqual(command("verify", folder).returncode, 0)
        with open(os.path.join(folder, "records.db"), "r+b") as file:
            file.seek(5_000)
            byte = file.read(1)
            file.seek(5_000)
            file.write(bytes([byte[0] ^ 1]))
        broken = command("verify", folder)
        self.assertEqual(broken.returncode, 1)
        self.assertIn("records.db is not as it was written", broken.stderr)
        refused = command("restore", folder, "--data", self.other)
        self.assertEqual(refused.returncode, 1)
        self.assertNotIn("records.db", os.listdir(self.other))

    def test_of_a_stopped_folder_and_never_over_data(self):
        self.assertEqual(command("backup", self.backups, "--data", self.data).returncode, 1)
        with Server(folder=self.data):
            pass
        folder = self.backup()
        over = command("restore", folder, "--data", self.data)
        self.assertEqual(over.returncode, 1)
        self.assertIn("--force", over.stderr)
        self.assertEqual(command("restore", folder, "--data", self.data, "--force").returncode, 0)
        with Server(folder=self.data) as server:
            running = command("restore", folder, "--data", self.data, "--force")
            self.assertIn("in use by another revier", running.stderr)
            self.assertEqual(server.json("/readyz")["status"], "ok")

    def test_keep_and_list(self):
        with Server(folder=self.data):
            for _ in range(3):
                folder = self.backup("--keep", "2")
            listed = command("backup", "--list", "--data", self.data).stdout.splitlines()
            self.assertEqual(len(listed), 2)
            self.assertIn(folder, listed[0])

    def test_status_tells_the_reasons(self):
        self.assertIn("no server runs", command("status", "--data", self.root).stderr)
        with Server(folder=self.data):
            status = command("status", "--data", self.data)
            self.assertEqual(status.returncode, 0, status.stderr)
            self.assertIn("none yet: revier backup FOLDER", status.stdout)
            self.assertRegex(status.stdout, r"process +\d+, up \d+ s, [1-9]\d* MiB of memory")
            self.assertNotIn("hint", status.stdout)
        with Server("--limits-disk-free", "1000GiB", folder=self.data) as server:
            self.assertEqual(server.ask("GET", "/readyz")[0], 503)
            status = command("status", "--data", self.data)
            self.assertEqual(status.returncode, 1)
            self.assertIn("limits.disk_free", status.stdout)

    def test_a_proxy_that_is_not_named_is_told(self):
        forwarded = {"X-Forwarded-For": "203.0.113.7"}
        with Server("--server-proxies", "127.0.0.1", folder=self.data) as server:
            server.ask("GET", "/healthz", headers=forwarded)
            self.assertNotIn("hint", command("status", "--data", self.data).stdout)
        with Server(folder=self.data) as server:
            for _ in range(2):
                server.ask("GET", "/healthz", headers=forwarded)
            status = command("status", "--data", self.data)
            self.assertEqual(status.returncode, 0, status.stderr)
            self.assertIn("a proxy at 127.0.0.1 that server.proxies does not name", status.stdout)
        told = [line for line in server.log if "net.proxy_unnamed" in line]
        self.assertEqual(len(told), 1, server.log)


if __name__ == "__main__":
    unittest.main()
