# SPDX-License-Identifier: EUPL-1.2
"""Runs the table of cases.py against the program: one server, one tenant a case."""
import json
import time
import unittest

from cases import CASES
import history_cases  # noqa: F401, adds its cases
import http_cases  # noqa: F401, likewise
import snapshot_cases  # noqa: F401, likewise
from server import Server

BASE = "/ngsi-ld/v1"
WAIT_SECONDS = 5


def run_step(server, tenant, step):
    """None where the answer is the expected one, else what is wrong with it."""
    request = step.request() if callable(step.request) else step.request
    method, path = request.split(" ", 1)
    headers = {"NGSILD-Tenant": tenant, **step.headers}
    body = step.body
    if body is not None and not isinstance(body, (str, bytes)):
        body = json.dumps(body, default=lambda later: later())
    if body is not None:
        headers.setdefault("Content-Type", "application/json")
    status, answered, text = server.ask(method, BASE + path, body, headers)
    shown = text[:400].decode("utf-8", "replace")
    if status != step.status:
        return f"status {status}, {step.status} was expected: {shown}"
    for name, value in step.answer_headers.items():
        if (answered.get(name) or "") != value:
            return f"header {name} is {answered.get(name)!r}, {value!r} was expected"
    if step.error and not json.loads(text)["type"].endswith("/" + step.error):
        return f"{step.error} was expected: {shown}"
    if step.json is not None and json.loads(text) != step.json:
        return f"{json.dumps(step.json)} was expected: {shown}"
    if step.check and not step.check(json.loads(text) if text else None):
        return f"the check fails: {shown}"
    return None


class Conformance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("--no-auth", "--tenants-implicit", "--access-log", "off",
                            "--contexts-download", "off",
                            "--http-cors-origins", "https://map.example")
        cls.server.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def run_case(self, number, case):
        tenant = f"case{number}"
        for step in case.steps:
            wrong = run_step(self.server, tenant, step)
            end = time.monotonic() + WAIT_SECONDS
            while wrong and step.soon and time.monotonic() < end:
                time.sleep(0.1)
                wrong = run_step(self.server, tenant, step)
            self.assertIsNone(wrong, f"{case.clause} {case.title}\n  {step.request}: {wrong}")

    def test_every_case_of_the_table(self):
        self.assertEqual(len({(case.clause, case.title) for case in CASES}), len(CASES))
        for number, case in enumerate(CASES):
            with self.subTest(clause=case.clause, title=case.title):
                self.run_case(number, case)


if __name__ == "__main__":
    unittest.main()
