# SPDX-License-Identifier: EUPL-1.2
"""The text compiler keeps twins alike."""
import unittest

from textsc import Bad, entry


class Texts(unittest.TestCase):
    def refuse(self, part, **twins):
        with self.assertRaises(Bad, msg=twins) as caught:
            entry("a.b", twins)
        self.assertIn(part, str(caught.exception))

    def test_kinds(self):
        self.assertEqual(entry("a.b_c", {"de": "Ja's", "en": "Yes"}),
                         'inline constexpr web::Text kABC{"a.b_c", "Ja\'s", "Yes"};')
        self.assertIn('"{n} x", "x {n}", "n", true}', entry("a", {"de": "{n} x", "en": "x {n}"}))
        plural = "{n, plural, =0 {no '#'} one {# {m}} other {# #}}"
        self.assertIn('"m,n", false}', entry("a", {"de": plural, "en": plural}))
        self.assertIn(", false}", entry("a", {"de": "'{'n'}' {n}", "en": "{n}"}))
        self.assertIn("\\303\\274", entry("a", {"de": "ü", "en": "u"}))

    def test_refused(self):
        self.refuse("expected exactly de and en", de="x")
        self.refuse("expected exactly de and en", de="x", en="x", fr="x")
        self.refuse("must not be empty", de="x", en=" ")
        self.refuse("differ in arguments", de="{a}", en="{b}")
        self.refuse("differ in arguments", de="{a, plural, other {{b}}}", en="{a}")
        self.refuse("without its case 'other'", de="{a, plural, one {x}}", en="{a}")
        self.refuse("without its {", de="}", en="x")
        self.refuse("name of an argument", de="{}", en="x")
        self.refuse("handed in written", de="{a, date, long}", en="{a}")
        self.refuse("unknown kind", de="{a, foo}", en="{a}")


if __name__ == "__main__":
    unittest.main()
