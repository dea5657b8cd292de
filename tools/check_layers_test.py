# SPDX-License-Identifier: EUPL-1.2
"""The layer check finds each kind of fault, and nothing where there is none."""
import tempfile
import unittest
from pathlib import Path

import check_layers


class Layers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("src/base/CMakeLists.txt", "revier_module(base DEPENDS LIBS spdlog)\n")
        self.write("src/net/CMakeLists.txt",
                   "revier_module(net DEPENDS base TEST_LIBS revier_web)\n")
        self.write("src/web/CMakeLists.txt", "revier_module(web DEPENDS base)\n")

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def assert_fault(self, part):
        faults = check_layers.check(self.root)
        self.assertEqual(len(faults), 1, faults)
        self.assertIn(part, faults[0])

    def test_allowed(self):
        self.write("src/net/a.cpp", '#include "base/x.h"\n#include <boost/asio.hpp>\n')
        self.write("src/net/a_test.cpp", '#include "web/x.h"\n')
        self.assertEqual(check_layers.check(self.root), [])

    def test_undeclared_edge(self):
        self.write("src/base/a.h", '\n#include "net/x.h"\n')
        self.assert_fault("src/base/a.h:2:")

    def test_detail(self):
        self.write("src/net/a.cpp", '#include "base/detail/x.h"\n')
        self.assert_fault("inside of base")

    def test_library_of_another_module(self):
        self.write("src/web/a.cpp", "#include <boost/asio/awaitable.hpp>\n")
        self.assert_fault("belongs to src/net")

    def test_library_in_public_header(self):
        self.write("src/net/a.h", "#include <boost/beast/http.hpp>\n")
        self.assert_fault("not a public header")

    def test_cycle(self):
        self.write("src/base/CMakeLists.txt", "revier_module(base DEPENDS web)\n")
        self.assert_fault("cycle base -> web -> base")

    def test_unknown_module(self):
        self.write("src/web/CMakeLists.txt", "revier_module(web DEPENDS base nowhere)\n")
        self.assert_fault("no module nowhere")

    def test_graph_leaves_out_what_is_implied(self):
        self.write("src/app/CMakeLists.txt", "revier_module(app DEPENDS base net)\n")
        graph = check_layers.dot(self.root)
        self.assertIn("app -> net;", graph)
        self.assertNotIn("app -> base;", graph)


if __name__ == "__main__":
    unittest.main()
