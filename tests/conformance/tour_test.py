# SPDX-License-Identifier: EUPL-1.2
"""Follows docs/api/ngsi-ld.md word by word: every command of its console blocks in one shell, every
line that they print. `python3 tour_test.py --write IN OUT` fills the answers in instead."""
import os
import re
import subprocess
import sys
import unittest

from server import Server

PAGE = os.path.join(os.path.dirname(__file__), "../../docs/api/ngsi-ld.md")
ADDRESS = "127.0.0.1:9090"
MARK = "--- end of command"


def commands(text):
    """[(command, printed)] of all console blocks; an indented line goes on with its command."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", text, re.M | re.S):
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.split("\n")
            size = 1
            while size < len(lines) and lines[size].startswith("    "):
                size += 1
            found.append(("\n".join(lines[:size]), "\n".join(lines[size:])))
    return found


def followed(asked, server):
    script = "".join(f"{command.replace(ADDRESS, server.address)}\necho; echo '{MARK}'\n"
                     for command in asked)
    shell = subprocess.run(["sh"], input=script, capture_output=True, text=True, timeout=60)
    answers = shell.stdout.replace("\r", "").split(MARK + "\n")[:-1]
    return [answer.replace(server.address, ADDRESS).strip("\n") for answer in answers]


class Tour(unittest.TestCase):
    maxDiff = None

    def test_answers_word_for_word(self):
        with open(PAGE, encoding="utf-8") as page:
            tour = commands(page.read())
        self.assertGreater(len(tour), 20)
        with Server("--no-auth", "--access-log", "off") as server:
            answers = followed([command for command, _ in tour], server)
        for (command, printed), answer in zip(tour, answers, strict=True):
            with self.subTest(command=command):
                self.assertEqual(answer, printed.strip("\n"))


def write(source, target):
    with open(source, encoding="utf-8") as page:
        text = page.read()
    asked = [command for command, _ in commands(text)]
    with Server("--no-auth", "--access-log", "off") as server:
        for command, answer in zip(asked, followed(asked, server), strict=True):
            printed = answer + "\n" if answer else ""
            text = text.replace(f"$ {command}\n", f"$ {command}\n{printed}", 1)
    with open(target, "w", encoding="utf-8") as page:
        page.write(text)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        write(*sys.argv[2:])
    else:
        unittest.main()
