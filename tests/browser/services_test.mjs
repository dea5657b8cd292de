// SPDX-License-Identifier: EUPL-1.2
// A service found by everyday words, with and without JavaScript.
import assert from "node:assert/strict";

import {asAdministrator} from "./appointment_test.mjs";
import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {test} from "./suite.mjs";

const results = (page) => page.locator("main .rv-grid h2");
const link = (page, name) => page.getByRole("link", {name, exact: true});

async function story(page, check) {
  await page.goto("/");
  if (!await link(page, "Dienste").first().isVisible()) await page.goto("/dienste");
  else await link(page, "Dienste").first().click();
  await page.waitForURL(/\/dienste$/);
  await check(page);
  await page.getByLabel("Was möchten Sie erledigen?").fill("hund anmeldn");
  await page.getByRole("button", {name: "Suchen"}).click();
  await page.waitForURL(/suche=hund/);
  assert.equal(await results(page).first().innerText(), "Hund anmelden (Hundesteuer)");
  await check(page);
  await results(page).first().click();
  await page.waitForURL(/\/dienste\/hundesteuer$/);
  const text = await page.locator("main").innerText();
  for (const part of ["Das brauchen Sie", "Kosten", "Ohne Ausweis", "Stand: 30. September 2022",
                      "Beispiel"]) {
    assert.ok(text.includes(part), `${part} in ${text}`);
  }
  await check(page);
  await link(page, "Leichte Sprache").click();
  await page.waitForURL(/leichte-sprache$/);
  assert.equal(await page.locator("main .rv-prose p").first().innerText(), "Sie haben einen Hund?");
}

test("services: found, read, in easy language", async ({open}) => {
  await story(await open(), async (page) => {
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
  });
});

test("services: suggestions while typing, by keyboard and by press", async ({open}) => {
  const page = await open();
  await page.goto("/dienste");
  const field = page.getByRole("combobox", {name: "Was möchten Sie erledigen?"})
      .or(page.locator("#suche")).first();
  await field.pressSequentially("hund an");
  const options = page.locator("rv-suggest [role=option]");
  await options.first().waitFor();
  assert.equal(await field.getAttribute("aria-expanded"), "true");
  assert.match(await page.locator("rv-suggest [role=status]").innerText(), /^\d+ Vorschl/);
  await looksWellEverywhere(page);
  await page.keyboard.press("Escape");
  await options.first().waitFor({state: "detached"});
  assert.equal(await field.inputValue(), "hund an", "what was typed stays");
  await field.pressSequentially("melden");
  await options.first().waitFor();
  await page.keyboard.press("ArrowDown");
  const first = await options.first().getAttribute("id");
  assert.equal(await field.getAttribute("aria-activedescendant"), first);
  await page.keyboard.press("ArrowUp");
  assert.equal(await field.getAttribute("aria-activedescendant"), null);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/dienste\/hundesteuer$/);
  await page.goto("/en/dienste");
  await page.locator("#suche").pressSequentially("bulky");
  await options.filter({hasText: "Have bulky waste collected"}).click();
  await page.waitForURL(/\/en\/dienste\/sperrmuell$/);
  await page.goto("/dienste");
  await page.locator("#suche").pressSequentially("Müll");
  await options.first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/suche=M/);  // without a choice the form is sent
});

test("services without JavaScript", async ({open}) => {
  await story(await open({javaScriptEnabled: false}), async (page) => {
    assert.equal(await page.locator("h1").count(), 1);
  });
});

test("services: what can be done today, by situation, and an appointment", async ({open}) => {
  const page = await open();
  await page.goto("/dienste");
  await link(page, "Auto und Verkehr").click();
  await page.waitForURL(/lage=car/);
  const all = await results(page).count();
  await page.getByLabel("Nur was ich heute ohne Amt erledigen kann").check();
  await page.getByRole("button", {name: "Suchen"}).click();
  await page.waitForURL(/heute=1/);
  const today = await results(page).count();
  assert.ok(today > 0 && today < all, `${today} of ${all}`);
  assert.equal(await page.getByText("Heute ohne Amt", {exact: true}).count(), today);
  await page.goto("/dienste?suche=heiraten&heute=1");
  await link(page, "Auch die anderen zeigen").click();
  assert.equal(await results(page).first().innerText(), "Eheschließung anmelden");
  await page.goto("/dienste?suche=xqzwvk");
  assert.match(await page.locator("main").innerText(), /Kein Dienst gefunden/);
  await isWholePage(page, "de");
  await page.goto("/dienste/personalausweis");
  await link(page, "Termin buchen").click();
  await page.waitForURL(/\/termine\/.+\/personalausweis/);
});

test("services in English", async ({open}) => {
  const page = await open();
  await page.goto("/en/dienste?suche=resident+parking");
  await isWholePage(page, "en");
  assert.equal(await results(page).first().innerText(), "Resident parking permit");
  await results(page).first().click();
  await page.waitForURL(/\/en\/dienste\/bewohnerparkausweis/);
  await isWholePage(page, "en");
  const data = JSON.parse(await page.locator("script[type='application/ld+json']").innerText());
  assert.equal(data["@type"], "GovernmentService");
  assert.equal(data.name, "Resident parking permit");
});

test("services are read from a file, without JavaScript", async ({server, open}) => {
  const page = await open({javaScriptEnabled: false});
  await asAdministrator(page, server);
  await page.goto("/console/dienste");
  const table = "Name;Zusammenfassung;Identität;Zuständig;Quelle;Stand;Suchwörter\n" +
      "Ruderboot leihen;Am Kanal.;ohne;Bäder;Satzung;20.1.2025;Paddelboot\n" +
      "Falsch;Ohne Stufe.;vielleicht;Bäder;Satzung;20.1.2025;\n";
  const file = {name: "dienste.csv", mimeType: "text/csv", buffer: Buffer.from(table)};
  await page.getByLabel("Datei").setInputFiles(file);
  await page.getByRole("button", {name: "Prüfen, ohne etwas zu ändern"}).click();
  const plan = await page.locator("main").innerText();
  assert.match(plan, /1 neue/);
  assert.match(plan, /Identität fehlt oder passt nicht\. Erwartet wird ohne, Konto/);
  assert.equal((await page.request.get("/dienste/ruderboot-leihen")).status(), 404);
  await page.getByRole("button", {name: "In den Katalog übernehmen"}).click();
  await page.waitForURL(/\/console\/dienste$/);
  await page.goto("/dienste?suche=Paddelboot");
  assert.equal(await results(page).first().innerText(), "Ruderboot leihen");
});

test("services on the console look well", async ({server, open}) => {
  const page = await open();
  await asAdministrator(page, server);
  await page.goto("/console/dienste");
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  const file = {name: "x.csv", mimeType: "text/csv", buffer: Buffer.from("Titel;Preis\na;b\n")};
  await page.getByLabel("Datei").setInputFiles(file);
  await page.getByRole("button", {name: "Prüfen, ohne etwas zu ändern"}).click();
  assert.match(await page.locator("main").innerText(), /Name, ID/);
  await isWholePage(page, "de");
});
