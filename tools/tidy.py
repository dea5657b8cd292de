#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""The habits of the code that no compiler checks.

Width, length of functions and files, names, calls that bypass the seams, licence tags, left-over
markers, white space, titles, addresses of somebody's machine.

    tools/tidy.py [ROOT]          faults fail; long functions are listed
    tools/tidy.py --format [ROOT] clang-format holds the C++ files against .clang-format
"""
import json
import re
import subprocess
import sys
from pathlib import Path

WIDTH = 100
FUNCTION_LINES_WARN, FUNCTION_LINES_MAX = 60, 70
FILE_LINES = {".h": 250, ".cpp": 600, ".py": 600, ".ts": 600, ".js": 600, ".mjs": 600, ".sh": 600}
CODE = set(FILE_LINES) | {".cmake", ".css"}
TEXT = CODE | {".md", ".html", ".toml", ".yml", ".yaml", ".json", ".sql", ".txt", ""}
GENERATED = ("package-lock.json", "LICENSE", "LICENSES/", "tests/fuzz/corpus/")
FLOORS = ("base", "net", "store", "records", "lan")

# Text that must not stand in C++ outside the floors: it bypasses a seam (files, time, chance,
# threads). What app may use more is the composition root's task.
SEAMS = (
    (r"#include <(fstream|filesystem)>", "files belong to the floors", ("app", "backup")),
    (r"#include <(sys/socket|netinet/in|arpa/inet|unistd|fcntl)\.h>", "sockets and descriptors "
     "belong to the floors", ("app", "backup")),
    (r"\b\w*clock::now\(\)", "time comes from a Clock (base/time.h)", ()),
    (r"\b(?:s?rand|random)\(\)|std::(?:random_device|mt19937)", "chance comes from base/random.h",
     ()),
    (r"\bgetenv\(", "the environment is read by app/options alone", ("app",)),
    (r"\bstd::j?thread\b(?!::)", "threads belong to the floors",
     ("publication", "mail", "subscription", "federation", "snapshot", "app")),
    (r"#include <sqlite3\.h>", "SQL belongs to records", ()),
)
# Text that must not stand in any C++ of the product.
BANNED = (
    (r"\bthrow\b(?!\s*[(;])", "errors are returned (base/result.h)"),
    (r"\braw_json\(", "simdjson's on-demand text lets invalid JSON through"),
    (r"std::atomic<\s*std::shared_ptr", "a data race in libstdc++ 12 under TSan"),
    (r"std::regex\b", "recursion without bound on input"),
    (r"using namespace", "names stay where they are"),
)
MARKERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|^(?:<{7}|>{7}) ")
PLACES = re.compile(r"(?<![\w.])/(?:work|home|root)/|registry\.npm" r"js\.org|deb\.debian" r"\.org|"
                    r"files\.python" r"hosted\.org|proxy\.go" r"lang\.org")
BANNED_TYPE = re.compile(
    r"\b(?:class|struct)\s+\w+(?:Manager|Helper|Utils?|Service|Impl)\b\s*[^;\s]")
BANNED_FILE = re.compile(r"(?:^|_)(?:manager|helper|helpers|util|utils|service|impl)\.(?:h|cpp)$")
SNAKE_CASE = re.compile(r"^[a-z0-9_]+\.(?:h|cpp)$")
COMMENT_OR_STRING = re.compile(
    r'R"(\w*)\((?:.|\n)*?\)\1"|//[^\n]*|/\*(?:.|\n)*?\*/|"(?:\\.|[^"\\\n])*"')

# (file, rule): reason. Short, and only what cannot be written otherwise.
EXCEPTIONS = {
}


def tracked(root):
    """The files git knows or would add, but those that are copies of others' texts."""
    names = subprocess.run(["git", "-C", root, "ls-files", "-co", "--exclude-standard"], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (Path(root) / name).is_file()]


def code_only(text):
    """The text with comments and the inside of strings blanked, lines kept."""
    def blank(match):
        kept = '""' if match.group().startswith(('"', "R")) else ""
        return kept + "\n" * match.group().count("\n")
    return COMMENT_OR_STRING.sub(blank, text)


def module_of(name):
    parts = name.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else ""


def check_text(name, text):
    """Faults of any text file: (line, rule, what)."""
    suffix = Path(name).suffix
    lines = text.split("\n")
    if text and not text.endswith("\n"):
        yield len(lines), "end", "the last line does not end"
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "space", "white space at the end of the line"
        if suffix in CODE - {".css"} and len(line) > WIDTH and " " in line.strip():
            yield number, "width", f"{len(line)} columns, at most {WIDTH}"
        if MARKERS.search(line):
            yield number, "marker", "a left-over marker"
        if PLACES.search(line):
            yield number, "place", "an address of one machine or registry"
    if suffix == ".md" and not text.lstrip().startswith(("# ", "<!--")):
        yield 1, "title", "begins without a title"
    is_code = suffix in CODE or Path(name).name == "CMakeLists.txt" or text.startswith("#!")
    if is_code and "SPDX-License-" "Identifier:" not in "\n".join(lines[:4]):
        yield 1, "licence", "no licence tag"
    if suffix in FILE_LINES and len(lines) - 1 > FILE_LINES[suffix]:
        yield len(lines), "length", f"{len(lines) - 1} lines, at most {FILE_LINES[suffix]}"


def check_names(name, code):
    if not SNAKE_CASE.match(Path(name).name):
        yield 1, "name", "file names are snake_case"
    if BANNED_FILE.search(Path(name).name):
        yield 1, "name", "the name says nothing"
    for number, line in enumerate(code.split("\n"), 1):
        if BANNED_TYPE.search(line) and "/detail/" not in name:
            yield number, "name", "a type's name says what it is, not Manager, Helper, Service, ..."


def check_calls(name, code):
    """Faults of one C++ file of src/: what bypasses a seam or is banned everywhere."""
    module = module_of(name)
    is_test = name.endswith("_test.cpp")
    for number, line in enumerate(code.split("\n"), 1):
        for pattern, why in BANNED:
            if not is_test and re.search(pattern, line):
                yield number, "banned", why
        for pattern, why, also in SEAMS:
            if not is_test and module not in FLOORS + also and re.search(pattern, line):
                yield number, "seam", why


def check_cpp(name, text):
    code = code_only(text)
    yield from check_names(name, code)
    if name.startswith("src/"):
        yield from check_calls(name, code)


def function_lengths(root, names):
    """(file, line, name, lines) of every function of the C++ and script files."""
    if not names:
        return
    output = subprocess.run(
        ["ctags", "--languages=C++,Python,TypeScript,JavaScript", "--kinds-C++=f",
         "--kinds-Python=fm", "--kinds-TypeScript=fm", "--kinds-JavaScript=fm", "--fields=+ne",
         "--output-format=json", "-f", "-", "-L", "-"],
        cwd=root, check=True, capture_output=True, text=True, input="\n".join(names)).stdout
    for line in output.splitlines():
        tag = json.loads(line)
        if "end" in tag:
            yield tag["path"], tag["line"], tag["name"], tag["end"] - tag["line"] + 1


def check(root):
    """(faults, warnings) as lines "file:line: what"."""
    faults, warnings, functions = [], [], []
    for name in tracked(root):
        path = Path(root) / name
        if path.suffix not in TEXT or name.startswith(GENERATED):
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found = list(check_text(name, text))
        if path.suffix in (".h", ".cpp"):
            found += check_cpp(name, text)
        if path.suffix in FILE_LINES:
            functions.append(name)
        faults += [f"{name}:{line}: {what}" for line, rule, what in found
                   if (name, rule) not in EXCEPTIONS]
    for name, line, function, lines in function_lengths(root, functions):
        what = f"{name}:{line}: {function} has {lines} lines, at most {FUNCTION_LINES_WARN}"
        if lines > FUNCTION_LINES_MAX:
            faults.append(what)
        elif lines > FUNCTION_LINES_WARN:
            warnings.append(what)
    return faults, warnings


def check_format(root):
    names = [name for name in tracked(root) if Path(name).suffix in (".h", ".cpp")]
    done = subprocess.run(["clang-format-19", "--dry-run", "-Werror", *names], cwd=root,
                          capture_output=True, text=True)
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", done.stderr, re.MULTILINE)))
    print("\n".join([f"{name}: run clang-format-19 -i {name}" for name in bad]
                    + [f"format: {len(bad)} of {len(names)} files differ"]))
    return 1 if bad else 0


def main(arguments):
    paths = [argument for argument in arguments if not argument.startswith("--")]
    root = Path(paths[0]) if paths else Path(__file__).resolve().parent.parent
    if "--format" in arguments:
        return check_format(root)
    faults, warnings = check(root)
    print("\n".join([f"warning: {warning}" for warning in warnings] + faults
                    + [f"tidy: {len(faults)} faults, {len(warnings)} warnings"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
