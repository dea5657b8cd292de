// SPDX-License-Identifier: EUPL-1.2
// The newsletter from ordering to ending it, with and without JavaScript; topics in the console.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail} from "./people.mjs";
import {test} from "./suite.mjs";

const button = (page, name) => page.getByRole("button", {name, exact: true});
const mainText = (page) => page.locator("main").innerText();
const linkTo = ({links}, part) => links.find((link) => link.includes(part));

async function order(page, mail, check = async () => {}) {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", {name: "Newsletter"}).click();
  await button(page, "Bestellen").click();
  assert.match(await page.title(), /^Fehler: /);
  assert.match(await page.locator("rv-summary").innerText(), /Wählen Sie mindestens ein Thema/);
  await check(page);
  for (const box of await page.getByRole("checkbox").all()) assert.ok(!await box.isChecked());
  await page.getByLabel("Digitale Stadt").check();
  await page.getByLabel("E-Mail-Adresse").fill(mail);
  await button(page, "Bestellen").click();
  assert.match(await mainText(page), /Sehen Sie in Ihr Postfach/);
  return letter(server, mail, /newsletter\/bestaetigen/);
}

let server;
async function story(page, check) {
  const mail = nextMail();
  const asked = await order(page, mail, check);
  assert.match(asked.text, /- Digitale Stadt/);
  const confirm = linkTo(asked, "/bestaetigen/");
  await page.goto(confirm);
  assert.match(await mainText(page), new RegExp(mail));
  await page.goto(confirm);  // once more, as mail scanners do
  assert.equal(await page.locator("main form").count(), 1);
  await button(page, "Ja, ich möchte den Newsletter").click();
  assert.match(await mainText(page), /Danke, der Newsletter ist bestellt/);
  assert.ok(await page.getByLabel("Digitale Stadt").isChecked());
  await check(page);

  await page.getByLabel("Smart City Days").check();
  await page.getByLabel("English").check();
  await button(page, "Speichern").click();
  assert.match(await mainText(page), /Gespeichert/);
  const data = await page.request.get(
      await page.getByRole("link", {name: "Daten herunterladen"}).getAttribute("href"));
  const {newsletter} = await data.json();
  assert.deepEqual(newsletter.topics, ["digitale-stadt", "smart-city-days"]);
  assert.equal(newsletter.language, "en");
  assert.deepEqual(newsletter.consents.map(({purpose}) => purpose),
                   ["newsletter/digitale-stadt", "newsletter/smart-city-days"]);

  await page.goto(linkTo(asked, "/abmelden/"));
  await check(page);
  await button(page, "Jetzt abbestellen").click();
  assert.match(await mainText(page), /Der Newsletter ist abbestellt/);
  await page.goto(linkTo(asked, "/abmelden/"));
  assert.match(await mainText(page), /Es kommt kein Newsletter mehr/);
  await page.goto(confirm);
  assert.match(await mainText(page), /Dieser Link gilt nicht mehr/, "no way back by the old link");
}

test("newsletter from ordering to ending", async ({open, server: running}) => {
  server = running;
  await story(await open(), async (page) => {
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
  });
});

test("newsletter without JavaScript", async ({open, server: running}) => {
  server = running;
  await story(await open({javaScriptEnabled: false}), async (page) => {
    assert.equal(await page.locator("h1").count(), 1);
  });
});

test("newsletter in English, by keyboard, erased at the end", async ({open, server: running}) => {
  const page = await open();
  await page.goto("/en/newsletter");
  await isWholePage(page, "en");
  const mail = nextMail();
  await page.getByLabel("Digital city").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.type(mail);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/en\/newsletter\?/);
  const asked = await letter(running, mail, /newsletter\/bestaetigen/);
  assert.match(asked.subject, /^Please confirm/);
  await page.goto(linkTo(asked, "/bestaetigen/"));
  await button(page, "Yes, I want the newsletter").click();
  await isWholePage(page, "en");
  await page.getByRole("link", {name: "Erase everything"}).click();
  await button(page, "Yes, erase everything").click();
  assert.match(await mainText(page), /Everything is erased/);
  await page.goto(linkTo(asked, "/abmelden/"));
  assert.match(await mainText(page), /no subscription/);
});

test("a newsletter editor makes a topic", async ({open, server: running}) => {
  const page = await open();
  const first = await page.request.get(running.firstLink);
  if (first.status() === 200) await makeFirstAccount(page, running);
  await signIn(page);
  await page.getByRole("link", {name: "Newsletter", exact: true}).first().click();
  await isWholePage(page, "de");
  await page.getByRole("link", {name: "Neues Thema"}).click();
  await button(page, "Speichern").click();
  assert.match(await page.title(), /^Fehler: /);
  await page.getByLabel("Name, deutsch").fill("Glasfaser & <Netz>");
  await page.getByLabel("Name, englisch").fill("Fibre");
  await looksWellEverywhere(page);
  await page.getByRole("checkbox", {name: "Kann bestellt werden"}).uncheck();
  await button(page, "Speichern").click();
  await page.getByRole("link", {name: "Glasfaser & <Netz>"}).click();
  assert.equal(await page.getByLabel("Name, englisch").inputValue(), "Fibre");
  assert.ok(!await page.getByRole("checkbox", {name: "Kann bestellt werden"}).isChecked());
  await page.goto("/newsletter");
  assert.equal(await page.getByLabel("Glasfaser & <Netz>").count(), 0, "nobody new");
});
