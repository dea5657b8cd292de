# SPDX-License-Identifier: EUPL-1.2
"""A server with many subscribers and an issue that is approved, for tests of its sending.

Subscribers and issue are written into the records while no server runs: signing up a hundred
thousand people by letter would test something else.
"""
import secrets
import sqlite3
import time

TOPIC = "stadt"


def now_us():
    return time.time_ns() // 1000


def add_subscribers(data, count, name="leser"):
    """`count` people of one topic; their addresses."""
    database = sqlite3.connect(f"{data}/records.db", timeout=30)
    now, later = now_us(), now_us() + 3 * 365 * 86_400_000_000
    mails = [f"{name}{number}@beispiel.test" for number in range(count)]
    with database:
        database.execute("INSERT INTO newsletter_topic VALUES (?, 1, 'Stadt', 'City', '', '', 1)"
                         " ON CONFLICT DO NOTHING", (TOPIC,))
        ids = [secrets.token_urlsafe(20) for _ in mails]
        database.executemany("INSERT INTO newsletter_subscriber VALUES (?, ?, ?, 'de', ?, ?)",
                             [(i, m, m, now, later) for i, m in zip(ids, mails)])
        database.executemany("INSERT INTO newsletter_subscription VALUES (?, ?, ?)",
                             [(TOPIC, i, now) for i in ids])
    database.close()
    return mails


def add_issue(data, issue="ausgabe1", body="Guten **Tag**, es gibt [Neues](/programm).\n" * 20):
    """An issue that a second person has approved; it leaves when the server starts."""
    database = sqlite3.connect(f"{data}/records.db", timeout=30)
    with database:
        database.execute(
            "INSERT INTO newsletter_issue (id, topic, subject_de, subject_en, body_de, body_en,"
            " state, version, editors, approved_by, approved_at, changed_at, cursor_at, all_queued,"
            " published, queued, sent, failed, unclear, unsubscribed) VALUES (?, ?, 'Neues', '', ?,"
            " '', 'approved', 1, 'anna', 'bert', ?, ?, '', 0, 0, 0, 0, 0, 0, 0)",
            (issue, TOPIC, body, now_us(), now_us()))
    database.close()


def issue_row(data, issue="ausgabe1"):
    """Its state and figures as a dictionary."""
    database = sqlite3.connect(f"file:{data}/records.db?mode=ro", uri=True, timeout=30)
    database.row_factory = sqlite3.Row
    try:
        return dict(database.execute("SELECT * FROM newsletter_issue WHERE id = ?",
                                     (issue,)).fetchone())
    finally:
        database.close()
