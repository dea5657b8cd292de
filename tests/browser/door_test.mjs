// SPDX-License-Identifier: EUPL-1.2
// Tickets at the door on the event's morning: two desks, a network that fails, a camera.
import assert from "node:assert/strict";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {rmSync, writeFileSync} from "node:fs";

import {isWholePage, looksWellEverywhere, noOverflow, noViolations} from "./checks.mjs";
import {account, makeFirstAccount, signIn} from "./console_test.mjs";
import {register} from "./people.mjs";
import {launch, phone, test} from "./suite.mjs";

const day = "tag-2025-02-05";

// Signs in, whether or not another test has made the account.
async function enter(page, server) {
  if ((await page.request.get(server.firstLink)).ok()) await makeFirstAccount(page, server);
  await signIn(page);
}

async function openDesk(page, name) {
  await page.goto(`/console/einlass?tag=2025-02-05&platz=${name}`);
  await page.locator("rv-desk[data-ready]").waitFor();
}

const cut = async (page) => {
  await page.context().setOffline(true);
  await page.locator("rv-desk[data-link=off]").waitFor();
};

// By keyboard alone, as a scanner types.
async function take(page, text) {
  await page.locator("[data-part=result]").evaluate((part) => part.replaceChildren());
  await page.getByLabel("Ticketnummer").focus();
  await page.keyboard.insertText(text);
  await page.keyboard.press("Enter");
  await page.locator(".rv-gate__title").waitFor();
  return page.locator("[data-part=result]").innerText();
}

const changed = (text) => text.slice(0, 40) + (text[40] === "A" ? "B" : "A") + text.slice(41);

test("two desks lose the network and take the same ticket", async ({open, server}) => {
  const villa = await open(), tor = await open({viewport: phone});
  await enter(villa, server);
  await enter(tor, server);
  const first = await register(server, [day], "Ada Erste");
  const both = await register(server, [day], "Berta Beide");
  const gone = await register(server, [day], "Carla Storniert");
  assert.equal((await server.ask(`/api/v1/registrations/${gone.id}`, {method: "DELETE"})).status,
               200);
  await openDesk(villa, "Villa");
  await openDesk(tor, "Tor");
  await isWholePage(villa, "de");
  await looksWellEverywhere(villa);

  assert.match(await take(villa, first.code.toLowerCase()), /Angenommen[^]*Ada Erste/);
  assert.match(await take(tor, first.ticket), /Schon benutzt[^]*Standort: Villa/);
  assert.match(await take(tor, gone.ticket), /Abgewiesen[^]*storniert/);
  assert.match(await take(tor, changed(first.ticket)), /Abgewiesen[^]*Unterschrift/);
  assert.match(await take(tor, "NICHT-DA"), /Abgewiesen[^]*kein Ticket[^]*Eingegeben: NICHT-DA/);
  const field = tor.getByLabel("Ticketnummer");
  assert.equal(await field.inputValue(), "NICHT-DA", "mended, not typed anew");
  assert.match(await take(tor, first.code), /Schon benutzt/, "the next number takes its place");
  assert.equal(await field.inputValue(), "");
  await tor.locator("rv-desk[data-kept]").waitFor();
  await villa.locator("rv-desk[data-kept]").waitFor();
  // Both have heard of the first check-in.
  await Promise.all([villa, tor].map((page) =>
      page.locator("[data-part=count]", {hasText: /: [1-9]/}).waitFor()));

  await cut(villa);
  await cut(tor);
  const late = await register(server, [day], "Dora Danach");
  assert.match(await take(villa, both.ticket), /Angenommen[^]*Ohne Netz/);
  assert.match(await take(villa, both.code), /Schon benutzt[^]*Standort: Villa/);
  assert.match(await take(tor, both.code), /Angenommen[^]*Ohne Netz/, "cut off from the other");
  assert.match(await take(tor, first.ticket), /Schon benutzt[^]*Standort: Villa/);
  assert.match(await take(tor, gone.ticket), /Abgewiesen[^]*storniert/);
  assert.match(await take(tor, changed(both.ticket)), /Abgewiesen[^]*Unterschrift/);
  assert.match(await take(tor, late.ticket), /Angenommen/, "newer than the list: by signature");
  assert.match(await take(tor, late.code), /Schon benutzt/);
  assert.doesNotMatch(await tor.locator("main").innerText(), /Berta|Dora/, "no names off line");
  await noViolations(tor);
  await noOverflow(tor);

  tor.once("dialog", (dialog) => dialog.accept());
  await tor.reload();
  await tor.locator("rv-desk[data-link=off]").waitFor();
  assert.match(await tor.locator("h1").innerText(), /5\. Februar 2025, Tor/);
  assert.match(await tor.locator("[data-part=queue-title]").innerText(), /übertragen: 2/);
  assert.match(await take(tor, late.ticket), /Schon benutzt[^]*Standort: Tor/);
  await noViolations(tor);

  await villa.context().setOffline(false);
  await villa.locator("[data-part=queue-box]").waitFor({state: "hidden"});
  await tor.context().setOffline(false);
  for (const page of [villa, tor]) {
    await page.locator("[data-part=conflict-box] li").waitFor();
    const words = await page.locator("[data-part=conflict-box]").innerText();
    assert.match(words, new RegExp(`Doppelte Einlässe: 1[^]*${both.code.slice(-4)}: Villa [0-9]`));
    assert.match(words, /; Tor \d/);
    assert.ok(await page.locator("[data-part=queue-box]").isHidden());
  }
  await noViolations(villa);

  await villa.getByRole("link", {name: "Doppelte Einlässe und Zahlen"}).click();
  const rows = villa.locator("#doppelt tbody tr");
  assert.equal(await rows.count(), 2);
  assert.match(await rows.first().innerText(), /Berta Beide[^]*Villa[^]*zählt/);
  assert.match(await rows.last().innerText(), /Tor[^]*noch einmal/);
  await isWholePage(villa, "de");
  await looksWellEverywhere(villa);
  const csv = await villa.request.get(
      await villa.getByRole("link", {name: "Als CSV laden"}).getAttribute("href"));
  // Three here, and those of the stories before.
  assert.match(await csv.text(), /"ab";"Tickets"\r\n2025-\d\d-\d\d \d\d:\d\d;([3-9]|\d\d)\r\n/);
  await villa.getByRole("button", {name: /Zurücknehmen.*Dora/}).click();
  assert.match(await villa.locator("main").innerText(), /Dora Danach, Tor – zurückgenommen/);
});

test("a desk finds names, takes a mistake back, and works without script", async (
    {open, server}) => {
  const page = await open();
  await enter(page, server);
  const {code, ticket} = await register(server, [day], "Emil Vergesslich");
  await openDesk(page, "Haupteingang");
  await page.getByText("Ohne Ticket: nach Namen suchen").click();
  await page.getByLabel("Name oder E-Mail").fill("vergessl");
  await page.keyboard.press("Enter");
  await page.getByRole("button", {name: "Einlassen: Emil Vergesslich"}).click();
  await page.locator(".rv-gate__name", {hasText: "Emil"}).waitFor();
  await page.getByRole("button", {name: "Letzten Einlass zurücknehmen"}).click();
  await page.locator(".rv-gate__title", {hasText: "Zurückgenommen"}).waitFor();
  assert.match(await take(page, code), /Angenommen/);
  await noViolations(page);

  const other = await register(server, [day], "Gerd Abgemeldet");
  await page.context().clearCookies();
  assert.match(await take(page, other.ticket), /Angenommen[^]*Ohne Netz/);
  assert.match(await page.locator("main").innerText(), /Die Anmeldung ist abgelaufen/);
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("link", {name: "Neu anmelden"}).click();
  await page.getByLabel("Anmeldename").fill(account.name);
  await page.getByLabel("Passwort").fill(account.password);
  await page.locator("main form button").click();
  await page.locator("rv-desk[data-ready]").waitFor();
  assert.ok(await page.locator("[data-part=queue-box]").isHidden(), "sent after signing in");
  assert.match(await take(page, other.code), /Schon benutzt/);

  const plain = await open({javaScriptEnabled: false});
  const cookies = await page.context().cookies();
  await plain.context().addCookies(cookies);
  await plain.goto("/console/einlass?tag=2025-02-05&platz=Haupteingang");
  await plain.getByLabel("Ticketnummer").fill(ticket);
  await plain.getByRole("button", {name: "Prüfen"}).click();
  assert.match(await plain.locator(".rv-gate").innerText(), /Schon benutzt[^]*Haupteingang/);
});

test("a guest whose answer from the server is lost is let in", async ({open, server}) => {
  const page = await open();
  await enter(page, server);
  const {code, ticket} = await register(server, [day], "Ida Verloren");
  await openDesk(page, "Westtor");
  // The answer is lost when the desk has heard of the check-in: it asks for what comes after it.
  await page.evaluate(() => {
    const ask = window.fetch;
    let lose, asked = 0;
    window.fetch = async (address, options) => {
      if (lose && String(address).includes("/check-ins?day=") && ++asked === 2) {
        window.fetch = ask;
        lose(new TypeError("lost"));
      }
      const answer = await ask(address, options);
      if (options?.method !== "POST") return answer;
      return new Promise((_, reject) => { lose = reject; });
    };
  });
  assert.match(await take(page, ticket), /Angenommen/);
  assert.ok(await page.locator("[data-part=queue-box]").isHidden(), "the server has it");
  await page.locator("rv-desk[data-link=on]").waitFor();
  assert.match(await take(page, code), /Schon benutzt[^]*Standort: Westtor/);
});

// As after an empty battery: what waits was on the disk already, what is known to be in was not.
const forgetSeen = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const opened = indexedDB.open("revier-einlass", 1);
  opened.onerror = () => reject(opened.error);
  opened.onsuccess = () => {
    const step = opened.result.transaction("known", "readwrite");
    const rows = step.objectStore("known");
    const all = rows.getAll();
    all.onsuccess = () => all.result.forEach((known) => rows.put({...known, seen: []}));
    step.oncomplete = () => resolve();
    step.onabort = () => reject(step.error);
  };
}));

test("a phone that is cut off takes a ticket once, in two tabs and after an empty battery", async (
    {open, server}) => {
  const page = await open();
  await enter(page, server);
  const {code, ticket} = await register(server, [day], "Hanna Zweimal");
  const tab = await page.context().newPage();
  for (const one of [page, tab]) await openDesk(one, "Osttor");
  await page.locator("rv-desk[data-kept]").waitFor();
  await cut(page);
  await tab.locator("rv-desk[data-link=off]").waitFor();
  assert.match(await take(page, ticket), /Angenommen[^]*Ohne Netz/);
  assert.match(await take(tab, ticket), /Schon benutzt[^]*Standort: Osttor/, "the other tab did");

  await forgetSeen(page);
  page.once("dialog", (dialog) => dialog.accept());
  await page.reload();
  await page.locator("rv-desk[data-link=off]").waitFor();
  assert.match(await page.locator("[data-part=queue-title]").innerText(), /übertragen: 1/);
  assert.match(await take(page, ticket), /Schon benutzt[^]*Standort: Osttor/, "it waits");

  await page.context().setOffline(false);
  for (const one of [page, tab]) {
    await one.locator("rv-desk[data-link=on]").waitFor();
    await one.locator("[data-part=queue-box]").waitFor({state: "hidden"});
    const conflicts = await one.locator("[data-part=conflict-box]").innerText();
    assert.ok(!conflicts.includes(code.slice(-4)), conflicts);
  }
});

// One grey picture of the ticket's QR code as a camera would give it, in the format that the
// browser's fake camera takes.
async function film(page, link) {
  const size = {width: 640, height: 480};
  await page.goto(`/ticket/${link}`);
  const grey = await page.evaluate(async ({width, height}) => {
    const svg = document.querySelector(".rv-ticket__code svg").outerHTML;
    const picture = new Image();
    picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await picture.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width, height});
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#bbb";
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, 140, 60, 360, 360);
    const {data} = pen.getImageData(0, 0, width, height);
    return Array.from({length: width * height}, (_, n) => data[4 * n]);
  }, size);
  const file = join(tmpdir(), `revier-camera-${process.pid}.y4m`);
  writeFileSync(file, Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${size.width} H${size.height} F10:1 Ip A1:1 C420jpeg\nFRAME\n`),
    Buffer.from(grey), Buffer.alloc(size.width * size.height / 2, 128)]));
  return file;
}

test("a phone's camera reads the ticket", async ({open, server}) => {
  const page = await open({bypassCSP: true});  // the test draws a data: picture
  await enter(page, server);
  const {id} = await register(server, [day], "Frida Kamera");
  const file = await film(page, id);
  const browser = await launch([
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${file}`]);
  try {
    const context = await browser.newContext({baseURL: server.address, viewport: phone,
                                              permissions: ["camera"]});
    await context.addCookies(await page.context().cookies());
    const desk = await context.newPage();
    const faults = [];
    desk.on("console", (line) => line.type() === "error" && faults.push(line.text()));
    await openDesk(desk, "Kamera");
    await desk.getByRole("button", {name: "Kamera einschalten"}).click();
    await desk.locator(".rv-gate__name", {hasText: "Frida Kamera"}).waitFor({timeout: 90_000});
    await desk.getByRole("button", {name: "Kamera ausschalten"}).click();
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    rmSync(file);
  }
});
