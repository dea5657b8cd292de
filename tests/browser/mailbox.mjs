// SPDX-License-Identifier: EUPL-1.2
// Letters as the outbox holds them, read beside the running server: the links that people get.
import {execFileSync} from "node:child_process";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";

// The newest letter to an address whose text fits: {subject, text, links}.
export async function letter(server, mail, fits = /./) {
  for (let tries = 0; tries < 100; ++tries) {
    const rows = JSON.parse(execFileSync("sqlite3", ["-readonly", "-json",
      "-cmd", ".timeout 5000", join(server.folder, "records.db"),
      `SELECT subject, body FROM mail_outbox WHERE recipient_key = '${mail}' ORDER BY id DESC`],
      {encoding: "utf8"}) || "[]");
    const found = rows.find(({body}) => fits.test(body));
    if (found) {
      return {subject: found.subject, text: found.body,
              links: found.body.split("\n").filter((line) => line.startsWith("http"))};
    }
    await sleep(100);
  }
  throw new Error(`no letter to ${mail} that fits ${fits}`);
}
