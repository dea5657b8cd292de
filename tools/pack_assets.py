#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Embeds the files for browsers in the program.

  pack_assets.py FOLDER OUT.S OUT.cpp

FOLDER holds NAME and, where compressing pays, NAME.br and NAME.gz beside it. An asset's address is
/a/<first 8 hex digits of the SHA-256 of NAME>/NAME; browser/build.mjs uses the same rule for the
addresses inside style sheets.
"""
import hashlib
import os
import sys

TYPES = {
    ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon",
    ".json": "application/json", ".geojson": "application/geo+json",
    ".txt": "text/plain; charset=utf-8",
}


def incbin(symbol, path):
    return (f"    .global {symbol}\n    .balign 16\n{symbol}:\n    .incbin \"{path}\"\n")


def main():
    folder, assembler, source = sys.argv[1:]
    names = sorted(n for n in os.listdir(folder) if not n.endswith((".br", ".gz")))
    blobs, rows, symbols = [], [], []
    for index, name in enumerate(names):
        extension = os.path.splitext(name)[1]
        if extension not in TYPES:
            sys.exit(f"{folder}/{name}: no media type for {extension}; add it here")
        with open(os.path.join(folder, name), "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()[:8]
        views = []
        for suffix, form in (("", "raw"), (".br", "br"), (".gz", "gzip")):
            path = os.path.join(folder, name + suffix)
            if not os.path.exists(path):
                views.append("{}")
                continue
            symbol = f"revier_asset_{index}_{form}"
            blobs.append(incbin(symbol, os.path.abspath(path)))
            symbols.append(f"extern \"C\" const char {symbol}[];")
            views.append(f"{{{symbol}, {os.path.getsize(path)}}}")
        rows.append(f'    {{"{name}", "/a/{digest}/{name}", "{TYPES[extension]}",\n     '
                    + ", ".join(views) + "},")
    with open(assembler, "w", encoding="utf-8") as file:
        file.write("/* SPDX-License-" "Identifier: EUPL-1.2 */\n    .section .rodata\n")
        file.write("".join(blobs) + '    .section .note.GNU-stack,"",%progbits\n')
    with open(source, "w", encoding="utf-8") as file:
        file.write("\n".join([
            "// SPDX-License-" "Identifier: EUPL-1.2", "// Made by tools/pack_assets.py.",
            '#include "web/asset.h"', "", *symbols, "", "namespace revier::web {", "namespace {",
            "const Asset kAssets[] = {", *rows, "};", "}  // namespace", "",
            "std::span<const Asset> assets() { return kAssets; }", "",
            "}  // namespace revier::web", ""]))


if __name__ == "__main__":
    main()
