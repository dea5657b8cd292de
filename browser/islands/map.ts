// SPDX-License-Identifier: EUPL-1.2
// <rv-map data-library="/a/.../maplibre.js" data-worker="..." data-styles="..."
//         data-entities="/ngsi-ld/v1/entities" data-...texts
//         [data-tiles="/tiles/map.pmtiles" data-ground="/a/.../map_ground.js"]></rv-map>
//
// A map of the things that the page lists in cards (article[id] is the entity's id). Nothing is
// loaded before somebody asks for it. Names and values come from the cards and follow them, places
// and outlines from the broker. The list stays: it says the same without a map.
import type {Ground} from "./map_ground";
import {
  again, button, creditOf, element, type Entity, loadAreas, loadEntities, loadGround, loadLibrary,
  outlinesOf,
} from "./_map_load";
import {type Library, MapView, type Position} from "./_map_view";

const idsAtOnce = 40;

class MapElement extends HTMLElement {
  private readonly status = element("p", "rv-map__status");
  private readonly panel = element("div", "rv-map__panel");
  private start?: HTMLButtonElement;

  connectedCallback(): void {
    this.status.setAttribute("role", "status");
    this.panel.setAttribute("role", "status");
    this.start = button(this.text("load"), () => void this.open());
    this.append(this.start, element("p", "rv-muted", this.text("hint")), this.status);
  }

  private text(name: string): string { return this.dataset[name] ?? ""; }

  private async open(): Promise<void> {
    if (this.start) this.start.disabled = true;
    this.status.textContent = this.text("loading");
    try {
      const [library, areas, places] =
          await Promise.all([loadLibrary(this.dataset), loadAreas(this.dataset), this.places()]);
      this.draw(library, areas, places, await loadGround(library, this.dataset));
    } catch {
      again(this, this.status, this.text("failed"), this.start);
    }
  }

  private async places(): Promise<Map<string, Position>> {
    const ids = this.cards().map((card) => card.id);
    const parts = [];
    for (let n = 0; n < ids.length; n += idsAtOnce) {
      parts.push(loadEntities(this.dataset, {id: ids.slice(n, n + idsAtOnce).join(","),
                                             attrs: "location"}));
    }
    const found = (await Promise.all(parts)).flat();
    return new Map(found.flatMap(({id, location}) =>
        location?.type === "Point" ? [[id, location.coordinates as Position]] : []));
  }

  private cards(): HTMLElement[] {
    return [...document.querySelectorAll<HTMLElement>("article[id^='urn:']")];
  }

  private draw(library: Library, areas: Entity[], places: Map<string, Position>,
               tiles?: Ground): void {
    const ground = element("div", "rv-map__ground");
    this.replaceChildren(ground);
    const view = new MapView(library, ground, outlinesOf(areas), [...places.values()],
                             this.text("title"), tiles);
    const marks = new Map<string, HTMLElement[]>();
    for (const card of this.cards()) {
      const position = places.get(card.id);
      if (!position) continue;
      const mark = this.marker(card);
      marks.set(groupOf(card), [...(marks.get(groupOf(card)) ?? []), mark]);
      view.mark(mark, position);
    }
    const tools = element("div", "rv-cluster");
    tools.append(this.choice(marks, view),
                 button(this.text("closer"), () => view.zoomIn()),
                 button(this.text("farther"), () => view.zoomOut()),
                 button(this.text("all"), () => view.showAll()));
    this.append(tools, this.panel, creditOf(areas, tiles));
    ground.querySelector("canvas")?.focus({preventScroll: true});
  }

  // Which group of things the map shows; one, so that the marks stay near their places.
  private choice(marks: Map<string, HTMLElement[]>, view: MapView): HTMLElement {
    const label = element("label", "rv-map__choice", this.text("show"));
    const select = element("select", "rv-map__button");
    for (const group of marks.keys()) select.add(new Option(group));
    const write = () => {
      marks.forEach((group, name) => group.forEach((mark) => {
        mark.hidden = select.value !== name;
      }));
      view.spread();
    };
    select.addEventListener("change", write);
    write();
    label.append(select);
    return label;
  }

  // A button with the card's first value, kept like the card.
  private marker(card: HTMLElement): HTMLButtonElement {
    const made = button("", () => this.show(card), "rv-map__marker");
    const write = () => {
      const value = card.querySelector("dd")?.textContent?.trim() ?? "";
      const label = card.querySelector("dt")?.textContent ?? "";
      made.textContent = value;
      made.title = titleOf(card);
      made.setAttribute("aria-label", `${value}: ${label}, ${titleOf(card)}`);
    };
    write();
    new MutationObserver(write).observe(card, {subtree: true, childList: true,
                                               characterData: true});
    return made;
  }

  private show(card: HTMLElement): void {
    const values = card.querySelector("dl")?.cloneNode(true) as HTMLElement | undefined;
    values?.querySelectorAll("[data-live]").forEach((part) => part.removeAttribute("data-live"));
    const link = element("a", "kern-link", this.text("entry"));
    link.href = `#${encodeURIComponent(card.id)}`;
    this.panel.replaceChildren(element("strong", "", titleOf(card)), ...(values ? [values] : []),
                               link);
  }
}

function groupOf(card: HTMLElement): string {
  return card.closest("section")?.querySelector("h2")?.textContent ?? "";
}

function titleOf(card: HTMLElement): string {
  return card.querySelector("h2, h3, h4")?.textContent ?? "";
}

customElements.define("rv-map", MapElement);
