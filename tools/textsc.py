#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Makes a module's typed text keys out of its catalogue.

  textsc.py MODULE src/MODULE/texts.toml OUT/MODULE/texts.h

A catalogue holds one table a text, with a German and an English twin in ICU MessageFormat:

  [session.seats]
  de = "{count, plural, =0 {Kein Platz frei} one {# Platz frei} other {# Plätze frei}}"
  en = "{count, plural, =0 {No seat left} one {# seat left} other {# seats left}}"

It becomes `texts::kSessionSeats`. Refused: a missing twin, twins with different arguments, wrong
syntax, two keys with one C++ name. Apostrophes are plain text unless they stand before { } # or '.
"""
import re
import sys
import tomllib

LANGUAGES = ("de", "en")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
COMPLEX = ("plural", "selectordinal", "select")


class Bad(Exception):
    pass


class Pattern:
    """A parsed pattern: the names of its arguments, and its plain form where it has one."""

    def __init__(self, source):
        self.source, self.at = source, 0
        self.arguments, self.only_plain = set(), True
        self.plain = self.message(depth=0)

    def peek(self):
        return self.source[self.at] if self.at < len(self.source) else ""

    def message(self, depth, in_plural=False):
        out = ""
        while self.peek():
            char = self.peek()
            if char == "'":
                out += self.quoted(in_plural)
            elif char == "{":
                out += self.argument()
            elif char == "}":
                if depth == 0:
                    raise Bad("a } without its {")
                return out
            else:
                out += char
                self.at += 1
        if depth:
            raise Bad("a { without its }")
        return out

    def quoted(self, in_plural):
        following = self.source[self.at + 1:self.at + 2]
        if following == "'":
            self.at += 2
            return "'"
        if following not in ("{", "}") and not (in_plural and following == "#"):
            self.at += 1
            return "'"
        end = self.source.find("'", self.at + 1)
        if end < 0:
            raise Bad("a quotation '{ without its end")
        text = self.source[self.at + 1:end]
        self.at = end + 1
        self.only_plain = False  # literal braces: left to ICU
        return text

    def skip_space(self):
        while self.peek().isspace():
            self.at += 1

    def word(self, expected):
        self.skip_space()
        match = NAME.match(self.source, self.at)
        if not match:
            raise Bad(f"expected {expected} at {self.source[self.at:self.at + 12]!r}")
        self.at = match.end()
        self.skip_space()
        return match.group()

    def expect(self, char):
        if self.peek() != char:
            raise Bad(f"expected {char} at {self.source[self.at:self.at + 12]!r}")
        self.at += 1

    def argument(self):
        self.expect("{")
        name = self.word("the name of an argument")
        self.arguments.add(name)
        if self.peek() == "}":
            self.at += 1
            return "{" + name + "}"
        self.only_plain = False
        self.expect(",")
        kind = self.word("number, plural, select or selectordinal")
        if kind in ("date", "time"):
            raise Bad("dates are handed in written (web/i18n.h): their zone is the event's")
        if kind == "number":
            self.at = self.source.find("}", self.at)
            if self.at < 0:
                raise Bad("a { without its }")
        elif kind in COMPLEX:
            self.expect(",")
            self.branches(kind)
        else:
            raise Bad(f"unknown kind {kind} of argument {name}")
        self.expect("}")
        return ""

    def branches(self, kind):
        seen = set()
        while True:
            self.skip_space()
            if self.peek() == "}":
                break
            match = re.compile(r"=\d+|offset:\d+|[a-z_A-Z0-9]+").match(self.source, self.at)
            if not match:
                raise Bad(f"expected a case at {self.source[self.at:self.at + 12]!r}")
            self.at = match.end()
            if match.group().startswith("offset:"):
                continue
            seen.add(match.group())
            self.skip_space()
            self.expect("{")
            self.message(depth=1, in_plural=kind != "select")
            self.expect("}")
        if "other" not in seen:
            raise Bad(f"a {kind} without its case 'other'")


def flatten(table, prefix=""):
    for key, value in table.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", key) and not prefix:
            raise Bad(f"[{key}]: keys are lower case")
        path = f"{prefix}.{key}" if prefix else key
        if all(isinstance(inner, dict) for inner in value.values()):
            yield from flatten(value, path)
        elif any(isinstance(inner, dict) for inner in value.values()):
            raise Bad(f"[{path}]: a text and a group at once; give the text a key of its own")
        else:
            yield path, value


def constant(path):
    return "k" + "".join(part[:1].upper() + part[1:] for part in re.split(r"[._]", path))


def literal(text):
    out = ""
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\':
            out += "\\" + char
        elif byte == 10:
            out += "\\n"
        elif byte < 32 or byte > 126:
            out += f"\\{byte:03o}"
        else:
            out += char
    return f'"{out}"'


def entry(path, twins):
    if set(twins) != set(LANGUAGES):
        raise Bad(f"[{path}]: expected exactly de and en, found {', '.join(sorted(twins))}")
    parsed = {}
    for language in LANGUAGES:
        if not isinstance(twins[language], str) or not twins[language].strip():
            raise Bad(f"[{path}] {language}: a text must not be empty")
        try:
            parsed[language] = Pattern(twins[language])
        except Bad as error:
            raise Bad(f"[{path}] {language}: {error}") from None
    de, en = parsed["de"], parsed["en"]
    if de.arguments != en.arguments:
        raise Bad(f"[{path}]: the twins differ in arguments: "
                  f"{sorted(de.arguments)} and {sorted(en.arguments)}")
    plain = de.only_plain and en.only_plain
    texts = [p.plain if plain else p.source for p in (de, en)]
    body = f'"{path}", ' + ", ".join(literal(text) for text in texts)
    if plain and not de.arguments:
        return f"inline constexpr web::Text {constant(path)}{{{body}}};"
    arguments = literal(",".join(sorted(de.arguments)))
    simple = "true" if plain else "false"
    return f"inline constexpr web::Message {constant(path)}{{{body}, {arguments}, {simple}}};"


def generate(module, source):
    with open(source, "rb") as file:
        catalogue = tomllib.load(file)
    lines, seen = [], {}
    for path, twins in flatten(catalogue):
        name = constant(path)
        if name in seen:
            raise Bad(f"[{path}] and [{seen[name]}] would both be {name}")
        seen[name] = path
        lines.append(entry(path, twins))
    return "\n".join([
        "// SPDX-License-" "Identifier: EUPL-1.2",
        f"// Made by tools/textsc.py from src/{module}/texts.toml.",
        "#pragma once", '#include "web/i18n.h"', "",
        f"namespace revier::{module}::texts {{", "",
        *lines, "", f"}}  // namespace revier::{module}::texts", ""])


def main():
    module, source, target = sys.argv[1:]
    try:
        text = generate(module, source)
    except (Bad, tomllib.TOMLDecodeError) as error:
        sys.exit(f"{source}: error: {error}")
    with open(target, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
