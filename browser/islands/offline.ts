// SPDX-License-Identifier: EUPL-1.2
// The service worker, served as /sw.js with one line before it that names the build. It keeps the
// programme for when there is no network: list, sessions, speakers, changes, the device's own
// programme, styles and fonts. A page from the cache says how old it is.
//
// Only what the list below names is ever kept: nothing personal (registration, ticket, console),
// no API, nothing but GET. A new build has a cache of its own and drops the old one.
export {};

declare const revierBuild: string;

interface Plan {
  version: string;  // of the programme
  now: string;      // the site's civil time
  pages: string[];
  assets: string[];
}

const scope = self as unknown as ServiceWorkerGlobalScope;
const cacheName = `revier-${revierBuild}`;
const kept = new RegExp("^/(en/)?(programm|programm/[a-z0-9-]+|sprecherin/[a-z0-9-]+|" +
                        "aenderungen|mein-programm)$");
const waitMs = 4_000;
const atHeader = "x-revier-kept-at";
const planKey = "/offline.json";
const askAgainMs = 5 * 60_000;
let asked = 0;

interface ServiceWorkerGlobalScope extends EventTarget {
  skipWaiting(): Promise<void>;
  clients: {claim(): Promise<void>};
}
interface ExtendableEvent extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}

// Pages are kept by their path: a filter is not a page of its own.
const keyOf = (url: URL): string => url.pathname;

async function keepPage(cache: Cache, key: string, response: Response): Promise<void> {
  const body = await response.text();
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.set(atHeader, String(Date.now()));
  await cache.put(key, new Response(body, {headers}));
}

async function fetchPlan(): Promise<Plan> {
  const response = await fetch(planKey, {cache: "no-store"});
  if (!response.ok) throw new Error(`${planKey}: ${response.status}`);
  return await response.json() as Plan;
}

async function keepAssets(cache: Cache, plan: Plan): Promise<void> {
  await cache.addAll(plan.assets);
  // Pictures that the sheets name.
  for (const sheet of plan.assets.filter((url) => url.endsWith(".css"))) {
    const text = await (await cache.match(sheet))?.text() ?? "";
    const pictures = [...text.matchAll(/url\("?(\/a\/[^")]+)"?\)/g)].map(([, url]) => url ?? "");
    await Promise.all(pictures.map((url) => cache.add(url).catch(() => undefined)));
  }
}

async function keepPages(cache: Cache, plan: Plan): Promise<void> {
  for (const page of plan.pages) {
    const response = await fetch(page, {cache: "no-cache"}).catch(() => undefined);
    if (response?.ok) await keepPage(cache, page, response);
  }
  const now = Date.now();
  const difference = Date.parse(plan.now) - now;
  await cache.put(planKey, new Response(JSON.stringify({...plan, difference})));
}

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  const plan = await fetchPlan();
  await keepAssets(cache, plan);
  await keepPages(cache, plan);
  await scope.skipWaiting();
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("revier-") && name !== cacheName) await caches.delete(name);
  }
  await scope.clients.claim();
}

// Where the programme has changed, its pages are fetched anew.
async function refresh(cache: Cache): Promise<void> {
  if (Date.now() - asked < askAgainMs) return;
  asked = Date.now();
  const plan = await fetchPlan();
  const old = await (await cache.match(planKey))?.json() as Plan | undefined;
  if (old?.version !== plan.version) await keepPages(cache, plan);
}

function ageOf(at: number, language: string): string {
  const locale = language === "de" ? "de-DE" : "en-GB";
  const date = new Intl.DateTimeFormat(locale, {day: "numeric", month: "long",
                                                  timeZone: "Europe/Berlin"}).format(at);
  const time = new Intl.DateTimeFormat(locale, {hour: "numeric", minute: "2-digit",
                                                  timeZone: "Europe/Berlin"}).format(at);
  return language === "de" ? `Stand: ${date}, ${time} Uhr, ohne Netz`
                           : `As of ${date}, ${time}, no network`;
}

// The kept page with a line at its top that says how old it is.
async function fromCache(cache: Cache, key: string): Promise<Response | undefined> {
  const response = await cache.match(key);
  if (!response) return undefined;
  const plan = await (await cache.match(planKey))?.json() as {difference?: number} | undefined;
  const at = Number(response.headers.get(atHeader)) + (plan?.difference ?? 0);
  const language = key.startsWith("/en") ? "en" : "de";
  const line = `<aside class="rv-notice" role="status"><p class="rv-container">` +
      `<strong>${ageOf(at, language)}</strong></p></aside>`;
  const text = (await response.text()).replace("<header", `${line}<header`);
  return new Response(text, {headers: response.headers});
}

async function answerPage(event: FetchEvent, url: URL): Promise<Response> {
  const cache = await caches.open(cacheName);
  const key = keyOf(url);
  const network = fetch(event.request);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, waitMs));
  try {
    const response = await Promise.race([network, late]) ?? await fromCache(cache, key) ??
                     await network;
    const isPlain = url.search === "" || key.endsWith("/mein-programm");
    if (response.ok && !response.redirected && !response.headers.has(atHeader) && isPlain) {
      event.waitUntil(keepPage(cache, key, response.clone())
          .then(() => refresh(cache)).catch(() => undefined));
    }
    return response;
  } catch {
    return await fromCache(cache, key) ?? Response.error();
  }
}

async function answerAsset(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const known = await cache.match(request);
  if (known) return known;
  const response = await fetch(request);
  const forEver = response.headers.get("cache-control")?.includes("immutable");
  if (response.ok && forEver) await cache.put(request, response.clone());
  return response;
}

addEventListener("install", (event) => (event as ExtendableEvent).waitUntil(install()));
addEventListener("activate", (event) => (event as ExtendableEvent).waitUntil(activate()));
addEventListener("fetch", (event) => {
  const fetching = event as FetchEvent;
  const url = new URL(fetching.request.url);
  if (fetching.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/a/")) {
    fetching.respondWith(answerAsset(fetching.request));
  } else if (fetching.request.mode === "navigate" && kept.test(url.pathname)) {
    fetching.respondWith(answerPage(fetching, url));
  }
});
