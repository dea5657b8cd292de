// SPDX-License-Identifier: EUPL-1.2
// <rv-desk data-worker="/console/einlass/worker.js" data-scope="/console/einlass"
//          data-camera="/a/.../qr_camera.js" data-scanner="/a/.../qr_worker.js" data-sign-in="...">
//
// Makes an app of the check-in page: verdicts without loading, camera, names, live counts, and all
// of it but the names without network. Day and desk stand in the address (?tag=...&platz=...); the
// texts in [data-text], the places to fill in [data-part] inside it. Without script the page's form
// does the same, one ticket a page.
import {Desk, type Conflict, type Verdict} from "./_door_desk";
import type {Other} from "./_door_server";
import type {Camera} from "./qr_camera";

const refreshMs = 3_000;
const shownConflicts = 20;
const typedMax = 40;  // more than that was scanned

type Tone = "success" | "warning" | "danger" | "info";
const tones: Record<string, Tone> = {accepted: "success", used: "warning", "not-ready": "info"};

const isUnknown = ({kind}: Verdict): boolean => kind === "unknown" || kind === "not-listed";

function element<K extends keyof HTMLElementTagNameMap>(
    tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

class DeskElement extends HTMLElement {
  private desk?: Desk;
  private camera?: Camera;
  private lastId = "";
  private language = "de";

  connectedCallback(): void {
    this.language = document.documentElement.lang;
    const asked = new URLSearchParams(location.search);
    const day = asked.get("tag") ?? "", name = asked.get("platz") ?? "";
    if (day === "" || !("indexedDB" in window)) return;
    this.head(day, name);
    void this.open(day, name);
  }

  private part<T extends HTMLElement = HTMLElement>(name: string): T {
    return this.querySelector<T>(`[data-part="${name}"]`) ?? document.createElement("div") as
        unknown as T;
  }

  // A text of the page with its {names} filled in.
  private text(name: string, values: Record<string, string | number> = {}): string {
    const found = this.querySelector(`[data-text="${CSS.escape(name)}"]`)?.textContent ?? "";
    return Object.entries(values).reduce(
        (text, [key, value]) => text.replaceAll(`{${key}}`, () => String(value)), found);
  }

  private time(instant: string | number): string {
    return new Date(instant).toLocaleTimeString(this.language, {
      hour: "numeric", minute: "2-digit", timeZone: "Europe/Berlin"});
  }

  private dayWords(day: string): string {
    return new Date(`${day}T12:00:00Z`).toLocaleDateString(this.language, {
      weekday: "long", day: "numeric", month: "long", year: "numeric"});
  }

  // A page that stays open over midnight, or comes without network, knows the day all the same.
  private showDay(day: string, nowMs: number): void {
    const today = new Date(nowMs).toLocaleDateString("sv-SE", {timeZone: "Europe/Berlin"});
    this.part("other-day").hidden = today === day;
    this.part("other-day-text").textContent =
        this.text("other-day", {today: this.dayWords(today), day: this.dayWords(day)});
  }

  // The page that comes without network was made for no day.
  private head(day: string, name: string): void {
    const place = document.querySelector("[data-desk-title]");
    if (!place || place.textContent?.trim()) return;
    const words = this.dayWords(day);
    place.textContent = name ? `${words}, ${name}` : words;
  }

  private async open(day: string, name: string): Promise<void> {
    this.desk = await Desk.open(day, name, () => this.show());
    this.listen();
    for (const part of this.querySelectorAll<HTMLElement>("[data-app]")) part.hidden = false;
    this.show();
    await this.refresh();
    setInterval(() => void this.refresh(), refreshMs);
    addEventListener("online", () => void this.refresh());
    this.dataset.ready = "";
    await this.installWorker();
  }

  private async refresh(): Promise<void> {
    try {
      await this.desk?.refresh();
    } catch (fault) {
      this.say("info", this.text("fault"), [String((fault as Error).message)]);
    }
  }

  // Keeps this page for the time without network. Where there is no worker, the open page goes on.
  private async installWorker(): Promise<void> {
    const {worker, scope} = this.dataset;
    if (!worker || !("serviceWorker" in navigator)) return;
    try {
      await navigator.serviceWorker.register(worker, {scope});
      await navigator.serviceWorker.ready;
      this.dataset.kept = "";
    } catch {
      this.part("kept").textContent = this.text("not-kept");
    }
  }

  private listen(): void {
    const form = this.querySelector("form");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const field = form.elements.namedItem("code") as HTMLInputElement;
      const typed = field.value.trim();
      field.value = "";
      field.focus();
      if (typed) void this.takeTyped(typed, field);
      else this.say("info", this.text("not-checked"), [this.text("no-code")]);
    });
    this.part("camera").addEventListener("click", () => void this.toggleCamera());
    this.part("undo").addEventListener("click", () => void this.undo());
    this.part("sound").addEventListener("click", () => this.toggleSound());
    this.part("search").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.search(event.target as HTMLFormElement);
    });
    addEventListener("beforeunload", (event) => {
      if (this.desk && this.desk.waiting.length > 0) event.preventDefault();
    });
    const back = encodeURIComponent(location.pathname + location.search);
    this.part("sign-in").querySelector("a")?.setAttribute(
        "href", `${this.dataset.signIn ?? ""}?weiter=${back}`);
    this.showSound();
  }

  // --- a ticket

  // A slip of the fingers is mended, not typed anew; the next ticket's number takes its place.
  private async takeTyped(text: string, field: HTMLInputElement): Promise<void> {
    const verdict = await this.take(text, text.length <= typedMax ? text : "");
    if (!verdict || !isUnknown(verdict) || field.value) return;
    field.value = text;
    field.select();
  }

  private async take(text: string, typed = ""): Promise<Verdict | undefined> {
    if (!this.desk) return undefined;
    try {
      const verdict = await this.desk.take(text);
      this.lastId = verdict.kind === "accepted" && !verdict.offLine ? verdict.id ?? "" : "";
      this.part("undo").hidden = this.lastId === "";
      this.tell(verdict, typed);
      if (!verdict.offLine) void this.refresh();
      return verdict;
    } catch (fault) {
      this.say("danger", this.text("fault"), [String((fault as Error).message)]);
      return undefined;
    }
  }

  private tell(verdict: Verdict, typed: string): void {
    const tone = tones[verdict.kind] ?? "danger";
    const lines: string[] = [];
    if (verdict.kind === "accepted" && (verdict.seats ?? 1) > 1) {
      lines.push(this.text("people", {seats: verdict.seats ?? 1}));
    }
    if (verdict.kind === "used") lines.push(this.usedLine(verdict));
    const why = this.text(`why-${verdict.kind}`);
    if (why) lines.push(why);
    if (typed && isUnknown(verdict)) lines.push(this.text("typed", {code: typed}));
    if (verdict.offLine && verdict.kind === "accepted") lines.push(this.text("accepted-off"));
    if (verdict.others.length > 0 && verdict.kind === "accepted") {
      lines.push(this.placesLine(verdict.others));
    }
    const title = this.text(verdict.kind === "accepted" || verdict.kind === "used"
                                ? verdict.kind
                                : verdict.kind === "not-ready" ? "not-checked" : "refused");
    this.say(tone, title, lines, verdict.name);
    this.signal(tone);
  }

  private usedLine({at, desk}: Verdict): string {
    const when = at ? this.time(at) : "?";
    return desk ? this.text("used-desk", {when, desk}) : this.text("used-when", {when});
  }

  private placesLine(others: Other[]): string {
    return others.map(({desk, at}) => `${desk || this.text("no-desk")} ${this.time(at)}`)
        .join("; ");
  }

  private say(tone: Tone, title: string, lines: string[], name = ""): void {
    const box = element("div", `rv-gate rv-gate--${tone}`);
    const icon = element("span", `kern-icon kern-icon--large kern-icon--${tone}`);
    icon.setAttribute("aria-hidden", "true");
    const words = element("div", "");
    words.append(element("p", "rv-gate__title", title));
    if (name) words.append(element("p", "rv-gate__name", name));
    lines.forEach((line) => words.append(element("p", "rv-gate__line", line)));
    box.append(icon, words);
    this.part("result").replaceChildren(box);
  }

  private async undo(): Promise<void> {
    if (!this.desk || this.lastId === "") return;
    const done = await this.desk.undo(this.lastId).catch(() => false);
    if (done) this.lastId = "";
    this.part("undo").hidden = this.lastId === "";
    this.say("info", this.text(done ? "undone" : "not-undone"), []);
    this.querySelector<HTMLInputElement>("#code")?.focus();
  }

  // --- sound

  private get loud(): boolean { return localStorage.getItem("revier-einlass-ton") === "an"; }

  private toggleSound(): void {
    localStorage.setItem("revier-einlass-ton", this.loud ? "aus" : "an");
    this.showSound();
  }

  private showSound(): void {
    this.part("sound").setAttribute("aria-pressed", String(this.loud));
  }

  private signal(tone: Tone): void {
    if (!this.loud) return;
    navigator.vibrate?.(tone === "success" ? 80 : [200, 100, 200]);
    const audio = new AudioContext();
    const note = audio.createOscillator();
    note.frequency.value = tone === "success" ? 880 : 220;
    note.connect(audio.destination);
    note.start();
    note.stop(audio.currentTime + (tone === "success" ? 0.12 : 0.5));
    note.onended = () => void audio.close();
  }

  // --- camera

  private async toggleCamera(): Promise<void> {
    const button = this.part<HTMLButtonElement>("camera");
    const video = this.part<HTMLVideoElement>("video");
    if (this.camera) {
      this.camera.stop();
      this.camera = undefined;
    } else {
      button.disabled = true;
      video.hidden = false;
      try {
        const {start} = await import(this.dataset.camera ?? "") as typeof import("./qr_camera");
        this.camera =
            await start(video, this.dataset.scanner ?? "", (text) => void this.take(text));
      } catch {
        this.say("info", this.text("no-camera"), [this.text("no-camera-hint")]);
      }
      button.disabled = false;
    }
    video.hidden = !this.camera;
    this.part("camera-label").textContent = this.text(this.camera ? "camera-off" : "camera-on");
  }

  // What was decided stands at the top, far from the list of names on a phone.
  private showResult(): void {
    this.part("result").scrollIntoView({block: "center"});
    this.querySelector<HTMLInputElement>("#code")?.focus({preventScroll: true});
  }

  // --- names

  private async search(form: HTMLFormElement): Promise<void> {
    const text = (form.elements.namedItem("name") as HTMLInputElement).value.trim();
    const list = this.part("found");
    const write = (line: string) => list.replaceChildren(element("li", "", line));
    if (text.length < 3) return write(this.text("search-short"));
    const found = await this.desk?.search(text).catch(() => []);
    if (!found) return write(this.text("search-off"));
    if (found.length === 0) return write(this.text("search-none"));
    list.replaceChildren(...found.map(({name, mail, state, code}) => {
      const row = element("li", "rv-desk__found");
      const words = element("span", "", `${name}, ${mail}`);
      if (state !== "ok") words.textContent += ` – ${this.text(`why-${state}`)}`;
      const button = element("button", "kern-btn kern-btn--secondary");
      button.type = "button";
      button.append(element("span", "kern-label", this.text("let-in")));
      button.setAttribute("aria-label", `${this.text("let-in")}: ${name}`);
      button.addEventListener("click", () => {
        list.replaceChildren();
        row.closest("details")?.removeAttribute("open");
        void this.take(code).then(() => this.showResult());
      });
      row.append(words, button);
      return row;
    }));
    return undefined;
  }

  // --- state

  private show(): void {
    const {desk} = this;
    if (!desk) return;
    if (desk.heardMs > 0) {
      this.part("count").textContent =
          this.text("count", {in: desk.inside, all: desk.expected});
      this.showDay(desk.day, Date.now() + desk.skewMs);
    }
    this.dataset.link = desk.link;
    const link = this.part("link");
    const words = desk.link === "on" ? this.text("link-on")
        : this.text(desk.link === "off" ? "link-off" : "link-out",
                    {when: desk.heardMs ? this.time(desk.heardMs + desk.skewMs) : "–"});
    if (link.textContent !== words) link.textContent = words;
    this.part("sign-in").hidden = desk.link !== "signed-out";
    this.part("queue-box").hidden = desk.waiting.length === 0;
    this.part("queue-title").textContent = this.text("queue", {count: desk.waiting.length});
    this.part("queue-fault").textContent = desk.refusal;
    this.part("queue").replaceChildren(...desk.waiting.map(
        ({takenMs, tail}) => element("li", "", `${this.time(takenMs + desk.skewMs)} … ${tail}`)));
    this.showConflicts(desk.conflicts);
  }

  private showConflicts(conflicts: Conflict[]): void {
    this.part("conflict-box").hidden = conflicts.length === 0;
    const title = this.text("conflicts", {count: conflicts.length});
    if (this.part("conflict-title").textContent === title) return;
    this.part("conflict-title").textContent = title;
    this.part("conflicts").replaceChildren(...conflicts.slice(0, shownConflicts).map(
        ({tail, taken}) => element("li", "", `… ${tail}: ${this.placesLine(taken)}`)));
  }
}

customElements.define("rv-desk", DeskElement);
