// SPDX-License-Identifier: EUPL-1.2
// Tests of the pages in a real browser. Starts the program, ends it, sums up.
//   node run.mjs PROGRAM [WORDS]     only the tests whose name contains WORDS
import {Server} from "./server.mjs";
import {runAll} from "./suite.mjs";

import "./pages_test.mjs";
import "./programme_test.mjs";
import "./live_test.mjs";
import "./map_tiles_test.mjs";
import "./registration_test.mjs";
import "./afterwards_test.mjs";
import "./console_test.mjs";
import "./door_test.mjs";
import "./mine_test.mjs";
import "./staff_test.mjs";
import "./editor_test.mjs";
import "./first_start_test.mjs";
import "./appointment_test.mjs";

const [binary, ...words] = process.argv.slice(2);
const server = await Server.start(binary);
let failed = 1;
try {
  failed = await runAll(server, words.join(" "));
} finally {
  const status = await server.stop();
  if (status !== 0) console.log(`FAILED  the program ended with ${status}`), failed += 1;
}
process.exitCode = failed ? 1 : 0;
