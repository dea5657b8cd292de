# SPDX-License-Identifier: EUPL-1.2
"""The tidy check finds each kind of fault, and nothing where there is none."""
import subprocess
import tempfile
import unittest
from pathlib import Path

import tidy

TAG = "// SPDX-License-" "Identifier: EUPL-1.2\n"


class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        subprocess.run(["git", "init", "-q", folder.name], check=True)

    def faults(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        faults, self.warnings = tidy.check(str(self.root))
        return faults

    def assert_fault(self, part, name, text):
        faults = self.faults(name, text)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(part, faults[0])

    def test_clean(self):
        text = TAG + '// throw it, rand() and getenv("x") in a comment\nconst char* t = "throw";\n'
        self.assertEqual(self.faults("src/web/a.cpp", text), [])

    def test_text(self):
        self.assert_fault("columns", "src/web/a.cpp", TAG + "// " + "word " * 30 + "end\n")

    def test_space(self):
        self.assert_fault("white space", "a.md", "# Title \n")

    def test_licence(self):
        self.assert_fault("licence", "src/web/a.cpp", "int x;\n")

    def test_marker(self):
        self.assert_fault("marker", "src/web/a.cpp", TAG + "// TO" "DO: more\n")

    def test_side_of_a_merge(self):
        self.assert_fault("marker", "a.md", "# T\n" + "<" * 7 + " ours\n")

    def test_place(self):
        self.assert_fault("address", "a.md", "# T\nsee /wo" "rk/main\n")

    def test_title(self):
        self.assert_fault("title", "a.md", "text\n")

    def test_seam(self):
        for line in ("#include <fstream>", "auto t = std::chrono::system_clock::now();",
                     "std::thread t(f);", "int r = rand();"):
            self.assert_fault("src/web/a.cpp:2:", "src/web/a.cpp", TAG + line + "\n")
            self.assertEqual(self.faults("src/web/a.cpp", TAG), [])
            self.assertEqual(self.faults("src/net/a.cpp", TAG + line + "\n"), [])

    def test_banned(self):
        self.assert_fault("errors are returned", "src/net/a.cpp", TAG + "void f() { throw 1; }\n")

    def test_names(self):
        self.assert_fault("name says", "src/web/html_util.cpp", TAG)

    def test_type_names(self):
        self.assert_fault("type's name", "src/web/a.cpp", TAG + "class PageManager {};\n")

    def test_file_length(self):
        self.assert_fault("at most 250", "src/web/a.h", TAG + "int x;\n" * 250)

    def test_function_length(self):
        body = "void f() {\n" + "  g();\n" * 62 + "}\n"
        self.assertEqual(self.faults("src/web/a.cpp", TAG + body), [])
        self.assertEqual(len(self.warnings), 1)
        self.assert_fault("f has 73 lines", "src/web/a.cpp",
                          TAG + "void f() {\n" + "  g();\n" * 71 + "}\n")


if __name__ == "__main__":
    unittest.main()
