// SPDX-License-Identifier: EUPL-1.2
// What a person does with her booking afterwards: offers, changing, passing on, confirming, her own
// page, erasing. By the links of her letters, with and without JavaScript.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail, register} from "./people.mjs";
import {test} from "./suite.mjs";

const day = "tag-2025-02-05";

// A session with one seat beside the demo's programme; gone afterwards.
async function withSession(server, id, run) {
  const session = await server.json("/api/v1/sessions/scd25-d1-08");
  const put = await server.ask(`/api/v1/sessions/${id}`, {
    method: "PUT", token: true,
    body: {...session, id, capacity: 1, title: {de: `Runde ${id}`, en: `Round ${id}`}}});
  assert.ok(put.ok, await put.text());
  try {
    await run();
  } finally {
    await server.ask(`/api/v1/sessions/${id}`, {method: "DELETE", token: true});
  }
}

async function waitInLine(server, quota, name) {
  const {hold} = await server.json("/api/v1/holds", {
    method: "POST", body: {parts: [{quota, waiting_list: true}]}});
  const mail = nextMail();
  return {mail, ...await server.json("/api/v1/registrations", {
    method: "POST", body: {hold, name, mail, consents: ["photo"]}})};
}

const cancel = (server, {id}) => server.json(`/api/v1/registrations/${id}`, {method: "DELETE"});

async function offerStory(page, server, quota, check) {
  await withSession(server, quota, async () => {
    const first = await register(server, [quota], "Erste Person");
    const second = await waitInLine(server, quota, "Zweite Person");
    const third = await waitInLine(server, quota, "Dritte Person");
    await page.goto(`/ticket/${third.id}`);
    assert.match(await page.locator("main").innerText(), /Warteliste, Platz 2/);
    await cancel(server, first);
    const offer = await letter(server, second.mail, /annehmen/);
    assert.match(offer.subject, /Ein Platz für Sie/);
    await page.goto(offer.links[1]);
    await check(page);
    assert.equal(await page.getByRole("button", {name: "Platz annehmen"}).count(), 0);
    const asked = await server.json(`/api/v1/registrations/${second.id}`);
    assert.equal(asked.parts[0].state, "offered", "opening the link changed nothing");
    await page.getByRole("button", {name: "Platz ablehnen"}).click();
    await page.waitForURL(/\/ticket\/[^/]+$/);
    assert.match(await page.locator("main").innerText(), /storniert/i);
    assert.equal((await page.goto(offer.links[0])).status(), 410);
    await check(page);
    const next = await letter(server, third.mail, /annehmen/);
    await page.goto(`/ticket/${third.id}`);
    assert.match(await page.locator("main").innerText(), /Platz angeboten bis/);
    await check(page);
    await page.goto(next.links[0]);
    await check(page);
    await page.getByRole("button", {name: "Platz annehmen"}).click();
    await page.waitForURL(/\/ticket\/[^/]+$/);
    assert.match(await page.locator("main").innerText(), /Sie sind angemeldet/);
  });
}

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};
const lookWithoutScript = async (page) => assert.equal(await page.locator("h1").count(), 1);

test("an offer from the waiting list is declined and goes on", async ({open, server}) => {
  await offerStory(await open(), server, "angebot-1", look);
});

test("an offer from the waiting list without JavaScript", async ({open, server}) => {
  await offerStory(await open({javaScriptEnabled: false}), server, "angebot-2", lookWithoutScript);
});

async function changeStory(page, server, quota, check) {
  await withSession(server, quota, async () => {
    const booked = await register(server, [quota], "Wanda Wechsel");
    await page.goto(`/ticket/${booked.id}`);
    await page.getByRole("link", {name: "Anmeldung ändern"}).click();
    await check(page);
    assert.equal(await page.locator("input:checked").count(), 1);
    await page.getByLabel(`Runde ${quota}`).uncheck();
    await page.getByRole("button", {name: "Änderung speichern"}).click();
    assert.match(await page.locator("rv-summary").innerText(), /mindestens einen Tag/);
    assert.ok(await page.getByRole("link", {name: "Anmeldung stornieren"}).isVisible());
    await page.getByLabel(`Runde ${quota}`).check();
    await page.getByRole("button", {name: "Änderung speichern"}).click();
    await page.waitForURL(/\/aendern\?neu=/);
    assert.match(await page.locator("main").innerText(), /Es hat sich nichts geändert/);
    await check(page);
    await page.getByLabel(`Runde ${quota}`).uncheck();
    await page.getByLabel(/Smart City Summit/).check();
    await page.getByRole("button", {name: "Änderung speichern"}).click();
    await page.waitForURL(/\/ticket\/[^/]+$/);
    const text = await page.locator("main").innerText();
    assert.match(text, /Smart City Summit/);
    assert.doesNotMatch(text, new RegExp(`Runde ${quota}`));
    await letter(server, booked.mail, /geändert/);

    await page.getByRole("link", {name: "Ticket weitergeben"}).click();
    await check(page);
    const other = nextMail();
    await page.getByLabel("Name der anderen Person").fill("Nora Nachfolge");
    await page.getByLabel("E-Mail-Adresse").fill("keine");
    await page.getByRole("button", {name: "endgültig weitergeben"}).click();
    assert.equal(await page.locator("rv-summary li").count(), 1);
    await page.getByLabel("E-Mail-Adresse").fill(other);
    await page.getByRole("button", {name: "endgültig weitergeben"}).click();
    await page.waitForURL(/\/ticket\/[^/]+$/);
    assert.match(await page.locator("main").innerText(), /weitergegeben/i);
    assert.equal(await page.getByText(booked.code).count(), 0, "the old number is not shown");
    await check(page);
    await letter(server, booked.mail, /gelten nicht mehr/);
    const received = await letter(server, other);
    assert.ok(!received.text.includes(booked.code));
    await page.goto(received.links[0]);
    assert.match(await page.locator("main").innerText(), /Nora Nachfolge/);
    await page.goto(received.links.find((link) => link.includes("/bestaetigen/")));
    await check(page);
    await page.getByRole("button", {name: "Ja, das ist meine Adresse"}).click();
    await page.locator("main", {hasText: "ist bestätigt"}).waitFor();
    await check(page);
  });
}

test("who reads another language than she booked in stays in it", async ({open, server}) => {
  const booked = await register(server, [day], "Lina Sprache");
  const page = await open();
  await page.goto(`/en/ticket/${booked.id}`);
  await page.getByRole("link", {name: "Change registration"}).click();
  await page.getByLabel(/LoRaWAN/).check();
  await page.getByRole("button", {name: "Save the change"}).click();
  await page.waitForURL(/\/en\/ticket\/[^/]+$/);
  assert.match(await page.locator("main").innerText(), /Your change is saved/);
  const {links} = await letter(server, booked.mail, /geändert/);
  assert.doesNotMatch(links[0], /\/en\//, "letters are in the language of the booking");
  await page.getByRole("link", {name: "Cancel registration"}).click();
  await page.getByRole("button", {name: "Yes, cancel"}).click();
  await page.waitForURL(/\/en\/ticket\/[^/]+$/);
});

test("a registration is changed, passed on and confirmed", async ({open, server}) => {
  await changeStory(await open(), server, "wechsel-1", look);
});

test("changing and passing on without JavaScript", async ({open, server}) => {
  await changeStory(await open({javaScriptEnabled: false}), server, "wechsel-2",
                    lookWithoutScript);
});

async function ownStory(page, server, check) {
  const {mail, code} = await register(server, [day], "Olga Eigen");
  const ask = async (address) => {
    await page.goto("/meine-buchungen");
    await page.getByLabel("E-Mail-Adresse").fill(address);
    await page.getByRole("button", {name: "Link schicken"}).click();
    await page.waitForURL(/gesendet/);
    return page.locator("main").innerText();
  };
  assert.equal(await ask("niemand@beispiel.test"), await ask(mail), "it says nothing of either");
  await check(page);
  const own = (await letter(server, mail, /Alles, was/)).links[0];
  await page.goto(own);
  assert.match(await page.locator("main").innerText(), new RegExp(code));
  await check(page);
  const file = await page.request.get(
      await page.getByRole("link", {name: /herunterladen/}).getAttribute("href"));
  const data = await file.json();
  assert.equal(data.registrations[0].name, "Olga Eigen");
  assert.equal(data.letters.length, 2);
  await page.getByRole("link", {name: "Daten löschen"}).click();
  await check(page);
  await page.getByRole("button", {name: "Ja, alles löschen"}).click();
  await page.waitForURL(/\/loeschung\//);
  await check(page);
  for (let n = 0; n < 60 && !/abgeschlossen/.test(await page.locator("main").innerText()); ++n) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  assert.match(await page.locator("main").innerText(), /abgeschlossen am[^]*1 Anmeldung/);
  await check(page);
  assert.equal((await page.goto(own)).status(), 404);
}

test("one's own page: data to take along, and erasing", async ({open, server}) => {
  await ownStory(await open(), server, look);
});

test("one's own page without JavaScript", async ({open, server}) => {
  await ownStory(await open({javaScriptEnabled: false}), server, lookWithoutScript);
});
