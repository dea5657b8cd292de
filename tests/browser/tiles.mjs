// SPDX-License-Identifier: EUPL-1.2
// A small PMTiles archive for tests: every tile around Herne shows the same made-up town, in the
// layers of Protomaps' basemap. The files' forms: github.com/protomaps/PMTiles (version 3) and
// github.com/mapbox/vector-tile-spec (2.1).
import {createRequire} from "node:module";
import {gzipSync} from "node:zlib";

const {zxyToTileId} = createRequire(import.meta.url)("pmtiles");
const extent = 4096;
const west = 6.9, south = 51.4, east = 7.5, north = 51.7;
const zooms = [8, 9, 10, 11, 12];
export const attribution = '<a href="https://www.openstreetmap.org/copyright">© Beispielkarte</a>';

function varint(number) {
  const bytes = [];
  let rest = BigInt(number);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
const varints = (numbers) => Buffer.concat(numbers.map(varint));
// Protocol Buffers: a number, and what has a length.
const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, content) => {
  const body = Buffer.from(content);
  return Buffer.concat([varint((field << 3) | 2), varint(body.length), body]);
};

const zigzag = (value) => value < 0 ? -2 * value - 1 : 2 * value;
// Commands of a line, or of a ring where it is closed.
function path(points, closed) {
  let [x, y] = [0, 0];
  const steps = points.map(([nextX, nextY]) => {
    const step = [zigzag(nextX - x), zigzag(nextY - y)];
    [x, y] = [nextX, nextY];
    return step;
  });
  return varints([9, ...steps[0], (steps.length - 1) << 3 | 2, ...steps.slice(1).flat(),
                  ...(closed ? [15] : [])]);
}
const types = {point: 1, line: 2, area: 3};
const geometry = (type, points) => type === "point"
    ? varints([9, ...points[0].map(zigzag)]) : path(points, type === "area");

// features: [type, points, {name: text}].
function layer(name, features) {
  const keys = [...new Set(features.flatMap(([, , tags]) => Object.keys(tags)))];
  const values = [...new Set(features.flatMap(([, , tags]) => Object.values(tags)))];
  return bytes(3, Buffer.concat([
    number(15, 2), bytes(1, name),
    ...features.map(([type, points, tags]) => bytes(2, Buffer.concat([
      bytes(2, varints(Object.entries(tags).flatMap(
          ([key, value]) => [keys.indexOf(key), values.indexOf(value)]))),
      number(3, types[type]), bytes(4, geometry(type, points)),
    ]))),
    ...keys.map((key) => bytes(3, key)), ...values.map((value) => bytes(4, bytes(1, value))),
    number(5, extent),
  ]));
}

const square = (left, top, right, bottom) =>
    [[left, top], [right, top], [right, bottom], [left, bottom]];
// Four times one under another, so that any part of the map shows some of each.
const rows = [0, 1024, 2048, 3072];
const layers = {
  landuse: rows.flatMap((y) => [
    ["area", square(200, y + 50, 1900, y + 500), {kind: "park"}],
    ["area", square(2300, y + 50, 3900, y + 350), {kind: "residential"}],
  ]),
  water: rows.map((y) => ["area", square(0, y + 650, extent, y + 850), {kind: "water"}]),
  roads: [["line", [[0, 1600], [extent, 1600]], {kind: "major_road", name: "Hauptstraße"}],
          ["line", [[2000, 0], [2100, extent]], {kind: "highway"}],
          ["line", [[3000, 0], [3100, extent]], {kind: "rail"}]],
  places: rows.map((y) => ["point", [[3000, y + 500]], {kind: "locality", name: "Beispielort"}]),
};

function tileIds() {
  const column = (longitude, zoom) => Math.floor((longitude + 180) / 360 * 2 ** zoom);
  const row = (latitude, zoom) => {
    const angle = latitude * Math.PI / 180;
    return Math.floor((1 - Math.asinh(Math.tan(angle)) / Math.PI) / 2 * 2 ** zoom);
  };
  const ids = [];
  for (const zoom of zooms) {
    for (let x = column(west, zoom); x <= column(east, zoom); ++x) {
      for (let y = row(north, zoom); y <= row(south, zoom); ++y) ids.push(zxyToTileId(zoom, x, y));
    }
  }
  return ids.sort((a, b) => a - b);
}

export function makeTiles() {
  const tile = gzipSync(Buffer.concat(Object.entries(layers).map(([name, f]) => layer(name, f))));
  const ids = tileIds();
  const directory = gzipSync(varints([
    ids.length, ...ids.map((id, i) => id - (ids[i - 1] ?? 0)), ...ids.map(() => 1),
    ...ids.map(() => tile.length), ...ids.map(() => 1),
  ]));
  const metadata = gzipSync(JSON.stringify({
    name: "test", attribution, vector_layers: Object.keys(layers).map((id) => ({id, fields: {}})),
  }));
  const head = Buffer.alloc(127);
  head.write("PMTiles\x03", "latin1");
  const places = [127, directory.length, 127 + directory.length, metadata.length, 0, 0,
                  127 + directory.length + metadata.length, tile.length, ids.length, ids.length, 1];
  places.forEach((value, i) => head.writeBigUInt64LE(BigInt(value), 8 + 8 * i));
  head.set([0, 2, 2, 1, zooms[0], zooms.at(-1)], 96);
  [west, south, east, north].forEach((degrees, i) =>
      head.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i));
  head[118] = zooms[0];
  return Buffer.concat([head, directory, metadata, tile]);
}
