# SPDX-License-Identifier: EUPL-1.2
"""Rows that the whole program is measured for, over HTTP, from processes of their own."""
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from table import Row

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "rush"))
from event_server import Client, EventServer, SESSION, ask, put_event  # noqa: E402

TYPES = 20
BATCH = 1000
CORE = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.9.jsonld"
LINK = f'Link: <{CORE}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
ENTITY = "/ngsi-ld/v1/entities/urn:ngsi-ld:Bench:{n}"


def entity(number):
    """About 900 bytes normalised, 8 attributes, one place; level, temperature, place uniform."""
    spot = [6.8 + (number * 7919 % 800_000) / 1e6, 51.3 + (number * 104_729 % 400_000) / 1e6]
    at = "2025-01-20T08:00:00Z"
    return {
        "id": f"urn:ngsi-ld:Bench:{number:07}", "type": f"Bench{number % TYPES}",
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": spot}},
        "level": {"type": "Property", "value": number * 7_919_777 % 1_000_000, "observedAt": at},
        "temperature": {"type": "Property", "value": number * 31 % 400 / 10, "unitCode": "CEL",
                        "observedAt": at},
        "status": {"type": "Property", "value": f"state-{number % 7}"},
        "name": {"type": "Property", "value": f"Sensor number {number:07} in the field"},
        "category": {"type": "Property", "value": ["air", "noise", f"group-{number % TYPES}"]},
        "owner": {"type": "Relationship", "object": f"urn:ngsi-ld:Owner:{number % 5000}"},
        "note": {"type": "Property", "value": f"{number:x<150}"}}


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerRows:
    """Fills its rows; the data folder is used by one server after the other."""

    def __init__(self, build, folder, smoke, entities):
        self.binary, self.programs = build / "revier", build / "bench"
        self.clients = build / "tests" / "rush" / "rush_clients"
        self.folder, self.smoke, self.entities = Path(folder), smoke, entities
        self.seconds, self.rounds = (0.3, 1) if smoke else (3, 5)
        self.rows, self.token = [], ""

    def row(self, name, unit, goal=""):
        self.rows.append(Row(name, unit, goal=goal))
        return self.rows[-1]

    def measure(self, bare_updates):
        """All rows. `bare_updates`: durable updates/s of the bare RocksDB loop, 256 writers."""
        self.fill_and_open()
        self.whole_requests()
        self.bare_requests()
        self.durable_updates(bare_updates)
        self.registrations("JSON", 100)
        self.registrations("pages", 0)
        return self.rows

    def server(self, name="data", *options):
        server = EventServer(str(self.binary), str(self.folder / name), *options)
        return server

    def make_token(self):
        command = [self.binary, "user", "token", "bench", "--data", self.folder / "data"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        self.token = done.stdout.strip().splitlines()[-1]

    def fill_and_open(self):
        """Start, idle memory, memory an entity, opening."""
        start = self.row("start of an empty store", "ms", "< 100")
        for number in range(self.rounds):
            server = self.server(f"empty{number}", "--access-log", "off")
            start.ours.append(server.start() * 1000)
            server.stop()
        self.make_token()
        server = self.server("data", "--access-log", "off", "--durability", "none")
        server.start()
        time.sleep(1)
        idle = resident_kib(server.process.pid)
        self.row("memory, idle", "MiB", "< 60").ours.append(idle / 1024)
        began = time.monotonic()
        self.fill(server)
        made = self.row(f"{self.entities} entities created by batch", "entities/s")
        made.ours.append(self.entities / (time.monotonic() - began))
        server.stop()
        opening = self.row(f"opening with {self.entities} entities", "s", "1,000,000 in < 8")
        server = self.server("data", "--access-log", "off")
        opening.ours.append(server.start())
        time.sleep(1)
        grown = resident_kib(server.process.pid) - idle
        self.row("memory an entity, indexes included", "KiB", "<= 1.2").ours.append(
            grown / self.entities)
        server.stop()

    def fill(self, server):
        client = Client(server, self.token)
        for first in range(0, self.entities, BATCH):
            last = min(first + BATCH, self.entities)
            ask(client, "POST", "/ngsi-ld/v1/entityOperations/create",
                [entity(number) for number in range(first, last)])
        client.close()

    def settle(self, server):
        """Waits for what filling left to the background: sums of past days, compactions."""
        for _ in range(0 if self.smoke else 120):
            before = cpu_s(server.process.pid)
            time.sleep(1)
            if cpu_s(server.process.pid) - before < 0.03:
                return

    def load(self, port, pid, connections, path, *words, seconds=None):
        command = [self.programs / "http_load", str(port), str(pid), str(seconds or self.seconds),
                   str(connections), path, *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def against_ceiling(self, row, server, path, *words):
        """CPU a request, in turns with a bare epoll loop that answers with the same bytes."""
        port = server.address.rsplit(":", 1)[1]
        answer = self.folder / "answer"
        answer.write_bytes(self.one_answer(port, path, words))
        for _ in range(self.rounds):
            figures = self.load(port, server.process.pid, 32, path, *words)
            if figures["errors"]:
                sys.exit(f"{row.name}: {figures['errors']} answers were errors")
            row.ours.append(figures["cpu_us"])
            free = free_port()
            bare = subprocess.Popen([self.programs / "epoll_ceiling", str(free), f"@{answer}"],
                                    stdout=subprocess.PIPE)
            bare.stdout.readline()
            row.other.append(self.load(free, bare.pid, 32, path, *words)["cpu_us"])
            bare.kill()
            bare.wait()

    @staticmethod
    def one_answer(port, path, words):
        """The bytes that the server answers one such request with."""
        options = dict(word[2:].split("=", 1) for word in words if word.startswith("--"))
        fields = [word for word in words if not word.startswith("--")]
        body = options.get("body", "").replace("{n}", "0000001")
        head = [f"{options.get('method', 'GET')} {path.replace('{n}', '0000001')} HTTP/1.1",
                "Host: localhost", *fields, f"Content-Length: {len(body)}", "", body]
        with socket.create_connection(("127.0.0.1", int(port)), timeout=10) as connection:
            connection.sendall("\r\n".join(head).encode())
            time.sleep(0.3)
            return connection.recv(65_536)

    def numbers(self):
        return f"--numbers={self.entities}"

    def whole_requests(self):
        """As it is shipped: token, access log, user @context, ETag."""
        server = self.server("data")
        server.start()
        self.settle(server)
        token = f"Authorization: Bearer {self.token}"
        row = self.row("GET of one entity: token, log, @context; bare epoll", "us CPU",
                       "ratio <= 1.6")
        self.against_ceiling(row, server, ENTITY, token, LINK, self.numbers())
        self.pages(server)
        server.stop()

    def pages(self, server):
        port, pid = server.address.rsplit(":", 1)[1], server.process.pid
        for path in ("/", "/programm"):
            row = self.row(f"page {path} at 1,000 a second, p99", "ms", "< 5")
            for _ in range(self.rounds):
                row.ours.append(self.load(port, pid, 64, path, "--rate=1000")["p99_us"] / 1000)
        row = self.row("page / beside 4 clients with full scans, p99", "ms", "< 20")
        stop = threading.Event()

        def scan():
            while not stop.is_set():
                client = Client(server, self.token)
                client.ask("GET", "/ngsi-ld/v1/entities?limit=1&count=true&q=note~=%22zzz%22")
                client.close()

        scanners = [threading.Thread(target=scan) for _ in range(4)]
        for scanner in scanners:
            scanner.start()
        for _ in range(self.rounds):
            row.ours.append(self.load(port, pid, 8, "/", "--rate=100")["p99_us"] / 1000)
        stop.set()
        for scanner in scanners:
            scanner.join()

    def bare_requests(self):
        """Without token and log; updates that are not durable."""
        server = self.server("data", "--access-log", "off", "--durability", "none")
        server.start()
        self.settle(server)
        row = self.row("GET of one entity: no token, no log; bare epoll", "us CPU",
                       "ratio <= 1.35")
        self.against_ceiling(row, server, ENTITY, self.numbers())
        row = self.row("update of one attribute, not durable; bare epoll", "us CPU",
                       "ratio <= 1.9")
        self.against_ceiling(row, server, ENTITY + "/attrs/status", *self.update())
        server.stop()

    def update(self):
        return ("--method=PATCH", '--body={"type":"Property","value":"state-{n}"}',
                f"Authorization: Bearer {self.token}", "Content-Type: application/json",
                self.numbers())

    def durable_updates(self, bare_updates):
        server = self.server("data")
        server.start()
        self.settle(server)
        port = server.address.rsplit(":", 1)[1]
        row = self.row("durable updates, 256 clients; bare RocksDB loop", "updates/s",
                       "ratio >= 0.6")
        for _ in range(self.rounds):
            figures = self.load(port, server.process.pid, 256, ENTITY + "/attrs/status",
                                *self.update())
            row.ours.append(figures["requests_per_s"])
        row.other.extend(bare_updates)
        server.stop()

    def registrations(self, way, json_share):
        """From hold to ticket with every row written; nobody is refused."""
        persons = 200 if self.smoke else 2000
        rate = self.row(f"registrations by {way}, {persons} at once", "tickets/s", ">= 2,000")
        late = self.row(f"registrations by {way}, from hold to ticket, p99", "ms", "< 500")
        for number in range(self.rounds):
            name = f"rush-{way}-{number}"
            server = self.server(name, "--access-log", "off")
            token = server.make_token()
            server.start()
            put_event(Client(server, token), 100_000)
            command = [self.clients, "--port", server.address.rsplit(":", 1)[1], "--quota", SESSION,
                       "--field", "veranstaltungen", "--persons", str(persons), "--abandon", "0",
                       "--json", str(json_share), "--out", os.devnull, "--run", name.lower()]
            done = subprocess.run(command, capture_output=True, text=True)
            server.stop()
            if done.returncode:
                sys.exit(f"{rate.name}: {done.stdout}")
            figures = json.loads(done.stdout.splitlines()[-1])
            rate.ours.append(figures["per_s"])
            late.ours.append(figures["registration_p99_ms"])
