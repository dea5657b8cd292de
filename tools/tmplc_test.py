# SPDX-License-Identifier: EUPL-1.2
"""The template compiler chooses the escaping of each place and refuses where there is none."""
import tempfile
import unittest
from pathlib import Path

from tmplc import Template, key_constant, split_arguments
from tmplc_html import TemplateError


class Compile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "page.html"

    def compile(self, text):
        self.file.write_text("{% view View v %}\n" + text, encoding="utf-8")
        return Template(str(self.file), "render_").definition()

    def calls(self, text):
        """The calls of Html for the interpolations of a template."""
        lines = self.compile(text).splitlines()
        return [line.strip().split("(")[0].removeprefix("out.") for line in lines
                if line.strip().startswith("out.") and "out.literal" not in line]

    def refuse(self, part, text):
        with self.assertRaises(TemplateError, msg=text) as caught:
            self.compile(text)
        self.assertIn(part, str(caught.exception))

    def test_places(self):
        self.assertEqual(self.calls('<p class="{{ v.a }}">{{ v.b }}</p>'), ["attribute", "text"])
        self.assertEqual(self.calls("<p title='{{ v.a }}'>"), ["attribute"])
        self.assertEqual(self.calls('<a href="{{ v.a }}">'), ["url"])
        self.assertEqual(self.calls('<A HREF="{{ v.a }}/{{ v.b }}">'), ["url", "url_part"])
        self.assertEqual(self.calls('<form action="/a?b={{ v.a }}">'), ["url_part"])
        self.assertEqual(self.calls('<button formaction="{{ v.a }}">'), ["url"])
        self.assertEqual(self.calls('<use xlink:href="{{ v.a }}"/>'), ["url"])
        self.assertEqual(self.calls("<title>{{ v.a }}</title>{{ v.b }}"), ["text", "text"])
        self.assertEqual(self.calls("<textarea><b title={{ v.a }}</textarea>"), ["text"])
        self.assertEqual(
            self.calls('<script type="application/ld+json">{{ v.a }}</script>{{ v.b }}'),
            ["json", "text"])
        self.assertEqual(self.calls('<p a="1" b="x{{ v.a }}y">'), ["attribute"])
        self.assertEqual(self.calls('<input{% if v.a %} value="{{ v.b }}"{% endif %}>{{ v.c }}'),
                         ["attribute", "text"])

    def test_refused_places(self):
        for part, text in (
                ("without quotation", "<p class={{ v.a }}>"),
                ("quotation marks", "<p class=a>"),
                ("a tag's name", "<{{ v.a }}>"),
                ("a tag's name", "<p{{ v.a }}>"),
                ("in a tag", "<p {{ v.a }}>"),
                ("attribute's name", "<p data-{{ v.a }}=\"\">"),
                ("nothing escapes", "<script>{{ v.a }}</script>"),
                ("nothing escapes", "<script src=\"/a\">{{ v.a }}</script>"),
                ("no inline script", "<script>alert(1)</script>"),
                ("script", "<script>{% if v.a %}</script>{% endif %}"),
                ("no <style>", "<style>p{}</style>"),
                ("no <iframe>", "<iframe></iframe>"),
                ("attribute onclick", "<p onclick=\"{{ v.a }}\">"),
                ("attribute onclick", "<p OnClick=\"x()\">"),
                ("attribute style", "<p style=\"color:red\">"),
                ("attribute srcdoc", "<p srcdoc=\"{{ v.a }}\">"),
                ("srcset", "<img srcset=\"{{ v.a }}\">"),
                ("type", "<script type=\"{{ v.a }}\"></script>"),
                ("HTML comment", "<!-- {{ v.a }} -->"),
                ("declaration", "<!doctype {{ v.a }}>"),
                ("must begin with", "<a href=\"java{{ v.a }}\">"),
                ("must begin with", "<a href=\"x:{% if v.a %}b{% endif %}{{ v.c }}\">"),
                ("not allowed", "<a href=\"javascript:alert(1)\">"),
                ("not allowed", "<a href=\" JavaScript:alert(1)\">"),
                ("begins no tag", "a < b"),
                ("white space", "<p class=\"a\"id=\"b\">")):
            self.refuse(part, text)

    def test_branches_meet_in_one_place(self):
        different = "different places"
        self.refuse(different, "{% if v.a %}<p {% endif %}class=\"x\">")
        self.refuse(different, "<p title=\"{% if v.a %}\">{% else %}b{% endif %}")
        self.refuse(different, "<a href=\"{% if v.a %}/b{% endif %}{{ v.c }}\">")
        self.refuse(different, "{% for x in v.a %}<p title=\"{% endfor %}\">")
        self.refuse(different, "{% if v.a %}<textarea>{% endif %}")
        self.refuse("before c", "<p{% if v.a %} b{% endif %}c>")
        self.assertEqual(self.calls('<p title="{% if v.a %}x{% else %}{{ v.b }}{% endif %}">'),
                         ["attribute"])
        self.assertEqual(
            self.calls('<a href="{% if v.a %}/x{% else %}{{ v.b }}{% endif %}{{ v.c }}">'),
            ["url", "url_part"])

    def test_wrong_templates(self):
        for part, text in (
                ("no end", "{% if v.a %}"), ("to end", "{% endif %}"), ("to end", "{% endfor %}"),
                ("to belong", "{% else %}"), ("unknown tag", "{% while v.a %}"),
                ("to end", "{% if v.a %}{% endfor %}"), ("no }}", "{{ v.a"), ("no #}", "{# a"),
                ("is empty", "{{ }}"), ("ends inside a tag", "<p"),
                ("expected a call", "{% call f %}"),
                ("between tags", "<p {% call f() %}>"), ("for name", "{% for v.a %}{% endfor %}"),
                ("to belong", "{% if a %}{% else %}{% else %}{% endif %}"),
                ("name=expression", '{% t "a" 1 %}'), ('{% t "key"', "{% t a %}")):
            self.refuse(part, text)

    def test_errors_name_the_line(self):
        self.refuse(f"{self.file}:4: error:", "<p>\n</p>\n<p class={{ v.a }}>")
        self.refuse(f"{self.file}:6: error:", "{#\n\n#}\n{% if v.a %}{% endif %}\n<p {{ v.a }}>")

    def test_expressions_are_taken_as_they_are(self):
        code = self.compile('{{ f("}}", {{"a", 1}}) }}{% call kern::b({.x = {1}}) %}')
        self.assertIn('out.text(f("}}", {{"a", 1}}));', code)
        self.assertIn("kern::b(out, {.x = {1}});", code)
        self.assertIn("{% x", self.compile('{{ "{% x" }}'))

    def test_texts(self):
        code = self.compile('{% t "a.b_c" n=v.size(x == 1) name="a b" %}{{ t("web:x") }}')
        self.assertIn('takes(texts::kABC, "n,name")', code)
        self.assertIn('{{"n", v.size(x == 1)}, {"name", "a b"}}', code)
        self.assertIn("out.text(::revier::web::text(lang, ::revier::web::texts::kX));", code)
        self.assertEqual(key_constant("session.title"), "texts::kSessionTitle")
        self.assertEqual(split_arguments("a=f(b, c) d=e", "", 1), [("a", "f(b, c)"), ("d", "e")])

    def test_slots_and_white_space(self):
        code = self.compile("<div>\n    {% slot %}\n  <b>x</b>\n</div>\n<pre>\n  a\n  b</pre>\n")
        self.assertIn("const View& v, ::revier::web::Slot slot)", code)
        self.assertIn('"<b>x</b>\\n</div>', code)
        self.assertIn("<pre>\\n  a\\n  b</pre>", code)
        wrapped = self.compile("{% wrap kern::card(v.a) %}{{ v.b }}{% endwrap %}")
        self.assertIn("kern::card(out, v.a, [&] {", wrapped)


if __name__ == "__main__":
    unittest.main()
