# SPDX-License-Identifier: EUPL-1.2
"""`serve --lan`: a certificate that others verify, limited to private networks."""
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request

from server import Server

LAN = ("--lan", "--lan-listen", "[::]:0", "--lan-help-listen", "[::]:0")


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True,
                          timeout=60).stdout


class Lan(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def file(self, name):
        return os.path.join(self.folder, "lan", name)

    def start(self):
        server = Server(*LAN, folder=self.folder, pattern=r"On this machine: http://(\S+?)/")
        return server

    def told(self, server, pattern):
        return re.search(pattern, server.text()).group(1)

    def test_devices_trust_it_after_loading_its_authority(self):
        with self.start() as server:
            address = self.told(server, r"Revier serves (https://\S+)/")
            help_page = self.told(server, r"trust it at (http://\S+)")
            fingerprint = self.told(server, r"SHA-256\): (\S+)")
            page = urllib.request.urlopen(help_page).read().decode()
            for group in (fingerprint[:23], fingerprint[-23:]):
                self.assertIn(group, page)
            self.assertIn(address, page)
            english = urllib.request.urlopen(help_page.replace("/lan", "/en/lan")).read().decode()
            self.assertIn("Compare the fingerprint", english)
            with urllib.request.urlopen(help_page + "/revier-ca.crt") as answer:
                self.assertEqual(answer.headers["Content-Type"], "application/x-x509-ca-cert")
                loaded = answer.read()
            authority = ssl.DER_cert_to_PEM_cert(loaded)
            said = openssl("x509", "-in", self.file("ca.pem"), "-noout", "-fingerprint", "-sha256")
            self.assertIn(fingerprint, said)
            trusting = ssl.create_default_context(cadata=authority)
            with urllib.request.urlopen(address + "/healthz", context=trusting) as answer:
                self.assertEqual(answer.status, 200)
            with self.assertRaises(OSError):
                urllib.request.urlopen(address + "/healthz")
            with self.assertRaises(OSError):  # leads to TLS, which is not trusted yet
                urllib.request.urlopen(help_page.replace("/lan", "/console/"))
            self.assertEqual(server.ask("GET", "/healthz")[0], 200)

    def test_the_authority_vouches_for_private_networks_only(self):
        with self.start():
            pass
        for name in ("ca-key.pem", "server-key.pem"):
            self.assertEqual(stat.S_IMODE(os.stat(self.file(name)).st_mode), 0o600)
        openssl("verify", "-x509_strict", "-CAfile", self.file("ca.pem"), self.file("server.pem"))
        text = openssl("x509", "-in", self.file("server.pem"), "-noout", "-text")
        self.assertIn(socket.gethostname().split(".")[0], text)
        self.assertIn("IP Address:127.0.0.1", text)
        # With its key somebody signs a certificate for a bank: nobody believes it.
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", self.file("bank-key.pem"), "-subj", "/CN=bank.example", "-out",
                self.file("bank.csr"))
        with open(self.file("bank.ext"), "w") as extensions:
            extensions.write("subjectAltName=DNS:bank.example\n")
        openssl("x509", "-req", "-in", self.file("bank.csr"), "-CA", self.file("ca.pem"), "-CAkey",
                self.file("ca-key.pem"), "-extfile", self.file("bank.ext"), "-out",
                self.file("bank.pem"))
        refused = subprocess.run(["openssl", "verify", "-CAfile", self.file("ca.pem"),
                                  self.file("bank.pem")], capture_output=True, text=True)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("permitted subtree violation", refused.stderr + refused.stdout)

    def test_one_time_links_lead_other_devices_to_the_site(self):
        with self.start() as server:
            address = self.told(server, r"Revier serves (https://\S+)/")
            own = server.first_administrator()
            page = server.ask("GET", "/console/konten/einladen", headers=own)[2].decode()
            csrf = re.search(r'name="csrf" value="([^"]+)"', page).group(1)
            form = urllib.parse.urlencode({"csrf": csrf, "name": "bert", "mail": "",
                                           "role": "viewer", "scope": "instance||"})
            status, _, page = server.ask("POST", "/console/konten/einladen", form, own)
            self.assertEqual(status, 200, page)
            self.assertIn(f"{address}/console/start/", page.decode())

    def test_it_is_kept_over_restarts(self):
        seen = []
        for _ in range(2):
            with self.start() as server:
                with open(self.file("server.pem")) as file:
                    seen.append((self.told(server, r"SHA-256\): (\S+)"), file.read()))
        self.assertEqual(seen[0], seen[1])


if __name__ == "__main__":
    unittest.main()
