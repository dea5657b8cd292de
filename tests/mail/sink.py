# SPDX-License-Identifier: EUPL-1.2
"""An SMTP server (aiosmtpd) that keeps what it gets and refuses what it is told to."""
import collections
import email
import email.policy
import os
import ssl
import subprocess
import sys
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "rush"))
from event_server import EventServer, SESSION, ask  # noqa: E402,F401

FROM = "anmeldung@event.example"


class Sink:
    """`accepted` counts by Message-Id what was answered with 250."""

    def __init__(self):
        self.lock = threading.Lock()
        self.letters = []
        self.accepted = collections.Counter()
        self.refuse = {}  # recipient -> list of answers, used one by one
        self.pause = 0    # seconds before the answer to the last byte
        self.signed_in = False

    async def handle_RCPT(self, server, session, envelope, address, options):
        answers = self.refuse.get(address)
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.SMTP)
        with self.lock:
            self.letters.append((envelope.rcpt_tos[0], letter, envelope.content))
            self.accepted[letter["Message-Id"]] += 1
        if self.pause:
            time.sleep(self.pause)
        return "250 taken"

    def sign_in(self, server, session, envelope, mechanism, data):
        self.signed_in = data.login == b"revier" and data.password == b"geheim"
        return AuthResult(success=self.signed_in)

    def to(self, address):
        with self.lock:
            return [letter for to, letter, _ in self.letters if to == address]

    def start(self, port=0, tls=None, auth=False):
        options = {}
        if tls:
            options = {"tls_context": tls, "require_starttls": True}
        if auth:
            options |= {"authenticator": self.sign_in, "auth_required": True,
                        "auth_require_tls": bool(tls)}
        self.controller = Controller(self, hostname="127.0.0.1", port=port or free_port(),
                                     **options)
        self.controller.start()
        self.port = self.controller.port
        return self

    def stop(self):
        self.controller.stop()


def free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder):
    """A certificate for localhost and an SSL context with it; (authority file, context)."""
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context


def register(client, name, mail, waiting=False, quota=SESSION, language="de"):
    held = ask(client, "POST", "/api/v1/holds", {"quota": quota, "waiting_list": waiting})
    return ask(client, "POST", "/api/v1/registrations",
               {"hold": held["hold"], "name": name, "mail": mail, "language": language})


def wait_for(condition, seconds=30, what=""):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"did not come: {what}")
