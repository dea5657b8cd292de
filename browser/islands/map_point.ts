// SPDX-License-Identifier: EUPL-1.2
// <rv-map-point data-field="punkt" data-near="Stadt Herne" data-library="..." ...></rv-map-point>
//
// Chooses a point for a field of a form ("51.53880, 7.22570"): by click or touch; by keyboard,
// arrow keys move the map under a cross and Enter or a button takes the middle. The field stays:
// who types into it moves the pin. Nothing is loaded before somebody asks for the map.
import {
  again, button, creditOf, element, loadAreas, loadGround, loadLibrary, outlinesOf,
} from "./_map_load";
import {type Area, MapView, type Position} from "./_map_view";

const digits = 5;  // about a metre

function positionOf(text: string): Position | undefined {
  const found = /^\s*(-?\d+(?:[.,]\d+)?)\s*[,;\s]\s*(-?\d+(?:[.,]\d+)?)\s*$/.exec(text);
  if (!found) return undefined;
  const [latitude, longitude] = found.slice(1).map((part) => Number(part.replace(",", ".")));
  return Math.abs(latitude) <= 85 && Math.abs(longitude) <= 180 ? [longitude, latitude] : undefined;
}

function cornersOf(areas: Area[]): Position[] {
  const all = areas.flatMap(({geometry}) => geometry.coordinates.flat(
      geometry.type === "Polygon" ? 1 : 2)) as Position[];
  const longitudes = all.map(([longitude]) => longitude), latitudes = all.map(([, l]) => l);
  if (!all.length) return [];
  return [[Math.min(...longitudes), Math.min(...latitudes)],
          [Math.max(...longitudes), Math.max(...latitudes)]];
}

class PointElement extends HTMLElement {
  private readonly status = element("p", "rv-map__status");
  private start?: HTMLButtonElement;
  private view?: MapView;

  connectedCallback(): void {
    this.status.setAttribute("role", "status");
    this.start = button(this.text("load"), () => void this.open());
    this.append(this.start, element("p", "rv-muted", this.text("hint")), this.status);
    this.field?.addEventListener("change", () => this.follow());
  }

  private text(name: string): string { return this.dataset[name] ?? ""; }
  private get field(): HTMLInputElement | null {
    return document.querySelector<HTMLInputElement>(`input[name="${this.text("field")}"]`);
  }

  private async open(): Promise<void> {
    if (this.start) this.start.disabled = true;
    this.status.textContent = this.text("loading");
    try {
      const [library, areas] =
          await Promise.all([loadLibrary(this.dataset), loadAreas(this.dataset)]);
      const tiles = await loadGround(library, this.dataset);
      const ground = element("div", "rv-map__ground");
      const outlines = outlinesOf(areas);
      const near = outlines.filter(({name}) => name && this.text("near").includes(name));
      const chosen = positionOf(this.field?.value ?? "");
      this.replaceChildren(ground);
      this.view = new MapView(library, ground, outlines,
                              chosen ? [chosen] : cornersOf(near.length ? near : outlines),
                              this.text("title"), tiles);
      this.addTools(this.view, ground);
      this.append(creditOf(areas, tiles));
      this.follow();
      ground.querySelector("canvas")?.focus({preventScroll: true});
    } catch {
      again(this, this.status, this.text("failed"), this.start);
    }
  }

  private addTools(view: MapView, ground: HTMLElement): void {
    const cross = element("span", "rv-map__cross");
    cross.setAttribute("aria-hidden", "true");
    ground.append(cross);
    view.onPress((position) => this.take(position));
    ground.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.target instanceof HTMLCanvasElement)) return;
      event.preventDefault();
      this.take(view.middle());
    });
    const tools = element("div", "rv-cluster");
    tools.append(button(this.text("take"), () => this.take(view.middle())),
                 button(this.text("closer"), () => view.zoomIn()),
                 button(this.text("farther"), () => view.zoomOut()));
    this.status.textContent = "";
    this.append(tools, element("p", "rv-muted", this.text("keys")), this.status);
  }

  private take([longitude, latitude]: Position): void {
    if (!this.field) return;
    this.field.value = `${latitude.toFixed(digits)}, ${longitude.toFixed(digits)}`;
    this.view?.pin([longitude, latitude]);
    this.status.textContent = `${this.text("taken")} ${this.field.value}`;
  }

  // What stands in the field is what the map shows.
  private follow(): void {
    const position = positionOf(this.field?.value ?? "");
    if (position) this.view?.pin(position);
  }
}

customElements.define("rv-map-point", PointElement);
