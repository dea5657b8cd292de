// SPDX-License-Identifier: EUPL-1.2
// Service worker of the check-in pages alone (its scope is their address): keeps the page that
// works without network, and the files it needs. The site's own worker deletes old caches that
// begin with "revier-": this one is called otherwise.
//
// The page that is kept is .../einlass/ohne-netz: it knows no name and no session.
declare const self: ServiceWorkerGlobalScope;

const cacheName = "einlass-1";
const pageMs = 4_000;
const shell = new URL("ohne-netz", self.location.href).pathname;
const assetPattern = /\/a\/[0-9a-f]{8}\/[A-Za-z0-9_.-]+/g;

async function addAssets(cache: Cache, text: string, seen: Set<string>): Promise<void> {
  for (const [path] of text.matchAll(assetPattern)) {
    if (seen.has(path)) continue;
    seen.add(path);
    let answer = await cache.match(path);
    if (!answer) {
      answer = await fetch(path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await cache.put(path, answer.clone());
    }
    if (path.endsWith(".css")) await addAssets(cache, await answer.text(), seen);
  }
}

// The page comes last: where it is, everything it names is there.
async function keepPage(): Promise<void> {
  const cache = await caches.open(cacheName);
  const page = await fetch(shell, {cache: "no-cache"});
  if (!page.ok) throw new Error(`${shell}: ${page.status}`);
  const seen = new Set<string>([shell]);
  await addAssets(cache, await page.clone().text(), seen);
  await cache.put(shell, page);
  for (const {url} of await cache.keys()) {
    const {pathname} = new URL(url);
    if (pathname.startsWith("/a/") && !seen.has(pathname)) await cache.delete(url);
  }
}

const tooLate = (ms: number): Promise<never> =>
    new Promise((_, reject) => { setTimeout(() => reject(new Error("too late")), ms); });

async function page(event: FetchEvent): Promise<Response> {
  try {
    const answer = await Promise.race([fetch(event.request), tooLate(pageMs)]);
    if (answer.status < 500) {
      event.waitUntil(keepPage().catch(() => undefined));
      return answer;
    }
  } catch {
    // No network, or one that is as good as none.
  }
  return await (await caches.open(cacheName)).match(shell) ?? Response.error();
}

async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  return await cache.match(request, {ignoreVary: true}) ?? fetch(request);
}

self.addEventListener("install", (event) => {
  event.waitUntil(keepPage().then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const {pathname, origin} = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event));
  else if (pathname.startsWith("/a/")) event.respondWith(asset(event.request));
});

export {};
