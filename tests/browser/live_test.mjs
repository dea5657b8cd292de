// SPDX-License-Identifier: EUPL-1.2
// Values that change on the page, and the map.
import assert from "node:assert/strict";

import {looksWellEverywhere, noOverflow, noViolations} from "./checks.mjs";
import {narrow, phone, test} from "./suite.mjs";

const parking = "urn:ngsi-ld:OffStreetParking:herne:p-r-bahnhof";
const attribute = "https://smartdatamodels.org/dataModel.Parking/availableSpotNumber";
const total = "https://smartdatamodels.org/dataModel.Parking/totalSpotNumber";
const spots = (page) => page.locator(`[data-live='${parking} availableSpotNumber']`);

// Writes a value as a sensor would, until the page shows it (the simulator writes too).
async function appears(server, page, value) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const answer = await server.ask(
        `/ngsi-ld/v1/entities/${parking}/attrs/${encodeURIComponent(attribute)}`,
        {method: "PATCH", token: true, body: {type: "Property", value}});
    assert.equal(answer.status, 204, await answer.text());
    const shown = await page.waitForFunction(
        ([id, wanted]) => [...document.querySelectorAll("[data-live]")]
            .some((e) => e.dataset.live === id && e.textContent === wanted),
        [`${parking} availableSpotNumber`, String(value)], {timeout: 2_000}).catch(() => null);
    if (shown) return;
  }
  assert.fail(`${value} never appeared, the page shows ${await spots(page).first().innerText()}`);
}

test("a value changes on the page without loading it again", async ({open, server}) => {
  const page = await open();
  await page.goto("/stadt-jetzt");
  await page.evaluate(() => { window.isSamePage = true; });
  await appears(server, page, 77);
  await appears(server, page, 31);
  assert.equal(await page.evaluate(() => window.isSamePage), true);
});

test("updates pause and go on", async ({open, server}) => {
  const page = await open();
  await page.goto("/stadt-jetzt");
  await appears(server, page, 12);
  await page.getByRole("button", {name: "Aktualisierung anhalten"}).click();
  // The demo's city moves by itself: what came before the click may be another value.
  const held = await spots(page).first().innerText();
  await server.ask(`/ngsi-ld/v1/entities/${parking}/attrs/${encodeURIComponent(attribute)}`,
                   {method: "PATCH", token: true, body: {type: "Property", value: 99}});
  await page.waitForTimeout(1_000);
  assert.equal(await spots(page).first().innerText(), held);
  await page.getByRole("button", {name: "Aktualisierung fortsetzen"}).click();
  await appears(server, page, 98);
});

// A paused page asks for as little as one in the background. The simulator leaves the total alone,
// so that nothing but the stream's begin can tell of it.
test("a page that comes back shows what another tab was told meanwhile", async (
    {open, server}) => {
  const first = await open();
  const second = await first.context().newPage();
  const totalOf = (page) => page.locator(`[data-live='${parking} totalSpotNumber']`).first();
  const shows = async (page, value) => {
    await page.waitForFunction(
        ([id, wanted]) => document.querySelector(`[data-live='${id}']`)?.textContent === wanted,
        [`${parking} totalSpotNumber`, String(value)]);
  };
  const write = async (value) => {
    const answer = await server.ask(
        `/ngsi-ld/v1/entities/${parking}/attrs/${encodeURIComponent(total)}`,
        {method: "PATCH", token: true, body: {type: "Property", value}});
    assert.equal(answer.status, 204, await answer.text());
  };
  const press = (page, name) => page.getByRole("button", {name}).click();
  for (const page of [first, second]) await page.goto("/stadt-jetzt");
  const before = await totalOf(second).innerText();
  await appears(server, first, 41);
  let value = 700;
  for (const goesAway of [false, true]) {
    await press(second, "Aktualisierung anhalten");
    await write(++value);
    await shows(first, value);
    assert.notEqual(await totalOf(second).innerText(), String(value), "it is paused");
    if (goesAway) await press(first, "Aktualisierung anhalten");
    await press(second, "Aktualisierung fortsetzen");
    await shows(second, value);
  }
  await write(Number(before));
});

test("eight tabs with live pages are open and a ninth loads", async ({open}) => {
  const first = await open();
  await first.goto("/stadt-jetzt");
  const context = first.context();
  for (let n = 0; n < 7; ++n) {
    const page = await context.newPage();
    await page.goto(n % 2 ? "/" : "/stadt-jetzt");
    await page.locator("rv-live button").waitFor();
  }
  const ninth = await context.newPage();
  const started = Date.now();
  assert.equal((await ninth.goto("/stadt-jetzt")).status(), 200);
  assert.ok(Date.now() - started < 5_000);
});

test("the map loads on request, beside the list", async ({open}) => {
  const page = await open();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto("/stadt-jetzt");
  assert.ok(!asked.some((url) => url.includes("maplibre")), "nothing is loaded before");
  const cards = await page.locator("article[id^='urn:']").count();
  await page.getByRole("button", {name: "Karte laden"}).click();
  await page.locator("rv-map canvas").waitFor();
  const marks = page.locator(".rv-map__marker");
  await marks.first().waitFor();
  const shown = page.locator(".rv-map__marker:visible");
  let count = 0;
  for (const group of await page.getByLabel("Zeigen:").locator("option").allInnerTexts()) {
    await page.getByLabel("Zeigen:").selectOption(group);
    assert.ok(await shown.count() > 0, group);
    count += await shown.count();
  }
  assert.equal(count, cards);
  assert.match(await page.locator("rv-map").innerText(), /GeoBasis-DE/);
  assert.match(await page.locator("rv-map").innerText(), /Herne/);
  assert.ok(asked.some((url) => url.endsWith("maplibre_worker.js")));
  await looksWellEverywhere(page);
});

test("the map works by keyboard and follows the values", async ({open, server}) => {
  const page = await open({viewport: phone, colorScheme: "dark"});
  await page.goto("/stadt-jetzt");
  await page.getByRole("button", {name: "Karte laden"}).focus();
  await page.keyboard.press("Enter");
  const mark = page.getByRole("button", {name: /P\+R Bahnhof Herne/});
  await mark.waitFor();
  await appears(server, page, 55);
  await page.locator(".rv-map__marker", {hasText: "55"}).first().waitFor();
  await mark.focus();
  await page.keyboard.press("Enter");
  await page.locator(".rv-map__panel", {hasText: "P+R Bahnhof Herne"}).waitFor();
  await noViolations(page);
  await page.setViewportSize(narrow);
  await noOverflow(page);
  await page.getByRole("link", {name: "Zum Eintrag in der Liste"}).click();
  assert.equal(decodeURIComponent(new URL(page.url()).hash), `#${parking}`);
});
