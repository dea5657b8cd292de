// SPDX-License-Identifier: EUPL-1.2
// The organisers' side: first account, sign-in, registrations, tickets at the door.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {letter} from "./mailbox.mjs";
import {register} from "./people.mjs";
import {test} from "./suite.mjs";

export const account = {name: "leitung", password: "ein ganz langer Satz"};

// By the one-time link that `revier serve` prints.
export async function makeFirstAccount(page, server, look = async () => {}) {
  await page.goto(server.firstLink);
  await look(page);
  await page.locator("main form button").click();
  assert.ok(await page.locator("rv-summary li").count() >= 2);
  await look(page);
  await page.getByLabel("Anmeldename").fill(account.name);
  await page.getByLabel("Neues Passwort", {exact: true}).fill(account.password);
  await page.getByLabel("Neues Passwort wiederholen").fill(account.password);
  await page.getByRole("button", {name: "Konto anlegen"}).click();
  await page.waitForURL((url) => !url.pathname.includes("/start/"));
}

export async function signIn(page) {
  await page.goto("/console/anmelden");
  await page.getByLabel("Anmeldename").fill(account.name);
  await page.getByLabel("Passwort").fill(account.password);
  await page.locator("main form button").click();
  await page.waitForURL(/\/console\/$/);
}

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

test("the console is closed to strangers", async ({open}) => {
  const page = await open();
  await page.goto("/console/anmeldungen");
  assert.match(page.url(), /\/console\/anmelden/);
  await look(page);
  await page.getByLabel("Anmeldename").fill("niemand");
  await page.getByLabel("Passwort").fill("nicht das richtige");
  await page.locator("main form button").click();
  assert.match(await page.locator("rv-summary").innerText(), /stimmt nicht/);
});

test("an organiser starts, signs in, finds registrations and checks tickets", async (
    {open, server}) => {
  const page = await open();
  await makeFirstAccount(page, server, look);
  assert.equal((await page.request.get(server.firstLink)).status(), 410, "the link works once");
  await page.context().clearCookies();
  await signIn(page);
  await look(page);
  const {id, code: wrong, mail} = await register(server, ["tag-2025-02-05"], "Konrad =1+1 Zuse");

  await page.getByRole("link", {name: "Anmeldungen", exact: true}).click();
  await look(page);
  const csv = await page.request.get(
      await page.getByRole("link", {name: /CSV/}).getAttribute("href"));
  assert.match(csv.headers()["content-type"], /^text\/csv/);
  assert.match(await csv.text(), new RegExp(mail.replaceAll(".", "\\.")));
  await page.getByLabel(/Name, E-Mail/).fill(mail);
  await page.getByRole("button", {name: "Suchen"}).click();
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.equal(new URL(page.url()).search, "", "nobody's address stands in the page's");
  await look(page);
  await page.locator("tbody a").first().click();
  assert.match(await page.locator("main").innerText(), /noch nicht benutzt/);
  await look(page);
  await page.getByRole("link", {name: /Berichtigen/}).click();
  await look(page);
  await page.getByLabel("E-Mail-Adresse").fill("keine");
  await page.getByRole("button", {name: "Speichern und senden"}).click();
  assert.equal(await page.locator("rv-summary li").count(), 1);
  await page.getByLabel("E-Mail-Adresse").fill(`neu-${mail}`);
  await page.getByRole("button", {name: "Speichern und senden"}).click();
  await page.waitForURL((url) => !url.pathname.endsWith("berichtigen"));
  assert.match(await page.locator("main").innerText(), new RegExp(`neu-${mail}`));
  // What went to the wrong address opens nothing; the right one has the new link and number.
  for (const path of [`/ticket/${id}`, `/api/v1/registrations/${id}`]) {
    assert.equal((await server.ask(path)).status, 404, path);
  }
  const {text, links} = await letter(server, `neu-${mail}`);
  const code = /[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(text)[0];
  assert.notEqual(code, wrong);
  const ticket = links.find((link) => link.includes("/ticket/"));
  assert.ok((await page.request.get(ticket)).ok(), ticket);

  await page.goto("/console/einlass");
  await look(page);
  await page.getByRole("radio").first().check();
  await page.getByLabel("Ihr Standort").fill("Haupteingang");
  await page.getByRole("button", {name: "Einlass beginnen"}).click();
  await page.locator("rv-desk[data-ready]").waitFor();
  const check = async (typed) => {
    await page.locator("[data-part=result]").evaluate((part) => part.replaceChildren());
    await page.getByLabel("Ticketnummer").fill(typed);
    await page.keyboard.press("Enter");
    await page.locator(".rv-gate__title").waitFor();
    await page.waitForLoadState();
    return page.locator(".rv-gate").innerText();
  };
  assert.match(await check(code.toLowerCase()), /Angenommen[^]*Konrad/);
  await look(page);
  assert.match(await check(code), /Schon benutzt[^]*Eingelassen um .*Standort: Haupteingang/);
  await look(page);
  assert.match(await check("NICHT-DA"), /Abgewiesen[^]*Eingegeben: NICHT-DA/);
  assert.match(await check(wrong), /Abgewiesen/);

  await page.goto("/console/postausgang");
  assert.match(await page.locator("main").innerText(), new RegExp(mail.replaceAll(".", "\\.")));
  await look(page);
  await page.goto("/console/passwort");
  await look(page);

  await page.goto("/console/daten");
  await look(page);
  const ask = async (q) => {
    await page.goto("/console/daten/entitaeten");
    await page.getByLabel(/Ausdruck/).fill(q);
    await page.getByRole("button", {name: "Suchen"}).click();
  };
  await ask("availableSpotNumber<<10");
  assert.match(await page.locator("main").innerText(), /Ab Zeichen 21 ist der Ausdruck nicht/);
  await look(page);
  await ask("availableSpotNumber<1000");
  const found = await page.locator("tbody a").allInnerTexts();
  assert.ok(found.length >= 4 && found.every((id) => id.includes("OffStreetParking")), found);
  await look(page);
  await page.locator("tbody a").first().click();
  assert.match(await page.locator("main").innerText(), /availableSpotNumber/);
  await look(page);

  await page.goto("/console/");
  await page.getByRole("link", {name: "Abmelden"}).click();
  await page.waitForURL(/\/console\/abmelden/);
  await page.getByRole("button", {name: "Abmelden"}).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/console/abmelden"));
  await page.goto("/console/anmeldungen");
  assert.match(page.url(), /\/console\/anmelden/);
});

test("a form after the end of the session says so and leads back", async ({open, server}) => {
  const page = await open({javaScriptEnabled: false});
  if ((await page.request.get(server.firstLink)).ok()) {
    await makeFirstAccount(page, server);
    await page.getByText("Ihr Konto ist angelegt. Melden Sie sich jetzt an.").waitFor();
  }
  await signIn(page);
  await page.goto("/console/einlass?tag=2025-02-05&platz=Tor");
  const form = page.url();
  await page.context().clearCookies();
  await page.getByLabel("Ticketnummer").fill("ABCD");
  await page.getByRole("button", {name: "Prüfen"}).click();
  await page.getByText("Ihre Sitzung ist abgelaufen").waitFor();
  await page.getByLabel("Anmeldename").fill(account.name);
  await page.getByLabel("Passwort").fill(account.password);
  await page.locator("main form button").click();
  await page.waitForURL(form);
});
