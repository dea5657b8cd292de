// SPDX-License-Identifier: EUPL-1.2
// The programme: filters, search, grid, session page, calendar files.
import assert from "node:assert/strict";

import {test} from "./suite.mjs";

const rows = (page) => page.locator(".rv-programme > li");

test("the programme filters by day and topic and finds words", async ({open}) => {
  const page = await open();
  await page.goto("/programm");
  const all = await rows(page).count();
  await page.getByLabel("Tag").selectOption("2025-02-06");
  await page.getByRole("button", {name: "Anzeigen"}).click();
  const second = await rows(page).count();
  assert.ok(second > 0 && second < all, `${second} of ${all}`);
  assert.equal(await page.getByLabel("Tag").inputValue(), "2025-02-06");
  await page.getByLabel("Suche", {exact: true}).fill("fiware");
  await page.getByRole("button", {name: "Anzeigen"}).click();
  assert.equal(await rows(page).count(), 1);
  assert.match(await page.getByRole("status").first().innerText(), /1 Veranstaltung/);
  await page.getByLabel("Suche", {exact: true}).fill("gibtesnichtimprogramm");
  await page.getByRole("button", {name: "Anzeigen"}).click();
  assert.equal(await rows(page).count(), 0);
  assert.match(await page.getByRole("status").first().innerText(), /Keine Veranstaltung/);
});

test("the programme filters without JavaScript too", async ({open}) => {
  const page = await open({javaScriptEnabled: false});
  await page.goto("/programm");
  const all = await rows(page).count();
  await page.locator("#tag").selectOption("2025-02-05");
  await page.getByRole("button", {name: "Anzeigen"}).click();
  assert.ok(await rows(page).count() < all);
});

test("the grid shows the same sessions by room", async ({open}) => {
  const page = await open();
  await page.goto("/programm");
  const names = new Set(await page.locator(".rv-programme h3").allInnerTexts());
  await page.getByRole("link", {name: "Als Raster nach Räumen"}).click();
  const inGrid = new Set(await page.locator("td .kern-link").allInnerTexts());
  assert.deepEqual(inGrid, names);
  assert.ok(await page.locator("th[scope=col]").count() > 2);
  await page.getByRole("link", {name: "Als Liste"}).click();
  assert.equal(await page.locator("table").count(), 0);
});

test("a session page leads to its speaker and to registration", async ({open, server}) => {
  const page = await open();
  await page.goto("/programm");
  await page.getByRole("link", {name: "LoRaWAN in der Stadt"}).click();
  assert.match(await page.locator("h1").innerText(), /LoRaWAN/);
  const facts = JSON.parse(await page.locator("script[type='application/ld+json']").innerText());
  assert.match(JSON.stringify(facts), /schema\.org/);
  await page.getByRole("link", {name: "Platz reservieren"}).click();
  assert.equal(page.url(), `${server.address}/anmeldung?wahl=scd25-d1-08`);
  assert.equal(await page.getByLabel(/LoRaWAN/).isChecked(), true);
  await page.goto("/programm/scd25-d1-01");
  await page.getByRole("link", {name: "Dr. Frank Dudda"}).click();
  assert.match(await page.locator("main").innerText(), /Begrüßung/);
});

// Components of a calendar by RFC 5545: unfolds, checks nesting and line ends.
function parseCalendar(text) {
  assert.ok(!/[^\r]\n/.test(text), "lines end with CRLF");
  const lines = text.replace(/\r\n[ \t]/g, "").split("\r\n").filter(Boolean);
  const open = [], events = [];
  for (const line of lines) {
    const [, name, value] = /^([A-Z-]+)[^:]*:(.*)$/.exec(line) ?? assert.fail(`wrong: ${line}`);
    if (name === "BEGIN") {
      open.push(value);
      if (value === "VEVENT") events.push({});
    } else if (name === "END") {
      assert.equal(open.pop(), value);
    } else if (open.at(-1) === "VEVENT") {
      events.at(-1)[name] = value;
    }
  }
  assert.deepEqual(open, []);
  return events;
}

test("calendar files hold the sessions that were chosen", async ({server}) => {
  const read = async (path) => {
    const answer = await server.ask(path);
    assert.equal(answer.status, 200, path);
    assert.match(answer.headers.get("content-type"), /^text\/calendar/);
    const text = await answer.text();
    assert.ok(text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75), "folded");
    return parseCalendar(text);
  };
  const all = await read("/calendar.ics");
  const one = await read("/calendar.ics?session=scd25-d1-08");
  const day = await read("/calendar.ics?tag=2025-02-06");
  const [whole] = await read("/calendar.ics?day=2025-02-05&day=2025-13-01");
  assert.match(whole.SUMMARY, /^Smart City Days Herne 2025: \S/);
  assert.equal(whole.UID, "day-2025-02-05@revier");
  assert.ok(whole.DTSTAMP && whole.DTEND > whole.DTSTART && /Mulvany/.test(whole.LOCATION));
  assert.equal((await server.ask("/calendar.ics?day=2025-13-01")).status, 404);
  assert.equal(one.length, 1);
  assert.equal(one[0].SUMMARY, "LoRaWAN in der Stadt");
  assert.equal(one[0].DTSTART, "20250205T132000Z");
  assert.ok(day.length > 1 && day.length < all.length);
  assert.ok(all.every((event) => event.UID && event.DTSTAMP && event.DTEND > event.DTSTART));
  assert.equal(new Set(all.map((event) => event.UID)).size, all.length);
});
