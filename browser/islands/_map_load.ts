// SPDX-License-Identifier: EUPL-1.2
// What a map needs from this site, loaded when somebody asks for one: MapLibre, the operator's
// tiles, the outlines of municipalities. `data` names the addresses (src/event/pages/city.html).
import type {Ground} from "./map_ground";
import type {Area, Library} from "./_map_view";

const areaType = "https://schema.org/AdministrativeArea";

export interface Entity {
  id: string;
  location?: GeoJSON.Geometry;
  "https://schema.org/name"?: string;
  "https://schema.org/creditText"?: string;
}

export function element<K extends keyof HTMLElementTagNameMap>(
    tag: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function button(text: string, press: () => void,
                       className = "rv-map__button"): HTMLButtonElement {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

// What a map is where it cannot be drawn, for want of a file or of WebGL: the button, and why.
export function again(map: HTMLElement, status: HTMLElement, why: string,
                      start?: HTMLButtonElement): void {
  if (start) {
    start.disabled = false;
    map.replaceChildren(start, status);
    start.focus();
  }
  status.textContent = why;
}

export async function loadLibrary(data: DOMStringMap): Promise<Library> {
  const styles = Object.assign(document.createElement("link"),
                               {rel: "stylesheet", href: data.styles ?? ""});
  const script = Object.assign(document.createElement("script"), {src: data.library ?? ""});
  await Promise.all([styles, script].map((part) => new Promise((resolve, reject) => {
    part.addEventListener("load", resolve);
    part.addEventListener("error", reject);
    document.head.append(part);
  })));
  const library = (window as unknown as {maplibregl: Library}).maplibregl;
  library.setWorkerUrl(new URL(data.worker ?? "", location.href).href);
  return library;
}

// The operator's tiles; nothing where there are none. Without them the map still says all it has
// to say, so a file that cannot be read costs the ground only.
export async function loadGround(library: Library,
                                 data: DOMStringMap): Promise<Ground | undefined> {
  if (!data.tiles) return undefined;
  try {
    const {openGround} = await import(data.ground ?? "") as typeof import("./map_ground");
    return await openGround(library, data.tiles);
  } catch {
    return undefined;
  }
}

export async function loadEntities(data: DOMStringMap,
                                   query: Record<string, string>): Promise<Entity[]> {
  const parameters = new URLSearchParams({...query, options: "keyValues", limit: "100"});
  const answer = await fetch(`${data.entities ?? ""}?${parameters}`);
  if (!answer.ok) throw new Error(answer.statusText);
  return await answer.json() as Entity[];
}

export async function loadAreas(data: DOMStringMap): Promise<Entity[]> {
  const found = await loadEntities(data, {type: areaType});
  return found.filter(({location}) => location?.type.endsWith("Polygon"));
}

export const outlinesOf = (areas: Entity[]): Area[] =>
    areas.map((area) => ({name: area["https://schema.org/name"] ?? "",
                          geometry: area.location} as Area));

// Whose the outlines and tiles are.
export function creditOf(areas: Entity[], tiles?: Ground): HTMLElement {
  const credits = new Set(areas.map((area) => area["https://schema.org/creditText"] ?? ""));
  const credit = element("p", "rv-muted", [...credits].filter(Boolean).join("; "));
  if (tiles?.credit.length) credit.append(credits.size ? "; " : "", ...tiles.credit);
  return credit;
}
