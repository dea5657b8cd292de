// SPDX-License-Identifier: EUPL-1.2
// The tests' own runner and the browser they share. A test gets {server, open}: open() gives a page
// in a context of its own, of this server or of options.server, closed after the test; whatever a
// page writes to its console as an error fails the test.
import {createRequire} from "node:module";

const require = createRequire(import.meta.url);
const {chromium} = require("playwright-core");

const tests = [];
export const test = (name, run) => tests.push({name, run});

export const desktop = {width: 1280, height: 800};
export const phone = {width: 360, height: 740};
export const narrow = {width: 320, height: 640};
const stepMs = 15_000;

const browserArguments = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--enable-unsafe-swiftshader",
];

// Debian's build of Chromium without windows: the same engine for half of the time.
export function launch(more = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium-headless-shell",
    args: [...browserArguments, ...more],
  });
}

// A click ends when the next page begins. What looks at a page without waiting for anything in it
// looks at all of it, however slowly it comes.
let looksAtWholePages = false;
function lookAtWholePages(page) {
  if (looksAtWholePages) return;
  looksAtWholePages = true;
  const those = [
    [page, (it) => it, ["title", "content", "evaluate"]],
    [page.locator("html"), (it) => it.page(),
     ["count", "isVisible", "evaluateAll", "allInnerTexts", "allTextContents"]],
  ];
  for (const [one, pageOf, names] of those) {
    const kind = Object.getPrototypeOf(one);
    for (const name of names) {
      const look = kind[name];
      kind[name] = async function (...given) {
        await pageOf(this).waitForLoadState("domcontentloaded");
        return look.apply(this, given);
      };
    }
  }
}

// A page in a fresh context. `faults` collects console errors but those that `meant` matches,
// exceptions and foreign requests.
export async function openPage(browser, server,
                               {faults = [], meant: own = /^$/, server: _, ...options} = {}) {
  const context = await browser.newContext({
    baseURL: server.address, locale: "de-DE", timezoneId: "Europe/Berlin", viewport: desktop,
    reducedMotion: "reduce", ...options,
  });
  context.setDefaultTimeout(stepMs);
  const page = await context.newPage();
  lookAtWholePages(page);
  page.on("console", (line) => {
    // What answers 4xx on purpose, or finds its network cut on purpose, the browser itself writes.
    const meant = /status of 4\d\d|ERR_INTERNET_DISCONNECTED/;
    const known = meant.test(line.text()) || own.test(line.text());
    if (line.type() === "error" && !known) faults.push(line.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(server.address)) {
      faults.push(`asks another server: ${request.url()}`);
    }
  });
  return page;
}

async function runOne(browser, server, {name, run}) {
  const faults = [], pages = [];
  const open = async (options) => {
    const page = await openPage(browser, options?.server ?? server, {...options, faults});
    pages.push(page);
    return page;
  };
  const started = Date.now();
  try {
    await run({server, open});
    if (faults.length) throw new Error(`faults of the page:\n  ${faults.join("\n  ")}`);
    console.log(`ok      ${name} (${Date.now() - started} ms)`);
    return true;
  } catch (error) {
    console.log(`FAILED  ${name}\n  at ${pages.at(-1)?.url()}\n${error.stack ?? error}`);
    return false;
  } finally {
    for (const page of pages) await page.context().close();
  }
}

// Runs the tests whose name contains `only`; the number of failures.
export async function runAll(server, only) {
  const browser = await launch();
  let passed = 0, failed = 0;
  for (const one of tests.filter(({name}) => name.includes(only))) {
    (await runOne(browser, server, one)) ? passed += 1 : failed += 1;
  }
  await browser.close();
  console.log(`${passed} passed, ${failed} failed`);
  return passed ? failed : 1;
}
