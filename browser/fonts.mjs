// SPDX-License-Identifier: EUPL-1.2
// Cuts Fira Sans to the letters in use: Latin, Latin Extended-A and common signs, two weights.
// The reserved font name does not stay with a changed font (OFL 1.1, 3): the family is "Revier
// Sans" and the name table keeps only copyright and licence.
// The result is kept in browser/fonts/; run this again when the letters or the source change:
//   node browser/fonts.mjs [--out FOLDER] [--pyftsubset PROGRAM]
import {execFileSync} from "node:child_process";
import {mkdirSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

import {option, packageFolder} from "./options.mjs";

const letters = "U+0020-007E,U+00A0-017F,U+0192,U+0218-021B,U+02C6,U+02DA,U+02DC,U+1E9E," +
    "U+2009,U+200B,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+202F,U+2030,U+2032,U+2033,U+2039," +
    "U+203A,U+2044,U+2080-2089,U+20AC,U+2116,U+2122,U+2190-2193,U+2212,U+2248,U+2260,U+2264,U+2265";
const weights = {400: "FiraSans-Regular", 600: "FiraSans-SemiBold"};

const out = option("out", join(dirname(fileURLToPath(import.meta.url)), "fonts"));
const source = join(packageFolder("@kern-ux/native"), "dist/fonts/fira-sans");
mkdirSync(out, {recursive: true});
for (const [weight, file] of Object.entries(weights)) {
  execFileSync(option("pyftsubset", "pyftsubset"), [
    join(source, `${file}.woff2`), `--unicodes=${letters}`, "--flavor=woff2",
    "--layout-features=kern,liga,locl,mark,mkmk,ccmp,tnum", "--name-IDs=0,13,14", "--no-hinting",
    `--output-file=${join(out, `revier-sans-${weight}.woff2`)}`,
  ], {stdio: "inherit"});
}
