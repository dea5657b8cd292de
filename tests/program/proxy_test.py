# SPDX-License-Identifier: EUPL-1.2
"""The configurations of packaging/, with Debian's nginx and Caddy, in front of the program."""
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from server import Server

PACKAGING = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging")
SITE = "events.example.org"
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
CADDY = shutil.which("caddy") or "/usr/bin/caddy"


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Proxy:
    """The same for every proxy; subclasses write its configuration and say how it is started."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        server = Server("--server-proxies", "127.0.0.1", "--server-names", SITE,
                        "--server-address", f"https://{SITE}", folder=f"{self.folder}/data")
        # The announced address is the site's; where it listens stands in the log.
        server.pattern = r"https://(\S+?)/"
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.link = re.search(r"/console/start/\S+", server.text()).group(0)
        listen = re.search(r"listen=(\S+)", "".join(server.log)).group(1)
        self.port = free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={SITE}",
                        "-addext", f"subjectAltName=DNS:{SITE}",
                        "-out", f"{self.folder}/fullchain.pem",
                        "-keyout", f"{self.folder}/privkey.pem"],
                       check=True, capture_output=True)
        self.start(listen)

    def packaged(self, name, changes):
        """The file of packaging/ with ports and paths of this machine."""
        with open(os.path.join(PACKAGING, name), encoding="utf-8") as file:
            text = file.read()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        return text

    def run_proxy(self, *command):
        self.proxy = subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                                      env={**os.environ, "XDG_DATA_HOME": self.folder,
                                           "XDG_CONFIG_HOME": self.folder})
        self.addCleanup(self.stop)
        deadline = time.monotonic() + 30
        while self.proxy.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.fail("the proxy did not start: " + self.proxy.stderr.read())

    def stop(self):
        self.proxy.terminate()
        self.proxy.wait(30)
        self.proxy.stderr.close()

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPConnection(SITE, timeout=60)
        self.addCleanup(connection.close)
        connection.sock = context.wrap_socket(socket.create_connection(("127.0.0.1", self.port)),
                                              server_hostname=SITE)
        connection.sock.settimeout(60)
        return connection

    def ask(self, method, path, body=None, headers=None):
        connection = self.connect()
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()

    def test_pages_forms_and_limits(self):
        self.assertEqual(self.ask("GET", "/healthz")[0], 200)
        # The site knows that people reach it by https: the origin fits, the cookie is Secure.
        form = urllib.parse.urlencode({"name": "anna", "password": "ein langes kennwort",
                                       "repeat": "ein langes kennwort"})
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Origin": f"https://{SITE}"}
        status, answer, body = self.ask("POST", self.link, form, headers)
        self.assertEqual(status, 303, body)
        status, answer, body = self.ask("POST", "/console/anmelden", form, headers)
        self.assertEqual(status, 303, body)
        self.assertIn("Secure", answer["Set-Cookie"])
        # Another site's form is refused here too.
        foreign = {**headers, "Origin": "https://elsewhere.example"}
        self.assertEqual(self.ask("POST", "/console/anmelden", form, foreign)[0], 403)
        # What is larger than the configuration says does not reach the program.
        try:
            self.assertEqual(self.ask("POST", "/ngsi-ld/v1/entities", b"x" * (17 << 20))[0], 413)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass  # the proxy closes while the rest is still being sent

    def test_event_streams_are_not_held_back(self):
        connection = self.connect()
        connection.request("GET", "/live?ids=urn:ngsi-ld:Nothing:1")
        reply = connection.getresponse()
        self.assertEqual(reply.status, 200)
        self.assertIn("text/event-stream", reply.headers["Content-Type"])
        # The heartbeat of the quiet stream comes through; a buffering proxy would keep it.
        self.assertTrue(reply.fp.readline())

    def test_the_client_is_who_asked_the_proxy(self):
        # What a client says of itself does not count: it is one network whatever it claims.
        form = urllib.parse.urlencode({"name": "nobody", "password": "wrong wrong wrong"})
        seen = set()
        for number in range(40):
            status, _, _ = self.ask("POST", "/console/anmelden", form,
                                    {"Content-Type": "application/x-www-form-urlencoded",
                                     "Origin": f"https://{SITE}",
                                     "X-Forwarded-For": f"203.0.113.{number}"})
            seen.add(status)
        self.assertIn(429, seen)


class Nginx(Proxy, unittest.TestCase):
    def start(self, listen):
        text = self.packaged("nginx.conf", (
            ("server 127.0.0.1:8080;", f"server {listen};"), ("/etc/ssl/revier", self.folder),
            ("    listen [::]:80;\n", ""), ("    listen [::]:443 ssl http2;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")))
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            text += f"{name}_temp_path {self.folder}/{name};\n"
        with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(f"daemon off;\npid {self.folder}/pid;\nerror_log stderr;\n"
                       f"events {{}}\nhttp {{\naccess_log off;\n{text}}}\n")
        self.run_proxy(NGINX, "-e", "stderr", "-c", f"{self.folder}/nginx.conf")


class Caddy(Proxy, unittest.TestCase):
    def start(self, listen):
        text = self.packaged("Caddyfile", (
            (f"{SITE} {{", f"{SITE}:{self.port} {{\n\tbind 127.0.0.1\n"
                           f"\ttls {self.folder}/fullchain.pem {self.folder}/privkey.pem"),
            ("reverse_proxy 127.0.0.1:8080", f"reverse_proxy {listen}"),
            ("grace_period 10s", "grace_period 1s\n\tadmin off\n"
                                 "\tauto_https disable_redirects")))
        with open(f"{self.folder}/Caddyfile", "w", encoding="utf-8") as file:
            file.write(text)
        self.run_proxy(CADDY, "run", "--adapter", "caddyfile",
                       "--config", f"{self.folder}/Caddyfile")


if __name__ == "__main__":
    unittest.main()
