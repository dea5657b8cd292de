// SPDX-License-Identifier: EUPL-1.2
// Draws outlines and marks with MapLibre, in the page's own colours: on the operator's tiles, or on
// plain ground where there are none or colours are forced.
import type * as maplibre from "maplibre-gl";

import type {Ground} from "./map_ground";

export type Library = typeof maplibre;
export interface Area {
  name: string;
  geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon;
}
export type Position = [longitude: number, latitude: number];

const closestZoom = 15;
const edgePx = 70;
const gapPx = 4;

type Colour = [red: number, green: number, blue: number];

// Of any colour that CSS knows: MapLibre reads fewer.
function colourOf(text: string): Colour {
  const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
      .getContext("2d");
  if (!context) return [128, 128, 128];
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

const isDark = ([red, green, blue]: Colour): boolean =>
    0.299 * red + 0.587 * green + 0.114 * blue < 128;

// In the north of the area's largest part, where marks of its middle do not hide a name.
function placeOfName(area: Area): Position {
  const rings = area.geometry.type === "Polygon"
      ? [area.geometry.coordinates[0]]
      : area.geometry.coordinates.map((polygon) => polygon[0]);
  const ring = rings.reduce((longest, next) => next.length > longest.length ? next : longest);
  const middle = ring.reduce((sum, [longitude]) => sum + longitude, 0) / ring.length;
  const latitudes = ring.map(([, latitude]) => latitude);
  const south = Math.min(...latitudes), north = Math.max(...latitudes);
  return [middle, south + 0.7 * (north - south)];
}

export class MapView {
  private readonly map: maplibre.Map;
  private readonly marks: maplibre.Marker[] = [];
  private pinned?: maplibre.Marker;

  constructor(private readonly library: Library, private readonly ground: HTMLElement,
              private readonly areas: Area[], private readonly positions: Position[],
              title: string, private readonly tiles?: Ground) {
    this.map = new library.Map({
      container: ground, style: this.style(), bounds: this.extent(),
      fitBoundsOptions: {padding: edgePx, maxZoom: closestZoom}, attributionControl: false,
      dragRotate: false, pitchWithRotate: false, locale: {"Map.Title": title},
    });
    this.map.scrollZoom.disable();
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    areas.forEach((area) => this.label(area));
    this.map.on("zoomend", () => this.spread());
    this.map.on("resize", () => this.spread());
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(query).addEventListener("change", () => this.map.setStyle(this.style()));
    }
  }

  // Puts a button at a place of the map.
  mark(button: HTMLElement, position: Position): void {
    this.marks.push(new this.library.Marker({element: button}).setLngLat(position)
                        .addTo(this.map));
  }

  // Moves marks down until each that is shown can be pressed.
  spread(): void {
    const placed: {x: number; y: number; width: number}[] = [];
    const shown = this.marks.filter((mark) => !mark.getElement().hidden)
        .map((mark) => ({mark, ...this.map.project(mark.getLngLat())}))
        .sort((a, b) => a.y - b.y);
    for (const {mark, x, y} of shown) {
      const {offsetWidth: width, offsetHeight: height} = mark.getElement();
      let low = y;
      const isHit = (p: {x: number; y: number; width: number}) =>
          Math.abs(p.x - x) < (p.width + width) / 2 + gapPx &&
          Math.abs(p.y - low) < height + gapPx;
      for (let hit; (hit = placed.find(isHit));) low = hit.y + height + gapPx;
      placed.push({x, y: low, width});
      mark.setOffset([0, low - y]);
    }
  }

  // Calls back with the place that somebody presses.
  onPress(take: (position: Position) => void): void {
    this.map.on("click", ({lngLat}) => take([lngLat.lng, lngLat.lat]));
  }
  middle(): Position {
    const {lng, lat} = this.map.getCenter();
    return [lng, lat];
  }
  // Puts the one pin there, and shows the place where it is out of sight.
  pin(position: Position): void {
    if (!this.pinned) {
      const pin = document.createElement("span");
      pin.className = "rv-map__pin";
      this.pinned = new this.library.Marker({element: pin, anchor: "bottom"})
          .setLngLat(position).addTo(this.map);
      for (const attribute of ["role", "aria-label", "tabindex"]) pin.removeAttribute(attribute);
      pin.setAttribute("aria-hidden", "true");
    }
    this.pinned.setLngLat(position);
    if (!this.map.getBounds().contains(position)) this.map.jumpTo({center: position});
  }

  zoomIn(): void { this.map.zoomIn(); }
  zoomOut(): void { this.map.zoomOut(); }
  showAll(): void {
    this.map.fitBounds(this.extent(), {padding: edgePx, maxZoom: closestZoom});
  }

  private extent(): maplibre.LngLatBounds {
    const bounds = new this.library.LngLatBounds();
    this.positions.forEach((position) => bounds.extend(position));
    return bounds;
  }

  private label(area: Area): void {
    const name = document.createElement("span");
    name.className = "rv-map__area";
    name.textContent = area.name;
    name.setAttribute("aria-hidden", "true");
    new this.library.Marker({element: name}).setLngLat(placeOfName(area)).addTo(this.map);
    for (const attribute of ["role", "aria-label", "tabindex"]) name.removeAttribute(attribute);
  }

  private style(): maplibre.StyleSpecification {
    const {backgroundColor, color} = getComputedStyle(this.ground);
    const plain = colourOf(backgroundColor), ink = `rgb(${colourOf(color)})`;
    const tiles = matchMedia("(forced-colors: active)").matches ? undefined : this.tiles;
    const features = this.areas.map(({name, geometry}) =>
        ({type: "Feature" as const, properties: {name}, geometry}));
    return {
      version: 8,
      sources: {
        areas: {type: "geojson", data: {type: "FeatureCollection", features}},
        ...(tiles && {ground: tiles.source}),
      },
      layers: [
        {id: "ground", type: "background", paint: {"background-color": `rgb(${plain})`}},
        ...(tiles?.layers(isDark(plain), document.documentElement.lang) ?? []),
        {id: "inside", type: "fill", source: "areas",
         paint: {"fill-color": ink, "fill-opacity": tiles ? 0.03 : 0.06}},
        {id: "outline", type: "line", source: "areas",
         paint: {"line-color": ink, "line-opacity": 0.5, "line-width": 1.5}},
      ],
    };
  }
}
