# SPDX-License-Identifier: EUPL-1.2
"""What programs say about their tests is counted right, and a crash is never a pass."""
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import run_tests

REPORT = """<testsuite>
<testcase name="net" status="run"><system-out>[  PASSED  ] 12 tests.</system-out></testcase>
<testcase name="api" status="fail"><system-out>[  PASSED  ] 3 tests.
 2 FAILED TESTS</system-out></testcase>
<testcase name="browser" status="run"><system-out># pass 7\n# fail 0</system-out></testcase>
<testcase name="gone" status="notrun"><skipped message="SKIP_RETURN_CODE"/></testcase>
</testsuite>"""


class Counts(unittest.TestCase):
    def test_forms(self):
        self.assertEqual(run_tests.counts("[  PASSED  ] 1 test.\n", True), (1, 0))
        self.assertEqual(run_tests.counts("# pass 4\n# fail 1\n", False), (4, 1))
        self.assertEqual(run_tests.counts("5 passed, 0 failed\n", True), (5, 0))
        self.assertEqual(run_tests.counts("Ran 9 tests in 0.1s\n\nOK\n", True), (9, 0))
        self.assertEqual(run_tests.counts("anything", True), (1, 0))

    def test_a_crash_after_the_last_test_fails(self):
        crashed = run_tests.counts("[  PASSED  ] 3 tests.\nSegmentation fault", False)
        self.assertEqual(crashed, (3, 1))
        self.assertEqual(run_tests.counts("", False), (0, 1))

    def test_report(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(REPORT)
            file.flush()
            self.assertEqual(run_tests.read_report(Path(file.name)), (22, 2, ["api"]))


class Order(unittest.TestCase):
    def test_of_builds_and_parts(self):
        done = []

        def build(tree, _jobs):
            return run_tests.Row(f"build {tree}", 0, failed=int(tree == "broken"))

        def run_part(name, _part, _jobs, _long):
            done.append(name)
            return run_tests.Row(name, 0, passed=1)

        parts = {"bench": run_tests.Part("good", "bench", alone=True),
                 "unit": run_tests.Part("good", "unit"),
                 "api": run_tests.Part("broken", "api"),
                 "tsan": run_tests.Part("other", "unit")}
        with mock.patch.multiple(run_tests, build=build, run_part=run_part):
            rows = run_tests.run_all(parts, 2, False)
        self.assertEqual(done, ["unit", "tsan", "bench"])
        self.assertEqual([row.name for row in rows],
                         ["build good", "unit", "build broken", "build other", "tsan", "bench"])


if __name__ == "__main__":
    unittest.main()
