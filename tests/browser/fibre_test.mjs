// SPDX-License-Identifier: EUPL-1.2
// The fibre look-up: with and without script, by keyboard, at 320 px.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, noOverflow, noViolations} from "./checks.mjs";
import {narrow, test} from "./suite.mjs";

// The demo brings its lists a moment after the server.
async function listIsThere(server) {
  for (let n = 0; n < 120; ++n) {
    const answer = await server.ask("/api/v1/fibre/list");
    if (answer.status === 200 && (await answer.json()).number === 4) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail("the demo's lists did not come");
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`an address is looked up ${how} script`, async ({open, server}) => {
    await listIsThere(server);
    const page = await open({javaScriptEnabled, viewport: narrow});
    await page.goto("/glasfaser");
    await page.getByLabel("Straße").fill("Ahronstr.");
    await page.getByLabel("Hausnummer").fill("12");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: "Meinten Sie"}).waitFor();
    await page.getByRole("link", {name: /^Ahornstraße 12/}).click();
    await page.getByRole("heading", {name: /^Ahornstraße 12/, level: 2}).waitFor();
    assert.match(await page.locator("#antwort").innerText(),
                 /Beispielliste dieser Vorführung[\s\S]*15\. Januar 2025/);
    assert.equal(await page.locator("#antwort").getByText("Beispiel", {exact: true}).count(), 1);
    await page.getByLabel("Hausnummer").fill("199");
    await page.getByRole("button", {name: "Nachsehen"}).click();
    await page.getByText("Diese Hausnummer steht nicht in der Liste").waitFor();
    await page.getByLabel("Straße").fill("");
    await page.getByRole("button", {name: "Nachsehen"}).click();
    await page.getByRole("link", {name: "Geben Sie eine Straße ein."}).waitFor();
  });
}

test("the pages of the fibre look-up are whole and accessible", async ({open, server}) => {
  await listIsThere(server);
  const page = await open();
  await page.goto("/glasfaser");
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  await page.setViewportSize(narrow);
  for (const path of ["/glasfaser?strasse=Ahornstr.&hausnummer=12", "/glasfaser?strasse=Ahornstr.",
                      "/glasfaser/bezirk/Wanne"]) {
    await page.goto(path);
    await isWholePage(page, "de");
    await noViolations(page);
    await noOverflow(page);
  }
  await page.goto("/glasfaser");
  assert.equal(await page.locator("svg.rv-plot circle").count(), 4);
  await page.getByText("Die Zahlen als Tabelle").click();
  assert.equal(await page.getByRole("table").getByRole("row").count(), 5);
  await page.goto("/en/glasfaser?strasse=Ahornstr.&hausnummer=12");
  await isWholePage(page, "en");
  await page.getByText("Example: this information is invented").waitFor();
});

test("the map shows the districts' shares", async ({open, server}) => {
  await listIsThere(server);
  const page = await open();
  await page.goto("/glasfaser");
  await page.getByRole("button", {name: "Karte laden"}).click();
  await page.getByRole("button", {name: /Anteil verfügbar, Wanne/}).waitFor({timeout: 30_000});
});
