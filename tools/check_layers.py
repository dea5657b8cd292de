#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Holds every #include of src/ against the modules' declared dependencies.

Each folder of src/ declares itself by one line of its CMakeLists.txt:
    revier_module(NAME DEPENDS module... LIBS library... TEST_LIBS library...)
Faults: an include of a module that is not declared, a cycle, a look into another module's detail/,
a library's header outside the module that owns the library.

    tools/check_layers.py [--dot] [ROOT]     --dot prints the graph for Graphviz
"""
import re
import sys
from pathlib import Path

# Which headers of others stay in which module, so that they can be replaced and compile seldom.
OWNED_HEADERS = {
    "net": ("boost/asio", "boost/beast"),
    "records": ("soci/", "sqlite3.h"),
    "store": ("rocksdb/",),
    "json": ("simdjson",),
    "app": ("CLI/", "toml++/"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
MODULE = re.compile(r"revier_module\s*\(([^)]*)\)")
KEYWORDS = ("DEPENDS", "LIBS", "TEST_LIBS")


class Module:
    def __init__(self, name):
        self.name = name
        self.depends = set()
        self.test_depends = set()


def parse_module(text):
    """The module that a CMakeLists.txt declares, None where it declares none."""
    match = MODULE.search(re.sub(r"#.*", "", text))
    if not match:
        return None
    words = match.group(1).split()
    module, keyword = Module(words[0]), ""
    for word in words[1:]:
        if word in KEYWORDS:
            keyword = word
        elif keyword == "DEPENDS":
            module.depends.add(word)
        elif keyword == "TEST_LIBS" and word.startswith("revier_"):
            module.test_depends.add(word.removeprefix("revier_"))
    return module


def read_modules(root):
    modules = {}
    for file in sorted((root / "src").glob("*/CMakeLists.txt")):
        module = parse_module(file.read_text())
        if module:
            modules[file.parent.name] = module
    return modules


def find_cycle(modules):
    """One cycle of the declared dependencies as a list of names, empty where there is none."""
    done, path = set(), []

    def visit(name):
        if name in path:
            return path[path.index(name):] + [name]
        if name in done or name not in modules:
            return []
        path.append(name)
        for dependency in sorted(modules[name].depends):
            cycle = visit(dependency)
            if cycle:
                return cycle
        path.pop()
        done.add(name)
        return []

    for name in sorted(modules):
        cycle = visit(name)
        if cycle:
            return cycle
    return []


def owned_header_fault(home, file, header):
    """Why a header of a library may not be included here, empty where it may."""
    for owner, prefixes in OWNED_HEADERS.items():
        if not header.startswith(prefixes):
            continue
        hidden = file.suffix == ".cpp" or "detail" in file.parts
        if home != owner:
            return f"<{header}> belongs to src/{owner} alone"
        if not hidden:
            return f"<{header}> belongs into a .cpp or detail/ of src/{owner}, not a public header"
    return ""


def module_fault(module, home, file, header, folders):
    """Why a header of ours may not be included here, empty where it may."""
    target = header.split("/")[0]
    if target == home or target not in folders or "/" not in header:
        return ""
    if "/detail/" in header:
        return f'"{header}" is inside of {target}'
    allowed = set(module.depends)
    if file.name.endswith("_test.cpp"):
        allowed |= module.test_depends
    if target not in allowed:
        return f'"{header}": {home} does not declare that it depends on {target}'
    return ""


def check(root):
    """All faults as lines "file:line: what"."""
    modules = read_modules(root)
    folders = {folder.name for folder in (root / "src").iterdir() if folder.is_dir()}
    faults = []
    for home, module in modules.items():
        if module.name != home:
            faults.append(f"src/{home}/CMakeLists.txt:1: declares module {module.name}")
        for dependency in sorted(module.depends - folders):
            faults.append(f"src/{home}/CMakeLists.txt:1: there is no module {dependency}")
        for file in sorted((root / "src" / home).rglob("*")):
            if file.suffix in (".h", ".cpp"):
                faults += check_file(root, file, home, module, folders)
    cycle = find_cycle(modules)
    if cycle:
        faults.append("src: cycle " + " -> ".join(cycle))
    return faults


def check_file(root, file, home, module, folders):
    faults = []
    text = file.read_text(errors="replace")
    for match in INCLUDE.finditer(text):
        header = match.group(2)
        fault = owned_header_fault(home, file.relative_to(root), header)
        if not fault and match.group(1) == '"':
            fault = module_fault(module, home, file, header, folders)
        if fault:
            line = text.count("\n", 0, match.start(1)) + 1
            faults.append(f"{file.relative_to(root)}:{line}: {fault}")
    return faults


def dot(root):
    """The graph without the edges that others imply."""
    modules = read_modules(root)

    def reach(name):
        found = set()
        for dependency in modules[name].depends if name in modules else ():
            found |= {dependency} | reach(dependency)
        return found

    lines = ["digraph modules {", "  rankdir=BT;"]
    for name, module in sorted(modules.items()):
        implied = set().union(*(reach(dependency) for dependency in module.depends))
        lines.append(f"  {name};")
        lines += [f"  {name} -> {target};" for target in sorted(module.depends - implied)]
    return "\n".join(lines + ["}"])


def main(arguments):
    paths = [argument for argument in arguments if not argument.startswith("--")]
    root = Path(paths[0]) if paths else Path(__file__).resolve().parent.parent
    if "--dot" in arguments:
        print(dot(root))
        return 0
    faults = check(root)
    print("\n".join(faults + [f"layers: {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
