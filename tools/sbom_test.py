# SPDX-License-Identifier: EUPL-1.2
"""The bill of materials of a program that every machine has: form, names, licences."""
import unittest

import sbom


class Sbom(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bill = sbom.bill("/bin/bash", "1.2.3")

    def test_has_the_form_of_cyclonedx(self):
        self.assertEqual(self.bill["bomFormat"], "CycloneDX")
        self.assertEqual(self.bill["specVersion"], "1.5")
        self.assertIs(type(self.bill["version"]), int)
        references = [one["bom-ref"] for one in self.bill["components"]]
        self.assertEqual(len(references), len(set(references)))
        depends = self.bill["dependencies"][0]["dependsOn"]
        self.assertEqual(sorted(depends), sorted(references))

    def test_every_component_says_what_it_is(self):
        for one in self.bill["components"]:
            self.assertEqual(one["type"], "library")
            self.assertTrue(one["version"], one["name"])
            self.assertRegex(one["purl"], r"^pkg:(deb/debian|npm)/[^ ]+@[^ ]+$")
            for licence in one["licenses"]:
                self.assertTrue(licence["license"]["name"], one["name"])

    def test_finds_what_is_loaded_compiled_in_and_bundled(self):
        names = {one["name"] for one in self.bill["components"]}
        self.assertLessEqual({"libc6", "libtinfo6", "libboost1.81-dev", "maplibre-gl"}, names)
        self.assertNotIn("esbuild", names, "a tool is no part")


if __name__ == "__main__":
    unittest.main()
