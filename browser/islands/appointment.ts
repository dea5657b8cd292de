// SPDX-License-Identifier: EUPL-1.2
// While a person types her name: works out the proof that no machine books (src/appointment/proof.h
// says what it is), tells how long the time is kept, keeps the call display up to date. The pages
// are complete without it.

const atOnce = 400;
const announcedMinutes = 2;
const refreshMs = 5_000;

function zeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

// The first number whose hash begins with so many zero bits.
async function prove(hold: string, bits: number): Promise<number> {
  const encoder = new TextEncoder();
  for (let begin = 0;; begin += atOnce) {
    const hashes = await Promise.all(Array.from({length: atOnce}, (_, i) =>
        crypto.subtle.digest("SHA-256", encoder.encode(`${hold}:${begin + i}`))));
    const found = hashes.findIndex((hash) => zeroBits(new Uint8Array(hash)) >= bits);
    if (found >= 0) return begin + found;
  }
}

class ProofElement extends HTMLElement {
  async connectedCallback(): Promise<void> {
    const field = this.closest("form")?.querySelector<HTMLInputElement>("[name=nachweis]");
    // Without a secure connection browsers offer no hashes: then the link in the mail decides.
    if (!field || !globalThis.crypto?.subtle) return;
    field.value = String(await prove(this.dataset.hold ?? "", Number(this.dataset.bits)));
    const text = this.querySelector("p");
    if (text) text.textContent = this.dataset.done ?? "";
  }
}

class CountdownElement extends HTMLElement {
  private end = 0;
  private timer = 0;

  connectedCallback(): void {
    this.end = performance.now() + Number(this.dataset.seconds) * 1000;
    this.timer = window.setInterval(() => this.show(), 10_000);
    this.show();
  }

  disconnectedCallback(): void { window.clearInterval(this.timer); }

  private show(): void {
    const minutes = Math.max(0, Math.ceil((this.end - performance.now()) / 60_000));
    const text = `(${(this.dataset.text ?? "").replace("{minutes}", String(minutes))})`;
    if (text === this.textContent) return;
    // Read aloud once, shortly before the end.
    if (minutes <= announcedMinutes) this.setAttribute("role", "status");
    this.textContent = text;
  }
}

// Asks for the page anew and takes over its own part where it has changed.
class RefreshElement extends HTMLElement {
  private timer = 0;

  connectedCallback(): void {
    this.timer = window.setInterval(() => void this.ask().catch(() => undefined), refreshMs);
  }

  disconnectedCallback(): void { window.clearInterval(this.timer); }

  private async ask(): Promise<void> {
    if (document.hidden) return;
    const answer = await fetch(location.href, {cache: "no-store"});
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = page.querySelectorAll("rv-refresh > *");
    // Part by part, so that a reader hears only what is new and the focus stays.
    Array.from(this.children).forEach((old, i) => {
      const fresh = parts[i];
      if (fresh && fresh.innerHTML !== old.innerHTML) old.replaceChildren(...fresh.childNodes);
    });
  }
}

customElements.define("rv-refresh", RefreshElement);
customElements.define("rv-proof", ProofElement);
customElements.define("rv-countdown", CountdownElement);
