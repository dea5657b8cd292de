// SPDX-License-Identifier: EUPL-1.2
// What holds for every page.
import assert from "node:assert/strict";
import {createRequire} from "node:module";

import {narrow} from "./suite.mjs";

const require = createRequire(import.meta.url);
const {source: axe} = require("axe-core");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

// The rules that colours can break; every other finds the same in each of them.
const colourRules = ["color-contrast", "link-in-text-block"];

// By axe itself, put into a page once: its binding for Playwright opens another page a run and
// collects what is good too, which was half of the time of all browser tests.
export async function noViolations(page, what = page.url(), rules = []) {
  if (!await page.evaluate("'axe' in window")) await page.evaluate(axe);
  const only = rules.length ? {type: "rule", values: rules} : {type: "tag", values: tags};
  const violations = await page.evaluate(
      async (runOnly) => (await axe.run({runOnly, resultTypes: ["violations"]})).violations, only);
  const lines = violations.map(({id, help, nodes}) =>
      `${id}: ${help}\n    ${nodes.map((n) => `${n.target} ${n.failureSummary}`).join("\n    ")}`);
  assert.equal(violations.length, 0, `${what}\n  ${lines.join("\n  ")}`);
}

// In light, dark and forced colours, then at 320 px; the page is as before afterwards.
export async function looksWellEverywhere(page) {
  const size = page.viewportSize();
  for (const media of [{colorScheme: "light"}, {colorScheme: "dark"}, {forcedColors: "active"}]) {
    await page.emulateMedia({colorScheme: "light", forcedColors: "none", ...media});
    const rules = media.colorScheme === "light" ? [] : colourRules;
    await noViolations(page, `${page.url()} ${JSON.stringify(media)}`, rules);
  }
  await page.emulateMedia({colorScheme: "light", forcedColors: "none"});
  await page.setViewportSize(narrow);
  await noOverflow(page);
  await noViolations(page, `${page.url()} at ${narrow.width} px`);
  await page.setViewportSize(size);
}

export async function noOverflow(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the window`);
}

export async function isWholePage(page, language) {
  assert.equal(await page.locator("html").getAttribute("lang"), language);
  assert.equal(await page.locator("h1").count(), 1, `h1 of ${page.url()}`);
  assert.match(await page.title(), /\S+ – \S+|^\S+/, "title");
  assert.notEqual((await page.locator("h1").innerText()).trim(), "");
  const empty = await page.locator("h2:empty, h3:empty, p:empty:not([role]), dd:empty, a:empty")
      .evaluateAll((found) => found.map((e) => e.outerHTML));
  assert.deepEqual(empty, [], `empty elements of ${page.url()}`);
}

// Bytes that a first visit transfers: {all, fonts}.
export async function weightOf(page, path) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  const kinds = new Map(), weight = {all: 0, fonts: 0};
  client.on("Network.responseReceived", ({requestId, type}) => kinds.set(requestId, type));
  client.on("Network.loadingFinished", ({requestId, encodedDataLength}) => {
    weight.all += encodedDataLength;
    if (kinds.get(requestId) === "Font") weight.fonts += encodedDataLength;
  });
  await page.goto(path, {waitUntil: "load"});
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  await page.waitForTimeout(300);
  return weight;
}
