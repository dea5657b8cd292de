// SPDX-License-Identifier: EUPL-1.2
// The operator's map tiles as the ground of the map, in a browser and by ranges.
import assert from "node:assert/strict";
import {mkdtempSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";

import {looksWellEverywhere, noOverflow} from "./checks.mjs";
import {Server} from "./server.mjs";
import {narrow, test} from "./suite.mjs";
import {makeTiles} from "./tiles.mjs";

// How many points of the map have about that colour.
async function countColour(page, [red, green, blue]) {
  const picture = await page.locator(".rv-map__ground").screenshot();
  return page.evaluate(async ({bytes, wanted}) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context.drawImage(bitmap, 0, 0);
    const {data} = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (wanted.every((value, i) => Math.abs(data[at + i] - value) < 12)) count += 1;
    }
    return count;
  }, {bytes: [...picture], wanted: [red, green, blue]});
}

async function appears(page, colour, what) {
  for (let tries = 0; tries < 40; ++tries) {
    if (await countColour(page, colour) > 500) return;
    await page.waitForTimeout(250);
  }
  assert.fail(`${what} is not on the map`);
}

test("the operator's tiles are the ground of the map", async ({open, server: {process}}) => {
  const folder = mkdtempSync(join(tmpdir(), "revier-tiles-"));
  const file = join(folder, "town.pmtiles"), tiles = makeTiles();
  writeFileSync(file, tiles);
  const server = await Server.start(process.spawnfile, "--map-pmtiles", file);
  try {
    const part = await server.ask("/tiles/map.pmtiles", {headers: {Range: "bytes=0-6"}});
    assert.equal(part.status, 206);
    assert.equal(await part.text(), "PMTiles");
    assert.equal(part.headers.get("content-range"), `bytes 0-6/${tiles.length}`);
    const beyond = await server.ask("/tiles/map.pmtiles",
                                    {headers: {Range: `bytes=${tiles.length}-`}});
    assert.equal(beyond.status, 416);

    const page = await open({server});
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto("/stadt-jetzt");
    assert.ok(!asked.some((url) => /pmtiles|map_ground/.test(url)), "nothing is loaded before");
    await page.getByRole("button", {name: "Karte laden"}).click();
    await page.locator("rv-map canvas").waitFor();
    await appears(page, [180, 211, 230], "water in light");
    await appears(page, [217, 231, 205], "a park in light");
    const credit = page.locator("rv-map").getByRole("link", {name: "© Beispielkarte"});
    assert.equal(await credit.getAttribute("href"), "https://www.openstreetmap.org/copyright");
    assert.match(await page.locator("rv-map").innerText(), /GeoBasis-DE/);
    await page.emulateMedia({colorScheme: "dark"});
    await appears(page, [22, 58, 80], "water in dark");
    await page.emulateMedia({forcedColors: "active"});
    await page.waitForTimeout(500);
    assert.ok(await countColour(page, [22, 58, 80]) < 50, "forced colours have plain ground");
    await looksWellEverywhere(page);
    await page.setViewportSize(narrow);
    await noOverflow(page);
    await page.context().close();
  } finally {
    await server.stop();
    rmSync(folder, {recursive: true});
  }
});
