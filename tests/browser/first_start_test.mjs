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

const main = (page) => page.locator("main").innerText();
const save = (page) => page.locator("form.rv-form button").first().click();

// When one can register, what the start page says, topics.
async function tellOfTheEvent(page) {
  await page.goto("/console/einrichtung");
  await page.getByRole("link", {name: "Anmeldung, Startseite und Themen"}).click();
  await look(page);
  await page.getByLabel("Ab Uhrzeit").fill("08:00");
  await page.getByLabel("Schwerpunkte auf Deutsch").fill("Energie\nVerwaltung");
  await page.getByLabel("Schwerpunkte auf Englisch").fill("Energy");
  await save(page);
  await page.locator("rv-summary").waitFor();
  assert.match(await main(page), /Wählen Sie auch den Tag[^]*nicht so viele Zeilen/);
  await look(page);
  await page.getByLabel("Ab Tag").fill("2027-01-11");
  await page.getByLabel("Bis Tag").fill("2027-02-01");
  await page.getByLabel("Schwerpunkte auf Englisch").fill("");
  await page.getByLabel("Motto auf Deutsch").fill("Zusammen <klug>");
  await page.getByLabel("Eintritt, auf Deutsch").fill("kostenlos");
  await page.getByLabel("Städte, die mitmachen").fill("Bochum\n\nGelsenkirchen");
  await page.getByLabel("Thema 1 auf Deutsch").fill("Technik");
  await page.getByLabel("Thema 2 auf Englisch").fill("People");
  await save(page);
  await page.waitForURL(/\/console\/einrichtung$/);
  await page.goto("/console/einrichtung/veranstaltung");
  assert.equal(await page.getByLabel("Ab Uhrzeit").inputValue(), "08:00");
  assert.equal(await page.getByLabel("Bis Uhrzeit").inputValue(), "23:59", "all of the last day");
  assert.equal(await page.getByLabel("Thema 2 auf Deutsch").inputValue(), "People");
  await page.goto("/");
  assert.match(await main(page), /Zusammen <klug>[^]*kostenlos[^]*Verwaltung[^]*Gelsenkirchen/);
  await page.goto("/anmeldung");
  assert.match(await main(page), /öffnet am (Montag, )?11\. Januar 2027/);
}

const draft = (page) => page.getByRole("button", {name: "Als Entwurf speichern"}).click();

// A place and an offer are drafts until the next release, as sessions are.
async function draftTheAction(page) {
  await page.goto("/console/programm/orte");
  await page.getByRole("link", {name: "Neuer Ort"}).click();
  await look(page);
  await page.getByLabel("Name auf Deutsch").fill("Robert-Brauner-Platz");
  await page.getByLabel("Anschrift").fill("Bahnhofstraße 7, 44623 Herne");
  for (const wrong of ["51,5395 und 7,2235", "nan, nan", "91, 0"]) {
    await page.getByLabel("Lage auf der Karte").fill(wrong);
    await draft(page);
    assert.match(await page.locator("rv-summary").innerText(), /zwei Zahlen mit Punkt/, wrong);
  }
  await page.getByLabel("Lage auf der Karte").fill("51.5395, 7.2235");
  await draft(page);
  await page.getByText("Gespeichert als Entwurf").waitFor();
  assert.equal(await page.getByLabel("Lage auf der Karte").inputValue(), "51.5395, 7.2235");
  await page.goto("/console/programm/angebote/neu");
  await look(page);
  await page.getByLabel("Titel auf Deutsch").fill("Online-Ausweis freischalten");
  await page.getByLabel("Mitbringen, auf Deutsch").fill("Personalausweis\n PIN-Brief");
  await page.getByLabel("Beginn").fill("10:00");
  await page.getByLabel("Internetseite dazu").fill("javascript:alert(1)");
  await page.getByLabel("Mit Termin").check();
  await page.getByLabel("Es geht um den Online-Ausweis").check();
  await draft(page);
  assert.match(await page.locator("rv-summary").innerText(), /Schreiben Sie die ganze Adresse/);
  await page.getByLabel("Internetseite dazu").fill("");
  await draft(page);
  assert.match(await page.locator("rv-summary").innerText(), /auch den Tag[^]*höchstens 100 Min/);
  await page.getByLabel("Dauer in Minuten").fill("15");
  await page.getByLabel(/^Tag\b/).selectOption("2027-02-06");
  await page.getByLabel("Ende").fill("16:00");
  await page.getByLabel("Gebäude oder Ort").selectOption({label: "Robert-Brauner-Platz"});
  await page.getByLabel("Wo genau").fill("Zelt 2");
  await draft(page);
  await page.getByText("Gespeichert als Entwurf").waitFor();
}

async function openACounter(page) {
  await page.goto("/console/oeffnungszeiten");
  assert.match(await main(page), /noch keinen Schalter/);
  await look(page);
  await page.getByRole("link", {name: "Neuer Schalter"}).click();
  await page.getByLabel("Name auf Deutsch").fill("Stand Online-Ausweis");
  await page.getByLabel("Gebäude oder Ort").selectOption({label: "Robert-Brauner-Platz"});
  await save(page);
  assert.match(await page.locator("rv-summary").innerText(), /mindestens ein Angebot/);
  await look(page);
  await page.getByLabel("Online-Ausweis freischalten").check();
  await save(page);
  await page.getByText("Der Schalter ist angelegt").waitFor();
  await page.getByLabel("Tage im Voraus").fill("366");
  const exception = page.getByRole("group", {name: "Ausnahme 1", exact: true});
  await exception.getByLabel("Tag").fill("2027-02-06");
  await exception.getByLabel("Von").fill("10:00");
  await exception.getByLabel("Bis").fill("16:00");
  await page.getByRole("button", {name: /Prüfen/}).click();
  await page.getByRole("button", {name: "So speichern"}).click();
  await page.getByText("Die Öffnungszeiten sind gespeichert").waitFor();
}

// The Bürgeraktion from nothing to a time that can be booked; the programme gets its topic.
async function makeTheAction(page, visitor) {
  await draftTheAction(page);
  await page.goto("/console/programm/veranstaltungen/lorawan-in-der-stadt");
  await page.getByLabel(/^Thema/).selectOption("technik");
  await draft(page);
  await page.goto("/console/programm/veroeffentlichen");
  await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Die Bürgeraktion steht.");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung 2").waitFor();
  await openACounter(page);
  await page.getByRole("link", {name: "Name, Ort und Angebote ändern"}).click();
  await page.getByLabel("Telefon für Rückfragen").fill("02323 16-0");
  await save(page);
  await page.getByText("Der Schalter ist gespeichert").waitFor();
  assert.equal(await page.getByRole("group", {name: "Ausnahme 1", exact: true})
      .getByLabel("Von").inputValue(), "10:00", "its hours are what they were");
  await visitor.goto("/buergeraktion");
  assert.match(await main(visitor), /Robert-Brauner-Platz[^]*Zelt 2[^]*15 Min[^]*PIN-Brief/);
  await visitor.getByRole("link", {name: /Termin/}).click();
  assert.match(await main(visitor), /10:00/);
  await page.goto("/console/einrichtung/veranstaltung");
  await page.getByLabel("Thema 1 auf Deutsch").fill("");
  await save(page);
  assert.match(await page.locator("rv-summary").innerText(), /gehören Veranstaltungen/);
}

// A counter that nobody has booked at goes; the log tells of all. What is needed is named first.
async function closeTheCounter(page) {
  await page.goto("/console/programm/orte/robert-brauner-platz/entfernen");
  await look(page);
  assert.match(await main(page), /braucht den Eintrag noch\s+Online-Ausweis [^]*Stand Online-Aus/);
  await page.goto("/console/oeffnungszeiten/stand-online-ausweis");
  await page.getByRole("link", {name: "Schalter entfernen"}).click();
  await look(page);
  await page.getByRole("button", {name: "Schalter entfernen"}).click();
  await page.waitForURL(/oeffnungszeiten$/);
  assert.match(await main(page), /noch keinen Schalter/);
  await page.goto("/console/protokoll");
  const deeds = /Schalter entfernt[^]*Öffnungszeiten geändert[^]*Schalter angelegt/;
  assert.match(await main(page), deeds);
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
  await page.getByText("Im Impressum fehlt noch etwas").waitFor();
  await look(page);
  assert.equal((await visitor.goto("/")).status(), 503, "asking publishes nothing");
  await page.getByRole("button", {name: "Trotzdem veröffentlichen"}).click();
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
  await tellOfTheEvent(page);
  await makeTheAction(page, seen);
  await closeTheCounter(page);
}

test("an empty server becomes a published site", async ({open, server}) => {
  const own = await Server.startEmpty(server.binary);
  try {
    await setUp(own, open);
  } finally {
    assert.equal(await own.stop(), 0);
  }
});
