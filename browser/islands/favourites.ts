// SPDX-License-Identifier: EUPL-1.2
// Favourites that stay on this device (localStorage), and the programme for when there is no
// network (offline.ts). Pages are complete without it: /mein-programm takes the selection from its
// address.
//
//   <rv-favourite data-session="ID" data-label="Merken" data-title="..."></rv-favourite>
//   <form data-favourites> ... checkboxes name="session" ... </form>

const storageKey = "revier-favourites";
const idsMax = 200;

function favourites(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    if (!Array.isArray(list)) return [];
    return list.filter((id): id is string => typeof id === "string").slice(0, idsMax);
  } catch {
    return [];
  }
}

function keep(ids: string[]): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify(ids.slice(0, idsMax)));
  } catch {
    // Storage is off or full: the selection lives in the address then.
  }
}

class FavouriteElement extends HTMLElement {
  private readonly button = document.createElement("button");

  connectedCallback(): void {
    this.button.type = "button";
    this.button.className = "rv-favourite";
    this.button.textContent = this.dataset.label ?? "";
    this.button.setAttribute("aria-label",
                             `${this.dataset.label ?? ""}: ${this.dataset.title ?? ""}`);
    this.button.addEventListener("click", () => this.toggle());
    this.replaceChildren(this.button);
    this.show();
    addEventListener("storage", () => this.show());
  }

  private get session(): string { return this.dataset.session ?? ""; }

  private toggle(): void {
    const list = favourites();
    const others = list.filter((id) => id !== this.session);
    keep(others.length < list.length ? others : [...others, this.session]);
    this.show();
  }

  private show(): void {
    this.button.setAttribute("aria-pressed", String(favourites().includes(this.session)));
  }
}

// The page without a selection shows this device's; sending the form keeps what is ticked.
function followForm(form: HTMLFormElement): void {
  const own = favourites();
  if (location.search === "" && own.length > 0) {
    const query = new URLSearchParams(own.map((id) => ["session", id]));
    location.replace(`${location.pathname}?${query}`);
    return;
  }
  form.addEventListener("submit", () => {
    keep([...new FormData(form).getAll("session")].map(String));
  });
}

customElements.define("rv-favourite", FavouriteElement);
const form = document.querySelector<HTMLFormElement>("form[data-favourites]");
if (form) followForm(form);
if ("serviceWorker" in navigator) {
  void navigator.serviceWorker.register("/sw.js").catch(() => undefined);
}
