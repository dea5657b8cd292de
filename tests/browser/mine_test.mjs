// SPDX-License-Identifier: EUPL-1.2
// The visitor's own programme, and the programme without network.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere} from "./checks.mjs";
import {test} from "./suite.mjs";

const ids = ["scd25-d1-07", "scd25-d1-08"];

test("favourites stay on the device and become a programme of one's own", async ({open}) => {
  const page = await open();
  await page.goto("/programm");
  for (const id of ids) await page.locator(`rv-favourite[data-session="${id}"] button`).click();
  await page.reload();
  assert.equal(await page.locator('.rv-favourite[aria-pressed="true"]').count(), 2);
  await page.goto("/mein-programm");
  await page.waitForURL(/session=/);
  assert.equal(await page.locator(".rv-programme > li").count(), 2);
  assert.match(await page.locator("main").innerText(), /überschneiden sich/);
  await isWholePage(page, "de");
  await looksWellEverywhere(page);
  const feed = await page.getByRole("link", {name: "Als Kalenderdatei"}).getAttribute("href");
  const text = await (await page.request.get(feed)).text();
  assert.equal(text.match(/BEGIN:VEVENT/g).length, 2);
  assert.match(await page.getByRole("link", {name: /abonnieren/}).getAttribute("href"),
               /^webcal:\/\/.*session=/);
  await page.locator(`main form input[value="${ids[0]}"]`).uncheck();
  await page.getByRole("button", {name: "Mein Programm zeigen"}).click();
  assert.doesNotMatch(await page.locator("main").innerText(), /überschneiden/);
  await page.goto("/programm");
  assert.equal(await page.locator('.rv-favourite[aria-pressed="true"]').count(), 1);
});

test("a programme of one's own without JavaScript", async ({open}) => {
  const page = await open({javaScriptEnabled: false});
  await page.goto("/en/mein-programm");
  for (const id of ids) await page.locator(`main form input[value="${id}"]`).check();
  await page.getByRole("button", {name: "Show my programme"}).click();
  assert.equal(new URL(page.url()).searchParams.getAll("session").length, 2);
  assert.equal(await page.locator(".rv-programme > li").count(), 2);
  assert.match(await page.locator("main").innerText(), /overlap/);
});

const workerReady = (page) => page.evaluate(async () => {
  await navigator.serviceWorker.ready;
  while (!navigator.serviceWorker.controller) await new Promise((r) => setTimeout(r, 50));
});

test("the programme is there without network and says how old it is", async ({open, server}) => {
  const page = await open();
  await page.goto("/programm");
  await page.locator(`rv-favourite[data-session="${ids[1]}"] button`).click();
  await workerReady(page);
  await page.goto("/anmeldung");
  await page.goto(`/mein-programm?session=${ids[1]}`);
  await page.context().setOffline(true);
  for (const path of ["/programm", `/programm/${ids[0]}`, "/en/programm?tag=2025-02-06",
                      "/mein-programm"]) {
    await page.goto(path);
    const notice = await page.locator("aside.rv-notice[role=status]").innerText();
    assert.match(notice, path.startsWith("/en") ? /^As of 20 January.*no network/
                                                : /^Stand: 20\. Januar, \d+:\d\d Uhr, ohne Netz/);
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
  }
  assert.equal(await page.locator(".rv-programme > li").count(), 1, "favourites without network");
  const other = await page.context().newPage();
  await assert.rejects(other.goto("/anmeldung"), /ERR_INTERNET_DISCONNECTED/);
  await other.close();
  const kept = await page.evaluate(async () => {
    const urls = [];
    for (const name of await caches.keys()) {
      for (const request of await (await caches.open(name)).keys()) urls.push(request.url);
    }
    return urls;
  });
  assert.deepEqual(kept.filter((url) => /anmeldung|console|ticket|api|ngsi/.test(url)), []);
  await page.context().setOffline(false);
  await page.goto("/programm");
  assert.equal(await page.locator("aside.rv-notice[role=status]").count(), 0);
  // Another build: its cache takes the place of the old one.
  await page.evaluate(() => caches.open("revier-old-build"));
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration()).unregister();
  });
  await page.reload();
  await workerReady(page);
  assert.deepEqual((await page.evaluate(() => caches.keys())).filter((n) => n.includes("old")), []);
  assert.match(await (await server.ask("/sw.js")).text(), /^const revierBuild="[0-9a-f]{48}";/);
});
