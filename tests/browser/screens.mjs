// SPDX-License-Identifier: EUPL-1.2
// Renews the pictures of docs/screens/ from the demo city.
//   node screens.mjs PROGRAM FOLDER
import {mkdirSync, readdirSync, rmSync, statSync} from "node:fs";
import {join} from "node:path";

import {makeFirstAccount, signIn} from "./console_test.mjs";
import {register} from "./people.mjs";
import {Server} from "./server.mjs";
import {desktop, launch, openPage, phone} from "./suite.mjs";

const bytesMax = 200_000;
const tall = {width: 1280, height: 1200};
const dark = {colorScheme: "dark"};
const [binary, folder] = process.argv.slice(2);

const publicPages = [
  ["start", "/", {viewport: tall}], ["start-dark", "/", {viewport: tall, ...dark}],
  ["start-phone", "/", {viewport: phone}],
  ["start-english", "/en/", {}], ["programme", "/programm", {}],
  ["programme-phone", "/programm", {viewport: phone}],
  ["grid", "/programm?ansicht=raster", {}], ["session", "/programm/scd25-d1-08", {}],
  ["session-phone-dark", "/programm/scd25-d1-08", {viewport: phone, ...dark}],
  ["registration", "/anmeldung", {}], ["registration-phone", "/anmeldung", {viewport: phone}],
  ["city", "/stadt-jetzt", {}], ["city-phone-dark", "/stadt-jetzt", {viewport: phone, ...dark}],
  ["practices", "/best-practices", {}], ["exhibition", "/ausstellung", {}],
  ["offers", "/buergeraktion", {}], ["travel", "/anreise", {}],
];

const browser = await launch();
const server = await Server.start(binary);
let drawn = 0;

// What the window shows, or with `whole` all of the page.
async function draw(page, name, whole = false) {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const path = join(folder, `${name}.png`);
  await page.screenshot({path, fullPage: whole});
  const {size} = statSync(path);
  if (size > bytesMax) throw new Error(`${name}.png has ${size} bytes, at most ${bytesMax}`);
  drawn += 1;
}

async function onPage(options, work) {
  const page = await openPage(browser, server, options);
  await work(page);
  await page.context().close();
}

async function drawMap(page, name) {
  await page.goto("/stadt-jetzt");
  await page.getByRole("button", {name: "Karte laden"}).click();
  await page.locator(".rv-map__marker").first().waitFor();
  await page.waitForTimeout(2_000);
  await page.locator("rv-map").evaluate((map) => map.scrollIntoView());
  await draw(page, name);
}

async function drawRegistration(page, suffix) {
  await page.goto("/anmeldung");
  await page.getByLabel(/Smart City Summit/).check();
  await page.getByLabel(/LoRaWAN/).check();
  await page.locator("main form button").click();
  await page.getByRole("button", {name: "Verbindlich anmelden"}).click();
  await draw(page, `details-errors${suffix}`);
  await page.getByLabel("Vor- und Nachname").fill("Ada Beispiel");
  await page.getByLabel("E-Mail-Adresse").fill(`ada${suffix}@beispiel.test`);
  await page.getByRole("button", {name: "Verbindlich anmelden"}).click();
  await page.waitForURL(/\/ticket\//);
  await draw(page, `ticket${suffix}`, true);
}

async function drawConsole(page) {
  await makeFirstAccount(page, server);
  await page.context().clearCookies();
  await page.goto("/console/anmelden");
  await draw(page, "console-sign-in");
  await signIn(page);
  let code = "";
  for (const name of ["Grace Hopper", "Konrad Zuse", "Emmy Noether", "Alan Turing"]) {
    ({code} = await register(server, ["tag-2025-02-05"], name));
  }
  await page.goto("/console/");
  await draw(page, "console");
  await page.goto("/console/anmeldungen");
  await draw(page, "console-registrations");
  await page.goto("/console/einlass");
  await page.getByRole("radio").first().check();
  await page.getByLabel("Ihr Standort").fill("Haupteingang");
  await page.getByRole("button", {name: "Einlass beginnen"}).click();
  await page.locator("rv-desk[data-ready]").waitFor();
  for (const name of ["console-check-in", "console-check-in-again"]) {
    await page.locator("[data-part=result]").evaluate((part) => part.replaceChildren());
    await page.getByLabel("Ticketnummer").fill(code);
    await page.keyboard.press("Enter");
    await page.locator(".rv-gate__title").waitFor();
    await draw(page, name);
  }
  await page.goto("/console/postausgang");
  await draw(page, "console-outbox");
}

try {
  mkdirSync(folder, {recursive: true});
  for (const name of readdirSync(folder).filter((n) => n.endsWith(".png"))) {
    rmSync(join(folder, name));
  }
  for (const [name, path, options] of publicPages) {
    await onPage(options, async (page) => {
      await page.goto(path);
      await draw(page, name);
    });
  }
  await onPage({viewport: desktop}, (page) => drawMap(page, "map"));
  await onPage({viewport: phone, ...dark}, (page) => drawMap(page, "map-phone-dark"));
  await onPage({viewport: desktop}, (page) => drawRegistration(page, ""));
  await onPage({viewport: phone}, (page) => drawRegistration(page, "-phone"));
  await onPage({viewport: desktop}, drawConsole);
  console.log(`${drawn} passed, 0 failed`);
} catch (error) {
  console.log(error.stack ?? error);
  console.log(`${drawn} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.stop();
}
