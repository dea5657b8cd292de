// SPDX-License-Identifier: EUPL-1.2
// Builds what browsers load: one style sheet of the KERN components in use and our own, the
// icons, the islands, the pictures; each with its compressed twins. tools/pack_assets.py embeds
// the folder.
//   node build.mjs --out FOLDER --stamp FILE
import {createHash} from "node:crypto";
import {copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {brotliCompressSync, constants, gzipSync} from "node:zlib";

import {fail, load, option, packageFolder} from "./options.mjs";
import {eachRule, keepUsed, keepUsedProperties, parse, print} from "./style.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../src");
const out = option("out");
const styleBytesMax = 15_000;
const target = ["chrome111", "firefox113", "safari16.4"];  // the first with oklch and color-mix
const esbuild = await load("esbuild");

const entries = (folder) => readdirSync(folder, {withFileTypes: true});
const filesUnder = (folder, ending) => entries(folder).flatMap((entry) => {
  const path = join(folder, entry.name);
  if (entry.isDirectory()) return filesUnder(path, ending);
  return entry.name.endsWith(ending) ? [path] : [];
});
const read = (...path) => readFileSync(join(...path), "utf8");
const lines = (text) =>
    text.split("\n").map((l) => l.trim()).filter((l) => l && !l.startsWith("#"));

// Classes named in templates, components and islands; "kern-alert--" stands for all that begin so.
function usedClasses() {
  const texts = [...filesUnder(source, ".html"), ...filesUnder(join(here, "islands"), ".ts"),
                 join(source, "web/components.cpp")].map((f) => readFileSync(f, "utf8"));
  const names = new Set(texts.join(" ").match(/\b(kern|rv)-[a-zA-Z0-9_-]+/g));
  const prefixes = [...names].filter((n) => n.endsWith("--") && n !== "kern-icon--");
  const icons = new Set(lines(read(here, "icons.txt")).map((name) => `kern-icon--${name}`));
  return (name) => {
    if (/^kern-icon--(?!small|default|large|x-large)/.test(name)) return icons.has(name);
    return !name.startsWith("kern-") || names.has(name) || prefixes.some((p) => name.startsWith(p));
  };
}

const hashed = (name, content) =>
    `/a/${createHash("sha256").update(content).digest("hex").slice(0, 8)}/${name}`;

// data: pictures become files; each picture once, named by its class where it is an icon.
function pictureFiles(sheet) {
  const names = new Map();
  const fileOf = (data, prelude) => {
    const svg = decodeURIComponent(data);
    if (!names.has(svg)) {
      const icon = /\.kern-icon--([a-z-]+)/.exec(prelude)?.[1];
      const name = icon ? `icon-${icon}.svg` : `picture-${names.size}.svg`;
      writeFileSync(join(out, name), svg);
      names.set(svg, hashed(name, svg));
    }
    return names.get(svg);
  };
  eachRule(sheet, (rule) => {
    rule.declarations = rule.declarations.filter(([name]) => !name.startsWith("-webkit-mask"))
        .map(([name, value]) => [name, value.replace(
            /url\((["'])data:image\/svg\+xml(?:;utf8|;charset=utf-8)?,(.*?)\1\)/g,
            (_, quote, data) => `url("${fileOf(data, rule.prelude)}")`)]);
  });
}

// url("asset:NAME") is the address of a file of this build.
function withAssetAddresses(css) {
  return css.replace(/url\("asset:([^"]+)"\)/g,
                     (_, name) => `url("${hashed(name, readFileSync(join(out, name)))}")`);
}

// KERN draws icons white and rings transparent where colours are forced: wrong on a light ground,
// and a ring without adjustment is not seen at all.
function withForcedColours(sheet) {
  for (const node of sheet.filter((n) => n.rules && n.prelude.includes("forced-colors"))) {
    eachRule(node.rules, (rule) => {
      rule.declarations = rule.declarations.map(([name, value]) => [
        name, name === "outline-color" ? value.replace("transparent", "CanvasText")
                                       : value.replace("var(--kern-color-white)", "CanvasText"),
      ]);
    });
  }
  return sheet;
}

function styleSheet() {
  const kern = keepUsed(parse(read(packageFolder("@kern-ux/native"), "dist/kern.css"))
                            .filter((node) => !node.statement), usedClasses());
  const own = lines(read(here, "css/order.txt")).map((name) => read(here, "css", name)).join("\n");
  const sheet = keepUsedProperties([...withForcedColours(kern), ...parse(own)]);
  pictureFiles(sheet);
  const css = withAssetAddresses(print(sheet));
  return esbuild.transformSync(css, {loader: "css", minify: true, target}).code;
}

// An island that holds others' code says whose.
const notices = {
  "map_ground.ts": "/*! With pmtiles, Copyright Protomaps LLC, BSD-3-Clause, and fflate, " +
      "Copyright Arjun Barrett, MIT */",
  "qr_camera.ts": "/*! With qr-scanner, Copyright Nimiq, danimoh, MIT */",
};

// qr-scanner makes its worker from a text, which the Content-Security-Policy refuses: the text
// becomes a file, and a module of ours stands in for the one that holds it.
const qrEngine = {
  name: "qr-engine",
  setup: ({onResolve}) => onResolve({filter: /qr-scanner-worker\.min\.js$/},
                                    () => ({path: join(here, "islands/_qr_engine.ts")})),
};

async function qrWorker() {
  const {Blob, URL} = globalThis;
  let text = "";
  Object.assign(globalThis, {Blob: class { constructor([part]) { text = part; } },
                             URL: {createObjectURL: () => ""}, Worker: class {}});
  const module = read(packageFolder("qr-scanner"), "qr-scanner-worker.min.js");
  // As an address, because Node 18 takes the file for CommonJS.
  const address = `data:text/javascript;base64,${Buffer.from(module).toString("base64")}`;
  (await import(address)).createWorker();
  Object.assign(globalThis, {Blob, URL, Worker: undefined});
  const notice = "/*! Of qr-scanner, Copyright Nimiq, danimoh, MIT; jsQR, Apache-2.0 */\n";
  writeFileSync(join(out, "qr_scanner_worker.js"), notice + text);
}

async function islands() {
  const folder = join(here, "islands");
  for (const name of readdirSync(folder).filter((n) => n.endsWith(".ts") && !n.startsWith("_"))) {
    await esbuild.build({
      entryPoints: [join(folder, name)], outdir: out, bundle: true, minify: true, format: "esm",
      target, legalComments: "none", banner: {js: notices[name] ?? ""},
      nodePaths: [join(packageFolder("esbuild"), "..")], plugins: [qrEngine],
    });
  }
}

// Sheets that the list of the common one does not name are files of their own.
function otherSheets() {
  const common = new Set(lines(read(here, "css/order.txt")));
  for (const name of readdirSync(join(here, "css"))) {
    if (!name.endsWith(".css") || common.has(name)) continue;
    const {code} = esbuild.transformSync(read(here, "css", name), {loader: "css", minify: true,
                                                                   target});
    writeFileSync(join(out, name), code);
  }
}

// The map's library as it is published, licence notice included; pages load it on request.
function mapLibrary() {
  const folder = join(packageFolder("maplibre-gl"), "dist");
  for (const [from, to] of [["maplibre-gl-csp.js", "maplibre.js"],
                            ["maplibre-gl-csp-worker.js", "maplibre_worker.js"]]) {
    writeFileSync(join(out, to), read(folder, from).replace(/^\/\/# sourceMappingURL=.*$/m, ""));
  }
}

function compress() {
  for (const name of readdirSync(out).filter((n) => /\.(css|js|svg|json|geojson|txt)$/.test(n))) {
    const raw = readFileSync(join(out, name));
    const br = brotliCompressSync(raw, {params: {[constants.BROTLI_PARAM_QUALITY]: 11}});
    const gz = gzipSync(raw, {level: 9});
    if (br.length < raw.length * 0.9) writeFileSync(join(out, `${name}.br`), br);
    if (gz.length < raw.length * 0.9) writeFileSync(join(out, `${name}.gz`), gz);
    if (name === "site.css" && br.length > styleBytesMax) {
      fail(`site.css has ${br.length} bytes compressed, at most ${styleBytesMax} are allowed`);
    }
  }
}

rmSync(out, {recursive: true, force: true});
mkdirSync(out, {recursive: true});
for (const folder of [join(here, "fonts"), join(here, "files")]) {
  for (const name of readdirSync(folder)) copyFileSync(join(folder, name), join(out, name));
}
writeFileSync(join(out, "site.css"), styleSheet());
otherSheets();
await islands();
await qrWorker();
mapLibrary();
compress();
writeFileSync(option("stamp"), "");
