// SPDX-License-Identifier: EUPL-1.2
// Writing to those who registered, from the list of registrations to the letter.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {register} from "./people.mjs";
import {test} from "./suite.mjs";

const button = (page, name) => page.getByRole("button", {name});
const mainText = (page) => page.locator("main").innerText();
const day = "tag-2025-02-05";
const subject = "Anderer Eingang <Hof>";

async function enter(page, server) {
  const first = await page.request.get(server.firstLink);
  if (first.status() === 200) await makeFirstAccount(page, server);
  await signIn(page);
}

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

test("an organiser writes to those who registered", async ({open, server}) => {
  const {mail} = await register(server, [day], "Ada <Lovelace>");
  const page = await open();
  await enter(page, server);
  await page.getByRole("link", {name: "Anmeldungen", exact: true}).click();
  await page.getByRole("link", {name: "An Angemeldete schreiben"}).click();
  await look(page);

  await page.getByLabel("Betreff auf Deutsch").fill(subject);
  await page.getByLabel("Betreff auf Englisch").fill("Another entrance");
  await button(page, "Vorschau ansehen").click();
  assert.match(await page.title(), /^Fehler: /);
  assert.equal(await page.locator("rv-summary li").count(), 3);
  assert.equal(await page.getByLabel("Betreff auf Deutsch").inputValue(), subject);
  await look(page);

  await page.getByLabel("An wen").selectOption(`quota:${day}`);
  assert.ok(!await page.getByLabel(/Warteliste/).isChecked());
  await page.getByLabel("Text auf Deutsch").fill(
      "Bitte kommen Sie durch den Hof.\n\n- Plan: https://plan.example/hof?a=1&b=2.");
  await page.getByLabel("Text auf Englisch").fill("Please come <b>through</b> the yard.");
  await button(page, "Vorschau ansehen").click();
  await look(page);
  assert.match(await mainText(page), /Guten Tag Kim Beispiel,[^]*durch den Hof/);
  assert.match(await mainText(page), /Hello Kim Example,[^]*Please come <b>through<\/b> the yard/);
  assert.equal(await page.locator("main .rv-prose li a").getAttribute("href"),
               "https://plan.example/hof?a=1&b=2");
  await button(page, "Text ändern").click();
  assert.equal(await page.getByLabel("Text auf Englisch").inputValue(),
               "Please come <b>through</b> the yard.");
  assert.equal(await page.getByLabel("An wen").inputValue(), `quota:${day}`);
  await button(page, "Vorschau ansehen").click();

  // A second browser window sends the same form: it is sent once.
  const form = await page.locator("main form").evaluate(
      (element) => Object.fromEntries(new FormData(element)));
  await button(page, /^\d+ E-Mails? senden$/).click();
  assert.match(await mainText(page), /Ihre Nachricht ist auf dem Weg/);
  await look(page);
  const again = await page.request.post("/console/anmeldungen/schreiben",
                                        {headers: {origin: server.address},
                                         form: {...form, step: "send"}});
  assert.match(await again.text(), /auf dem Weg/);
  const other = await page.request.post("/console/anmeldungen/schreiben",
                                        {headers: {origin: server.address},
                                         form: {...form, text_de: "Anders", step: "send"}});
  assert.equal(other.status(), 409);
  await page.reload();
  const rows = page.locator("tbody tr", {hasText: subject});
  assert.equal(await rows.count(), 1);

  const {subject: sent, text, links} = await letter(server, mail, /durch den Hof/);
  assert.equal(sent, subject);
  assert.match(text, /^Guten Tag Ada <Lovelace>,\n\nBitte kommen Sie durch den Hof\./);
  const ticket = links.find((link) => link.includes("/ticket/"));
  assert.ok((await page.request.get(ticket)).ok(), ticket);
  await page.reload();
  assert.match(await rows.innerText(), /leitung/);
  assert.doesNotMatch(await rows.innerText(), /wird gesendet/);
  await page.goto("/console/protokoll");
  assert.match(await mainText(page), /An Angemeldete geschrieben/);
});
