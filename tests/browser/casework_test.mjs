// SPDX-License-Identifier: EUPL-1.2
// The three forms of the demo from the first page to the receipt, with and without JavaScript; and
// a case between the person and the office.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail} from "./people.mjs";
import {test} from "./suite.mjs";

const press = (page, name) => page.getByRole("button", {name}).first().click();
const next = (page) => press(page, "Weiter");
const heading = async (page, text) =>
  page.getByRole("heading", {level: 1, name: text}).waitFor();

async function asAdministrator(page, server) {
  const first = await page.request.get(server.firstLink);
  if (first.ok()) await makeFirstAccount(page, server);
  await signIn(page);
}

async function fillPerson(page) {
  await heading(page, "Ihre Person");
  await page.getByLabel("Vorname").fill("Ada");
  await page.getByLabel("Nachname").fill("Beispiel");
  await next(page);
  await heading(page, "Ihre Anschrift");
  await page.getByLabel("Straße und Hausnummer").fill("Bahnhofstraße 1");
  await page.getByLabel("Postleitzahl").fill("44623");
  await page.getByLabel("Ort", {exact: false}).last().fill("Herne");
}

async function handIn(page, check) {
  await heading(page, "Angaben prüfen");
  await check(page, "check");
  await press(page, "Abschicken");
  assert.match(await page.title(), /^Fehler: /);
  await page.getByRole("checkbox").check();
  await press(page, "Abschicken");
  await page.getByText("Wir haben Ihre Angaben erhalten").waitFor();
  await check(page, "case");
  const receipt = await page.request.get(
      await page.getByRole("link", {name: /Empfangsbestätigung/}).getAttribute("href"));
  assert.equal((await receipt.body()).subarray(0, 5).toString(), "%PDF-");
}

async function begin(page, check, title) {
  await page.goto("/formulare");
  await page.getByRole("link", {name: title}).click();
  await heading(page, title);
  assert.match(await page.locator("main").innerText(), /Ausweis\s+nicht nötig/);
  await check(page, "start");
  await press(page, "Jetzt ausfüllen");
}

async function dog(page, check) {
  await begin(page, check, "Hund anmelden");
  await fillPerson(page);
  await next(page);
  await heading(page, /Ihr Hund, Eintrag 1/);
  await press(page, "Weiter");
  await page.locator("rv-summary li").first().waitFor();
  await check(page, "errors");
  for (const name of ["Fiffi", "Hasso"]) {
    await page.getByLabel("Name des Hundes").fill(name);
    await page.getByLabel("Rasse").fill("Dackel");
    await page.getByLabel("Bei Ihnen seit").fill("2025-01-15");
    await next(page);
    await page.getByText(name).waitFor();
    if (name === "Fiffi") await page.getByRole("link", {name: "Weiteren Eintrag"}).click();
  }
  await check(page, "group");
  await press(page, "Entfernen: Eintrag 2");
  await page.getByText("Hasso").waitFor({state: "detached"});
  await next(page);
  await page.getByLabel("Ja, er kommt aus einem Tierheim").check();
  await next(page);
  await heading(page, "Grund der Befreiung");
  await page.getByLabel("Begründung").fill("Tierheim Beispielstadt");
  await next(page);
  await handIn(page, check);
}

// A picture of 8 by 8 pixels.
const picture = Buffer.from(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAADElEQVR4nGNgGB4AAADIAAGtQHYiAAAAAElFTkSuQmCC",
    "base64");

async function attach(page, check) {
  await page.getByRole("button", {name: "Datei anhängen"}).click();
  await page.getByText("Wählen Sie eine Datei aus.").first().waitFor();
  await check(page, "no file");
  await page.locator("input[type=file]").setInputFiles(
      {name: "bild.png", mimeType: "image/png", buffer: picture});
  await page.getByRole("button", {name: "Datei anhängen"}).click();
  await page.getByRole("link", {name: "bild.png"}).waitFor();
  await check(page, "file");
  await next(page);
}

async function parking(page, check) {
  await begin(page, check, "Bewohnerparkausweis beantragen");
  await page.getByLabel("Einen neuen Ausweis").check();
  await page.getByLabel("Gebiet B").check();
  await next(page);
  await fillPerson(page);
  await press(page, "Speichern und später");
  await heading(page, "Gespeichert");
  await check(page, "later");
  const link = await page.locator(".rv-message a").getAttribute("href");
  await page.goto("/formulare");
  await page.goto(link);
  await heading(page, "Ihr Fahrzeug");
  await page.getByLabel("Kennzeichen").fill("HER-AB 123");
  await page.getByLabel("Auf mich").check();
  await page.getByLabel("Gültig ab").fill("2025-03-01");
  await next(page);
  await heading(page, "Fahrzeugschein");
  await next(page);
  await handIn(page, check);
}

async function defect(page, check) {
  await begin(page, check, "Mangel melden");
  await page.getByLabel("Art des Mangels").selectOption({label: "Beleuchtung"});
  await page.getByLabel("Was haben Sie gesehen?").fill("Die Laterne ist aus");
  await next(page);
  await page.getByLabel(/Straße und Hausnummer/).fill("Weg 1");
  await page.getByLabel(/Punkt auf der Karte/).fill("irgendwo");
  await next(page);
  assert.match(await page.locator("main").innerText(), /Geben Sie Breite und Länge an/);
  await check(page, "position");
  await page.getByLabel(/Punkt auf der Karte/).fill("51,5388 7,2257");
  await next(page);
  await heading(page, "Foto");
  await attach(page, check);
  await handIn(page, check);
}

// What a page of a kind looks like is looked at once.
const seen = new Set();
async function whole(page, kind) {
  await isWholePage(page, "de");
  if (!seen.has(kind)) await looksWellEverywhere(page);
  seen.add(kind);
}

for (const [name, story] of [["dog", dog], ["parking permit", parking], ["defect", defect]]) {
  test(`casework ${name}`, async ({open}) => {
    await story(await open(), whole);
  });
  test(`casework ${name} without JavaScript`, async ({open}) => {
    await story(await open({javaScriptEnabled: false}), async (page) => {
      assert.equal(await page.locator("h1").count(), 1);
    });
  });
}

test("casework case between person and office", async ({open, server}) => {
  const mail = nextMail();
  const sent = await server.ask("/api/v1/forms/mangel-melden/cases", {method: "POST", body: {
    declaration: true, mail,
    answers: {art: "muell", beschreibung: "Alte Matratzen", ort: "Am Weg 2"}}});
  assert.equal(sent.status, 201);
  const {number, token} = await sent.json();
  const desk = await open();
  await asAdministrator(desk, server);
  await desk.goto("/console/vorgaenge");
  await isWholePage(desk, "de");
  await looksWellEverywhere(desk);
  await desk.getByRole("link", {name: number}).click();
  await press(desk, "Übernehmen");
  await desk.getByText("In Bearbeitung").waitFor();
  await press(desk, "Nachfragen");
  await desk.getByText("Schreiben Sie einen Text").waitFor();
  await desk.getByLabel("Nachricht an die Person").fill("Wie viele sind es?");
  await looksWellEverywhere(desk);
  await press(desk, "Nachfragen");
  await desk.getByText("Wir warten auf Ihre Antwort").waitFor();
  const {text} = await letter(server, mail, /vorgang/);
  assert.doesNotMatch(text, /Matratzen|Wie viele/);
  const page = await open();
  await page.goto(`/vorgang/${token}`);
  await page.getByText("Wie viele sind es?").waitFor();
  await page.getByLabel("Ihre Nachricht an das Amt").fill("Drei.");
  await press(page, "Nachricht senden");
  await page.getByText("Ihre Nachricht ist angekommen").waitFor();
  await looksWellEverywhere(page);
  await desk.reload();
  await desk.getByText("Drei.").waitFor();
  await desk.getByLabel("Erledigt").check();
  await desk.getByLabel("Begründung für die Person").fill("Abgeholt.");
  await press(desk, "Entscheiden und beenden");
  await desk.getByText("Ausgeführt").waitFor();
  await page.reload();
  await page.getByText("Abgeholt.").waitFor();
  assert.equal(await page.getByLabel("Ihre Nachricht an das Amt").count(), 0);
  await desk.goto("/console/vorgaenge/zahlen");
  await isWholePage(desk, "de");
  await looksWellEverywhere(desk);
  await desk.goto("/console/formulare");
  await isWholePage(desk, "de");
  await looksWellEverywhere(desk);
  await desk.getByLabel("Datei").setInputFiles(
      {name: "form.json", mimeType: "application/json", buffer: Buffer.from('{"id": "x"}')});
  await press(desk, "Fassung einspielen");
  await desk.getByText("/: version is missing").waitFor();
});
