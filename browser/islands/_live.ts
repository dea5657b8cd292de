// SPDX-License-Identifier: EUPL-1.2
// <rv-live data-stream="/live" data-worker="/a/.../live_worker.js" data-pause="..."
//          data-resume="..." data-updated="..."></rv-live>
//
// Keeps every element [data-live="ENTITYID ATTRIBUTE"] of the page up to date. Numbers are written
// in the page's language with at most data-digits places (1), after multiplying by data-factor (1);
// a <time> takes an instant. At most every 30 seconds one sentence tells readers of the page aloud
// that values changed; a button pauses.
import {type Change, Stream} from "./_stream";

const announceEveryMs = 30_000;

export class LiveElement extends HTMLElement {
  private readonly targets = new Map<string, HTMLElement[]>();
  private readonly status = document.createElement("span");
  private readonly button = document.createElement("button");
  private send: (ids: string[] | null) => void = () => undefined;
  private paused = false;
  private announcedAt = 0;

  connectedCallback(): void {
    for (const element of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const key = element.dataset.live ?? "";
      this.targets.set(key, [...(this.targets.get(key) ?? []), element]);
    }
    if (this.targets.size === 0) return;
    this.showControls();
    this.send = this.connect();
    document.addEventListener("visibilitychange", () => this.update());
    addEventListener("pagehide", () => this.send(null));
    addEventListener("pageshow", () => this.update());
    this.update();
  }

  private showControls(): void {
    this.status.setAttribute("role", "status");
    this.button.type = "button";
    this.button.className = "rv-live__button";
    this.button.textContent = this.dataset.pause ?? "";
    this.button.addEventListener("click", () => {
      this.paused = !this.paused;
      this.button.textContent = (this.paused ? this.dataset.resume : this.dataset.pause) ?? "";
      this.update();
    });
    this.append(this.button, this.status);
  }

  // One stream for all tabs where the browser has shared workers, else one for the visible tab.
  private connect(): (ids: string[] | null) => void {
    const address = new URL(this.dataset.stream ?? "/live", location.href).href;
    const worker = this.dataset.worker;
    if (worker && "SharedWorker" in window) {
      const {port} = new SharedWorker(worker, {type: "module"});
      port.onmessage = ({data}: MessageEvent<Change>) => this.apply(data);
      return (ids) => port.postMessage({address, ids});
    }
    const stream = new Stream(address, (change) => this.apply(change));
    return (ids) => stream.follow(ids ?? []);
  }

  private update(): void {
    const isShown = document.visibilityState === "visible" && !this.paused;
    this.send(isShown ? [...this.targets.keys()].map((key) => key.split(" ")[0]) : []);
  }

  private apply(change: Change): void {
    let changed = false;
    for (const [attribute, value] of Object.entries(change.attrs)) {
      for (const element of this.targets.get(`${change.id} ${attribute}`) ?? []) {
        changed = show(element, value) || changed;
      }
    }
    if (changed) this.announce(change.attrs.observedAt);
  }

  // With the time of the values, if they tell it: ours is another where a demo's clock stands
  // elsewhere.
  private announce(observedAt: Change["attrs"][string] | undefined): void {
    if (Date.now() - this.announcedAt < announceEveryMs) return;
    this.announcedAt = Date.now();
    const words = this.dataset.updated ?? "";
    const clock = clockOf(document.documentElement.lang);
    this.status.textContent = typeof observedAt === "string" ?
      `${words} (${clock.format(new Date(observedAt))})` : words;
  }
}

function show(element: HTMLElement, value: Change["attrs"][string]): boolean {
  const text = written(element, value);
  if (element.textContent === text) return false;
  if (element instanceof HTMLTimeElement) element.dateTime = String(value);
  element.textContent = text;
  element.classList.add("is-new");
  setTimeout(() => element.classList.remove("is-new"), 2_000);
  return true;
}

function clockOf(language: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(language, {hour: "numeric", minute: "2-digit", hour12: false,
                                            timeZone: "Europe/Berlin"});
}

function written(element: HTMLElement, value: Change["attrs"][string]): string {
  const language = document.documentElement.lang;
  if (element instanceof HTMLTimeElement) {
    return clockOf(language).format(new Date(String(value))) + (language === "de" ? " Uhr" : "");
  }
  if (typeof value === "number") {
    const digits = Number(element.dataset.digits ?? 1);
    const shown = value * Number(element.dataset.factor ?? 1);
    return new Intl.NumberFormat(language, {maximumFractionDigits: digits}).format(shown);
  }
  return String(value ?? "–");
}
