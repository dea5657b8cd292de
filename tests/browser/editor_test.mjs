// SPDX-License-Identifier: EUPL-1.2
// The programme from draft to release on the console, with and without JavaScript.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, noViolations} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {test} from "./suite.mjs";

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

export async function signedIn(page, server) {
  const link = await page.request.get(server.firstLink);
  if (link.status() !== 410) await makeFirstAccount(page, server);
  await page.context().clearCookies();
  await signIn(page);
}

const main = (page) => page.locator("main").innerText();

test("an organiser drafts a session, is warned, and releases it", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm");
  await noViolations(page);
  await page.getByRole("link", {name: "Neue Veranstaltung"}).click();
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.locator("rv-summary").waitFor();
  assert.match(await page.title(), /^Fehler/);
  await look(page);
  await page.getByLabel("Titel auf Deutsch").fill("Offene Sprechstunde: <KI> & Amt");
  await page.getByLabel("Tag", {exact: true}).selectOption("2025-02-05");
  await page.getByLabel("Beginn").fill("14:30");
  await page.getByLabel("Ende").fill("14:20");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  assert.match(await page.locator("rv-summary").innerText(), /Ende liegt nicht nach/);
  assert.equal(await page.getByLabel("Titel auf Deutsch").inputValue(),
               "Offene Sprechstunde: <KI> & Amt", "the form stays filled");
  await page.getByLabel("Ende").fill("15:00");
  const busy = (await server.json("/api/v1/sessions"))
      .find(({id}) => id === "scd25-d1-08");
  await page.getByLabel(/^Raum/).selectOption(busy.room);
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  assert.match(await main(page), /Raum doppelt belegt/);
  assert.match(page.url(), /offene-sprechstunde-ki-amt/);
  await noViolations(page);
  const id = page.url().match(/veranstaltungen\/([^?]+)/)[1];
  assert.equal((await server.ask(`/programm/${id}`)).status, 404, "a draft is not public");
  assert.equal((await server.ask(`/api/v1/sessions/${id}`)).status, 404);

  await page.getByRole("link", {name: "Zurück zum Programm"}).click();
  assert.match(await main(page), /1 offener Entwurf[^]*neu, Entwurf/);
  await page.getByRole("link", {name: "Änderungen veröffentlichen"}).click();
  assert.match(await main(page), /Offene Sprechstunde[^]*neu/);
  await noViolations(page);
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.locator("rv-summary").waitFor();
  await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Eine Sprechstunde ist neu.");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung").waitFor();
  const shown = await server.ask(`/programm/${id}`);
  assert.equal(shown.status, 200);
  assert.match(await shown.text(), /Offene Sprechstunde: &lt;KI&gt; &amp; Amt/);
  const [last] = (await server.json("/api/v1/changes?since=0")).slice(-1);
  assert.deepEqual([last.session, last.what], [id, ["created"]]);
});

test("two editors do not overwrite each other; without JavaScript", async ({open, server}) => {
  const page = await open({javaScriptEnabled: false});
  await signedIn(page, server);
  const form = "/console/programm/veranstaltungen/scd25-d1-08";
  await page.goto(form);
  const second = await page.context().newPage();
  await second.goto(form);
  for (const [each, text] of [[page, "Zuerst"], [second, "Zu spät"]]) {
    await each.getByLabel("Titel auf Deutsch").fill(text);
    await each.getByRole("button", {name: "Als Entwurf speichern"}).click();
  }
  assert.match(await main(page), /Gespeichert als Entwurf/);
  assert.match(await main(second), /Jemand anderes hat diesen Eintrag/);
  assert.equal(await second.getByLabel("Titel auf Deutsch").inputValue(), "Zu spät");
  await page.goto("/console/programm/veroeffentlichen");
  assert.match(await main(page), /Zuerst[^]*neuer Titel, bisher/);
  await page.goto(form);
  await page.getByRole("link", {name: "Entwurf verwerfen"}).click();
  await page.getByRole("button", {name: "Ja, Entwurf verwerfen"}).click();
  assert.match(await main(page), /Keine offenen Entwürfe/);
});

test("people and rooms are edited like sessions", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm/vortragende");
  await page.getByRole("link", {name: "Neue Person"}).click();
  await page.getByLabel("Name, mit Titel").fill("Dr. Erika Beispiel");
  await page.getByLabel("Funktion und Einrichtung").fill("Stadt Musterhausen");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  await page.goto("/console/programm/veranstaltungen/neu");
  assert.equal(await page.getByLabel("Dr. Erika Beispiel").count(), 1,
               "a draft person can be chosen");
  await page.goto("/console/programm/vortragende/dr-erika-beispiel/verwerfen");
  await noViolations(page);
  await page.getByRole("button", {name: "Ja, Entwurf verwerfen"}).click();
  await page.goto("/console/programm/raeume/kaminzimmer");
  assert.notEqual(await page.getByLabel(/^Plätze im Raum/).inputValue(), "");
});
