// SPDX-License-Identifier: EUPL-1.2
// <rv-suggest data-for="suche" data-source="/api/v1/services?limit=6&language=de&text="
//             data-pages="/dienste/" data-label="Vorschläge" data-one="Vorschlag"
//             data-many="Vorschläge"></rv-suggest>
//
// Suggestions below a text field while somebody types: a combobox with a list (ARIA Authoring
// Practices, "Editable Combobox With List Autocomplete"). Nothing is chosen by itself: Enter sends
// the form as it is until an arrow key or the pointer has chosen. With data-pages a choice leads to
// that page, else it fills the field. The form does the same without it.

const waitMs = 150;
const lettersMin = 2;

interface Suggestion {
  id: string;
  text: string;
  note: string;
}
interface Service {
  id: string;
  name: {de: string; en?: string};
}
interface Street {
  street: string;
  district: string;
}

function suggestionsOf(answer: Service[] | {streets: Street[]}): Suggestion[] {
  if (!Array.isArray(answer)) {
    return answer.streets.map(({street, district}) => ({id: street, text: street, note: district}));
  }
  const isEnglish = document.documentElement.lang === "en";
  return answer.map(({id, name}) => ({id, text: (isEnglish && name.en) || name.de, note: ""}));
}

class SuggestElement extends HTMLElement {
  private readonly list = document.createElement("ul");
  private readonly status = document.createElement("p");
  private found: Suggestion[] = [];
  private active = -1;
  private timer = 0;
  private request?: AbortController;

  connectedCallback(): void {
    const {field, list, status} = this;
    if (!field || list.parentElement) return;  // the second time it was moved
    this.setUp(field);
    list.id = `${field.id}-vorschlaege`;
    list.className = "rv-suggest";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", this.text("label"));
    status.className = "kern-sr-only";
    status.setAttribute("role", "status");
    this.append(list, status);
    field.insertAdjacentElement("afterend", this);
  }

  private setUp(field: HTMLInputElement): void {
    field.autocomplete = "off";
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"],
                                 ["aria-expanded", "false"],
                                 ["aria-controls", `${field.id}-vorschlaege`]]) {
      field.setAttribute(name, value);
    }
    field.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.ask(), waitMs);
    });
    field.addEventListener("keydown", (event) => this.press(event));
    field.addEventListener("blur", () => this.close());
  }

  private text(name: string): string { return this.dataset[name] ?? ""; }
  private get field(): HTMLInputElement | null {
    return document.querySelector<HTMLInputElement>(`input[name="${this.text("for")}"]`);
  }

  private async ask(): Promise<void> {
    const typed = this.field?.value.trim() ?? "";
    this.request?.abort();
    if (typed.length < lettersMin) return this.close();
    this.request = new AbortController();
    try {
      const answer = await fetch(this.text("source") + encodeURIComponent(typed),
                                 {signal: this.request.signal});
      if (answer.ok) this.show(suggestionsOf(await answer.json()));
    } catch {
      this.close();  // the form works without
    }
  }

  private show(found: Suggestion[]): void {
    this.found = found;
    this.active = -1;
    this.list.replaceChildren(...found.map((one, n) => this.option(one, n)));
    this.list.hidden = found.length === 0;
    this.status.textContent =
        found.length ? `${found.length} ${this.text(found.length === 1 ? "one" : "many")}` : "";
    this.field?.setAttribute("aria-expanded", String(found.length > 0));
    this.field?.removeAttribute("aria-activedescendant");
  }

  private option(one: Suggestion, n: number): HTMLElement {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${n}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.textContent = one.note ? `${one.text} (${one.note})` : one.text;
    option.addEventListener("pointerdown", (event) => event.preventDefault());
    option.addEventListener("click", () => this.choose(n));
    return option;
  }

  private press(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const count = this.found.length;
    if (event.key === "ArrowDown") this.mark((this.active + 1) % count);
    else if (event.key === "ArrowUp") this.mark((this.active + 1 + count) % (count + 1) - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.active);
    else return;
    event.preventDefault();
  }

  private mark(n: number): void {
    this.active = n;
    [...this.list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === n));
      if (at === n) option.scrollIntoView({block: "nearest"});
    });
    if (n < 0) this.field?.removeAttribute("aria-activedescendant");
    else this.field?.setAttribute("aria-activedescendant", `${this.list.id}-${n}`);
  }

  private choose(n: number): void {
    const one = this.found[n];
    this.close();
    if (this.text("pages")) {
      location.assign(this.text("pages") + encodeURIComponent(one.id));
      return;
    }
    if (!this.field) return;
    this.field.value = one.text;
    this.field.focus();
  }

  private close(): void {
    window.clearTimeout(this.timer);
    this.request?.abort();
    this.show([]);
  }
}

customElements.define("rv-suggest", SuggestElement);
