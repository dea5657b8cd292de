// SPDX-License-Identifier: EUPL-1.2
// The data engineer's side: entities, history, queries, subscriptions, sources, @contexts, tenants.
import assert from "node:assert/strict";
import {mkdtempSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {account, makeFirstAccount} from "./console_test.mjs";
import {Server} from "./server.mjs";
import {test} from "./suite.mjs";

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};
const air = "https://example.org/city/Air";
const no2 = "https://example.org/city/no2";
const data = "/console/daten";

// An empty city that may send to this machine.
async function startCity(binary) {
  const folder = mkdtempSync(join(tmpdir(), "revier-data-"));
  const beside = mkdtempSync(join(tmpdir(), "revier-issuers-"));
  const issuers = join(beside, "issuers.json");
  writeFileSync(issuers, JSON.stringify([{name: "login", issuer: "https://login.example",
                                          audience: ["revier"], roles: ["roles"],
                                          keysUrl: "https://127.0.0.1:9/keys"}]));
  const server = new Server(binary, folder, ["--outgoing-allow", "127.0.0.1", "--oidc-issuers",
                                             issuers], []);
  for (let tries = 0; !server.firstLink && tries < 400; ++tries) await wait(50);
  return server;
}
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// A city that is not set up leads elsewhere than one that is.
async function signIn(page) {
  await page.goto("/console/anmelden");
  await page.getByLabel("Anmeldename").fill(account.name);
  await page.getByLabel("Passwort").fill(account.password);
  await page.locator("main form button").click();
  await page.waitForURL((url) => !url.pathname.includes("anmelden"));
}

// A receiver of notifications that answers as `status` says.
async function startReceiver() {
  const receiver = {status: 400, bodies: []};
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      receiver.bodies.push({status: receiver.status, body});
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  receiver.url = `http://127.0.0.1:${server.address().port}`;
  receiver.close = () => { server.closeAllConnections(); server.close(); };
  return receiver;
}

// A token of all rights over data, made on the page; its secret.
async function makeToken(page) {
  await page.goto("/console/tokens");
  await page.getByLabel("Wofür").fill("Werkbank");
  await page.getByLabel("Gilt für").selectOption("everywhere");
  for (const right of ["data.read", "data.write", "data.manage"]) {
    await page.locator(`input[value="${right}"]`).check();
  }
  await page.getByRole("button", {name: "Token erzeugen"}).click();
  return page.locator(".rv-secrets code").innerText();
}

// What the interface keeps, written by it.
async function fill(server, token, receiver) {
  const send = async (path, body, method = "POST") => {
    const answer = await fetch(server.address + path, {
      method, body: JSON.stringify(body),
      headers: {"Content-Type": "application/json", Authorization: `Bearer ${token}`}});
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const place = {type: "Point", coordinates: [7.2257, 51.5388]};
  const ring = [[7.1, 51.5], [7.3, 51.5], [7.3, 51.6], [7.1, 51.5]];
  await send("/ngsi-ld/v1/entities", {
    id: "urn:ngsi-ld:Air:1", type: air, [no2]: {value: 1}, location: place,
    name: "<img src=x onerror=alert(1)>", area: {type: "Polygon", coordinates: [ring]},
    near: {object: "urn:ngsi-ld:Air:2"}});
  await send("/ngsi-ld/v1/entities", {id: "urn:ngsi-ld:Air:2", type: air, [no2]: {value: 5}});
  await send("/ngsi-ld/v1/subscriptions", {
    id: "urn:ngsi-ld:Subscription:air", type: "Subscription", entities: [{type: air}],
    notification: {endpoint: {uri: receiver.url.replace("//", "//user:geheim@") + "/hook",
                              receiverInfo: [{key: "X-Key", value: "streng-geheim"}]}}});
  await send("/ngsi-ld/v1/csourceRegistrations", {
    id: "urn:ngsi-ld:ContextSourceRegistration:next", type: "ContextSourceRegistration",
    information: [{entities: [{type: air}]}], endpoint: `${receiver.url}/next`,
    contextSourceInfo: [{key: "X-Key", value: "streng-geheim"}],
    management: {cooldown: 60000, timeout: 700}});
  await send("/ngsi-ld/v1/jsonldContexts", {"@context": {no2}});
  for (const [minutes, value] of [[50, 10], [30, 40], [10, 22]]) {
    const observedAt = new Date(Date.now() - minutes * 60_000).toISOString();
    await send("/ngsi-ld/v1/entities/urn:ngsi-ld:Air:1/attrs",
               {[no2]: {value, observedAt, unitCode: "GQ"}}, "PATCH");
  }
}

async function seesEntities(page) {
  await page.goto(`${data}/entitaeten?nahe=51.5388,+7.2257&umkreis=50`);
  assert.deepEqual(await page.locator("tbody a").allInnerTexts(), ["urn:ngsi-ld:Air:1"]);
  await page.goto(`${data}/entitaeten?nahe=hier`);
  assert.match(await page.locator(".kern-error").innerText(), /Breite und Länge/);
  await look(page);
  await page.goto(`${data}/entitaet?id=urn:ngsi-ld:Air:1&form=einfach`);
  assert.match(await page.locator("#json pre").innerText(), /"<img src=x onerror=alert\(1\)>"/);
  assert.equal(await page.locator(".rv-sketch polyline").count(), 1);
  await look(page);
  await page.getByRole("button", {name: "Karte laden"}).click();
  await page.locator(".rv-map__marker").waitFor();
  await page.getByRole("link", {name: "urn:ngsi-ld:Air:2"}).click();
  assert.match(await page.locator("h1").innerText(), /Air:2/);

  await page.goto(`${data}/entitaet?id=urn:ngsi-ld:Air:1`);
  await page.getByRole("link", {name: "Verlauf no2"}).click();
  const text = await page.locator("main").innerText();
  assert.match(text, /am kleinsten 10 .*am größten 40 .*zuletzt 22/);
  assert.equal(await page.locator(".rv-plot__dot").count(), 3);
  await look(page);
  await page.getByRole("link", {name: "7 Tage"}).click();
  assert.match(await page.locator("main").innerText(), /am größten 40/);
}

async function asks(page, server) {
  await page.goto(`${data}/abfrage`);
  await look(page);
  await page.getByLabel(/^Typ/).fill("Air");
  await page.getByLabel(/^Ausdruck/).fill("no2>=20");
  await page.getByRole("button", {name: "Fragen"}).click();
  assert.match(await page.getByRole("status").innerText(),
               /1 Entität gefunden, 1 gezeigt, in .* ms/);
  assert.match(await page.locator("#antwort pre").first().innerText(), /"urn:ngsi-ld:Air:1"/);
  await look(page);
  await page.getByText("Wie die Antwort gefunden wurde").click();
  assert.match(await page.locator("#antwort dl").innerText(), /Angesehen\s+\d+/);
  const command = await page.locator("#antwort pre").last().innerText();
  assert.match(command, /^curl -s -H 'Content-Type: application\/ld\+json' -d '.*"no2":"https/);
  assert.ok(!command.includes("revier_session"));
  await page.getByLabel(/^Ausdruck/).fill("no2>>20");
  await page.getByRole("button", {name: "Fragen"}).click();
  assert.match(await page.getByRole("status").innerText(), /mit 400 abgelehnt/);
  await look(page);
  await page.goto(`${data}/abfrage?type=Air&timerel=after&timeAt=2025-01-01T00:00:00Z` +
                  "&format=simplified&limit=1");
  assert.match(await page.locator("#antwort pre").first().innerText(), /"values"/);
  return command;
}

// Until a subscription's page has what is looked for.
async function until(page, pattern) {
  for (let tries = 0; tries < 60; ++tries) {
    await page.goto(`${data}/abonnement?id=urn:ngsi-ld:Subscription:air`);
    if (pattern.test(await page.locator("main").innerText())) return;
    await wait(500);
  }
  assert.fail(`${page.url()} never says ${pattern}:\n${await page.locator("main").innerText()}`);
}

// Which letter is meant stands in the address: one that names none is about none, never about all.
async function settlesNothingWithoutANumber(page) {
  const subscription = new URL(page.url()).searchParams.get("id");
  const csrf = await page.locator("input[name=csrf]").first().inputValue();
  for (const number of ["", "&nummer=", "&nummer=0", "&nummer=1x", "&nummer=99999"]) {
    for (const deed of ["nachsenden", "verwerfen"]) {
      const address = `${data}/abonnement/nachricht/${deed}?id=${subscription}${number}`;
      const answer = await page.request.post(address, {
        form: {csrf}, headers: {"Sec-Fetch-Site": "same-origin"}, maxRedirects: 0});
      assert.equal(answer.status(), 404, address);
    }
  }
}

async function mendsASubscription(page, plain, receiver) {
  await until(page, /3 unzustellbare Nachrichten[^]*Air:1/);
  const text = await page.locator("main").innerText();
  assert.match(text, /aktiv, zuletzt gescheitert[^]*Empfänger\s+http:\/\/\*\*\*@127/);
  assert.match(text, /Bei anderen Datenquellen[^]*Registration:next[^]*abgelehnt: .* 400/);
  await page.getByText("Das ganze Abonnement als JSON").click();
  const json = await page.locator("pre").innerText();
  assert.ok(!/geheim@|streng-geheim/.test(json), json);
  await look(page);

  await plain.goto(`${data}/abonnements`);
  await plain.getByRole("link", {name: "urn:ngsi-ld:Subscription:air"}).click();
  await plain.getByRole("button", {name: "Anhalten"}).click();
  assert.match(await plain.locator("main").innerText(), /Stand\s+angehalten/);
  await plain.getByRole("button", {name: "Fortsetzen"}).click();
  assert.match(await plain.locator("main").innerText(), /Stand\s+aktiv/);
  await plain.getByRole("link", {name: "Unzustellbare verwerfen"}).click();
  assert.match(await plain.locator("main").innerText(), /Der Empfänger erfährt nie davon/);
  await plain.goBack();
  await plain.locator("tbody a").first().click();
  assert.match(await plain.locator("main").innerText(), /Unzustellbare Nachricht[^]*Air:1/);
  await settlesNothingWithoutANumber(plain);
  await page.goto(plain.url());
  await page.getByText("Die Nachricht, wie sie jetzt gesendet würde").click();
  assert.match(await page.locator("pre").innerText(), /"type": "Notification"/);
  await look(page);
  receiver.status = 200;
  await plain.getByRole("button", {name: "Noch einmal senden"}).click();
  for (let tries = 0; tries < 60 && taken(receiver) < 1; ++tries) await wait(200);
  await until(plain, /2 unzustellbare Nachrichten/);
  await plain.getByRole("button", {name: "Unzustellbare noch einmal senden"}).click();
  for (let tries = 0; tries < 60 && taken(receiver) < 3; ++tries) await wait(200);
  assert.ok(taken(receiver) >= 3, JSON.stringify(receiver.bodies));
}
// Gives a schema and what it refers to, sees what it marks, then has it refuse.
async function keepsSchemas(page, plain, server, token) {
  const common = "https://models.example/common.json";
  const file = (content) => ({name: "schema.json", mimeType: "application/json",
                              buffer: Buffer.from(JSON.stringify(content))});
  const schema = {allOf: [{$ref: `${common}#/definitions/Place`}],
                  properties: {[no2]: {type: "number", maximum: 30}}};
  const write = (value) => fetch(`${server.address}/ngsi-ld/v1/entities/urn:ngsi-ld:Air:2/attrs`, {
    method: "PATCH", body: JSON.stringify({[no2]: value}),
    headers: {"Content-Type": "application/json", Authorization: `Bearer ${token}`}});

  await page.goto(`${data}/schemata`);
  await look(page);
  await page.getByRole("link", {name: "Schema ablegen"}).click();
  await page.getByLabel(/^Typ/).fill(air);
  await page.getByLabel("Datei (JSON)").setInputFiles(file(schema));
  await page.getByRole("button", {name: "Ablegen"}).click();
  assert.match(await page.locator("main").innerText(), /common\.json, which is not stored/);
  await look(page);

  await plain.goto(`${data}/schemata`);
  await plain.getByRole("link", {name: "Dokument ablegen"}).click();
  await plain.getByLabel(/^Adresse/).fill(common);
  await plain.getByLabel("Datei (JSON)").setInputFiles(
      file({definitions: {Place: {properties: {location: {required: ["coordinates"]}}}}}));
  await plain.getByRole("button", {name: "Ablegen"}).click();
  await plain.getByRole("link", {name: "Schema ablegen"}).click();
  await plain.getByLabel(/^Typ/).fill(air);
  await plain.getByLabel("annehmen und vermerken").check();
  await plain.getByLabel("Datei (JSON)").setInputFiles(file(schema));
  await plain.getByRole("button", {name: "Ablegen"}).click();

  assert.equal((await write(31)).status, 204);
  await page.goto(plain.url());
  const text = await page.locator("main").innerText();
  assert.match(text, /Vermerkt\s+1[^]*maximum\s+1[^]*Air:2[^]*is 31, the most is 30/);
  await look(page);
  await page.getByRole("link", {name: "Bestand prüfen"}).click();
  assert.match(await page.locator("main").innerText(), /Geprüfte Entitäten\s+2[^]*nicht\s+1/);
  await look(page);

  await plain.getByRole("button", {name: "Künftig ablehnen"}).click();
  await plain.getByRole("button", {name: "Künftig nur vermerken"}).waitFor();
  assert.equal((await write(32)).status, 400);
  await plain.reload();
  assert.match(await plain.locator("main").innerText(), /Abgelehnt\s+1/);
  await plain.getByRole("link", {name: "Löschen"}).click();
  await plain.getByRole("button", {name: "Löschen"}).click();
  assert.match(await plain.locator("main").innerText(), /Für keinen Typ gibt es ein Schema/);
  await plain.getByRole("link", {name: "Löschen"}).click();
  await plain.getByRole("button", {name: "Löschen"}).click();
  assert.equal(await plain.getByText(common).count(), 0);
}
// Takes all of a type along, then brings lines in: checked, written, told what was refused.
async function movesFiles(page, plain) {
  await plain.goto(`${data}/dateien`);
  await plain.getByLabel("Ausdruck (q)").fill("((");
  await plain.getByRole("button", {name: "Auswahl prüfen"}).click();
  assert.equal(await plain.getByRole("button", {name: "Auswahl prüfen"}).count(), 1);
  assert.equal(await plain.getByRole("link", {name: "NDJSON herunterladen"}).count(), 0);
  await plain.getByLabel("Ausdruck (q)").fill("");
  await plain.getByLabel("Typ", {exact: true}).selectOption(air);
  await plain.getByRole("button", {name: "Auswahl prüfen"}).click();
  assert.match(await plain.getByRole("status").innerText(), /^2 Entitäten passen/);
  const href = await plain.getByRole("link", {name: "NDJSON herunterladen"}).getAttribute("href");
  const lines = (await (await plain.request.get(href)).text()).trim().split("\n");
  assert.deepEqual(lines.map((line) => JSON.parse(line).id),
                   ["urn:ngsi-ld:Air:1", "urn:ngsi-ld:Air:2"]);
  await page.goto(plain.url());
  assert.match(await page.locator("main").innerText(), /curl -f [^]*api\/v1\/export\?type=/);
  await look(page);

  const more = [...lines, JSON.stringify({id: "urn:ngsi-ld:Air:3", type: air}), "{", ""];
  const file = {name: "luft.ndjson", mimeType: "application/x-ndjson",
                buffer: Buffer.from(more.join("\n"))};
  for (const each of [page, plain]) {
    await each.goto(`${data}/dateien`);
    await each.getByRole("button", {name: "Datei prüfen"}).click();
    assert.match(await each.locator("main").innerText(), /Wählen Sie eine Datei aus/);
    await each.getByLabel("NDJSON-Datei").setInputFiles(file);
    await each.getByLabel("bleibt, wie es ist").check();
    await each.getByRole("button", {name: "Datei prüfen"}).click();
    const plan = await each.locator("main").innerText();
    assert.match(plan, /luft\.ndjson: 3 Entitäten können .* eine Zeile ist fehlerhaft/);
    assert.match(plan, /Abgelehnte Zeilen[^]*\n4\t/);
  }
  await look(page);
  assert.equal((await plain.request.get("/ngsi-ld/v1/entities/urn:ngsi-ld:Air:3")).status(), 404);
  await plain.getByRole("button", {name: "3 Entitäten schreiben"}).click();
  assert.match(await plain.locator("main").innerText(), /eine Entität geschrieben, 3 abgelehnt/);
  await page.getByRole("button", {name: "3 Entitäten schreiben"}).click();
  assert.match(await page.locator("main").innerText(), /keine Entität geschrieben, 4 abgelehnt/);
  await look(page);
  assert.equal((await plain.request.get("/ngsi-ld/v1/entities/urn:ngsi-ld:Air:3")).status(), 200);
  await plain.request.delete("/ngsi-ld/v1/entities/urn:ngsi-ld:Air:3",
                             {headers: {"Sec-Fetch-Site": "same-origin"}});
}

// What the tokens of an identity provider may: made, changed, taken away.
async function keepsProfiles(page, plain) {
  const profiles = "/console/tokens/profile";
  await plain.goto("/console/tokens");
  await plain.getByRole("link", {name: "Profile für Anmeldedienste"}).click();
  await plain.getByLabel("Name", {exact: true}).fill("Nicht Gut");
  await plain.getByLabel("Rolle beim Anmeldedienst").fill("leser");
  await plain.getByRole("button", {name: "Profil speichern"}).click();
  assert.match(await plain.locator("main").innerText(), /eines von beiden/);
  await plain.getByLabel("Gilt für").selectOption("everywhere");
  await plain.locator('input[value="data.read"]').check();
  await plain.getByRole("button", {name: "Profil speichern"}).click();
  assert.match(await plain.locator("main").innerText(), /Der Name hat 1 bis 64/);
  await plain.getByLabel("Name", {exact: true}).fill("leser");
  await plain.getByRole("button", {name: "Profil speichern"}).click();
  assert.match(await plain.locator("main").innerText(),
               /leser\s+Anmeldedienst login, Rolle leser\s+[^]*\(Überall\)/);
  await page.goto(profiles);
  await page.getByRole("link", {name: "Ändern leser"}).click();
  assert.equal(await page.locator('input[value="data.read"]').isChecked(), true);
  await look(page);
  await page.locator('input[value="data.read"]').uncheck();
  await page.getByLabel("Oder Rechte nach Entität").fill('[{"operations": ["read"]}, 1]');
  await page.getByRole("button", {name: "Profil speichern"}).click();
  assert.equal(await page.locator(".kern-error").count(), 1);
  await look(page);
  await page.getByLabel("Oder Rechte nach Entität").fill(
      '[{"operations": ["read"], "types": ["Air"]}]');
  await page.getByRole("button", {name: "Profil speichern"}).click();
  assert.match(await page.locator("main").innerText(), /Rechte nach Entität/);
  await plain.goto(profiles);
  await plain.getByRole("link", {name: "Entfernen leser"}).click();
  await plain.getByRole("button", {name: "Entfernen"}).click();
  assert.match(await plain.locator("main").innerText(), /Es gibt noch keine Profile/);
}
const taken = ({bodies}) => bodies.filter(({status}) => status === 200).length;

test("a data engineer sees, asks and mends", async ({open, server: {binary}}) => {
  const server = await startCity(binary), receiver = await startReceiver();
  try {
    const page = await open({server}), plain = await open({server, javaScriptEnabled: false});
    await makeFirstAccount(page, server);
    await signIn(page);
    await signIn(plain);
    const token = await makeToken(page);
    await fill(server, token, receiver);
    await seesEntities(page);
    await asks(page, server);
    await movesFiles(page, plain);
    await keepsProfiles(page, plain);

    await page.goto(`${data}/abfrage?type=Air&limit=5&elsewhere=1`);
    await page.goto(`${data}/quellen`);
    assert.match(await page.locator("tbody").innerText(), /ruht nach einem Fehler bis/);
    await look(page);
    await page.locator("tbody a").click();
    assert.match(await page.locator("main").innerText(), /700 ms[^]*60\.000 ms/);
    assert.ok(!(await page.content()).includes("streng-geheim"));
    await look(page);
    await mendsASubscription(page, plain, receiver);
    await keepsSchemas(page, plain, server, token);

    await page.goto(`${data}/kontexte`);
    await look(page);
    await plain.goto(`${data}/kontexte`);
    await plain.getByRole("link", {name: /jsonldContexts/}).click();
    await plain.getByText("Das Dokument").click();
    assert.match(await plain.locator("pre").innerText(), /"no2"/);
    await plain.getByRole("link", {name: "Löschen"}).click();
    await plain.getByRole("button", {name: "Löschen"}).click();
    assert.equal(await plain.getByRole("link", {name: /jsonldContexts/}).count(), 0);

    await page.goto(`${data}/mandanten`);
    await page.getByLabel("Name").fill("Nicht Gut");
    await page.getByRole("button", {name: "Mandant anlegen"}).click();
    assert.equal(await page.locator("rv-summary li").count(), 1);
    await page.getByLabel("Name").fill("sensors");
    await page.getByRole("button", {name: "Mandant anlegen"}).click();
    assert.match(await page.locator("tbody").innerText(), /Standard\s+2\s+alle[^]*sensors\s+0/);
    await look(page);
    await page.goto("/console/protokoll");
    assert.match(await page.locator("tbody").innerText(), /Abonnement angehalten/);
  } finally {
    receiver.close();
    await server.stop();
  }
});
