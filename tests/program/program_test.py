# SPDX-License-Identifier: EUPL-1.2
import datetime
import json
import os
import shutil
import signal
import socket
import stat
import tempfile
import time
import unittest

from server import Server, command


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_starts_answers_and_ends(self):
        with Server(folder=self.folder) as server:
            self.assertEqual(server.ask("GET", "/healthz")[0], 200)
            self.assertEqual(server.json("/readyz")["status"], "ok")
            self.assertIn("/console/start/", server.text())
            self.assertEqual(server.stop(), 0)

    def test_interrupt_ends_it_too(self):
        with Server(folder=self.folder) as server:
            self.assertEqual(server.stop(signal.SIGINT), 0)

    def test_one_process_a_folder(self):
        with Server(folder=self.folder) as server:
            second = command("serve", "--data", self.folder, "--listen", "127.0.0.1:0")
            self.assertEqual(second.returncode, 1)
            self.assertIn(f"in use by another revier (process {server.process.pid})", second.stderr)
            check = command("verify", "--data", self.folder)
            self.assertEqual(check.returncode, 1)

    def test_check(self):
        self.assertEqual(command("verify", "--data", self.folder).returncode, 1)
        with Server(folder=self.folder):
            pass
        check = command("verify", "--data", self.folder)
        self.assertEqual(check.returncode, 0, check.stderr)
        self.assertIn("all is well", check.stdout)

    def test_demo_clock_goes_on_over_restarts(self):
        with Server("--demo", "herne", folder=self.folder) as server:
            first = instant(server.json("/api/v1/clock")["now"])
        opening = instant("2025-01-20T08:00:00Z")
        self.assertLess(abs((first - opening).total_seconds()), 60)
        time.sleep(1)
        with Server("--demo", "herne", folder=self.folder) as server:
            second = instant(server.json("/api/v1/clock")["now"])
        self.assertGreaterEqual((second - first).total_seconds(), 1)
        with Server("--demo-clock", "2025-02-05T08:00:00Z", folder=self.folder) as server:
            later = instant(server.json("/api/v1/clock")["now"])
        self.assertGreaterEqual(later, instant("2025-02-05T08:00:00Z"))
        back = command("serve", "--data", self.folder, "--listen", "127.0.0.1:0",
                       "--demo-clock", "2025-01-20T08:00:00Z")
        self.assertEqual(back.returncode, 1)
        self.assertIn("does not go back", back.stderr)

    def test_demo_token_is_kept(self):
        file = os.path.join(self.folder, "demo-token")
        tokens = []
        for _ in range(2):
            with Server("--demo", "herne", folder=self.folder) as server:
                with open(file) as opened:
                    tokens.append(opened.read().strip())
                self.assertIn(tokens[-1], server.text())
        self.assertEqual(tokens[0], tokens[1])
        self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)

    def test_no_auth_is_for_loopback(self):
        refused = command("serve", "--data", self.folder, "--listen", "0.0.0.0:0", "--no-auth")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("loopback", refused.stderr)
        proxied = command("config", "check", "--no-auth", "--server-proxies", "10.0.0.1")
        self.assertEqual(proxied.returncode, 1)
        with Server("--no-auth", folder=self.folder) as server:
            self.assertIn("NO AUTHENTICATION", server.text())

    def test_metrics_are_protected_or_apart(self):
        with Server(folder=self.folder) as server:
            self.assertEqual(server.ask("GET", "/metrics")[0], 401)
            token = command("user", "token", "watcher", "--action", "state.read", "--all-tenants",
                            "--data", self.folder).stdout.strip()
            headers = {"Authorization": f"Bearer {token}"}
            deadline = time.monotonic() + 10
            while server.ask("GET", "/metrics", headers=headers)[0] != 200:
                self.assertLess(time.monotonic(), deadline, "the token was not taken over")
                time.sleep(0.2)
            self.assertEqual(server.json("/readyz", headers)["durability"], "commit")
            self.assertNotIn("durability", server.json("/readyz"))

    def test_metrics_on_a_port_of_their_own(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with Server("--metrics-listen", f"127.0.0.1:{port}", "--server-names",
                    "events.example.org", folder=self.folder) as server:
            self.assertEqual(server.ask("GET", "/metrics", headers={
                "Host": "events.example.org"})[0], 404)
            server.address = f"127.0.0.1:{port}"
            status, _, body = server.ask("GET", "/metrics")
            self.assertEqual(status, 200)
            self.assertIn(b"revier_", body)
            self.assertEqual(server.ask("GET", "/")[0], 404)

    def test_map_tiles_that_are_none_are_refused(self):
        file = os.path.join(self.folder, "map.pmtiles")
        head = bytearray(127)
        head[0:8], head[97:100] = b"PMTiles\x03", bytes([2, 2, 1])
        head[64:72] = (1).to_bytes(8, "little")
        pictures = head[:99] + b"\x02" + head[100:]
        cut_off = head[:56] + (127).to_bytes(8, "little") + head[64:]
        for content, reason in ((None, "No such file"), (b"no tiles", "no PMTiles archive"),
                                (pictures, "vector tiles (MVT) are needed"),
                                (head[:98] + b"\x03" + head[99:], "gzip or not at all"),
                                (cut_off, "cut off")):
            if content is not None:
                with open(file, "wb") as out:
                    out.write(content)
            wrong = command("serve", "--data", self.folder, "--listen", "127.0.0.1:0",
                            "--map-pmtiles", file)
            self.assertEqual(wrong.returncode, 1, reason)
            self.assertIn(reason, wrong.stderr)

    def test_contexts_of_the_operator(self):
        url = "https://city.example/terms.jsonld"
        catalogue = os.path.join(self.folder, "contexts")
        os.mkdir(catalogue)
        with open(os.path.join(catalogue, "catalogue.json"), "w") as file:
            json.dump({url: "terms.jsonld"}, file)
        wrong = command("serve", "--data", self.folder, "--listen", "127.0.0.1:0",
                        "--contexts-catalogue", catalogue)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("terms.jsonld", wrong.stderr)
        with open(os.path.join(catalogue, "terms.jsonld"), "w") as file:
            json.dump({"@context": {"bench": "https://city.example/bench"}}, file)
        with Server("--no-auth", "--contexts-catalogue", catalogue, folder=self.folder) as server:
            entity = {"@context": url, "id": "urn:ngsi-ld:Bench:1", "type": "bench"}
            status, _, body = server.ask("POST", "/ngsi-ld/v1/entities", json.dumps(entity),
                                         {"Content-Type": "application/ld+json"})
            self.assertEqual(status, 201, body)
            self.assertIn("https://city.example/bench",
                          json.dumps(server.json("/ngsi-ld/v1/entities/urn:ngsi-ld:Bench:1")))

    def test_users_tokens_and_tenants(self):
        data = ("--data", self.folder)
        added = command("user", "add", "anna", "--role", "programme-editor", *data)
        self.assertEqual(added.returncode, 0, added.stderr)
        self.assertIn("/console/start/", added.stdout)
        self.assertEqual(command("user", "add", "anna", "--role", "viewer", *data).returncode, 1)
        self.assertEqual(command("user", "add", "bert", "--role", "king", *data).returncode, 1)
        nowhere = command("user", "add", "bert", "--role", "viewer@fest", *data)
        self.assertEqual(nowhere.returncode, 1)
        self.assertIn("opens nothing", nowhere.stderr)
        self.assertIn("account anna", command("user", "list", *data).stdout)
        self.assertEqual(command("user", "token", "x", "--action", "fly", *data).returncode, 1)
        self.assertEqual(command("tenant", "add", "waste", "--closed", *data).returncode, 0)
        self.assertIn("waste: read with a token", command("tenant", "list", *data).stdout)

    def test_options(self):
        self.assertEqual(command("config", "check").returncode, 0)
        wrong = command("config", "check", environment={"REVIER_LISTENN": "x"})
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("nearest is REVIER_LISTEN", wrong.stderr)
        self.assertEqual(command("serve", "--listenn", "x").returncode, 2)
        self.assertRegex(command("version").stdout, r"^revier \d+\.\d+\.\d+")


if __name__ == "__main__":
    unittest.main()
