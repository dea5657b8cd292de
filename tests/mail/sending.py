#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""Letters as a mail server gets them: TLS, sign-in, form, refusals; parsed by Python's email.

    tests/mail/sending.py BINARY
"""
import logging
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import unittest

from sink import FROM, SESSION, EventServer, Sink, ask, make_certificate, register, wait_for
from event_server import Client, put_event

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own
BINARY = sys.argv[1] if len(sys.argv) > 1 else "build/dev/revier"


class Sending(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-mail-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")

    def serve(self, sink, *options, seats=100):
        server = EventServer(BINARY, self.data, "--access-log", "off", "--mail-port",
                             str(sink.port), "--mail-from", FROM, "--mail-from-name",
                             "Tage für Städte", *options)
        self.token = server.make_token()
        server.start(self.environment)
        self.addCleanup(server.stop)
        client = Client(server, self.token)
        self.addCleanup(client.close)
        put_event(client, seats)
        return client

    environment = None

    def rows(self):
        return {row[0]: row[1:] for row in self.query(
            "SELECT recipient, state, attempts FROM mail_outbox")}

    def query(self, sql):
        database = sqlite3.connect(f"file:{self.data}/records.db?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def log(self):
        with open(os.path.join(self.folder, "server.log"), encoding="utf-8") as file:
            return file.read()

    def state_of(self, mail, state, attempts=0):
        wait_for(lambda: self.rows().get(mail) == (state, attempts),
                 what=f"{mail} {state}: {self.rows()}")

    def test_a_letter_over_starttls_with_sign_in(self):
        authority, context = make_certificate(self.folder)
        sink = Sink().start(tls=context, auth=True)
        self.addCleanup(sink.stop)
        secret = os.path.join(self.folder, "password")
        with open(secret, "w") as file:
            file.write("geheim\n")
        self.environment = {"REVIER_MAIL_PASSWORD_FILE": secret}
        client = self.serve(sink, "--mail-host", "localhost", "--mail-user", "revier",
                            "--mail-certificates", authority)
        booking = register(client, "Jürgen Größe-Šimek", "juergen@beispiel.test")
        wait_for(lambda: sink.to("juergen@beispiel.test"), what="the letter")
        self.assertTrue(sink.signed_in)
        letter = sink.to("juergen@beispiel.test")[0]
        self.assertEqual(letter["From"].addresses[0].display_name, "Tage für Städte")
        self.assertEqual(letter["From"].addresses[0].addr_spec, FROM)
        self.assertEqual(letter["To"].addresses[0].display_name, "Jürgen Größe-Šimek")
        self.assertIn("Andrang", letter["Subject"])
        self.assertEqual(letter["Auto-Submitted"], "auto-generated")
        self.assertIsNotNone(letter["Date"].datetime)
        self.assertTrue(letter["Message-Id"].endswith("@event.example>"))
        self.assertEqual(letter.get_content_type(), "multipart/alternative")
        text, html = [part.get_content() for part in letter.iter_parts()]
        for part in (text, html):
            self.assertIn("Jürgen Größe-Šimek", part)
            self.assertIn(booking["code"], part)
            self.assertIn(f"/ticket/{booking['id']}", part)
        for remote in ("<img", "<script", "src=", "url(", "<link", "@import"):
            self.assertNotIn(remote, html)
        for target in re.findall(r'href="([^"]*)"', html):
            self.assertTrue(target.startswith(f"http://{client.connection.host}:"), target)
        self.assertFalse(letter.defects)
        self.state_of("juergen@beispiel.test", "sent")

    def test_a_certificate_of_strangers_is_refused_and_everything_waits(self):
        _, context = make_certificate(self.folder)
        sink = Sink().start(tls=context)
        self.addCleanup(sink.stop)
        client = self.serve(sink, "--mail-host", "localhost")
        register(client, "Ada", "ada@beispiel.test")
        wait_for(lambda: "mail.server_unusable" in self.log(), what="the refusal")
        self.assertEqual(self.rows(), {"ada@beispiel.test": ("waiting", 0)})
        self.assertEqual(sink.letters, [])
        self.assertNotIn("ada@", self.log())

    def test_refused_for_good_and_put_off(self):
        sink = Sink().start()
        self.addCleanup(sink.stop)
        sink.refuse = {"weg@beispiel.test": ["550 5.1.1 no such user"],
                       "voll@beispiel.test": ["452 4.2.2 mailbox full"]}
        client = self.serve(sink, "--mail-host", "127.0.0.1", "--mail-tls", "none")
        for name in ("weg", "voll", "da"):
            register(client, name, f"{name}@beispiel.test")
        self.state_of("da@beispiel.test", "sent")
        self.state_of("weg@beispiel.test", "failed")
        self.state_of("voll@beispiel.test", "waiting", attempts=1)

    def test_an_offer_that_runs_out_goes_to_the_next(self):
        sink = Sink().start()
        self.addCleanup(sink.stop)
        client = self.serve(sink, "--mail-host", "127.0.0.1", "--mail-tls", "none",
                            "--ticket-offer-seconds", "3", seats=1)
        first = register(client, "Eins", "eins@beispiel.test")
        second = register(client, "Zwei", "zwei@beispiel.test", waiting=True)
        third = register(client, "Drei", "drei@beispiel.test", waiting=True)
        ask(client, "DELETE", f"/api/v1/registrations/{first['id']}")
        wait_for(lambda: len(sink.to("zwei@beispiel.test")) == 3, what="offer and its end")
        self.assertIn("abgelaufen", sink.to("zwei@beispiel.test")[2]["Subject"])
        wait_for(lambda: len(sink.to("drei@beispiel.test")) == 2, what="the next offer")
        offer = sink.to("drei@beispiel.test")[1].get_body(("plain",)).get_content()
        self.assertIn(f"/ticket/{third['id']}/angebot/{SESSION}", offer)
        state = ask(client, "GET", f"/api/v1/registrations/{second['id']}")["state"]
        self.assertEqual(state, "cancelled")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
