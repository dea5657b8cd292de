#!/usr/bin/python3
# SPDX-License-Identifier: EUPL-1.2
"""The newsletter over a real SMTP server: opt-in, and ending it as mail programs do (RFC 8058).

    tests/mail/newsletter_test.py BINARY
"""
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request

import dkim

from sink import FROM, Sink, wait_for
from event_server import EventServer
from newsletter_kit import add_issue, add_subscribers, issue_row

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own
BINARY = sys.argv[1] if len(sys.argv) > 1 else "build/dev/revier"
ONE_CLICK = b"List-Unsubscribe=One-Click"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Newsletter(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="revier-newsletter-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.data = os.path.join(self.folder, "data")
        self.sink = Sink().start()
        self.addCleanup(self.sink.stop)
        self.server = EventServer(BINARY, self.data, "--access-log", "off", "--demo", "herne",
                                  "--mail-tls", "none", "--mail-host", "127.0.0.1", "--mail-port",
                                  str(self.sink.port), "--mail-from", FROM)
        self.server.start()
        self.addCleanup(self.server.stop)
        self.opener = urllib.request.build_opener(NoRedirect)

    # Without cookie, Origin and Sec-Fetch-Site, as a mail provider's server asks.
    def ask(self, address, body=None, **headers):
        path = urllib.parse.urlsplit(address)
        request = urllib.request.Request(
            f"http://{self.server.address}{path.path}?{path.query}", data=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"} | headers)
        try:
            with self.opener.open(request) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def query(self, sql):
        database = sqlite3.connect(f"file:{self.data}/records.db?mode=ro", uri=True)
        try:
            return database.execute(sql).fetchall()
        finally:
            database.close()

    def order(self, mail, topics=("digitale-stadt",)):
        body = urllib.parse.urlencode([("mail", mail)] + [("themen", t) for t in topics])
        return self.ask("/newsletter", body.encode())[0]

    def letter_to(self, mail, count=1):
        wait_for(lambda: len(self.sink.to(mail)) >= count, what=f"letter {count} to {mail}")
        return self.sink.to(mail)[count - 1]

    def link(self, letter, part):
        text = letter.get_body(("plain",)).get_content()
        return re.search(rf"^http\S+/newsletter/{part}/\S+", text, re.M).group()

    def end_address(self, letter):
        self.assertEqual(letter["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        return re.fullmatch(r"<(http\S+)>", letter["List-Unsubscribe"]).group(1)

    def subscribers(self):
        return [mail for mail, in self.query("SELECT mail FROM newsletter_subscriber")]

    def test_opt_in_and_one_click(self):
        self.assertEqual(self.order("ada@beispiel.test"), 303)
        letter = self.letter_to("ada@beispiel.test")
        confirm = self.link(letter, "bestaetigen")
        for _ in range(3):  # a mail scanner opens every link
            self.assertEqual(self.ask(confirm)[0], 200)
            self.assertEqual(self.ask(self.end_address(letter))[0], 200)
        self.assertEqual(self.subscribers(), [])
        self.assertEqual(self.ask(confirm, b"")[0], 303)
        self.assertEqual(self.subscribers(), ["ada@beispiel.test"])
        status, _ = self.ask(self.end_address(letter), ONE_CLICK)
        self.assertEqual(status, 200, "no redirect, no question")
        self.assertEqual(self.subscribers(), [])
        ledger = self.query("SELECT purpose, given, channel FROM consent_entry ORDER BY seq")
        self.assertEqual(ledger, [("newsletter/digitale-stadt", 1, "web"),
                                  ("newsletter/digitale-stadt", 0, "mail")])
        self.assertEqual(self.ask(self.end_address(letter), ONE_CLICK)[0], 200, "twice is well")

    def test_one_click_of_the_first_letter_as_multipart(self):
        self.order("ada@beispiel.test")
        letter = self.letter_to("ada@beispiel.test")
        body = (b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
                b"One-Click\r\n--x--\r\n")
        status, _ = self.ask(self.end_address(letter), body,
                             **{"Content-Type": "multipart/form-data; boundary=x"})
        self.assertEqual(status, 200)
        self.assertEqual(self.query("SELECT * FROM newsletter_request"), [])
        self.assertEqual(self.ask(self.link(letter, "bestaetigen"), b"")[0], 410)
        self.assertEqual(self.subscribers(), [])

    def test_the_answer_does_not_tell_who_is_known(self):
        self.order("ada@beispiel.test")
        letter = self.letter_to("ada@beispiel.test")
        self.ask(self.link(letter, "bestaetigen"), b"")
        for mail in ("ada@beispiel.test", "neu@beispiel.test"):
            self.assertEqual(self.order(mail), 303, mail)
        known = self.letter_to("ada@beispiel.test", 2)
        self.assertIn("einstellungen", self.link(known, "einstellungen"))
        self.assertIsNotNone(known["List-Unsubscribe"])
        self.assertNotIn("bestaetigen", known.get_body(("plain",)).get_content())

    def test_an_issue_by_name_signed_and_ended(self):
        self.server.stop()
        add_subscribers(self.data, 3)
        add_issue(self.data, body="Hallo [Programm](/programm) ![](https://x.test/pixel.gif)")
        self.server.start()
        letter = self.letter_to("leser0@beispiel.test")
        self.assertRegex(letter["List-Id"], r"^<[a-z0-9-]+\.newsletter\.event\.example>$")
        wait_for(lambda: issue_row(self.data)["state"] == "sent", what="the end of the issue")
        self.assertEqual(len(self.sink.letters), 3)
        text, html = [part.get_content() for part in letter.iter_parts()]
        self.assertTrue(text.startswith("Hallo Programm (http"), text)
        for remote in ("<img", "pixel", "src=", "url("):
            self.assertNotIn(remote, html)
        status, _ = self.ask(self.end_address(letter), ONE_CLICK)
        self.assertEqual(status, 200)
        self.assertEqual(sorted(self.subscribers()),
                         ["leser1@beispiel.test", "leser2@beispiel.test"])
        self.assertEqual(issue_row(self.data)["unsubscribed"], 1)
        # The archive shows it to everybody, the broker as an entity.
        status, page = self.ask("/newsletter/archiv/ausgabe1")
        self.assertEqual(status, 200)
        self.assertIn('<a href="/programm">Programm</a>', page)
        self.assertNotIn("leser", page)
        status, feed = self.ask("/newsletter/feed.atom")
        self.assertIn("/newsletter/archiv/ausgabe1", feed)
        status, entity = self.ask("/ngsi-ld/v1/entities/urn:ngsi-ld:NewsletterIssue:ausgabe1")
        self.assertEqual(status, 200)
        self.assertIn("Neues", entity)

    def test_another_library_verifies_the_signature(self):
        self.order("ada@beispiel.test")
        self.letter_to("ada@beispiel.test")
        printed = subprocess.run(
            [BINARY, "dkim", "--data", self.data], check=True, capture_output=True, text=True,
            env={**os.environ, "REVIER_MAIL_FROM": FROM}).stdout
        name = re.search(r"^Name:\s+(\S+)$", printed, re.M).group(1)
        value = re.search(r"^Value:\s+(\S.*)$", printed, re.M).group(1)
        self.assertEqual(name, "revier._domainkey.event.example")

        def names(asked, timeout=5):
            return value.encode() if asked.decode().rstrip(".") == name else None

        _, letter, whole = self.sink.letters[0]
        self.assertTrue(dkim.verify(whole, dnsfunc=names), letter["DKIM-Signature"])
        signed = re.search(r"\bh=([^;]*)", letter["DKIM-Signature"]).group(1).lower()
        for field in ("from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post"):
            self.assertIn(field, re.split(r"[\s:]+", signed))
        self.assertFalse(dkim.verify(whole.replace(b"newsletter", b"Newsletter"), dnsfunc=names))

    def test_hostile_input(self):
        self.order("ada@beispiel.test")
        letter = self.letter_to("ada@beispiel.test")
        wrong = self.end_address(letter)[:-4] + "AAAA"
        self.assertEqual(self.ask(wrong, ONE_CLICK)[0], 404)
        self.assertEqual(self.ask(self.link(letter, "bestaetigen"), b"",
                                  Origin="https://boese.test")[0], 403)
        self.assertEqual(self.order("keine-adresse"), 422)
        self.assertEqual(self.order("b@beispiel.test", topics=["erfunden"]), 422)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
