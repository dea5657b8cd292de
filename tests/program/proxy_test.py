# SPDX-License-Identifier: EUPL-1.2
"""The nginx configuration of packaging/, with Debian's nginx, in front of the program."""
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


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Proxy(unittest.TestCase):
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
        self.start_nginx(listen)

    def start_nginx(self, listen):
        certificate = [f"{self.folder}/fullchain.pem", f"{self.folder}/privkey.pem"]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={SITE}",
                        "-out", certificate[0], "-keyout", certificate[1]],
                       check=True, capture_output=True)
        with open(os.path.join(PACKAGING, "nginx.conf"), encoding="utf-8") as file:
            text = file.read()
        for old, new in (("server 127.0.0.1:8080;", f"server {listen};"),
                         ("/etc/ssl/revier", self.folder), ("    listen [::]:80;\n", ""),
                         ("    listen [::]:443 ssl http2;\n", ""),
                         ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
                         ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
            text += f"{name if name != 'body' else 'client_body'}_temp_path {self.folder}/{name};\n"
        with open(f"{self.folder}/nginx.conf", "w", encoding="utf-8") as file:
            file.write(f"daemon off;\npid {self.folder}/pid;\nerror_log stderr;\n"
                       f"events {{}}\nhttp {{\naccess_log off;\n{text}}}\n")
        self.nginx = subprocess.Popen([NGINX, "-e", "stderr", "-c", f"{self.folder}/nginx.conf"],
                                      stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.stop_nginx)
        deadline = time.monotonic() + 30
        while self.nginx.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.fail("nginx did not start: " + self.nginx.stderr.read())

    def stop_nginx(self):
        self.nginx.terminate()
        self.nginx.wait(30)
        self.nginx.stderr.close()

    def connect(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context,
                                                 timeout=60)
        self.addCleanup(connection.close)
        return connection

    def ask(self, method, path, body=None, headers=None):
        connection = self.connect()
        connection.request(method, path, body, {"Host": SITE, **(headers or {})})
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
            pass  # nginx closes while the rest is still being sent

    def test_event_streams_are_not_held_back(self):
        connection = self.connect()
        connection.request("GET", "/live?ids=urn:ngsi-ld:Nothing:1", headers={"Host": SITE})
        reply = connection.getresponse()
        self.assertEqual(reply.status, 200)
        self.assertIn("text/event-stream", reply.headers["Content-Type"])
        # The heartbeat of the quiet stream comes through; a buffering proxy would keep it.
        self.assertTrue(reply.fp.readline())


if __name__ == "__main__":
    unittest.main()
