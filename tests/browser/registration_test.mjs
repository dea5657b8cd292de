// SPDX-License-Identifier: EUPL-1.2
// From choosing seats to the cancelled ticket, with and without JavaScript, and by keyboard alone.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {nextMail, register} from "./people.mjs";
import {test} from "./suite.mjs";

const workshop = "scd25-d1-08";
const firstDay = /Smart City Summit/;

async function choose(page, language, ...names) {
  await page.goto(language === "en" ? "/en/anmeldung" : "/anmeldung");
  for (const name of names) await page.getByLabel(name).check();
  await page.locator("main form button").click();
  await page.waitForURL(/anmeldung\/.+/);
}

// The pages of the story in turn; `check` looks at each.
async function story(page, check) {
  const mail = nextMail();
  await page.goto("/anmeldung");
  await page.locator("main form button").click();
  assert.match(await page.title(), /^Fehler: /);
  assert.match(await page.locator("rv-summary").innerText(), /mindestens einen Tag/);
  await check(page, 422);
  await page.getByLabel(firstDay).check();
  await page.getByLabel(/LoRaWAN/).check();
  await page.locator("main form button").click();
  await page.waitForURL(/anmeldung\/.+/);
  const held = await page.locator("main").innerText();
  assert.match(held, /Ihre Plätze sind bis .* reserviert/);
  assert.match(held, /LoRaWAN[^]*für Sie reserviert/);
  assert.doesNotMatch(held, /gebucht/);
  assert.equal(await page.locator("input:checked").count(), 0, "consents are unticked");
  await check(page, 200);
  await page.getByLabel("E-Mail-Adresse").fill("keine-adresse");
  const more = page.getByRole("button", {name: "Noch einmal 15 Minuten Zeit"});
  await more.click();
  await page.locator("main", {hasNot: more}).waitFor();
  assert.equal(await page.getByLabel("E-Mail-Adresse").inputValue(), "keine-adresse");
  assert.equal(await page.locator("rv-summary").count(), 0, "nothing was sent off");
  const [answer] = await Promise.all([
    page.waitForResponse((r) => r.request().method() === "POST"),
    page.getByRole("button", {name: "Verbindlich anmelden"}).click()]);
  assert.equal(answer.status(), 422);
  assert.equal(await page.locator("rv-summary li").count(), 2);
  assert.equal(await page.getByLabel("E-Mail-Adresse").inputValue(), "keine-adresse");
  await check(page, 422);
  await page.getByLabel("Vor- und Nachname").fill("Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill(mail);
  await page.getByRole("button", {name: "Verbindlich anmelden"}).click();
  await page.waitForURL(/\/ticket\//);
  const text = await page.locator("main").innerText();
  assert.match(text, /Sie sind angemeldet/);
  assert.match(text, /LoRaWAN in der Stadt/);
  assert.match(text, /Ada Beispiel/);
  await check(page, 200);
  const pdf = await page.request.get(
      await page.getByRole("link", {name: "Ticket als PDF"}).getAttribute("href"));
  assert.equal(pdf.status(), 200);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), "%PDF-");
  const calendar = await page.request.get(
      await page.getByRole("link", {name: "In den Kalender"}).getAttribute("href"));
  assert.match(await calendar.text(), /^BEGIN:VCALENDAR[^]*UID:day-2025-02-0[^]*UID:session-/);
  await page.getByRole("link", {name: "Anmeldung stornieren"}).click();
  await check(page, 200);
  await page.getByRole("link", {name: "Nein, zurück zum Ticket"}).click();
  await page.getByRole("link", {name: "Anmeldung stornieren"}).click();
  await page.getByRole("button", {name: "Ja, stornieren"}).click();
  await page.waitForURL((url) => /\/ticket\/[^/]+$/.test(url.pathname));
  assert.match(await page.locator("main").innerText(), /storniert/i);
  await check(page, 200);
}

test("registration from choosing to cancelling", async ({open}) => {
  await story(await open(), async (page) => {
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
  });
});

test("registration without JavaScript", async ({open}) => {
  await story(await open({javaScriptEnabled: false}), async (page) => {
    assert.equal(await page.locator("h1").count(), 1);
  });
});

test("registration in English", async ({open}) => {
  const page = await open();
  await choose(page, "en", firstDay);
  await page.getByLabel("Full name").fill("Grace Example");
  await page.getByLabel("Email address").fill(nextMail());
  await page.getByRole("button", {name: "Register", exact: true}).click();
  await page.waitForURL(/\/en\/ticket\//);
  await isWholePage(page, "en");
  assert.match(await page.locator("main").innerText(), /You are registered/);
});

test("registration for several, one of them too many; no JavaScript", async ({open, server}) => {
  const small = await server.json(`/api/v1/sessions/${workshop}`);
  Object.assign(small, {id: "zu-dritt", title: {de: "Zu dritt", en: "For three"}, capacity: 3,
                        starts_at: "2025-02-05T17:00:00+01:00",
                        ends_at: "2025-02-05T17:30:00+01:00"});
  const put = await server.ask("/api/v1/sessions/zu-dritt",
                               {method: "PUT", token: true, body: small});
  assert.ok(put.ok, await put.text());
  const seen = await open();
  await seen.goto("/anmeldung");
  await isWholePage(seen, "de");
  await looksWellEverywhere(seen);
  const page = await open({javaScriptEnabled: false});
  const party = page.getByLabel("Für wie viele Personen?", {exact: true});
  const begin = async (people) => {
    await page.goto("/anmeldung");
    assert.equal(await party.inputValue(), "1");
    await page.getByLabel(firstDay).check();
    await page.getByLabel(/^Zu dritt/).check();
    await party.selectOption(people);
  };
  const refused = async (words, people) => {
    await page.locator("main form button").click();
    assert.match(await page.locator("rv-summary").innerText(), words);
    assert.equal(await party.inputValue(), people);
  };
  await begin("4 Personen");
  await refused(/Für „Zu dritt“ kann eine Person höchstens 3 Plätze buchen/, "4");
  await begin("3 Personen");
  assert.ok(await register(server, ["zu-dritt"], "Gast Beispiel"));
  await refused(/Für „Zu dritt“ sind nicht mehr so viele Plätze frei/, "3");
  await party.selectOption("2 Personen");
  await page.locator("main form button").click();
  await page.waitForURL(/anmeldung\/.+/);
  assert.match(await page.locator("main").innerText(), /Zu dritt[^]*2 Plätze/);
  await page.getByLabel("Vor- und Nachname").fill("Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill(nextMail());
  await page.getByRole("button", {name: "Verbindlich anmelden"}).click();
  await page.waitForURL(/\/ticket\//);
  assert.equal((await page.locator("main").innerText()).match(/gebucht, 2 Plätze/g)?.length, 2);
  await page.getByRole("link", {name: /ändern/i}).first().click();
  await page.getByLabel(/^Zu dritt/).uncheck();
  await page.locator("main form button").click();
  await page.waitForURL(/\/ticket\/[^/]+\?neu=/);
  const text = await page.locator("main").innerText();
  assert.match(text, /gebucht, 2 Plätze/);
  assert.doesNotMatch(text, /Zu dritt/);
  await page.getByRole("link", {name: /ändern/i}).first().click();
  await page.getByLabel(/gilt, was Sie schon haben/).selectOption("1 Person");
  await page.locator("main form button").click();
  await page.waitForURL(/\/ticket\/[^/]+\?neu=/);
  const alone = await page.locator("main").innerText();
  assert.match(alone, /Ihre Änderung ist gespeichert/);
  assert.doesNotMatch(alone, /2 Plätze/);
  await server.ask("/api/v1/sessions/zu-dritt", {method: "DELETE", token: true});
});

test("an error in a form takes the focus and leads to its field", async ({open}) => {
  const page = await open();
  await choose(page, "de", firstDay);
  await page.getByRole("button", {name: "Verbindlich anmelden"}).click();
  await page.locator("rv-summary").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.localName), "rv-summary");
  await page.getByRole("link", {name: /E-Mail-Adresse/}).click();
  assert.equal(await page.evaluate(() => document.activeElement.name), "mail");
  const mail = page.getByLabel("E-Mail-Adresse");
  assert.equal(await mail.getAttribute("aria-invalid"), "true");
  const described = (await mail.getAttribute("aria-describedby")).split(" ");
  for (const id of described) assert.equal(await page.locator(`[id="${id}"]`).count(), 1, id);
});

// Goes on by Tab until the focus is on what fits.
async function tabTo(page, isWanted, what) {
  for (let n = 0; n < 60; ++n) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(isWanted)) {
      const ring = await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
      });
      assert.ok(ring, `the focus is not seen on ${what}`);
      return;
    }
  }
  assert.fail(`${what} is not reached by Tab`);
}

test("registration by keyboard alone", async ({open}) => {
  const page = await open();
  await page.goto("/");
  await tabTo(page, () => document.activeElement.textContent.trim() === "Jetzt anmelden",
              "the button to register");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/anmeldung");
  await tabTo(page, () => document.activeElement.type === "checkbox", "the first day");
  await page.keyboard.press("Space");
  await tabTo(page, () => document.activeElement.localName === "button", "the button");
  await page.keyboard.press("Enter");
  await page.waitForURL(/anmeldung\/.+/);
  await tabTo(page, () => document.activeElement.name === "name", "the name");
  await page.keyboard.type("Tast Atur");
  await tabTo(page, () => document.activeElement.name === "mail", "the address");
  await page.keyboard.type(nextMail());
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/ticket\//);
  await tabTo(page, () => /stornieren/.test(document.activeElement.textContent), "to cancel");
  await page.keyboard.press("Enter");
  await page.waitForURL(/stornieren/);
  await tabTo(page, () => document.activeElement.textContent.trim() === "Ja, stornieren", "yes");
  await page.keyboard.press("Enter");
  await page.locator("main", {hasText: "storniert"}).waitFor();
});

test("seats can be given back before registering", async ({open}) => {
  const page = await open();
  await choose(page, "de", firstDay);
  const held = page.url();
  await page.getByRole("button", {name: /zurückgeben/}).click();
  await page.waitForURL("**/anmeldung");
  assert.equal((await page.goto(held)).status(), 410);
  await looksWellEverywhere(page);
});

test("two sessions at the same time are refused with the reason", async ({open, server}) => {
  const beside = await server.json(`/api/v1/sessions/${workshop}`);
  Object.assign(beside, {id: "zur-selben-zeit", title: {de: "Nebenan", en: "Next door"}});
  const put = await server.ask("/api/v1/sessions/zur-selben-zeit",
                               {method: "PUT", token: true, body: beside});
  assert.ok(put.ok, await put.text());
  const page = await open();
  await page.goto("/anmeldung");
  await page.getByLabel(/LoRaWAN/).check();
  await page.getByLabel(/Nebenan/).check();
  await page.locator("main form button").click();
  assert.match(await page.locator("rv-summary").innerText(), /zur selben Zeit/);
  assert.equal(await page.getByLabel(/LoRaWAN/).isChecked(), true);
  await server.ask("/api/v1/sessions/zur-selben-zeit", {method: "DELETE", token: true});
});

test("a full workshop leads to the waiting list", async ({open, server}) => {
  while (await register(server, [workshop], "Voll Besetzt"));
  const page = await open();
  await page.goto("/anmeldung");
  assert.match(await page.locator("main").innerText(), /ausgebucht.*Warteliste.*Platz 1/);
  await page.getByLabel(/LoRaWAN/).check();
  await page.locator("main form button").click();
  await page.waitForURL(/anmeldung\/.+/);
  const asked = await page.locator("main").innerText();
  assert.match(asked, /Sie kommen auf die Warteliste/);
  assert.doesNotMatch(asked, /reserviert|gebucht/);
  await looksWellEverywhere(page);
  await page.getByLabel("Vor- und Nachname").fill("Warte Gast");
  await page.getByLabel("E-Mail-Adresse").fill(nextMail());
  await page.getByRole("button", {name: "Auf die Warteliste setzen"}).click();
  await page.waitForURL(/\/ticket\//);
  const text = await page.locator("main").innerText();
  assert.match(text, /Warteliste, Platz 1/);
  assert.match(text, /noch kein Ticket/);
  assert.equal(await page.locator(".rv-ticket__code").count(), 0, "no code to show at the door");
  await looksWellEverywhere(page);
});

test("a session's page leads to its seat, ticked", async ({open}) => {
  const page = await open();
  await page.goto("/anmeldung?wahl=scd25-d1-99");
  assert.equal(await page.locator("input:checked").count(), 0);
  await page.goto(`/anmeldung?wahl=${workshop}`);
  assert.equal(await page.getByLabel(/LoRaWAN/).isChecked(), true);
});
