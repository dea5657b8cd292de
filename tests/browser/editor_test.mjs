// SPDX-License-Identifier: EUPL-1.2
// The programme from draft to release on the console, with and without JavaScript.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, noViolations} from "./checks.mjs";
import {makeFirstAccount, signIn} from "./console_test.mjs";
import {letter} from "./mailbox.mjs";
import {register} from "./people.mjs";
import {test} from "./suite.mjs";

const look = async (page) => {
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
};

export async function signedIn(page, server) {
  const link = await page.request.get(server.firstLink);
  if (link.status() !== 410) await makeFirstAccount(page, server);
  await page.context().clearCookies();
  await signIn(page);
}

const main = (page) => page.locator("main").innerText();

test("an organiser drafts a session, is warned, and releases it", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm");
  await noViolations(page);
  await page.getByRole("link", {name: "Neue Veranstaltung"}).click();
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.locator("rv-summary").waitFor();
  assert.match(await page.title(), /^Fehler/);
  await look(page);
  await page.getByLabel("Titel auf Deutsch").fill("Offene Sprechstunde für <KI> & Amt");
  await page.getByLabel("Tag", {exact: true}).selectOption("2025-02-05");
  await page.getByLabel("Beginn").fill("14:30");
  await page.getByLabel("Ende").fill("14:20");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  assert.match(await page.locator("rv-summary").innerText(), /Ende liegt nicht nach/);
  assert.equal(await page.getByLabel("Titel auf Deutsch").inputValue(),
               "Offene Sprechstunde für <KI> & Amt", "the form stays filled");
  await page.getByLabel("Ende").fill("15:00");
  const busy = (await server.json("/api/v1/sessions"))
      .find(({id}) => id === "scd25-d1-08");
  await page.getByLabel(/^Raum/).selectOption(busy.room);
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  assert.match(await main(page), /Raum doppelt belegt/);
  assert.match(page.url(), /offene-sprechstunde-fuer-ki-amt/);
  await noViolations(page);
  const id = page.url().match(/veranstaltungen\/([^?]+)/)[1];
  assert.equal((await server.ask(`/programm/${id}`)).status, 404, "a draft is not public");
  assert.equal((await server.ask(`/api/v1/sessions/${id}`)).status, 404);

  await page.getByRole("link", {name: "Zurück zum Programm"}).click();
  assert.match(await main(page), /1 offener Entwurf[^]*neu, Entwurf/);
  await page.getByRole("link", {name: "Änderungen veröffentlichen"}).click();
  assert.match(await main(page), /Offene Sprechstunde[^]*neu/);
  await noViolations(page);
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.locator("rv-summary").waitFor();
  await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Eine Sprechstunde ist neu.");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung").waitFor();
  const shown = await server.ask(`/programm/${id}`);
  assert.equal(shown.status, 200);
  assert.match(await shown.text(), /Offene Sprechstunde für &lt;KI&gt; &amp; Amt/);
  const [last] = (await server.json("/api/v1/changes?since=0")).slice(-1);
  assert.deepEqual([last.session, last.what], [id, ["created"]]);
  await page.goto("/console/protokoll");
  assert.match(await main(page), /Programm veröffentlicht\s+Fassung 1\b/);
});

test("a stand and a best practice are written, released and shown", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm/ausstellung");
  await page.getByRole("link", {name: "Neuer Stand"}).click();
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.locator("rv-summary").waitFor();
  await look(page);
  await page.getByLabel("Wer ausstellt").fill("Stadtwerke <Herne>");
  await page.getByLabel("Thema auf Deutsch").fill("Laternen, die melden, wenn sie dunkel sind");
  await page.getByLabel(/^Stand/).fill("Foyer, Stand 4");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  assert.match(page.url(), /ausstellung\/stadtwerke-herne/);
  await page.goto("/console/programm/best-practices");
  await page.getByRole("link", {name: "Neue Best Practice"}).click();
  await look(page);
  await page.getByLabel("Titel auf Deutsch").fill("Bäume gießen nach Daten");
  await page.getByLabel("Beschreibung auf Deutsch").fill("Erst messen.\nDann gießen.");
  await page.getByLabel("Stadt", {exact: true}).fill("Herne");
  await page.getByLabel("Felder").fill("Klima , Sensoren,Klima,");
  await page.getByLabel("LoRaWAN in der Stadt").check();
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  assert.equal(await page.getByLabel("Felder").inputValue(), "Klima, Sensoren");
  assert.equal((await server.ask("/api/v1/best-practices/baeume-giessen-nach-daten")).status, 404);

  await page.goto("/console/programm/veroeffentlichen");
  assert.match(await main(page), /Stadtwerke <Herne>[^]*neu/);
  await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Mehr zu sehen.");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung").waitFor();
  await page.goto("/console/programm/ausstellung");
  assert.match(await main(page), /Stadtwerke <Herne>\s+Foyer, Stand 4/);
  await noViolations(page);
  await page.goto("/ausstellung");
  assert.match(await main(page), /Stadtwerke <Herne>[^]*Laternen, die melden/);
  await page.goto("/best-practices?feld=Klima");
  assert.match(await main(page), /Bäume gießen[^]*Erst messen\.\nDann gießen\.[^]*LoRaWAN in der/);
  const {fields, sessions} = await server.json("/api/v1/best-practices/baeume-giessen-nach-daten");
  assert.deepEqual([fields, sessions], [["Klima", "Sensoren"], ["scd25-d1-08"]]);
});

test("two editors do not overwrite each other; without JavaScript", async ({open, server}) => {
  const page = await open({javaScriptEnabled: false});
  await signedIn(page, server);
  const form = "/console/programm/veranstaltungen/scd25-d1-08";
  await page.goto(form);
  const second = await page.context().newPage();
  await second.goto(form);
  for (const [each, text] of [[page, "Zuerst"], [second, "Zu spät"]]) {
    await each.getByLabel("Titel auf Deutsch").fill(text);
    await each.getByRole("button", {name: "Als Entwurf speichern"}).click();
  }
  assert.match(await main(page), /Gespeichert als Entwurf/);
  assert.match(await main(second), /Jemand anderes hat diesen Eintrag/);
  assert.equal(await second.getByLabel("Titel auf Deutsch").inputValue(), "Zu spät");
  await page.goto("/console/programm/veroeffentlichen");
  assert.match(await main(page), /Zuerst[^]*neuer Titel, bisher/);
  await page.goto(form);
  await page.getByRole("link", {name: "Entwurf verwerfen"}).click();
  await page.getByRole("button", {name: "Ja, Entwurf verwerfen"}).click();
  assert.match(await main(page), /Keine offenen Entwürfe/);
});

test("who saves after something else became public is told", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  const path = "/api/v1/sessions/scd25-d1-08";
  const session = await server.json(path);
  const put = async (body) => {
    const answer = await server.ask(path, {method: "PUT", token: true, body});
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
  };
  await page.goto("/console/programm/veranstaltungen/scd25-d1-08");
  await put({...session, title: {de: "Von Bert", en: "By Bert"}});
  await page.getByLabel("Titel auf Deutsch").fill("Von Anna");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Jemand anderes hat diesen Eintrag").waitFor();
  assert.equal(await page.getByLabel("Titel auf Deutsch").inputValue(), "Von Anna");
  await page.goto("/console/programm");
  assert.match(await main(page), /Keine offenen Entwürfe/);
  await put(session);
});

test("people and rooms are edited like sessions", async ({open, server}) => {
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm/vortragende");
  await page.getByRole("link", {name: "Neue Person"}).click();
  await page.getByLabel("Name, mit Titel").fill("Dr. Erika Beispiel");
  await page.getByLabel("Funktion und Einrichtung").fill("Stadt Musterhausen");
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  await page.goto("/console/programm/veranstaltungen/neu");
  assert.equal(await page.getByLabel("Dr. Erika Beispiel").count(), 1,
               "a draft person can be chosen");
  await page.goto("/console/programm/vortragende/dr-erika-beispiel/verwerfen");
  await noViolations(page);
  await page.getByRole("button", {name: "Ja, Entwurf verwerfen"}).click();
  await page.goto("/console/programm/raeume/kaminzimmer");
  assert.notEqual(await page.getByLabel(/^Plätze im Raum/).inputValue(), "");
});

test("how one gets there is written with the place", async ({open, server}) => {
  const before = await server.json("/api/v1/places/mulvany-villa");
  const page = await open();
  await signedIn(page, server);
  await page.goto("/console/programm/orte/mulvany-villa");
  assert.match(await page.getByLabel("Anreise, auf Deutsch").inputValue(), /^Mit der Bahn: /m);
  await page.getByLabel("Anreise, auf Deutsch")
    .fill("Bus 311 bis <Shamrockring>.\n\nAuskunft: https://vrr.example/herne.");
  await page.getByLabel("Anreise, auf Englisch").fill("");
  await look(page);
  await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
  await page.getByText("Gespeichert als Entwurf").waitFor();
  await page.getByRole("link", {name: "Zurück zum Programm"}).click();
  await page.getByRole("link", {name: "Änderungen veröffentlichen"}).click();
  await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Der Weg zur Villa.");
  await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
  await page.getByText("Veröffentlicht als Fassung").waitFor();
  await page.goto("/anreise");
  assert.match(await main(page), /Bus 311 bis <Shamrockring>\.\n\nAuskunft: /);
  assert.equal(await page.getByRole("link", {name: "vrr.example"}).getAttribute("href"),
               "https://vrr.example/herne");
  await look(page);
  await server.ask("/api/v1/places/mulvany-villa", {method: "PUT", token: true, body: before});
});

// A third day with one session, so that the days of the others stay as they are.
async function withThirdDay(server, run) {
  const [event] = await server.json("/api/v1/events");
  const session = await server.json("/api/v1/sessions/scd25-d1-08");
  const put = async (path, body) => {
    const answer = await server.ask(path, {method: "PUT", token: true, body});
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  };
  const day = {date: "2025-02-07", title: {de: "Nachklang", en: "Echo"}, capacity: 10,
               starts_at: "2025-02-07T09:00:00+01:00", ends_at: "2025-02-07T12:00:00+01:00"};
  await put(`/api/v1/events/${event.id}`, {...event, days: [...event.days, day]});
  await put("/api/v1/sessions/nachklang", {
    ...session, id: "nachklang", day: day.date, title: day.title, capacity: 5, bookable: true,
    starts_at: "2025-02-07T10:00:00+01:00", ends_at: "2025-02-07T11:00:00+01:00"});
  try {
    await run(event);
  } finally {
    await server.ask("/api/v1/sessions/nachklang", {method: "DELETE", token: true});
    await put(`/api/v1/events/${event.id}`, event);
  }
}

test("a whole day is cancelled, and comes back", async ({open, server}) => {
  await withThirdDay(server, async (event) => {
    const guest = await register(server, ["tag-2025-02-07", "nachklang"], "Gast Beispiel");
    const page = await open();
    await signedIn(page, server);
    const day = async () => (await server.json(`/api/v1/events/${event.id}`)).days.at(-1);
    const cancel = async () => {
      await page.goto("/console/programm");
      await page.getByRole("link", {name: /7\. Februar 2025: absagen/}).click();
    };
    await cancel();
    await look(page);
    assert.match(await main(page), /1 Veranstaltung fällt aus\. 2 vergebene Plätze gelten nicht/);
    assert.match(await main(page), /1 Anmeldung bekommt eine E-Mail/);
    assert.equal((await day()).cancelled, undefined, "asking changes nothing");
    const forged = await page.request.post(page.url(), {
      form: {csrf: "x"}, headers: {"Sec-Fetch-Site": "same-origin"}, maxRedirects: 0});
    assert.equal(forged.status(), 403);
    assert.equal((await day()).cancelled, undefined);
    await page.getByRole("button", {name: "Ja, den ganzen Tag absagen"}).click();
    await page.getByText("7. Februar 2025 ist abgesagt.").waitFor();
    assert.doesNotMatch(await main(page), /bekommt mit der Veröffentlichung eine E-Mail/);
    assert.equal((await day()).cancelled, true);
    assert.equal((await server.json("/api/v1/sessions/nachklang")).cancelled, true);
    const told = await letter(server, guest.mail, /fällt aus/);
    assert.match(told.text, /Nachklang[^]*fällt aus[^]*Nachklang[^]*fällt aus[^]*kein Einlass/);
    const mine = await server.json(`/api/v1/registrations/${guest.id}/export`);
    assert.equal(mine.letters.filter(({text}) => /fällt aus/.test(text)).length, 1, "told once");
    const calendar = await (await server.ask("/calendar.ics")).text();
    assert.match(calendar.split("BEGIN:VEVENT").find((one) => /Nachklang/.test(one)),
                 /STATUS:CANCELLED/);
    const feed = await server.json("/feed.json");
    assert.ok(feed.items.some(({title}) => /Nachklang/.test(title)), JSON.stringify(feed.items));
    const hold = await server.ask("/api/v1/holds", {
      method: "POST", body: {parts: [{quota: "tag-2025-02-07", seats: 1}]}});
    assert.equal(hold.status, 409, "nobody can book it any more");
    await page.goto("/console/protokoll");
    assert.match(await main(page), /Tag abgesagt/);
    await page.goto("/programm");
    assert.match(await main(page), /7\. Februar 2025 – fällt aus/);

    await page.goto("/console/programm");
    await page.getByRole("link", {name: /7\. Februar 2025: fällt aus/}).click();
    await page.getByRole("button", {name: "Ja, der Tag findet statt"}).click();
    assert.equal((await day()).cancelled, undefined);
    assert.equal((await server.json("/api/v1/sessions/nachklang")).cancelled, true, "by itself");
    await letter(server, guest.mail, /findet doch statt/);
    // What stays behind is closed, as the others would find it.
    await cancel();
    assert.match(await main(page), /Am Tag steht keine Veranstaltung mehr/);
    await page.getByRole("button", {name: "Ja, den ganzen Tag absagen"}).click();
    await page.getByText("7. Februar 2025 ist abgesagt.").waitFor();
  });
});

test("who moves or takes out what is booked reads whom it concerns", async ({open, server}) => {
  await withThirdDay(server, async () => {
    await register(server, ["tag-2025-02-07", "nachklang"], "Gast Beispiel");
    const page = await open();
    await signedIn(page, server);
    const form = "/console/programm/veranstaltungen/nachklang";
    await page.goto(form);
    await page.getByLabel("Ende").fill("11:30");
    await page.getByRole("button", {name: "Als Entwurf speichern"}).click();
    await page.getByText("Gespeichert als Entwurf").waitFor();
    const told = /(1 Platz ist|\d+ Plätze sind) vergeben\. Wer einen hat.*bekommt .* E-Mail/;
    await page.goto("/console/programm/veroeffentlichen");
    assert.match(await main(page), told);
    await page.goto(`${form}/entfernen`);
    assert.match(await main(page), told);
    await page.getByRole("button", {name: "Ja, herausnehmen"}).click();
    await page.goto("/console/programm/veroeffentlichen");
    assert.match(await main(page), told);
    await page.getByLabel("Was hat sich geändert? (Deutsch)").fill("Weniger.");
    await page.getByRole("button", {name: "Jetzt veröffentlichen"}).click();
    await page.getByText("Veröffentlicht als Fassung").waitFor();
    assert.equal((await page.goto("/programm/nachklang")).status(), 410);
    await look(page);
    assert.match(await main(page), /nicht mehr im Programm[^]*Nachklang/);
    await page.getByRole("link", {name: "Was sich sonst geändert hat"}).click();
    await page.waitForURL(/aenderungen$/);
  });
});
