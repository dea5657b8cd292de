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
    await page.locator("main form button").click();
    await page.goto(back);
    assert.match(await page.locator("main").innerText(), /Der Termin ist gebucht/);
  }
  await page.getByRole("link", {name: "Termin verlegen"}).click();
  await check(page);
  await page.getByLabel("14:00 Uhr").check();
  await button(page, "Auf diese Zeit verlegen").click();
  await page.waitForURL(/\/termin\/[^/]+$/);
  assert.match(await page.locator("main").innerText(), /14:00–14:15 Uhr/);
  await page.getByRole("link", {name: "Termin absagen"}).click();
  await check(page);
  await button(page, "Ja, absagen").click();
  await page.waitForURL(/\/termin\/[^/]+$/);
  assert.match(await page.locator("main").innerText(), /Dieser Termin ist abgesagt/);
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
  await page.getByLabel("Vor- und Nachname").fill("Rufine Anruf");
  await button(page, "Termin buchen").click();
  await page.waitForURL(/neu=1/);
  const text = await page.locator("main").innerText();
  const number = /Die Nummer lautet (\w{4})/.exec(text)?.[1];
  assert.ok(number, text);
  await looksWellEverywhere(page);
  await page.goto(`/console/termine?schalter=eid-innenstadt&tag=2025-02-06&suche=${number}`);
  await page.getByRole("link", {name: number}).click();
  await page.getByRole("link", {name: "Termin absagen"}).click();
  await button(page, "Ja, absagen").click();
  assert.match(await page.locator("main").innerText(), /abgesagt/);
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
