// SPDX-License-Identifier: EUPL-1.2
// Every public page, German and English.
import assert from "node:assert/strict";

import {isWholePage, looksWellEverywhere, weightOf} from "./checks.mjs";
import {narrow, test} from "./suite.mjs";

const weightMax = 100_000;
const weightWithoutFontsMax = 36_000;

export const pages = [
  "/", "/programm", "/programm?ansicht=raster", "/programm/scd25-d1-08", "/sprecherin/frank-dudda",
  "/anmeldung", "/ausstellung", "/best-practices", "/stadt-jetzt", "/buergeraktion", "/anreise",
  "/impressum", "/datenschutz", "/barrierefreiheit",
];
const inEnglish = (path) => `/en${path}`;

for (const german of pages) {
  for (const [language, path] of [["de", german], ["en", inEnglish(german)]]) {
    test(`page ${path} is whole and open to everybody`, async ({open}) => {
      const page = await open();
      const answer = await page.goto(path);
      assert.equal(answer.status(), 200);
      await isWholePage(page, language);
      await looksWellEverywhere(page);
    });
  }
  test(`page ${german} reads the same without JavaScript`, async ({open}) => {
    const page = await open({javaScriptEnabled: false, viewport: narrow});
    const answer = await page.goto(german);
    assert.equal(answer.status(), 200);
    assert.equal(await page.locator("h1").count(), 1);
    assert.ok((await page.locator("main").innerText()).length > 100);
  });
  test(`page ${german} is light`, async ({open}) => {
    const {all, fonts} = await weightOf(await open(), german);
    assert.ok(fonts > 0 && all > fonts, `${all} bytes, fonts ${fonts}`);
    assert.ok(all <= weightMax, `${all} bytes`);
    assert.ok(all - fonts <= weightWithoutFontsMax, `${all - fonts} bytes without fonts`);
  });
}

test("the language switch leads to the same page and back", async ({open}) => {
  const page = await open();
  for (const path of ["/", "/programm?tag=2025-02-05", "/anreise"]) {
    await page.goto(path);
    await page.getByRole("link", {name: "English", exact: true}).click();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.getByRole("link", {name: "Deutsch", exact: true}).click();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, path);
  }
  assert.equal((await page.goto("/en")).status(), 200);
});

test("a page that does not exist says so in the page's language", async ({open}) => {
  const page = await open();
  for (const [path, language] of [["/gibt-es-nicht", "de"], ["/en/not-there", "en"],
                                  ["/programm/nichts", "de"], ["/sprecherin/niemand", "de"]]) {
    assert.equal((await page.goto(path)).status(), 404, path);
    await isWholePage(page, language);
  }
  await looksWellEverywhere(page);
});

test("the skip link and the menu work by keyboard", async ({open}) => {
  const page = await open();
  await page.goto("/");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "inhalt");
  await page.setViewportSize(narrow);
  await page.locator(".rv-menu summary").focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/programm");
});
