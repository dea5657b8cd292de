// SPDX-License-Identifier: EUPL-1.2
// Tests of the pages in a real browser. Starts the program, ends it, sums up.
//   node run.mjs PROGRAM [--part visitors|staff] [WORDS]   WORDS: only tests with them in the name
// The parts run side by side, each with a program of its own.
import assert from "node:assert/strict";
import {readdirSync} from "node:fs";

import {Server} from "./server.mjs";
import {runAll} from "./suite.mjs";

const parts = {
  visitors: ["pages", "programme", "live", "map_tiles", "registration", "mine", "appointment",
             "services", "fibre"],
  staff: ["afterwards", "announcement", "console", "data", "door", "staff", "editor", "first_start",
          "casework", "newsletter"],
};

const files = Object.values(parts).flat().map((name) => `${name}_test.mjs`);
const there = readdirSync(import.meta.dirname ?? ".").filter((name) => name.endsWith("_test.mjs"));
assert.deepEqual(files.sort(), there.sort(), "each *_test.mjs belongs to one part");

const [binary, ...words] = process.argv.slice(2);
const part = words[0] === "--part" ? words.splice(0, 2)[1] : undefined;
for (const name of part ? parts[part] : Object.values(parts).flat()) {
  await import(`./${name}_test.mjs`);
}
const server = await Server.start(binary, "--appointment-draw-seconds", "1");
let failed = 1;
try {
  failed = await runAll(server, words.join(" "));
} finally {
  const status = await server.stop();
  if (status !== 0) console.log(`FAILED  the program ended with ${status}`), failed += 1;
}
process.exitCode = failed ? 1 : 0;
