// SPDX-License-Identifier: EUPL-1.2
// The fibre look-up: with and without script, by keyboard, at 320 px.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, noOverflow, noViolations} from "./checks.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail} from "./people.mjs";
import {narrow, test} from "./suite.mjs";

// The demo brings its lists a moment after the server.
async function listIsThere(server) {
  for (let n = 0; n < 120; ++n) {
    const answer = await server.ask("/api/v1/fibre/list");
    if (answer.status === 200 && (await answer.json()).number === 4) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  assert.fail("the demo's lists did not come");
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`an address is looked up ${how} script`, async ({open, server}) => {
    await listIsThere(server);
    const page = await open({javaScriptEnabled, viewport: narrow});
    await page.goto("/glasfaser");
    await page.getByLabel("Straße").fill("Ahronstr.");
    await page.getByLabel("Hausnummer").fill("12");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", {name: "Meinten Sie"}).waitFor();
    await page.getByRole("link", {name: /^Ahornstraße 12/}).click();
    await page.getByRole("heading", {name: /^Ahornstraße 12/, level: 2}).waitFor();
    assert.match(await page.locator("#antwort").innerText(),
                 /Beispielliste dieser Vorführung[\s\S]*15\. Januar 2025/);
    assert.equal(await page.locator("#antwort").getByText("Beispiel", {exact: true}).count(), 1);
    await page.getByLabel("Hausnummer").fill("199");
    await page.getByRole("button", {name: "Nachsehen"}).click();
    await page.getByText("Diese Hausnummer steht nicht in der Liste").waitFor();
    await page.getByLabel("Straße").fill("");
    await page.getByRole("button", {name: "Nachsehen"}).click();
    await page.getByRole("link", {name: "Geben Sie eine Straße ein."}).waitFor();
  });
}

test("the pages of the fibre look-up are whole and accessible", async ({open, server}) => {
  await listIsThere(server);
  const page = await open();
  await page.goto("/glasfaser");
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  await page.setViewportSize(narrow);
  for (const path of ["/glasfaser?strasse=Ahornstr.&hausnummer=12", "/glasfaser?strasse=Ahornstr.",
                      "/glasfaser/bezirk/Wanne"]) {
    await page.goto(path);
    await isWholePage(page, "de");
    await noViolations(page);
    await noOverflow(page);
  }
  await page.goto("/glasfaser");
  assert.equal(await page.locator("svg.rv-plot circle").count(), 4);
  await page.getByText("Die Zahlen als Tabelle").click();
  assert.equal(await page.getByRole("table").getByRole("row").count(), 5);
  await page.goto("/en/glasfaser?strasse=Ahornstr.&hausnummer=12");
  await isWholePage(page, "en");
  await page.getByText("Example: this information is invented").waitFor();
});

test("the map shows the districts' shares", async ({open, server}) => {
  await listIsThere(server);
  const page = await open();
  await page.goto("/glasfaser");
  await page.getByRole("button", {name: "Karte laden"}).click();
  await page.getByRole("button", {name: /Anteil verfügbar, Wanne/}).waitFor({timeout: 30_000});
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`somebody is told of changes at her address ${how} script`, async ({open, server}) => {
    await listIsThere(server);
    const page = await open({javaScriptEnabled});
    const check = javaScriptEnabled ? noViolations : () => {};
    const press = (name) => page.getByRole("button", {name, exact: true}).click();
    const mainText = () => page.locator("main").innerText();
    const mail = nextMail();
    await page.goto("/glasfaser?strasse=Ahornstr.&hausnummer=12");
    await page.getByRole("link", {name: "Über Änderungen informieren lassen"}).click();
    assert.match(await mainText(), /Ahornstraße 12/);
    for (const box of await page.getByRole("checkbox").all()) assert.ok(!await box.isChecked());
    await press("Mail zum Bestätigen schicken");
    assert.match(await mainText(), /Wählen Sie mindestens einen der beiden Wünsche/);
    await check(page);
    await page.getByLabel("Nur für diese Adresse").check();
    await page.getByLabel(/^Ich möchte per E-Mail erfahren/).check();
    await page.getByLabel(/^Ich habe Interesse/).check();
    await page.getByLabel("E-Mail-Adresse").fill(mail);
    await press("Mail zum Bestätigen schicken");
    assert.match(await mainText(), /sehen Sie in Ihr Postfach/);

    const {links} = await letter(server, mail, /glasfaser\/bestaetigen/);
    await page.goto(links.find((link) => link.includes("/bestaetigen/")));
    await check(page);
    await press("Ja, das möchte ich");
    assert.match(await mainText(), /Ihr Wunsch zur Glasfaser/);
    await check(page);
    const data = await page.request.get(
        await page.getByRole("link", {name: /Ihre Daten als Datei/}).getAttribute("href"));
    assert.deepEqual((await data.json()).consents.map(({purpose}) => purpose).sort(),
                     ["fibre-changes", "fibre-interest"]);
    await press("Interesse zurücknehmen");
    assert.equal(await page.getByRole("button", {name: "Interesse zurücknehmen"}).count(), 0);
    const own = page.url();
    await page.goto(own.replace("/meins/", "/abmelden/"));
    await check(page);
    await press("Mails beenden");
    assert.match(await mainText(), /Sie erhalten keine Mails mehr/);
    assert.equal((await page.goto(own)).status(), 410);
  });
}
