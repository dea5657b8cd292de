// SPDX-License-Identifier: EUPL-1.2
// The newsletter from ordering to ending it, with and without JavaScript; topics in the console.
import assert from "node:assert/strict";
import {readFileSync} from "node:fs";

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

const password = "noch ein langer Satz";

// Somebody with a role of her own, by the one-time link of the console; her page, signed in.
async function colleague(open, admin, name, role) {
  await admin.goto("/console/konten");
  await admin.getByRole("link", {name: "Person einladen"}).click();
  await admin.getByLabel("Anmeldename").fill(name);
  await admin.getByLabel("E-Mail").fill(`${name}@beispiel.test`);
  await admin.getByLabel("Rolle", {exact: true}).selectOption({label: role});
  await admin.getByLabel("Gilt für").selectOption("instance||");
  await admin.locator("main form button").click();
  const link = await admin.locator(".rv-secrets code").innerText();
  const page = await open({javaScriptEnabled: false});
  await page.goto(link);
  await page.getByLabel("Neues Passwort", {exact: true}).fill(password);
  await page.getByLabel("Neues Passwort wiederholen").fill(password);
  await page.locator("main form button").click();
  await page.goto("/console/anmelden");
  await page.getByLabel("Anmeldename").fill(name);
  await page.getByLabel("Passwort").fill(password);
  await page.locator("main form button").click();
  await page.waitForURL(/\/console\/$/);
  return page;
}

test("an issue is written, approved by somebody else, sent, and stands in the archive", async (
    {open, server: running}) => {
  const admin = await open();
  const first = await admin.request.get(running.firstLink);
  if (first.status() === 200) await makeFirstAccount(admin, running);
  await signIn(admin);
  const editor = await colleague(open, admin, "newsletterredaktion", "Newsletter-Redaktion");
  await editor.goto("/console/newsletter");
  await editor.getByRole("link", {name: "Neue Ausgabe"}).click();
  await button(editor, "Speichern").click();
  assert.match(await editor.title(), /^Fehler: /);
  await editor.getByLabel("Thema", {exact: true}).selectOption({label: "Digitale Stadt"});
  await editor.getByLabel("Betreff, deutsch").fill("Neues <aus> der Stadt");
  await editor.getByLabel("Text, deutsch").fill("## Hallo\n\nEin <b>Wort</b>, **fett**.");
  await editor.getByLabel("Baustein").selectOption({label: "Neues im Programm"});
  await button(editor, "Baustein einfügen").click();
  assert.match(await editor.getByLabel("Text, deutsch").inputValue(),
               /fett\*\*\.\n\n## \[Neues im Programm\]\(\/aenderungen\)/);
  await editor.getByLabel("Text, englisch").fill("");
  await button(editor, "Speichern").click();
  const issue = editor.url();
  assert.match(await mainText(editor), /Entwurf/);
  assert.equal(await editor.locator("main h2", {hasText: "Hallo"}).count(), 1);
  assert.equal(await button(editor, "Freigeben").count(), 0, "nobody approves her own words");
  await button(editor, "Test an mich senden").click();
  assert.match(await mainText(editor), /Testmail ist unterwegs/);

  // The administrator has not written it.
  await admin.goto(issue);
  await isWholePage(admin, "de");
  await looksWellEverywhere(admin);
  await button(admin, "Freigeben").click();
  assert.match(await mainText(admin), /Freigegeben|Wird versandt|Versandt/);
  const id = issue.split("/").pop();
  const page = await open();
  for (let tries = 0; tries < 50; ++tries) {
    const answer = await page.request.get(`/newsletter/archiv/${id}`);
    if (answer.status() === 200) break;
    await page.waitForTimeout(200);
  }
  await page.goto("/newsletter/archiv");
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  await page.getByRole("link", {name: "Neues <aus> der Stadt"}).click();
  assert.match(await mainText(page), /Ein Wort, fett/);
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  const feed = await page.request.get("/newsletter/feed.json");
  assert.equal((await feed.json()).items.length, 1);
  await editor.goto(issue);
  assert.equal(await editor.getByRole("link", {name: "Ausgabe ändern"}).count(), 0);
});

// From the list of partners, and back to it.
async function makePartner(admin, name) {
  await admin.getByRole("link", {name: "Neuer Partner"}).click();
  await admin.getByLabel("Partner", {exact: true}).fill(name);
  await admin.getByLabel("Wortlaut der Einwilligung, deutsch")
      .fill(`${name} darf mir Werbung zeigen.`);
  await admin.getByLabel("Wortlaut der Einwilligung, englisch").fill(`${name} may show me ads.`);
  await button(admin, "Speichern").click();
}

test("a partner gets the list of who consented, and nobody else's", async (
    {open, server: running}) => {
  const admin = await open();
  const first = await admin.request.get(running.firstLink);
  if (first.status() === 200) await makeFirstAccount(admin, running);
  await signIn(admin);
  await admin.goto("/console/newsletter");
  await admin.getByRole("link", {name: "Partner verwalten"}).click();
  await makePartner(admin, "LinkedIn");
  await isWholePage(admin, "de");

  const page = await open({javaScriptEnabled: false});
  const subscribed = [];
  for (let i = 0; i < 2; ++i) {
    const mail = nextMail();
    await page.goto("/newsletter");
    await page.getByLabel("Digitale Stadt").check();
    await page.getByLabel("E-Mail-Adresse").fill(mail);
    await button(page, "Bestellen").click();
    const asked = await letter(running, mail, /newsletter\/bestaetigen/);
    await page.goto(linkTo(asked, "/bestaetigen/"));
    await button(page, "Ja, ich möchte den Newsletter").click();
    subscribed.push(mail);
  }
  const box = page.getByLabel("LinkedIn", {exact: true});
  assert.ok(!await box.isChecked(), "unticked");
  await box.check();
  const save = () => page.locator("form", {has: box}).getByRole("button").click();
  await save();
  assert.ok(await box.isChecked());
  await makePartner(admin, "Meta");
  await page.reload();
  const second = page.getByLabel("Meta", {exact: true});
  await second.check();
  await save();
  assert.ok(await box.isChecked() && await second.isChecked(), "both of them");

  // A third one is reworded while she reads what it says in English.
  await makePartner(admin, "Xing");
  await page.goto(`/en${new URL(page.url()).pathname}`);
  const third = page.getByLabel("Xing", {exact: true});
  await third.check();
  await admin.getByRole("link", {name: "Xing", exact: true}).click();
  await admin.getByLabel("Wortlaut der Einwilligung, englisch").fill("Xing may show me all ads.");
  await button(admin, "Speichern").click();
  await save();
  assert.match(await mainText(page), /Nothing was saved/);
  assert.match(await mainText(page), /Xing may show me all ads\./);
  assert.ok(await box.isChecked() && !await third.isChecked());
  await third.check();
  await save();
  assert.match(await mainText(page), /Saved/);
  assert.ok(await second.isChecked() && await third.isChecked());
  const data = await page.request.get(
      await page.getByRole("link", {name: "Download your data"}).getAttribute("href"));
  const said = (await data.json()).newsletter.consents.map(({wording}) => wording);
  assert.deepEqual(said.slice(-2), ["Meta darf mir Werbung zeigen.", "Xing may show me all ads."]);

  await admin.getByRole("link", {name: "LinkedIn"}).click();
  await isWholePage(admin, "de");
  await looksWellEverywhere(admin);
  const [file] = await Promise.all([admin.waitForEvent("download"),
                                    button(admin, "Liste als CSV ausgeben").click()]);
  const text = readFileSync(await file.path(), "utf8");
  assert.match(text, new RegExp(subscribed[1]));
  assert.doesNotMatch(text, new RegExp(subscribed[0]));
  await admin.goto("/console/protokoll");
  assert.match(await mainText(admin), /partner\.take-out/);
});
