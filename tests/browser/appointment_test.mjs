// SPDX-License-Identifier: EUPL-1.2
// An appointment from choosing a time to cancelling it, with and without JavaScript, by keyboard,
// and at the desk for somebody who rings up.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail} from "./people.mjs";
import {test} from "./suite.mjs";

const eid = "/termine/eid-innenstadt/eid";
const button = (page, name) => page.getByRole("button", {name});

async function holdFirst(page, path = eid) {
  await page.goto(path);
  await page.locator("main input[type=radio]").first().check();
  await button(page, /reservieren|Keep this time/).click();
  await page.waitForURL(/reservierung\/.+/, {waitUntil: "commit"});
}

// The first account is made by whichever test comes first.
export async function asAdministrator(page, server) {
  const first = await page.request.get(server.firstLink);
  if (first.ok()) await makeFirstAccount(page, server);
  await signIn(page);
}

async function story(page, check, withScript, server) {
  const mail = nextMail();
  await page.goto("/buergeraktion");
  await page.getByRole("link", {name: "Termin buchen"}).first().click();
  await page.waitForURL(/termine\/eid-innenstadt/);
  assert.match(await page.locator("main").innerText(), /Freie Zeiten am Donnerstag, 6\. Februar/);
  await check(page);
  await button(page, /Zeit reservieren/).click();
  assert.match(await page.title(), /^Fehler: /);
  assert.match(await page.locator("rv-summary").innerText(), /Wählen Sie eine Zeit/);
  await check(page);
  await page.getByLabel("11:00 Uhr").check();
  await button(page, /Zeit reservieren/).click();
  await page.waitForURL(/reservierung\/.+/);
  const held = await page.locator("main").innerText();
  assert.match(held, /Ihre Zeit ist bis .* reserviert/);
  assert.match(held, /6\. Februar 2025, 11:00–11:15 Uhr/);
  if (withScript) {
    assert.match(await page.locator("rv-countdown").innerText(), /noch 1\d Minuten/);
    await page.getByText("kein Automat bucht").waitFor({timeout: 60_000});
  } else {
    assert.match(held, /über den Link in unserer E-Mail/);
  }
  await check(page);
  await page.getByLabel("Vor- und Nachname").fill("Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill("keine-adresse");
  await button(page, "Termin verbindlich buchen").click();
  await page.locator("rv-summary li").waitFor();
  assert.equal(await page.getByLabel("Vor- und Nachname").inputValue(), "Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill(mail);
  if (withScript) await page.getByText("kein Automat bucht").waitFor({timeout: 60_000});
  await button(page, "Termin verbindlich buchen").click();
  await page.waitForURL(/\/termin\//);
  const own = await page.locator("main").innerText();
  assert.match(own, withScript ? /Der Termin ist gebucht/ : /Bitte bestätigen Sie den Termin/);
  assert.match(own, /PIN-Brief/);
  await check(page);
  const calendar = await page.request.get(
      await page.getByRole("link", {name: /In den Kalender/}).getAttribute("href"));
  assert.match(await calendar.text(), /DTSTART:20250206T100000Z/);
  if (!withScript) {
    const {links, text} = await letter(server, mail, /bestaetigen/);
    assert.match(text, /Ihre Nummer: \w{4}/);
    const back = page.url();
    await page.goto(links.find((link) => link.includes("/bestaetigen/")));
    assert.match(await page.locator("main").innerText(), /6\. Februar 2025, 11:00 Uhr/);
    await button(page, "Ja, Termin bestätigen").click();
    await page.getByText(/Ihr Termin am Donnerstag, .* ist bestätigt/).waitFor();
    assert.doesNotMatch(await page.locator("main").innerText(), /Ticket/);
    await page.getByRole("link", {name: "Zum Termin"}).click();
    await page.waitForURL(back);
    assert.match(await page.locator("main").innerText(), /Der Termin ist gebucht/);
  }
  await page.getByRole("link", {name: "Termin verlegen"}).click();
  await check(page);
  await page.getByLabel("14:00 Uhr").check();
  await button(page, "Auf diese Zeit verlegen").click();
  await page.waitForURL(/\/termin\/[^/]+$/);
  assert.match(await page.locator("main").innerText(), /Der Termin ist verlegt[^]*14:00–14:15 Uhr/);
  await page.getByRole("link", {name: "Termin absagen"}).click();
  await check(page);
  await button(page, "Ja, absagen").click();
  await page.waitForURL(/\/termin\/[^/]+$/);
  assert.match(await page.locator("main").innerText(), /Dieser Termin ist abgesagt\s+Abgesagt am/);
  await check(page);
}

test("appointment from choosing to cancelling", async ({open, server}) => {
  await story(await open(), async (page) => {
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
  }, true, server);
});

test("appointment without JavaScript", async ({open, server}) => {
  await story(await open({javaScriptEnabled: false}), async (page) => {
    assert.equal(await page.locator("h1").count(), 1);
  }, false, server);
});

test("appointment in English, by a week", async ({open}) => {
  const page = await open();
  await page.goto("/en/termine");
  await isWholePage(page, "en");
  await looksWellEverywhere(page);
  await page.getByRole("link", {name: "Choose a time"}).nth(1).click();
  await page.waitForURL(/\/en\/termine\/.+/);
  await page.getByRole("link", {name: "Later days"}).click();
  await page.waitForURL(/ab=/);
  await isWholePage(page, "en");
  await page.locator("main input[type=radio]").first().check();
  await button(page, "Keep this time").click();
  await page.waitForURL(/\/en\/reservierung\//);
  await button(page, "Give the time back").click();
  await page.waitForURL(/\/en\/termine$/);
});

test("appointment by keyboard alone", async ({open}) => {
  const page = await open();
  await page.goto(eid);
  const tabTo = async (isWanted, what) => {
    for (let n = 0; n < 60; ++n) {
      await page.keyboard.press("Tab");
      if (await page.evaluate(isWanted)) return;
    }
    assert.fail(`${what} is not reached by Tab`);
  };
  await tabTo(() => document.activeElement.type === "radio", "the times");
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await tabTo(() => document.activeElement.localName === "button", "the button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/reservierung\/.+/);
  await tabTo(() => document.activeElement.name === "name", "the name");
  await page.keyboard.type("Tast Atur");
  await tabTo(() => document.activeElement.name === "mail", "the address");
  await page.keyboard.type(nextMail());
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/termin\//);
});

test("appointments: three a device, and no link opens another thing", async ({open}) => {
  const page = await open();
  for (let n = 0; n < 3; ++n) await holdFirst(page);
  const token = new URL(page.url()).pathname.split("/").pop();
  await page.goto(eid);
  await page.locator("main input[type=radio]").first().check();
  await button(page, /Zeit reservieren/).click();
  await page.locator("rv-summary").waitFor();
  assert.match(await page.locator("rv-summary").innerText(), /Mit diesem Gerät/);
  for (const path of [`/anmeldung/${token}`, `/ticket/${token}`, `/termin/${token}`,
                      "/termin/abc", `/reservierung/x${token}`]) {
    const answer = await page.request.get(path);
    assert.equal(answer.status(), 404, path);
  }
});

test("appointment at the desk for who rings up", async ({server, open}) => {
  const page = await open();
  await asAdministrator(page, server);
  await page.goto("/console/termine?schalter=eid-innenstadt&tag=2025-02-06");
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  await page.getByRole("link", {name: /Online-Ausweisfunktion/}).click();
  await page.waitForURL(/buchen/);
  await looksWellEverywhere(page);
  await page.getByLabel("15:15 Uhr").check();
  await page.getByLabel("Vor- und Nachname").fill("Rufine Özdemir");
  await button(page, "Termin buchen").click();
  await page.waitForURL(/neu=1/);
  const text = await page.locator("main").innerText();
  const number = /Die Nummer lautet (\w{4})/.exec(text)?.[1];
  assert.ok(number, text);
  await looksWellEverywhere(page);
  await page.goto("/console/termine?schalter=eid-innenstadt&tag=2025-02-06");
  await page.getByLabel("Nummer oder Name").fill("ÖZDEMIR");
  await button(page, "Anzeigen").click();
  await page.waitForURL(/termine$/);  // who is looked for stands in no address
  await page.getByRole("link", {name: number}).waitFor();
  assert.equal(await page.locator("tbody tr").count(), 1);
  await looksWellEverywhere(page);
  await page.getByLabel("Nummer oder Name").fill("");
  await button(page, "Anzeigen").click();
  await page.waitForURL(/schalter=eid-innenstadt&tag=2025-02-06$/);
  await page.getByRole("link", {name: number}).click();
  await page.getByRole("link", {name: "Verlegen"}).click();
  await page.waitForURL(/verlegen/);
  await looksWellEverywhere(page);
  await button(page, "Auf diese Zeit verlegen").click();
  await page.locator("rv-summary").waitFor();
  await page.getByLabel("15:30 Uhr").check();
  await button(page, "Auf diese Zeit verlegen").click();
  await page.waitForURL(/termine\/[^/]+$/);
  const moved = await page.locator("main").innerText();
  assert.match(moved, /15:30–15:45 Uhr/);
  assert.match(moved, new RegExp(number), "the number stays");
  await page.getByRole("link", {name: "Termin absagen"}).click();
  await button(page, "Ja, absagen").click();
  assert.match(await page.locator("main").innerText(), /abgesagt/);
  const id = new URL(page.url()).pathname.split("/").pop();
  await page.goto(`/console/protokoll?woran=${id}`);
  const deeds = await page.locator("tbody tr").allInnerTexts();
  for (const [at, deed] of ["abgesagt", "verlegt", "gebucht"].entries()) {
    assert.match(deeds[at], new RegExp(`leitung\\s+Termin ${deed}\\s+Termin ${id}`));
  }
  assert.doesNotMatch(deeds.join(), /Rufine/);
});

const newCard = /am 15\. Juli 2017 oder später/;

async function checkCard(page, answers, check = async () => {}) {
  await page.goto("/ausweis-check");
  await check(page);
  for (const answer of answers) await page.getByLabel(answer, {exact: true}).check();
  await button(page, "Auswerten").click();
  await page.getByRole("heading", {name: "Ihr Ergebnis"}).waitFor();
  await check(page);
  return page.locator("main").innerText();
}

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

const both = (text) => ({de: text, en: text});

// One desk whose one time on a day of its own is taken; answers its path and the appointment's.
async function oneTimeTaken(server, page, id, date) {
  const put = async (path, body) => {
    const answer = await server.ask(path, {method: "PUT", token: true, body});
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  await put(`/api/v1/counters/${id}`, {
    name: both("Ein Schalter"), place: "innenstadt-herne", offers: ["eid"], staff: 1,
    days_ahead: 60, hours: [{date, from: "10:00", to: "10:15"}]});
  const path = `/termine/${id}/eid`;
  await holdFirst(page, path);
  await page.getByLabel("Vor- und Nachname").fill("Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill(nextMail());
  await button(page, "Termin verbindlich buchen").click();
  await page.waitForURL(/\/termin\//);
  return {path, own: page.url()};
}

async function standbyStory(page, check, server, id) {
  const date = "2025-02-20";
  const {path, own} = await oneTimeTaken(server, page, id, date);
  const mail = nextMail();
  await page.goto(path);
  await page.getByRole("link", {name: "Auf die Nachrückliste"}).click();
  await page.waitForURL(/nachruecken$/);
  assert.match(await page.locator("main").innerText(), /lost der Rechner .* Reihenfolge aus/);
  await check(page);
  assert.equal(await page.getByLabel("Frühester Tag").inputValue(), date, "the counter's next day");
  await page.getByLabel("Spätester Tag").fill("2025-01-01");
  await page.getByLabel("E-Mail-Adresse").fill(mail);
  await button(page, "Link anfordern").click();
  await page.locator("rv-summary").waitFor();
  assert.match(await page.locator("rv-summary").innerText(), /liegt vor dem frühesten/);
  assert.equal(await page.getByLabel("E-Mail-Adresse").inputValue(), mail);
  await check(page);
  await page.getByLabel("Spätester Tag").fill(date);
  await button(page, "Link anfordern").click();
  await page.waitForURL(/gesendet=1/);
  await check(page);
  const asked = await letter(server, mail, /nachruecken/);
  assert.match(asked.text, /So wird verteilt:/);
  const link = asked.links.find((each) => each.includes("/nachruecken/"));
  await page.goto(link);
  await check(page);
  assert.match(await page.locator("main").innerText(), /Noch ein Klick/, "looking changes nothing");
  await button(page, "Ja, auf die Liste").click();
  await page.getByText("Sie stehen auf der Liste").waitFor();
  assert.match(await page.locator("main").innerText(), /außer Ihnen niemand/);
  await check(page);
  await page.goto(own);
  await page.getByRole("link", {name: "Termin absagen"}).click();
  await button(page, "Ja, absagen").click();
  await page.getByText("Dieser Termin ist abgesagt").waitFor();
  await page.goto(path);
  assert.equal(await page.locator("main input[type=radio]").count(), 0, "kept for who waits");
  await letter(server, mail, /Sie sind an der Reihe/);
  await page.goto(link);
  assert.match(await page.locator("main").innerText(), /Diese Zeit ist für Sie frei, bis/);
  await check(page);
  await button(page, "Termin annehmen").click();
  await page.locator("rv-summary").waitFor();
  await page.getByLabel("Vor- und Nachname").fill("Bea Beispiel");
  await button(page, "Termin annehmen").click();
  await page.waitForURL(/\/termin\//);
  const booked = await page.locator("main").innerText();
  assert.match(booked, /Der Termin ist gebucht/);
  assert.match(booked, /20\. Februar 2025, 10:00–10:15 Uhr/);
  const gone = await page.goto(link);
  assert.equal(gone.status(), 410);
  await check(page);
  await server.ask(`/api/v1/counters/${id}`, {method: "DELETE", token: true});
}

test("opening hours: what a change means, and nothing booked is lost", async ({open, server}) => {
  const page = await open();
  const {own} = await oneTimeTaken(server, page, "schalter-zeiten", "2025-02-21");
  await asAdministrator(page, server);
  await page.goto("/console/oeffnungszeiten");
  await isWholePage(page, "de");
  await page.getByRole("link", {name: /Ein Schalter/}).click();
  await page.waitForURL(/schalter-zeiten$/);
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  const monday = page.getByRole("group", {name: "Montag", exact: true});
  const exception = page.getByRole("group", {name: "Ausnahme 1", exact: true});
  assert.equal(await exception.getByLabel("Von").inputValue(), "10:00");
  await monday.getByLabel("Von").fill("09:00");
  await button(page, /Prüfen/).click();
  assert.match(await page.locator("rv-summary").innerText(), /Montag: Geben Sie Anfang und Ende/);
  await monday.getByLabel("Bis").fill("10:00");
  await exception.getByLabel("Von").fill("14:00");
  await exception.getByLabel("Bis").fill("15:00");
  await button(page, /Prüfen/).click();
  await page.getByRole("heading", {name: "Das würde sich ändern"}).waitFor();
  await isWholePage(page, "de");
  assert.match(await page.locator("main").innerText(), /Gebucht, aber außerhalb dieser Zeiten/);
  const counter = async () => (await server.json("/api/v1/counters/schalter-zeiten")).hours;
  assert.equal((await counter()).length, 1, "looking saves nothing");
  await button(page, "So speichern").click();
  await page.waitForURL(/gespeichert=1/);
  assert.deepEqual(await counter(), [{weekdays: [1], from: "09:00", to: "10:00"},
                                     {date: "2025-02-21", from: "14:00", to: "15:00"}]);
  assert.match(await page.locator("main").innerText(), /1 Termin\b/, "still listed");
  await page.getByRole("link", {name: "Schalter entfernen"}).click();
  assert.match(await page.locator("main").innerText(), /Hier ist noch 1 Termin gebucht/);
  assert.equal(await page.locator("main form button").count(), 0, "it stays");
  await page.goto("/console/protokoll");
  assert.match(await page.locator("main").innerText(), /Öffnungszeiten geändert/);
  await page.goto(own);
  assert.match(await page.locator("main").innerText(), /10:00–10:15 Uhr/, "still booked");
  await server.ask("/api/v1/counters/schalter-zeiten", {method: "DELETE", token: true});
});

test("a time that comes free goes to who waits, by lot", async ({open, server}) => {
  await standbyStory(await open(), async (page) => {
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
  }, server, "schalter-mit-skript");
});

test("the standby list without JavaScript", async ({open, server}) => {
  await standbyStory(await open({javaScriptEnabled: false}), async (page) => {
    assert.equal(await page.locator("h1").count(), 1);
  }, server, "schalter-ohne-skript");
});

test("the check of the online ID, with and without JavaScript", async ({open}) => {
  const page = await open();
  const ready = await checkCard(
      page, ["16 Jahre oder älter", newCard, /eigene PIN ist gesetzt/, "ja"], look);
  assert.match(ready, /Ihr Online-Ausweis ist bereit/);
  assert.equal(await page.getByRole("link", {name: "Termin buchen"}).count(), 0);
  const plain = await open({javaScriptEnabled: false});
  const text = await checkCard(
      plain, ["16 Jahre oder älter", newCard, /vergessen, verloren/, "nein"]);
  assert.match(text, /Nur im Amt/);
  assert.match(text, /31\. Januar 2024 nicht mehr/);
  assert.equal(new URL(plain.url()).search, "", "no answer stands in the address");
  const app = plain.getByRole("link", {name: /PIN verwalten/});
  assert.match(await app.getAttribute("href"), /^http:\/\/127\.0\.0\.1:24727\/eID-Client\?/);
  await plain.goto("/ausweis-check");
  await button(plain, "Auswerten").click();
  assert.equal(await plain.locator("rv-summary li").count(), 4);
  assert.equal(await plain.locator("main input:not([type=radio])").count(), 0, "nothing is typed");
});

test("the waiting room: numbers, calling, the display", async ({server, open}) => {
  const desk = await open();
  await asAdministrator(desk, server);
  await desk.goto("/console/warteraum");
  await look(desk);
  await desk.getByRole("link", {name: /Bürgerdienste Herne-Mitte/}).click();
  await look(desk);
  const screen = await open();
  await screen.goto("/warten/buergerdienste-mitte");
  assert.match(await screen.locator("main").innerText(), /Niemand wartet/);
  await look(screen);
  for (const number of ["A01", "A02"]) {
    await desk.getByLabel("Anliegen").selectOption({label: "Personalausweis beantragen"});
    await button(desk, "Nummer ausgeben").click();
    await desk.getByText(`Nummer ${number}`).waitFor();
  }
  await look(desk);
  await button(desk, "Nächste Nummer aufrufen").click();
  assert.match(await desk.locator("main").innerText(), /Tragen Sie Ihren Platz ein/);
  await desk.getByLabel("Ihr Platz").fill("Platz 2");
  await button(desk, "Nächste Nummer aufrufen").click();
  await desk.getByRole("button", {name: "Fertig: A01"}).waitFor();
  await screen.getByText("Platz 2").waitFor();  // by itself
  const shown = await screen.locator("main").innerText();
  assert.match(shown, /A01/);
  assert.match(shown, /1 Person wartet/);
  await look(screen);
  const plain = await open({javaScriptEnabled: false});
  await plain.goto("/en/warten/buergerdienste-mitte");
  assert.match(await plain.locator("main").innerText(), /A01/);
  await plain.getByRole("link", {name: "Refresh"}).click();
  await desk.getByLabel("Nummer des Termins").fill("ZZZZ");
  await button(desk, "Mit Termin angekommen").click();
  assert.match(await desk.locator("main").innerText(), /Zu dieser Nummer gibt es hier/);
  await button(desk, "Nächste Nummer aufrufen").click();
  await desk.getByRole("button", {name: "Nicht gekommen: A02"}).click();
  await desk.getByRole("link", {name: "Zahlen"}).click();
  await look(desk);
  assert.match(await desk.locator("table").innerText(), /Personalausweis beantragen/);
});
