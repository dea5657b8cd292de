// SPDX-License-Identifier: EUPL-1.2
// Staff: invitation, roles at once, second factor, recovery codes, sessions, tokens, audit log.
import assert from "node:assert/strict";
import {spawnSync} from "node:child_process";
import {createHmac} from "node:crypto";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {account, makeFirstAccount, signIn} from "./console_test.mjs";
import {register} from "./people.mjs";
import {test} from "./suite.mjs";

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};
const plain = {javaScriptEnabled: false};
const password = "noch ein langer Satz";

// RFC 6238 once more, from the key that is shown as text.
function codeOf(key, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const fives = [...key.replaceAll(" ", "")].map((c) => letters.indexOf(c));
  const bits = fives.map((five) => five.toString(2).padStart(5, "0"));
  const bytes = Buffer.from(bits.join("").match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", bytes).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

// What another reader finds in an XLSX file: its sheet and its texts as XML.
function unpacked(file) {
  const script = [
    "import io,sys,zipfile",
    "book=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))",
    "assert book.testzip() is None",
    "for part in ('worksheets/sheet1','sharedStrings'):",
    " print(book.read(f'xl/{part}.xml').decode())",
  ].join("\n");
  const done = spawnSync("python3", ["-c", script], {input: file, encoding: "utf8"});
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

async function asAdministrator(page, server) {
  const first = await page.request.get(server.firstLink);
  if (first.status() === 200) await makeFirstAccount(page, server);
  await signIn(page);
}

// Invites by the console; the one-time link.
async function invite(page, {name, mail, role, scope}, see = async () => {}) {
  await page.goto("/console/konten");
  await see(page);
  await page.getByRole("link", {name: "Person einladen"}).click();
  await see(page);
  await page.getByLabel("Anmeldename").fill(name);
  if (mail) await page.getByLabel("E-Mail").fill(mail);
  await page.getByLabel("Rolle", {exact: true}).selectOption({label: role});
  await page.getByLabel("Gilt für").selectOption(scope);
  await page.locator("main form button").click();
  const link = await page.locator(".rv-secrets code").innerText();
  assert.match(link, /\/console\/start\//);
  await see(page);
  return link;
}

async function start(page, link, name) {
  await page.goto(link);
  await page.getByLabel("Neues Passwort", {exact: true}).fill(password);
  await page.getByLabel("Neues Passwort wiederholen").fill(password);
  await page.locator("main form button").click();
  await enter(page, name);
}

async function enter(page, name, secret = password) {
  await page.goto("/console/anmelden");
  await page.getByLabel("Anmeldename").fill(name);
  await page.getByLabel("Passwort").fill(secret);
  await page.locator("main form button").click();
}

test("a role is given only where it opens something", async ({open, server}) => {
  const admin = await open();
  await asAdministrator(admin, server);
  await admin.goto("/console/konten/einladen");
  const scopes = admin.getByLabel("Gilt für");
  assert.equal(await scopes.locator("option[value^='track|']").count(), 0);
  await admin.getByLabel("Anmeldename").fill("redaktion@stadt.example");
  await admin.getByLabel("Rolle", {exact: true}).selectOption({label: "Programmredaktion"});
  await scopes.selectOption("event|scd-2025|");
  await admin.locator("main form button").click();
  await admin.locator("rv-summary").waitFor();
  assert.match(await admin.locator("main").innerText(), /öffnet dort nichts/);
  await look(admin);
});

const menu = (page) => page.locator(".rv-console .rv-nav a").allInnerTexts();

test("staff are invited, hold roles on one event, and lose them at once", async (
    {open, server}) => {
  const admin = await open();
  await asAdministrator(admin, server);
  const name = "tuer@stadt.example";
  const link = await invite(admin, {name, mail: name, role: "Einlass",
                                    scope: "event|scd-2025|"}, look);
  assert.match(await admin.locator("main").innerText(), /kein Mailversand eingerichtet/,
               "nothing is promised that no mail server sends");
  await admin.goto("/console/postausgang");
  await admin.getByRole("link", {name: /Ihr Zugang/}).first().click();
  assert.match(await admin.locator("main").innerText(), /Text hier nicht gezeigt/);
  assert.doesNotMatch(await admin.content(), /console\/start\//);

  const desk = await open(plain);
  await start(desk, link, name);
  await desk.waitForURL(/\/console\/$/);
  assert.deepEqual(await menu(desk),
                   ["Überblick", "Anmeldungen", "Wartelisten", "Einlass", "Daten"]);
  assert.equal((await desk.goto("/console/konten")).status(), 403);
  assert.equal((await desk.goto("/console/einlass")).status(), 200);
  assert.equal((await desk.request.get(link)).status(), 410, "the link works once");

  await admin.goto("/console/konten");
  await admin.getByRole("link", {name}).click();
  await look(admin);
  await admin.getByRole("button", {name: /Rolle entziehen/}).click();
  await admin.waitForLoadState();
  assert.match(await admin.locator("main").innerText(), /Keine Rolle/);
  assert.equal((await desk.goto("/console/einlass")).status(), 403, "a role goes at once");

  await admin.getByLabel("Rolle", {exact: true}).selectOption({label: "Nur lesen"});
  await admin.getByLabel("Gilt für").selectOption("instance||");
  await admin.getByRole("button", {name: "Rolle geben"}).click();
  await admin.waitForLoadState();
  await desk.goto("/console/");
  assert.ok((await menu(desk)).includes("Programm"), "a role comes at once");

  await admin.getByRole("link", {name: "Konto sperren"}).click();
  await look(admin);
  await admin.getByRole("button", {name: "Konto sperren"}).click();
  await admin.waitForLoadState();
  await desk.goto("/console/");
  assert.match(desk.url(), /anmelden/);

  await admin.goto("/console/konten");
  await admin.getByRole("link", {name: account.name}).click();
  await admin.getByRole("link", {name: "Konto löschen"}).click();
  await admin.getByRole("button", {name: "Konto löschen"}).click();
  assert.match(await admin.locator("main").innerText(), /niemand mehr die Konten verwalten/);
});

test("a second factor is set up, asked for, and replaced by a recovery code", async (
    {open, server}) => {
  const admin = await open();
  await asAdministrator(admin, server);
  const name = "redaktion";
  const link = await invite(admin, {name, role: "Programmredaktion", scope: "instance||"});
  await admin.goto("/console/konten");
  await admin.getByLabel("Programmredaktion").check();
  await admin.getByRole("button", {name: "Speichern"}).click();

  const page = await open(plain);
  await start(page, link, name);
  await page.waitForURL(/zweiter-faktor/);
  assert.deepEqual(await menu(page), ["Überblick", "Daten"], "nothing before the second factor");
  await page.goto("/console/programm");
  assert.match(page.url(), /zweiter-faktor/);
  await page.getByLabel("Passwort").fill("falsch");
  await page.locator("main form button").click();
  assert.match(await page.locator("main").innerText(), /Passwort stimmt nicht/);
  await page.getByLabel("Passwort").fill(password);
  await page.locator("main form button").click();
  const key = await page.locator(".rv-secret").innerText();
  assert.equal(await page.locator(".rv-secret-code svg").count(), 1);
  await page.getByLabel("Code", {exact: true}).fill("000000");
  await page.locator("main form button").click();
  assert.match(await page.locator("main").innerText(), /Code stimmt nicht/);
  assert.equal(await page.locator(".rv-secret").innerText(), key, "the same key after an error");
  const used = codeOf(key);
  await page.getByLabel("Code", {exact: true}).fill(used);
  await page.locator("main form button").click();
  const codes = await page.locator(".rv-secrets code").allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  assert.equal((await page.goto("/console/programm")).status(), 200);

  const other = await open();
  await enter(other, name);
  await look(other);
  await other.getByLabel("Code", {exact: true}).fill(used);
  await other.locator("main form button").click();
  assert.match(await other.locator("main").innerText(), /schon benutzt/, "no code counts twice");
  await other.getByLabel("Code", {exact: true}).fill(codes[0].toUpperCase());
  await other.keyboard.press("Enter");
  await other.waitForURL(/\/console\/$/);
  await other.goto("/console/konto");
  assert.match(await other.locator("main").innerText(), /noch 9 Wiederherstellungscodes/);
  assert.equal(await other.getByText("Zweiten Faktor entfernen").count(), 0, "a role demands it");
  await look(other);

  await other.getByRole("button", {name: "Alle anderen abmelden"}).click();
  await other.waitForLoadState();
  assert.equal(await other.locator(".rv-lines li").count(), 1);
  await page.goto("/console/programm");
  assert.match(page.url(), /anmelden/, "the other session has ended");

  await other.goto("/console/konto/wiederherstellung");
  await other.getByLabel("Code", {exact: true}).fill(codeOf(key, 1));
  await other.locator("main form button").click();
  assert.equal(await other.locator(".rv-secrets code").count(), 10);
  await look(other);

  await admin.goto("/console/konten");
  await admin.getByLabel("Programmredaktion").uncheck();
  await admin.getByRole("button", {name: "Speichern"}).click();
  await admin.getByRole("link", {name}).click();
  await admin.getByRole("link", {name: "Zweiten Faktor zurücksetzen"}).click();
  await admin.getByRole("button", {name: "Zweiten Faktor zurücksetzen"}).click();
  await other.goto("/console/programm");
  assert.match(other.url(), /anmelden/);
  await enter(other, name);
  await other.waitForURL(/\/console\/$/);
});

test("the page that sets up the second factor looks well", async ({open, server}) => {
  const page = await open();
  await asAdministrator(page, server);
  await page.goto("/console/konto");
  await page.getByRole("link", {name: "Zweiten Faktor einrichten"}).click();
  await look(page);
  await page.getByLabel("Passwort").fill(account.password);
  await page.keyboard.press("Enter");
  await page.locator(".rv-secret").waitFor();
  await look(page);
});

test("a token is made, shown once, used and revoked; the log tells all of it", async (
    {open, server}) => {
  const page = await open();
  await asAdministrator(page, server);
  await page.goto("/console/tokens");
  await page.getByRole("button", {name: "Token erzeugen"}).click();
  assert.ok(await page.locator("rv-summary li").count() >= 3);
  await look(page);
  await page.getByLabel("Wofür").fill("=1+1 Sensoren");
  await page.getByLabel("Gilt für").selectOption("tenant:");
  await page.getByLabel("Daten der Stadt lesen", {exact: true}).check();
  await page.getByRole("button", {name: "Token erzeugen"}).click();
  const token = await page.locator(".rv-secrets code").innerText();
  const headers = {Authorization: `Bearer ${token}`};
  const ask = () => fetch(`${server.address}/metrics`, {headers});
  assert.equal((await ask()).status, 403, "it is known, and has no such right");
  await page.goto("/console/tokens");
  assert.doesNotMatch(await page.content(), new RegExp(token));
  const line = page.locator(".rv-lines li", {hasText: "Sensoren"});
  assert.match(await line.innerText(), /zuletzt benutzt: \d/);
  await look(page);
  await line.getByRole("link", {name: /Widerrufen/}).click();
  await page.getByRole("button", {name: "Widerrufen"}).click();
  await page.waitForURL(/\/console\/tokens$/);
  assert.equal((await ask()).status, 401);

  await page.goto("/console/protokoll");
  await look(page);
  await page.getByLabel("Was").selectOption("token.revoke");
  await page.getByRole("button", {name: "Suchen"}).click();
  await page.waitForURL(/was=token\.revoke/);
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert.match(await page.locator("tbody tr").innerText(), new RegExp(account.name));
  assert.match(await page.locator("tbody tr").innerText(), /Token widerrufen/);
  for (const [link, type] of [[/CSV/, /^text\/csv/], [/Excel/, /spreadsheetml/]]) {
    const href = await page.getByRole("link", {name: link}).getAttribute("href");
    const file = await page.request.get(href);
    assert.match(file.headers()["content-type"], type);
    assert.equal((await file.body()).subarray(0, 2).toString("latin1"),
                 type.test("text/csv") ? "\u00ef\u00bb" : "PK");
  }
});

test("registrations and check-ins are files without formulas", async ({open, server}) => {
  const page = await open();
  await asAdministrator(page, server);
  const {code} = await register(server, ["tag-2025-02-05"], "=HYPERLINK(\"boese\")");
  await page.goto("/console/einlass?tag=2025-02-05&platz=Nord");
  await page.getByLabel("Ticketnummer").fill(code);
  await page.keyboard.press("Enter");
  await page.locator(".rv-gate__title").waitFor();
  for (const [path, wanted] of [["/console/anmeldungen.xlsx", "Ticketnummer"],
                                ["/console/einlass.xlsx", "Nord"]]) {
    const xml = unpacked(await (await page.request.get(path)).body());
    assert.match(xml, /=HYPERLINK/);
    assert.match(xml, new RegExp(wanted));
    assert.doesNotMatch(xml, /<f>/, "nothing is a formula");
    assert.match(xml, /state="frozen"/, "the head stays in view");
    assert.match(xml, /<c r="\w+" s="\d"><v>4\d{4}\.\d+<\/v>/, "a date is a number with a format");
  }
});
