#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Compiles HTML templates into typed C++ functions (docs/develop/pages.md).

  tmplc.py --namespace revier::event --prefix render_ --header OUT.h --source OUT.cpp \
           --include event/pages.h A.html B.html ...

Every interpolation is escaped for the place it stands in, which is known here, at build time.
Places where no escaping is safe (script, style, event handlers, unquoted attributes, comments) are
build errors.
"""
import argparse
import os
import re
import sys
from dataclasses import dataclass, field

from tmplc_html import HtmlState, TemplateError

TAGS_WITH_END = {"if": "endif", "for": "endfor", "wrap": "endwrap", "frame": "endframe"}


@dataclass
class Token:
    kind: str   # text, print, tag
    value: str
    line: int
    begins_line: bool = False  # a text that follows a line end left away


def end_of(source, start, closer, path, line):
    """Where `closer` stands outside of strings and braces of the expression."""
    at, depth = start, 0
    while at < len(source):
        char = source[at]
        if depth == 0 and source.startswith(closer, at):
            return at
        if char == '"':
            at += 1
            while at < len(source) and source[at] != '"':
                at += 2 if source[at] == "\\" else 1
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        at += 1
    raise TemplateError(path, line, f"no {closer} to end it")


def tokens_of(source, path):
    at, line, found = 0, 1, []
    opener = re.compile(r"\{\{|\{%|\{#")
    while at < len(source):
        match = opener.search(source, at)
        text = source[at:match.start() if match else len(source)]
        if text:
            found.append(Token("text", text, line, source[at - 1:at] in ("", "\n")))
            line += text.count("\n")
        if not match:
            break
        begin = match.end()
        if match.group() == "{#":
            end = source.find("#}", begin)
            if end < 0:
                raise TemplateError(path, line, "no #} to end it")
        else:
            closer = "}}" if match.group() == "{{" else "%}"
            end = end_of(source, begin, closer, path, line)
            kind = "print" if closer == "}}" else "tag"
            found.append(Token(kind, source[begin:end].strip(), line))
        after = end + 2
        if match.group() != "{{" and stands_alone(source, match.start(), after):
            after = source.find("\n", after) + 1 or len(source)
        line += source[match.start():after].count("\n")
        at = after
    return found


def stands_alone(source, start, end):
    """Whether a line holds nothing but this tag: it leaves no empty line behind."""
    line_begin = source.rfind("\n", 0, start) + 1
    return not source[line_begin:start].strip() and re.match(r"[ \t]*(\n|\Z)", source[end:])


def string_literal(text):
    out = ""
    for byte in text.encode("utf-8"):
        char = chr(byte)
        if char in '"\\?':
            out += "\\" + char
        elif byte == 10:
            out += "\\n"
        elif byte < 32 or byte > 126:
            out += f"\\{byte:03o}"
        else:
            out += char
    return f'"{out}"'


def key_constant(key):
    """ "session.title" is texts::kSessionTitle, "web:frame.skip" is web::texts::kFrameSkip. """
    module, _, path = key.rpartition(":")
    name = "k" + "".join(part[:1].upper() + part[1:] for part in re.split(r"[._]", path))
    return (f"::revier::{module}::" if module else "") + f"texts::{name}"


def with_texts(expression):
    """t("key") and t("key", {{"n", 1}}) inside an expression."""
    return re.sub(r'(?<![\w:.])t\(\s*"([a-z0-9_.:]+)"',
                  lambda m: f"::revier::web::text(lang, {key_constant(m.group(1))}", expression)


def split_arguments(text, path, line):
    """name=expr name=expr: the pairs, each expression up to the next name= outside of brackets."""
    starts, depth, at = [], 0, 0
    name = re.compile(r"([A-Za-z_]\w*)=(?!=)")
    while at < len(text):
        match = name.match(text, at) if depth == 0 and (at == 0 or text[at - 1].isspace()) else None
        if match:
            starts.append((match.group(1), match.start(), match.end()))
            at = match.end()
        elif text[at] == '"':
            at = text.find('"', at + 1)
            if at < 0:
                raise TemplateError(path, line, "a text without its end")
            at += 1
        else:
            depth += (text[at] in "([{") - (text[at] in ")]}")
            at += 1
    if text.strip() and (not starts or text[:starts[0][1]].strip()):
        raise TemplateError(path, line, f'expected name=expression, found "{text}"')
    ends = [start for _, start, _ in starts[1:]] + [len(text)]
    return [(n, text[begin:end].strip()) for (n, _, begin), end in zip(starts, ends)]


@dataclass
class Block:
    kind: str
    line: int
    state: HtmlState                              # at the begin of the block
    ends: list = field(default_factory=list)      # state at the end of each branch
    has_else: bool = False


class Template:
    def __init__(self, path, prefix):
        self.path = path
        name = os.path.basename(path)[:-len(".html")].lstrip("_")
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise TemplateError(path, 1, "a template's name is snake_case.html")
        self.function = prefix + name
        self.includes, self.view, self.has_slot = [], None, False
        self.body, self.blocks, self.html = [], [], HtmlState(path)
        with open(path, encoding="utf-8") as file:
            source = file.read()
        for token in tokens_of(source, path):
            self.line = token.line
            self.begins_line = token.begins_line
            getattr(self, "on_" + token.kind)(token.value)
        self.finish()

    def error(self, message):
        raise TemplateError(self.path, self.line, message)

    def emit(self, code):
        self.body.append((self.line, code))

    def finish(self):
        if self.blocks:
            block = self.blocks[-1]
            raise TemplateError(self.path, block.line, f"{{% {block.kind} %}} has no end")
        if self.view is None:
            raise TemplateError(self.path, 1, "expected a line {% view Type name %}")
        if not self.html.is_in_text():
            self.error("the template ends inside a tag")

    # Text and interpolation

    def on_text(self, text):
        if self.view is None and not text.strip():
            return
        if self.view is None:
            self.error("the {% view %} line comes first")
        markup = self.html.feed(text, self.line, self.begins_line)
        for i in range(0, len(markup), 4000):
            self.emit(f"out.literal({string_literal(markup[i:i + 4000])});")

    def on_print(self, expression):
        if not expression:
            self.error("{{ }} is empty")
        method = self.html.interpolate(self.line)
        self.emit(f"out.{method}({with_texts(expression)});")

    # Tags

    def on_tag(self, text):
        name, _, rest = text.partition(" ")
        handler = getattr(self, "tag_" + name, None)
        if handler is None:
            self.error(f"unknown tag {{% {name} %}}")
        handler(rest.strip())

    def tag_include(self, rest):
        if not re.fullmatch(r'"[\w./]+"', rest):
            self.error('expected {% include "module/file.h" %}')
        self.includes.append(rest)

    def tag_view(self, rest):
        match = re.fullmatch(r"([\w:<>, ]+?)\s+([a-z_]\w*)", rest)
        if not match:
            self.error("expected {% view Type name %}")
        self.view = match.groups()

    def tag_let(self, rest):
        match = re.fullmatch(r"([a-z_]\w*)\s*=\s*(.+)", rest, re.S)
        if not match:
            self.error("expected {% let name = expression %}")
        self.emit(f"[[maybe_unused]] const auto& {match[1]} = {with_texts(match[2])};")

    def tag_if(self, rest):
        self.begin("if", f"if ({with_texts(self.needed(rest))}) {{")

    def tag_elif(self, rest):
        self.next_branch()
        self.emit(f"}} else if ({with_texts(self.needed(rest))}) {{")

    def tag_else(self, _):
        self.next_branch()
        self.blocks[-1].has_else = True
        self.emit("} else {")

    def tag_endif(self, _):
        block = self.close("if")
        block.ends.append(self.html.copy())
        if not block.has_else:
            block.ends.append(block.state)
        self.html = block.ends[0].joined(block.ends[1:], self.line)
        self.emit("}")

    def tag_for(self, rest):
        match = re.fullmatch(r"([a-z_]\w*|\[[\w, ]+\])\s+in\s+(.+)", rest, re.S)
        if not match:
            self.error("expected {% for name in expression %}")
        self.begin("for", f"for (const auto& {match[1]} : {with_texts(match[2])}) {{")

    def tag_endfor(self, _):
        block = self.close("for")
        self.html = block.state.joined([self.html], self.line)
        self.emit("}")

    def tag_call(self, rest):
        function, arguments = self.invocation(rest)
        self.emit(f"{function}(out{arguments});")

    def tag_wrap(self, rest):
        function, arguments = self.invocation(rest)
        self.begin("wrap", f"{function}(out{arguments}, [&] {{")

    def tag_endwrap(self, _):
        self.end_of_slotted("wrap")

    def tag_frame(self, rest):
        self.complete_markup_only()
        expression = with_texts(self.needed(rest))
        self.begin("frame", f"::revier::web::render_frame(out, {expression}, [&] {{")

    def tag_endframe(self, _):
        self.end_of_slotted("frame")

    def tag_slot(self, _):
        self.complete_markup_only()
        self.has_slot = True
        self.emit("slot();")

    def tag_t(self, rest):
        match = re.match(r'"([a-z0-9_.:]+)"\s*', rest)
        if not match:
            self.error('expected {% t "key" name=expression %}')
        pairs = split_arguments(rest[match.end():], self.path, self.line)
        constant = key_constant(match.group(1))
        names = string_literal(",".join(sorted(name for name, _ in pairs)))
        self.emit(f'static_assert(::revier::web::takes({constant}, {names}), '
                  f'"the text takes other arguments");')
        method = self.html.interpolate(self.line)
        if method == "json":
            self.error("a text is no JSON")
        values = ", ".join(f'{{"{name}", {with_texts(value)}}}' for name, value in pairs)
        more = f", {{{values}}}" if pairs else ""
        self.emit(f"out.{method}(::revier::web::text(lang, {constant}{more}));")

    # What tags have in common

    def needed(self, expression):
        if not expression:
            self.error("an expression is missing")
        return expression

    def complete_markup_only(self):
        if not self.html.is_in_text():
            self.error("a template is called between tags only")

    def invocation(self, rest):
        self.complete_markup_only()
        match = re.fullmatch(r"([\w:]+)\s*\((.*)\)", rest, re.S)
        if not match:
            self.error("expected a call: name(expression, ...)")
        arguments = with_texts(match[2].strip())
        return match[1], f", {arguments}" if arguments else ""

    def begin(self, kind, code):
        self.html.pause(self.line)
        self.blocks.append(Block(kind, self.line, self.html.copy()))
        self.emit(code)

    def next_branch(self):
        block = self.blocks[-1] if self.blocks else None
        if block is None or block.kind != "if" or block.has_else:
            self.error("no {% if %} to belong to")
        self.html.pause(self.line)
        block.ends.append(self.html.copy())
        self.html = block.state.copy()

    def close(self, kind):
        if not self.blocks or self.blocks[-1].kind != kind:
            self.error(f"no {{% {kind} %}} to end")
        self.html.pause(self.line)
        return self.blocks.pop()

    def end_of_slotted(self, kind):
        self.close(kind)
        self.complete_markup_only()
        self.emit("});")

    # Output

    def signature(self):
        kind, name = self.view
        slot = ", ::revier::web::Slot slot" if self.has_slot else ""
        return (f"void {self.function}(::revier::web::Html& out, "
                f"[[maybe_unused]] const {kind}& {name}{slot})")

    def definition(self):
        lines = [self.signature() + " {",
                 "  [[maybe_unused]] const ::revier::web::Language lang = out.language();"]
        last = None
        for line, code in merged(self.body):
            if line != last:
                lines.append(f"#line {line} {string_literal(self.path)}")
            lines.append("  " + code)
            last = line + 1
        return "\n".join(lines + ["}"])


def merged(body):
    """Neighbouring literals of one template line group become one."""
    out = []
    for line, code in body:
        if out and code.startswith('out.literal("') and out[-1][1].startswith('out.literal("'):
            joined = out[-1][1][:-3] + code[len('out.literal("'):]
            if len(joined) < 8000:
                out[-1] = (out[-1][0], joined)
                continue
        out.append((line, code))
    return out


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def header_of(templates, options):
    includes = sorted({i for t in templates for i in t.includes} | {'"web/html.h"'})
    return "\n".join([
        "// SPDX-License-" "Identifier: EUPL-1.2", "// Made by tools/tmplc.py.", "#pragma once",
        *(f"#include {i}" for i in includes), "", f"namespace {options.namespace} {{", "",
        *(t.signature() + ";" for t in templates), "", f"}}  // namespace {options.namespace}", ""])


def source_of(templates, options):
    includes = [f'"{options.include}"'] + [f'"{i}"' for i in options.uses]
    return "\n".join([
        "// SPDX-License-" "Identifier: EUPL-1.2", "// Made by tools/tmplc.py.",
        *(f"#include {i}" for i in includes), "", f"namespace {options.namespace} {{",
        *(f"namespace {alias} = {target};" for alias, target in
          (pair.split("=") for pair in options.alias)), "",
        *(t.definition() + "\n" for t in templates), f"}}  // namespace {options.namespace}", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--prefix", default="render_")
    parser.add_argument("--header", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("--include", required=True, help="how the header is included")
    parser.add_argument("--uses", action="append", default=[], help="header that the source needs")
    parser.add_argument("--alias", action="append", default=[], help="name=namespace")
    parser.add_argument("templates", nargs="*")
    options = parser.parse_args()
    try:
        templates = [Template(path, options.prefix) for path in sorted(options.templates)]
    except TemplateError as error:
        sys.exit(str(error))
    write(options.header, header_of(templates, options))
    write(options.source, source_of(templates, options))


if __name__ == "__main__":
    main()
