// SPDX-License-Identifier: EUPL-1.2
// Command line and npm packages for the build scripts.
import {createRequire} from "node:module";
import {dirname} from "node:path";

const require = createRequire(import.meta.url);

// The value of --name on the command line; ends the program where it is needed and missing.
export function option(name, otherwise) {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : process.argv[at + 1];
  if (value === undefined) fail(`--${name} is missing`);
  return value;
}

// The folder of an installed npm package.
export function packageFolder(name) {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return fail(`npm package ${name} is not installed: run scripts/setup (it calls npm ci)`);
  }
}

export async function load(name) {
  packageFolder(name);
  return import(require.resolve(name));
}

export function fail(message) {
  console.error(`error: ${message}`);
  return process.exit(1);
}
