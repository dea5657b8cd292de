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
const next = (page) => page.getByRole("button", {name: "Weiter", exact: true}).click();
const back = (page) => page.getByRole("button", {name: "Zurück", exact: true}).click();
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
  await back(page);
  await heading(page, "Ihre Anschrift");
  await next(page);
  await heading(page, /Ihr Hund, Eintrag 1/);
  await next(page);
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
  const choose = (name, buffer) => page.locator("input[type=file]").setInputFiles(
      {name, mimeType: "image/png", buffer});
  await choose("bild.png", picture);
  await page.getByRole("button", {name: "Datei anhängen"}).click();
  await page.getByRole("link", {name: "bild.png"}).waitFor();
  await check(page, "file");
  await press(page, "Entfernen: bild.png");
  await page.getByRole("link", {name: "bild.png"}).waitFor({state: "detached"});
  // What was chosen is attached by the other buttons too.
  await choose("kein.png", Buffer.from("kein Bild"));
  await next(page);
  await page.getByText("Es zählt der Inhalt").first().waitFor();
  await choose("weiter.png", picture);
  await next(page);
  await heading(page, "Angaben prüfen");
  assert.match(await page.locator("main").innerText(), /weiter\.png/);
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
  await back(page);
  await heading(page, "Mangel melden");
  await check(page, "under way");
  await page.getByRole("link", {name: "Weiter ausfüllen"}).click();
  await page.getByLabel("Was haben Sie gesehen?").fill("Die Laterne ist aus");
  await next(page);
  await page.getByLabel(/Straße und Hausnummer/).fill("Weg 1");
  await page.getByLabel(/Punkt auf der Karte/).fill("irgendwo");
  await next(page);
  assert.match(await page.locator("main").innerText(), /Geben Sie Breite und Länge an/);
  await check(page, "position");
  await page.getByLabel(/Punkt auf der Karte/).fill("51,5388 7,2257");
  await page.getByLabel(/Straße und Hausnummer/).fill("Weg 2");
  await back(page);
  await heading(page, "Was ist los?");
  await next(page);
  assert.equal(await page.getByLabel(/Straße und Hausnummer/).inputValue(), "Weg 2", "kept");
  await page.getByLabel(/Straße und Hausnummer/).press("Enter");
  await heading(page, "Foto");
  await attach(page, check);
  await heading(page, "Angaben prüfen");
  await page.getByLabel(/E-Mail-Adresse/).fill("ada@example.org");
  await back(page);
  await heading(page, "Foto");
  await next(page);
  assert.equal(await page.getByLabel(/E-Mail-Adresse/).inputValue(), "ada@example.org");
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

test("casework point is chosen on a map by pressing and by keyboard", async ({open}) => {
  const page = await open();
  await page.goto("/formulare/mangel-melden");
  await press(page, "Jetzt ausfüllen");
  await page.getByLabel("Art des Mangels").selectOption({label: "Müll"});
  await page.getByLabel("Was haben Sie gesehen?").fill("Sperrmüll am Weg");
  await next(page);
  const field = page.getByLabel(/Punkt auf der Karte/).first();
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await press(page, "Punkt auf der Karte wählen");
  const map = page.locator("rv-map-point canvas");
  await map.waitFor();
  await page.locator(".rv-map__cross").waitFor();
  await map.focus();
  await page.keyboard.press("Enter");
  const middle = await field.inputValue();
  assert.match(middle, /^51\.\d{5}, 7\.\d{5}$/, "the town that it is about");
  await page.getByText(`Punkt gesetzt: ${middle}`).waitFor();
  const pin = await page.locator(".rv-map__pin").boundingBox();
  const ground = await page.locator(".rv-map__ground").boundingBox();
  assert.ok(Math.hypot(pin.x + pin.width / 2 - ground.x - ground.width / 2,
                       pin.y + pin.height - ground.y - ground.height / 2) < 4,
            "the pin stands under the cross");
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(600);
  await press(page, "Mitte der Karte nehmen");
  const moved = await field.inputValue();
  assert.ok(Number(moved.split(", ")[1]) > Number(middle.split(", ")[1]), "further east");
  await map.click({position: {x: 60, y: 60}});
  const pressed = await field.inputValue();
  assert.ok(Number(pressed.split(", ")[0]) > Number(moved.split(", ")[0]), "further north");
  await looksWellEverywhere(page);
  await page.getByLabel(/Straße und Hausnummer/).fill("Weg 1");
  await next(page);
  await heading(page, "Foto");
  assert.ok(asked.every((url) => new URL(url).origin === new URL(page.url()).origin));
});

test("casework photo is public once the office has looked at it", async ({open, server}) => {
  const page = await open();
  await page.goto("/formulare/mangel-melden");
  await press(page, "Jetzt ausfüllen");
  await page.getByLabel("Art des Mangels").selectOption({label: "Straße oder Gehweg"});
  await page.getByLabel("Was haben Sie gesehen?").fill("Loch im Gehweg");
  await next(page);
  await page.getByLabel(/Straße und Hausnummer/).fill("Weg 1");
  await next(page);
  await attach(page, whole);
  await page.getByRole("checkbox").check();
  await press(page, "Abschicken");
  const number = (await page.locator("h1").innerText()).match(/V-\w{8}/)[0];
  const desk = await open({javaScriptEnabled: false});
  await asAdministrator(desk, server);
  await desk.goto("/console/vorgaenge?bei=niemand&nummer=" + number);
  await desk.getByRole("link", {name: number}).click();
  await desk.getByText("Nicht veröffentlicht. Sehen Sie es genau an").waitFor();
  await press(desk, "Übergeben");
  await desk.getByText("Wählen Sie, wer den Vorgang übernehmen soll").waitFor();
  await desk.getByLabel("Übergeben an").selectOption({index: 1});
  await press(desk, "Übergeben");
  await desk.getByText("In Bearbeitung").waitFor();
  await press(desk, "Foto 1 veröffentlichen");
  await desk.getByText("Veröffentlicht: Alle sehen dieses Foto").waitFor();
  const entity = `/ngsi-ld/v1/entities/urn:ngsi-ld:Case:${number}`;
  const photo = async () => JSON.stringify(await (await server.ask(entity)).json())
      .match(/\/meldung\/[^"]+/)?.[0];
  const until = async (shown) => {
    for (let n = 0; n < 100 && Boolean(await photo()) !== shown; ++n) {
      await new Promise((done) => setTimeout(done, 100));
    }
    return photo();
  };
  const address = await until(true);
  const shown = await server.ask(address);
  assert.equal(shown.status, 200);
  assert.equal(shown.headers.get("content-type"), "image/png");
  await page.reload();
  await page.getByText("veröffentlicht").waitFor();
  await press(desk, "Foto 1 nicht mehr zeigen");
  await desk.getByText("Nicht veröffentlicht. Sehen Sie es genau an").waitFor();
  assert.equal((await server.ask(address)).status, 404);
  assert.equal(await until(false), undefined);
});

test("casework cases stand on a person's own page", async ({open, server}) => {
  const mail = nextMail();
  const sent = await server.ask("/api/v1/forms/mangel-melden/cases", {method: "POST", body: {
    declaration: true, mail,
    answers: {art: "gruen", beschreibung: "Ast liegt quer", ort: "Park"}}});
  const {number} = await sent.json();
  const page = await open();
  await page.goto("/formulare/hund-anmelden");
  await press(page, "Jetzt ausfüllen");
  await press(page, "Speichern und später");
  await page.getByLabel(/E-Mail/).fill(mail.toUpperCase());
  await press(page, "Link zusenden");
  await page.goto("/meine-buchungen");
  await page.getByLabel(/E-Mail/).fill(mail);
  await press(page, "Link schicken");
  const {text} = await letter(server, mail, /meine-buchungen/);
  await page.goto(text.match(/\/meine-buchungen\/\S+/)[0]);
  await page.getByText(`Mangel melden, Vorgang ${number}`).first().waitFor();
  await page.getByRole("heading", {name: "Angefangen: Hund anmelden"}).waitFor();
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  const own = page.url();
  const data = await (await page.request.get(own + "/daten.json")).json();
  assert.deepEqual(data.cases.map((one) => one.form).sort(), ["hund-anmelden", "mangel-melden"]);
  await page.getByRole("link", {name: "Daten löschen"}).click();
  await page.getByText("wird noch bearbeitet").waitFor();
  await looksWellEverywhere(page);
  await press(page, "Ja, alles löschen");
  await page.getByText("Vorgänge bei einem Amt").waitFor();
});

test("casework case between person and office", async ({open, server}) => {
  const mail = nextMail();
  const sent = await server.ask("/api/v1/forms/mangel-melden/cases", {method: "POST", body: {
    declaration: true, mail,
    answers: {art: "muell", beschreibung: "Alte Matratzen", ort: "Am Weg 2"}}});
  assert.equal(sent.status, 201);
  const {number, token} = await sent.json();
  const desk = await open();
  await asAdministrator(desk, server);
  await desk.goto("/console/vorgaenge?nummer=V-00000000");
  assert.equal(await desk.getByRole("status").innerText(), "Kein Vorgang");
  await desk.goto("/console/vorgaenge");
  assert.equal(await desk.getByText("Bitte auswählen").count(), 0);
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
  await desk.getByText("Wartet auf Antwort der Person").waitFor();
  assert.doesNotMatch(await desk.locator("main").innerText(), /Ihre Antwort|Sekunde/);
  const {text} = await letter(server, mail, /vorgang/);
  assert.doesNotMatch(text, /Matratzen|Wie viele/);
  const page = await open();
  await page.goto(`/vorgang/${token}`);
  await page.getByText("Wie viele sind es?").waitFor();
  await page.getByText("Wir warten auf Ihre Antwort").waitFor();
  await page.getByLabel("Ihre Nachricht an das Amt").fill("Drei.");
  await page.getByLabel("Datei zur Nachricht").setInputFiles(
      {name: "nachweis.png", mimeType: "image/png", buffer: picture});
  await press(page, "Nachricht senden");
  await page.getByText("Ihre Nachricht ist angekommen").waitFor();
  await looksWellEverywhere(page);
  await desk.reload();
  await desk.getByText("Drei.").waitFor();
  await desk.getByRole("link", {name: "nachweis.png"}).waitFor();
  await desk.getByLabel("Nachricht an die Person").fill("Danke, so sieht es aus:");
  await desk.getByLabel("Datei zur Nachricht").setInputFiles(
      {name: "amt.txt", mimeType: "image/png", buffer: Buffer.from("kein Bild")});
  await press(desk, "Senden");
  await desk.getByText("Es zählt der Inhalt").first().waitFor();
  await looksWellEverywhere(desk);
  await desk.getByLabel("Datei zur Nachricht").setInputFiles(
      {name: "amt.png", mimeType: "image/png", buffer: picture});
  await press(desk, "Senden");
  await desk.getByRole("link", {name: "amt.png"}).waitFor();
  await page.reload();
  await page.getByRole("link", {name: "amt.png"}).waitFor();
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
  await desk.getByText("Stelle: /").waitFor();
  await desk.getByText("Genauer, auf Englisch: version is missing").waitFor();
});
