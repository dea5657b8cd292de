#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Our check by JSON Schema beside python3-jsonschema: thousands of made up schemas and values.

    tests/oracle/schema_oracle.py PROGRAM [SEED]
"""
import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: skipped")
    sys.exit(77)

COUNT = 6000
NAMES = ("a", "b", "ab", "c/d")
TEXTS = ("", "a", "ab", "abc", "äöü", "A1", "😀")
PATTERNS = ("^a", "b$", "^[a-c]+$", "[0-9]", "ö", "^.{2}$")


def value(lot, depth=0):
    kind = lot.randrange(9 if depth < 3 else 6)
    if kind == 0:
        return None
    if kind == 1:
        return lot.random() < 0.5
    if kind < 4:
        return lot.choice((0, 1, 2, 3, -1, 2.0, 2.5, 1e3, -0.5))
    if kind < 6:
        return lot.choice(TEXTS)
    if kind == 6:
        return [value(lot, depth + 1) for _ in range(lot.randrange(4))]
    return {name: value(lot, depth + 1) for name in NAMES if lot.random() < 0.5}


def keyword(lot, depth):
    def inner():
        return schema(lot, depth + 1)

    def some():
        return [inner() for _ in range(lot.randrange(1, 4))]

    def named():
        return {name: inner() for name in NAMES if lot.random() < 0.4}

    def names():
        return lot.sample(NAMES, lot.randrange(3))

    types = ("null", "boolean", "integer", "number", "string", "array", "object")
    simple = [
        lambda: {"type": lot.choice(types)},
        lambda: {"type": lot.sample(types, 2)},
        lambda: {"enum": [value(lot, 2) for _ in range(3)]},
        lambda: {"const": value(lot, 2)},
        lambda: {"minimum": lot.randrange(3)},
        lambda: {"maximum": lot.randrange(3)},
        lambda: {"exclusiveMinimum": lot.randrange(3)},
        lambda: {"exclusiveMaximum": lot.randrange(3)},
        lambda: {"multipleOf": lot.choice((1, 2, 0.5))},
        lambda: {"minLength": lot.randrange(4)},
        lambda: {"maxLength": lot.randrange(4)},
        lambda: {"pattern": lot.choice(PATTERNS)},
        lambda: {"minItems": lot.randrange(3)},
        lambda: {"maxItems": lot.randrange(3)},
        lambda: {"uniqueItems": lot.random() < 0.7},
        lambda: {"minProperties": lot.randrange(3)},
        lambda: {"maxProperties": lot.randrange(3)},
        lambda: {"required": names()},
    ]
    deep = [
        lambda: {"properties": named()},
        lambda: {"properties": named(), "additionalProperties": inner()},
        lambda: {"patternProperties": {"^a": inner()}, "additionalProperties": False},
        lambda: {"propertyNames": inner()},
        lambda: {"dependencies": {"a": names(), "b": inner()}},
        lambda: {"items": inner()},
        lambda: {"items": some(), "additionalItems": inner()},
        lambda: {"contains": inner()},
        lambda: {"allOf": some()},
        lambda: {"anyOf": some()},
        lambda: {"oneOf": some()},
        lambda: {"not": inner()},
        lambda: {"if": inner(), "then": inner(), "else": inner()},
        lambda: {"$ref": "#/definitions/" + lot.choice(("x", "y~1z"))},
    ]
    return lot.choice(simple + deep if depth < 3 else simple)()


def schema(lot, depth=0):
    if depth > 0 and lot.random() < 0.1:
        return lot.random() < 0.5
    made = {}
    for _ in range(lot.randrange(1, 4)):
        made.update(keyword(lot, depth))
    if not isinstance(made.get("items"), list):
        made.pop("additionalItems", None)  # means nothing then, and makes theirs stumble
    return made


def root_schema(lot):
    made = schema(lot)
    made["$schema"] = "http://json-schema.org/draft-07/schema#"
    made["definitions"] = {"x": schema(lot, 3), "y/z": schema(lot, 3)}
    return made


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    lot = random.Random(seed)
    cases = [{"schema": root_schema(lot), "value": value(lot)} for _ in range(COUNT)]
    ours = subprocess.run([sys.argv[1]], input="".join(json.dumps(c) + "\n" for c in cases),
                          capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(ours) == COUNT
    fits = stumbles = 0
    for case, answer in zip(cases, ours):
        try:
            expected = jsonschema.Draft7Validator(case["schema"]).is_valid(case["value"])
        except TypeError:  # it sorts what it complains of
            stumbles += 1
            continue
        fits += expected
        if answer != str(expected).lower():
            print(f"seed {seed}: we say {answer}, they say {expected}\n{json.dumps(case)}")
            sys.exit(1)
    print(f"{COUNT} schemas and values agree, {fits} of them fit")
    assert COUNT / 5 < fits < COUNT * 4 / 5, "the cases are one-sided"
    assert stumbles < COUNT / 100, f"theirs gave no answer {stumbles} times"


main()
