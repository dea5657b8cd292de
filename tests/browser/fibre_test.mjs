// SPDX-License-Identifier: EUPL-1.2
// The fibre look-up: with and without script, by keyboard, at 320 px.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, noOverflow, noViolations} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {nextMail} from "./people.mjs";
import {Server} from "./server.mjs";
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
    await page.locator("#strasse").fill("Ahronstr.");
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
    await page.locator("#strasse").fill("");
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
    await press("E-Mail zum Bestätigen schicken");
    assert.match(await mainText(), /Wählen Sie mindestens einen der beiden Wünsche/);
    await check(page);
    await page.getByLabel("Nur für diese Adresse").check();
    await page.getByLabel(/^Ich möchte per E-Mail erfahren/).check();
    await page.getByLabel(/^Ich habe Interesse/).check();
    await page.getByLabel("E-Mail-Adresse").fill(mail);
    await press("E-Mail zum Bestätigen schicken");
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
    await press("E-Mails beenden");
    assert.match(await mainText(), /Sie erhalten keine E-Mails mehr/);
    assert.equal((await page.goto(own)).status(), 410);
  });
}

test("a list is read in two steps in the console", async ({open, server: {process}}) => {
  const server = await Server.start(process.spawnfile);
  try {
    await listIsThere(server);
    const page = await open({server});
    await makeFirstAccount(page, server);
    await signIn(page);
    await page.getByRole("navigation").getByRole("link", {name: "Glasfaser"}).last().click();
    await page.waitForURL(/\/console\/glasfaser$/);
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
    const list = {name: "liste.csv", mimeType: "text/csv", buffer: Buffer.from(
        "Straße;Hausnummer;Bezirk;Status\nMusterweg;1;Wanne;verfügbar\nMusterweg;;Wanne;geplant\n" +
        "Musterweg;<b>;Wanne;geplant\nMusterweg;2;Wanne;vielleicht\n")};
    const read = async (day, file = list) => {
      await page.getByLabel("Quelle").fill("Beispielwerk");
      await page.getByLabel("Stand").fill(day);
      await page.getByLabel("Datei").setInputFiles(file);
      await page.getByRole("button", {name: "Prüfen, ohne etwas zu ändern"}).click();
    };
    await page.getByRole("button", {name: "Prüfen, ohne etwas zu ändern"}).click();
    await page.getByText("Nennen Sie die Quelle.").first().waitFor();
    await looksWellEverywhere(page);
    await read("2024-01-01");
    await page.getByText("älter als die, die in Kraft ist").waitFor();
    await read("2025-01-18", {...list, buffer: Buffer.from("PK\x03\x04 kein Archiv")});
    await page.getByText("Die Liste wurde nicht eingelesen").waitFor();
    await read("2025-01-18");
    await page.getByRole("cell", {name: /Die Hausnummer fehlt/}).waitFor();
    await page.getByRole("cell", {name: /Das ist keine Hausnummer \(<b>\)/}).waitFor();
    await page.getByRole("cell", {name: /Der Status ist unbekannt \(vielleicht\)/}).waitFor();
    await page.getByText(/Adressen der jetzigen Liste stehen nicht mehr darin/).waitFor();
    await isWholePage(page, "de");
    await looksWellEverywhere(page);
    const before = await (await server.ask("/api/v1/fibre/list")).json();
    assert.equal(before.number, 4, "nothing is in force before the second step");
    const plan = await page.locator("input[name=plan]").inputValue();
    const csrf = await page.locator("input[name=csrf]").first().inputValue();
    await page.getByRole("button", {name: "Liste in Kraft setzen"}).click();
    await page.getByText("Die neue Liste ist in Kraft").waitFor();
    const again = await page.request.post("/console/glasfaser/uebernehmen", {
      form: {csrf, plan}, headers: {"Sec-Fetch-Site": "same-origin"}});
    assert.equal(again.status(), 422, "a plan is taken once");
    await page.goto("/glasfaser?strasse=Musterweg&hausnummer=1");
    await page.getByText("Beispielwerk").first().waitFor();
    await page.goto("/");
    await page.getByRole("link", {name: "Glasfaser an Ihrer Adresse"}).click();
    await page.waitForURL(/\/glasfaser$/);
    await page.getByRole("combobox").pressSequentially("muster");
    await page.getByRole("option", {name: "Musterweg"}).click();
    assert.equal(await page.getByRole("combobox").inputValue(), "Musterweg");
  } finally {
    await server.stop();
  }
});
