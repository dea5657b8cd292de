// SPDX-License-Identifier: EUPL-1.2
// From an empty folder to a published site: the organiser without an engineer.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {join} from "node:path";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {Server} from "./server.mjs";
import {test} from "./suite.mjs";

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

const table = [
  "Titel;Tag;Beginn;Ende;Raum;Vortragende;Plätze;buchbar;Notiz",
  "Eröffnung;05.02.2027;09:00;9.30 Uhr;Großer Saal;Erika Beispiel;;;x",
  "LoRaWAN in der Stadt;2027-02-05;14:20;15:20;Kaminzimmer;;30;ja;",
  "Zu spät;08.02.2027;09:00;10:00;;;;;",
].join("\r\n");

const answers = {
  city: "Stadt Herne", name_de: "Smart City Tage", first_day: "2027-02-05", last_day: "2027-02-06",
  opens: "09:00", closes: "17:00", venue: "Kulturzentrum", address: "Platz 1, 44623 Herne",
  seats: "200", sender: "smartcity@herne.example",
};

async function answer(page, values) {
  await page.goto("/console/einrichtung/fragen");
  for (const [name, value] of Object.entries(values)) await page.fill(`[name=${name}]`, value);
  await page.locator("form.rv-form button").click();
}

async function chooseLook(page) {
  await page.goto("/console/einrichtung/aussehen");
  const save = page.locator("form.rv-form button");
  await page.fill("[name=colour]", "#ffcc00");
  await save.click();
  assert.match(await page.locator("main").innerText(), /nächste lesbare Farbe ist #[0-9a-f]{6}/);
  await look(page);
  await page.fill("[name=colour]", "#00703c");
  await page.setInputFiles("[name=logo]", {name: "a.svg", mimeType: "image/svg+xml",
                                           buffer: Buffer.from("<svg onload='alert(1)'/>")});
  await save.click();
  assert.match(await page.locator("main").innerText(), /Das ist kein PNG/);
  await page.setInputFiles("[name=logo]", {name: "a.png", mimeType: "image/png",
                                           buffer: await page.screenshot({scale: "css", clip:
                                             {x: 0, y: 0, width: 200, height: 80}})});
  await save.click();
  await page.waitForURL(/\/console\/einrichtung$/);
}

// Without script, as every form must go.
async function readTable(page) {
  await signIn(page);
  await page.goto("/console/einrichtung/programm");
  await page.setInputFiles("[name=file]", {name: "p.csv", mimeType: "text/csv",
                                           buffer: Buffer.from(table)});
  await page.locator("form.rv-form button").click();
  const text = await page.locator("main").innerText();
  assert.match(text, /2 neue/);
  assert.match(text, /kein Tag der Veranstaltung/);
  assert.match(text, /nicht gelesen: Notiz/);
  await page.getByRole("button", {name: "Als Entwürfe übernehmen"}).click();
  await page.waitForURL(/\/console\/programm/);
  assert.match(await page.locator("main").innerText(), /LoRaWAN in der Stadt/);
  await page.goto("/console/einrichtung/programm");
  await page.setInputFiles("[name=file]", {
    name: "p.xlsx", mimeType: "application/octet-stream",
    buffer: readFileSync(join(import.meta.dirname ?? new URL(".", import.meta.url).pathname,
                              "../fuzz/corpus/xlsx/programme.xlsx"))});
  await page.locator("form.rv-form button").click();
  assert.match(await page.locator("main").innerText(), /Diese Spalten fehlen .*Ende/);
}

// With the first version nothing has changed that one could tell of.
async function releaseFirst(page) {
  await page.goto("/console/programm/veroeffentlichen");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung 1").waitFor();
  await page.goto("/programm");
  assert.equal(await page.getByLabel("Thema").count(), 0, "there is none to choose");
  await page.getByRole("link", {name: "LoRaWAN in der Stadt"}).click();
  await look(page);
}

// A gap is filled in, and counted no more.
async function writeImprint(page) {
  await page.goto("/console/einrichtung/texte/imprint");
  await look(page);
  const field = page.locator("[name=text_de]");
  await field.fill((await field.inputValue()).replace("[[Telefonnummer]]", "02323 16-0"));
  await page.locator("form.rv-form button").click();
  await page.waitForURL(/\/console\/einrichtung$/);
  await page.goto("/impressum");
  assert.match(await page.locator("main").innerText(), /02323 16-0/);
  await look(page);
}

async function setUp(server, open) {
  const visitor = await open({server, javaScriptEnabled: false, meant: /status of 503/});
  assert.equal((await visitor.goto("/")).status(), 503);
  assert.match(await visitor.locator("h1").innerText(), /entsteht/);

  const page = await open({server});
  await makeFirstAccount(page, server);
  await page.goto("/console/anmelden");
  await page.getByLabel("Anmeldename").fill("leitung");
  await page.getByLabel("Passwort").fill("ein ganz langer Satz");
  await page.locator("main form button").click();
  await page.waitForURL(/\/console\/einrichtung$/);
  await look(page);
  await answer(page, {...answers, last_day: "2027-01-01"});
  assert.match(await page.locator("main").innerText(), /liegt vor dem ersten/);
  await look(page);
  await answer(page, answers);
  await page.waitForURL(/\/console\/einrichtung$/);
  assert.match(await page.locator("main").innerText(), /noch offen/);

  await visitor.goto("/programm");
  assert.match(await visitor.locator("h1").innerText(), /Smart City Tage/);
  assert.equal((await visitor.goto("/impressum")).status(), 200);
  assert.ok(await visitor.locator("mark.rv-gap").count() > 0, "gaps are marked");
  await page.goto("/");
  assert.match(await page.locator("body").innerText(), /Noch nicht veröffentlicht/);

  await chooseLook(page);
  await writeImprint(page);
  await readTable(await open({server, javaScriptEnabled: false}));
  await releaseFirst(page);
  await page.goto("/console/einrichtung");
  await page.getByRole("button", {name: "Seite veröffentlichen"}).click();
  await page.waitForURL(/\/console\/einrichtung$/);
  assert.equal((await visitor.goto("/")).status(), 200);
  assert.match(await visitor.content(), /\/marke\/[0-9a-f]+\/logo\.png/);
  const seen = await open({server});
  await seen.goto("/");
  await look(seen);
  assert.equal(await seen.locator("nav a[href='/ausstellung']").count(), 0,
               "the menu leads to nothing empty");
  const feed = seen.locator("link[rel=alternate][type='application/atom+xml']");
  assert.equal((await seen.request.get(await feed.getAttribute("href"))).status(), 200);
  for (const page of ["/anreise", "/ausstellung", "/buergeraktion", "/stadt-jetzt",
                      "/best-practices"]) {
    await seen.goto(page);
    await isWholePage(seen, "de");
    if (page !== "/anreise") assert.match(await seen.locator("main").innerText(), /Noch /);
    assert.doesNotMatch(await seen.locator("main").innerText(), /Mulvany|Innenstadt|Vorführung/);
  }
}

test("an empty server becomes a published site", async ({open, server}) => {
  const own = await Server.startEmpty(server.binary);
  try {
    await setUp(own, open);
  } finally {
    assert.equal(await own.stop(), 0);
  }
});
