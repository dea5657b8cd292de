# SPDX-License-Identifier: EUPL-1.2
"""Where in an HTML document a template stands: the state machine behind tmplc.py.

It follows the HTML standard's tokenizer as far as templates need it and refuses what it does not
know, so that its idea of the place is the browser's.
"""
import copy
import re

URL_ATTRIBUTES = {"href", "src", "action", "formaction", "poster", "cite", "data", "ping",
                  "background", "manifest", "xlink:href", "longdesc"}
LITERAL_ATTRIBUTES = {"srcset", "imagesrcset"}
REFUSED_ATTRIBUTES = {"style", "srcdoc", "http-equiv"}
REFUSED_ELEMENTS = {"style", "iframe", "noembed", "noframes", "noscript", "xmp", "plaintext",
                    "template", "base", "object", "embed"}
KEEP_SPACE = {"pre", "textarea"}
URL_BEGIN = re.compile(r"(/|#|\?|\./|\.\./|https?://|mailto:|tel:|geo:|webcal://)")

TEXT, TAG_OPEN, TAG_NAME, IN_TAG, ATTRIBUTE, BEFORE_VALUE, VALUE, AFTER, DECLARATION, SCRIPT, \
    TEXT_ONLY = range(11)
PLACES = {TAG_OPEN: "a tag's name", TAG_NAME: "a tag's name", IN_TAG: "a tag",
          ATTRIBUTE: "an attribute's name", BEFORE_VALUE: "an attribute without quotation marks",
          AFTER: "a tag", DECLARATION: "a comment or declaration"}


class TemplateError(Exception):
    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: error: {message}")


class HtmlState:
    def __init__(self, path):
        self.path, self.line = path, 0
        self.mode = TEXT
        self.tag, self.closing = "", False     # of the tag being read
        self.attribute, self.quote = "", ""
        self.value, self.dynamic = "", False   # literal part of a value; interpolated already
        self.script_type = ""
        self.pre_depth = 0                     # open elements that keep white space

    def copy(self):
        return copy.copy(self)

    def error(self, message):
        raise TemplateError(self.path, self.line, message)

    def is_in_text(self):
        return self.mode == TEXT

    def feed(self, text, line, begins_line):
        """Reads literal markup; returns it with the white space of source lines made short."""
        self.line = line
        out = []
        for char in text:
            before = self.mode
            self.step(char)
            out.append((char, before == TEXT and self.mode == TEXT and not self.pre_depth))
            self.line += char == "\n"
        return shortened(out, begins_line)

    def step(self, char):
        step = (HtmlState.in_text, HtmlState.tag_open, HtmlState.tag_name, HtmlState.in_tag,
                HtmlState.in_attribute, HtmlState.before_value, HtmlState.in_value,
                HtmlState.after, HtmlState.in_declaration, HtmlState.in_element,
                HtmlState.in_element)[self.mode]
        step(self, char)

    def in_text(self, char):
        if char == "<":
            self.mode, self.tag, self.closing, self.script_type = TAG_OPEN, "", False, ""

    def tag_open(self, char):
        if char == "/" and not self.closing:
            self.closing = True
        elif char == "!" and not self.closing:
            self.mode, self.value = DECLARATION, ""
        elif char.isascii() and char.isalpha():
            self.mode, self.tag = TAG_NAME, char.lower()
        else:
            self.error("a < that begins no tag: write &lt;")

    def tag_name(self, char):
        if char.isascii() and (char.isalnum() or char == "-"):
            self.tag += char.lower()
        else:
            self.after(char)

    def after(self, char):
        """After a tag's name or an attribute."""
        if not char.isspace() and char not in "/>":
            self.error(f"expected white space, / or > before {char}")
        self.in_tag(char)

    def in_tag(self, char):
        if char == ">":
            self.end_tag()
        elif char == "/" or char.isspace():
            self.mode = IN_TAG
        elif char in "\"'<=`":
            self.error(f"{char} inside a tag")
        else:
            self.mode, self.attribute, self.value, self.dynamic = ATTRIBUTE, char.lower(), "", False

    def in_attribute(self, char):
        if char == "=":
            self.check_attribute()
            self.mode = BEFORE_VALUE
        elif char in "/>" or char.isspace():
            self.check_attribute()
            self.in_tag(char)
        elif char in "\"'<`":
            self.error(f"{char} in the name of an attribute")
        else:
            self.attribute += char.lower()

    def before_value(self, char):
        if char not in "\"'":
            self.error(f"the value of {self.attribute} needs quotation marks")
        self.mode, self.quote = VALUE, char

    def in_value(self, char):
        if char == self.quote:
            self.end_value()
        else:
            self.value += char

    def in_declaration(self, char):
        self.value += char
        if self.value == "--":
            self.error("write {# #} instead of an HTML comment")
        if char == ">":
            self.mode = TEXT

    def in_element(self, char):
        """The text of <script>, <title>, <textarea>: only their own end tag ends it."""
        self.value += char
        if char == ">" and self.value[:-1].rstrip().lower().endswith("</" + self.tag):
            inner = self.value[:self.value.rindex("<")]
            if self.mode == SCRIPT and inner.strip() and self.script_type != "application/ld+json":
                self.error("no inline script: the content security policy forbids it")
            self.closing = True
            self.end_tag()

    def check_attribute(self):
        if self.attribute.startswith("on") or self.attribute in REFUSED_ATTRIBUTES:
            self.error(f"no attribute {self.attribute}: the content security policy forbids it, "
                       "or a response header says it")

    def end_value(self):
        if self.attribute in URL_ATTRIBUTES and not self.dynamic:
            if re.match(r"\s*(javascript|data|vbscript):", self.value, re.I):
                self.error(f"{self.attribute}: such a URL is not allowed")
        if self.tag == "script" and self.attribute == "type":
            self.script_type = "" if self.dynamic else self.value.lower()
        self.mode = AFTER

    def end_tag(self):
        if self.tag in REFUSED_ELEMENTS:
            self.error(f"no <{self.tag}>")
        self.mode, self.value, self.attribute = TEXT, "", ""
        if self.tag in KEEP_SPACE:
            self.pre_depth += -1 if self.closing else 1
        if not self.closing and self.tag == "script":
            self.mode = SCRIPT
        elif not self.closing and self.tag in ("title", "textarea"):
            self.mode = TEXT_ONLY

    def interpolate(self, line):
        """The method of Html that escapes for this place."""
        self.line = line
        if self.mode == TEXT:
            return "text"
        if self.mode == TEXT_ONLY:
            self.value = ""
            return "text"
        if self.mode == SCRIPT:
            if self.script_type != "application/ld+json":
                self.error("no interpolation inside <script>: nothing escapes safely there")
            self.value = ""
            return "json"
        if self.mode == VALUE:
            return self.interpolate_value()
        return self.error(f"no interpolation in {PLACES[self.mode]}")

    def interpolate_value(self):
        if self.attribute in LITERAL_ATTRIBUTES or (self.tag, self.attribute) == ("script", "type"):
            self.error(f"no interpolation in the attribute {self.attribute}")
        if self.attribute not in URL_ATTRIBUTES:
            self.dynamic = True
            return "attribute"
        first = not self.value and not self.dynamic
        self.check_url_begin()
        self.dynamic = True
        return "url" if first else "url_part"

    def check_url_begin(self):
        if self.value and not self.dynamic and not URL_BEGIN.match(self.value):
            self.error(f"{self.attribute}: what stands before the interpolation must begin with /, "
                       "#, ?, https://, mailto: or tel:")

    def pause(self, line):
        """A control tag stands here: what follows may come from either of two branches."""
        self.line = line
        if self.mode in (TAG_OPEN, BEFORE_VALUE, DECLARATION):
            self.error(f"no control tag in {PLACES[self.mode]}")
        if self.mode == SCRIPT:
            self.error("no control tag inside <script>")
        if self.mode == VALUE and self.attribute in URL_ATTRIBUTES:
            self.check_url_begin()
        if self.mode == ATTRIBUTE:
            self.check_attribute()
        if self.mode in (ATTRIBUTE, TAG_NAME):
            self.mode = AFTER
        if self.mode == TEXT_ONLY:
            self.value = ""

    def place(self):
        """What has to be the same wherever two branches meet."""
        if self.mode == VALUE:
            begun = self.attribute in URL_ATTRIBUTES and (bool(self.value) or self.dynamic)
            return (VALUE, self.tag, self.attribute, self.quote, begun)
        if self.mode in (IN_TAG, AFTER):
            return (IN_TAG, self.tag, self.closing)
        return (self.mode, self.tag if self.mode == TEXT_ONLY else "", self.pre_depth)

    def joined(self, others, line):
        self.line = line
        states = [self, *others]
        if any(state.place() != self.place() for state in others):
            self.error("the branches end in different places of the markup")
        result = self.copy()
        if any(state.mode == AFTER for state in states):
            result.mode = AFTER
        if any(state.script_type != self.script_type for state in others):
            self.error("the branches differ in the type of a script")
        result.dynamic = any(state.dynamic for state in states)
        return result


def shortened(characters, begins_line):
    """Indentation is not sent: a run of white space with a line end is one line end."""
    out, run, drop = "", "", begins_line
    for char, collapsible in [*characters, ("", False)]:
        if collapsible and char.isspace():
            run += char
            continue
        if "\n" in run:
            run = "\n"
        elif drop:
            run = ""
        out += run + char
        run, drop = "", False
    return out
