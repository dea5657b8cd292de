// SPDX-License-Identifier: EUPL-1.2
// The ground of a map: an operator's vector tiles, read by ranges from one PMTiles file, in quiet
// colours of ours. Loaded with the map, and only where the site has tiles.
//
// Draws what the two common schemas name: Protomaps' basemap (layers earth, landuse, landcover,
// water, roads, buildings, boundaries, places; property "kind") and OpenMapTiles (landcover,
// landuse, park, water, waterway, transportation, building, boundary, place; property "class").
import type {
  ExpressionSpecification, FilterSpecification, LayerSpecification, VectorSourceSpecification,
} from "maplibre-gl";
import {PMTiles, Protocol} from "pmtiles";

import type {Library} from "./_map_view";

export interface Ground {
  source: VectorSourceSpecification;
  // Bottom to top; `language` chooses among names.
  layers(dark: boolean, language: string): LayerSpecification[];
  credit: Node[];
}

interface Palette {
  land: string; built: string; green: string; water: string; building: string;
  casing: string; road: string; main: string; rail: string; border: string;
  name: string; halo: string;
}
const light: Palette = {
  land: "#f4f2ee", built: "#ebe8e2", green: "#d9e7cd", water: "#b4d3e6", building: "#d9d3c9",
  casing: "#cdc7bb", road: "#ffffff", main: "#fbe6b3", rail: "#aaa49b", border: "#8e8598",
  name: "#3a3a3a", halo: "#f4f2ee",
};
const dark: Palette = {
  land: "#1c2127", built: "#22282f", green: "#213027", water: "#163a50", building: "#303841",
  casing: "#15191e", road: "#434c57", main: "#5d5a46", rail: "#5a626c", border: "#8d86a0",
  name: "#d9dee4", halo: "#1c2127",
};

const kind: ExpressionSpecification = ["coalesce", ["get", "kind"], ["get", "class"], ""];
const isOneOf = (...kinds: string[]): FilterSpecification => ["match", kind, kinds, true, false];
const isArea: FilterSpecification = ["==", ["geometry-type"], "Polygon"];
const isLine: FilterSpecification = ["==", ["geometry-type"], "LineString"];
const all = (...filters: FilterSpecification[]): FilterSpecification =>
    ["all", ...filters] as FilterSpecification;

const greens = isOneOf(
    "park", "forest", "wood", "grass", "grassland", "meadow", "cemetery", "golf_course", "pitch",
    "nature_reserve", "national_park", "village_green", "garden", "recreation_ground", "allotments",
    "zoo", "playground", "scrub", "farmland", "orchard", "protected_area");
const built = isOneOf(
    "residential", "industrial", "commercial", "retail", "urban_area", "school", "university",
    "college", "hospital", "railway", "parking", "stadium", "pedestrian");
const mains = isOneOf("highway", "major_road", "motorway", "trunk", "primary", "secondary");
const streets = isOneOf("medium_road", "minor_road", "tertiary", "minor", "service", "street");
const paths = isOneOf("path", "track", "pedestrian", "other");
const rails = isOneOf("rail", "transit", "railway");

// Metres look alike at every zoom: twice as wide one zoom closer.
const width = (at10: number, at16: number): ExpressionSpecification =>
    ["interpolate", ["exponential", 1.6], ["zoom"], 10, at10, 16, at16];

// One layer of the style for each layer of the tiles that can hold it.
function layersOf(colours: Palette, language: string): LayerSpecification[] {
  const layers: LayerSpecification[] = [];
  type Part = Record<string, unknown> & {type: string};
  const add = (name: string, tileLayers: string[], part: Part) => tileLayers.forEach((layer) =>
      layers.push({id: `${name}-${layer}`, source: "ground", "source-layer": layer, ...part} as
                  LayerSpecification));
  const fill = (name: string, tileLayers: string[], colour: string, filter: FilterSpecification) =>
      add(name, tileLayers, {type: "fill", filter, paint: {"fill-color": colour}});
  const line = (name: string, tileLayers: string[], filter: FilterSpecification, paint: object,
                minzoom = 0) =>
      add(name, tileLayers, {type: "line", filter, minzoom, paint,
                             layout: {"line-cap": "round", "line-join": "round"}});

  fill("built", ["landuse"], colours.built, all(isArea, built));
  fill("green", ["landcover", "landuse"], colours.green, all(isArea, greens));
  fill("park", ["park"], colours.green, isArea);
  fill("water", ["water"], colours.water, isArea);
  line("river", ["water", "waterway"], isLine,
       {"line-color": colours.water, "line-width": width(0.8, 8)});
  add("building", ["buildings", "building"],
      {type: "fill", filter: isArea, minzoom: 13, paint: {"fill-color": colours.building}});

  const roads = ["roads", "transportation"];
  line("path", roads, all(isLine, paths),
       {"line-color": colours.casing, "line-width": 1, "line-dasharray": [2, 2]}, 14);
  line("rail", [...roads, "transit"], all(isLine, rails),
       {"line-color": colours.rail, "line-width": width(0.7, 2)}, 10);
  line("street-casing", roads, all(isLine, streets),
       {"line-color": colours.casing, "line-width": width(0.6, 12)}, 12);
  line("main-casing", roads, all(isLine, mains),
       {"line-color": colours.casing, "line-width": width(2.2, 18)});
  line("street", roads, all(isLine, streets),
       {"line-color": colours.road, "line-width": width(0.4, 9)}, 12);
  line("main", roads, all(isLine, mains),
       {"line-color": colours.main, "line-width": width(1.4, 14)});
  line("border", ["boundaries", "boundary"], isLine,
       {"line-color": colours.border, "line-width": 1, "line-dasharray": [4, 2]});

  const text: ExpressionSpecification =
      ["coalesce", ["get", `name:${language}`], ["get", "name"], ""];
  const paint = {"text-color": colours.name, "text-halo-color": colours.halo,
                 "text-halo-width": 1.5};
  add("road-name", ["roads", "transportation_name"], {
    type: "symbol", minzoom: 14, filter: isLine, paint,
    layout: {"text-field": text, "text-font": ["Revier Sans"], "text-size": 13,
             "symbol-placement": "line"},
  });
  add("place-name", ["places", "place"], {
    type: "symbol", paint,
    layout: {"text-field": text, "text-font": ["Revier Sans"], "text-size": 14,
             "text-padding": 8},
  });
  return layers;
}

// Texts and links of an archive's attribution, which is HTML; nothing else of it.
function creditOf(html: string): Node[] {
  const parts: Node[] = [];
  const walk = (node: Node): void => node.childNodes.forEach((child) => {
    const href = child instanceof HTMLAnchorElement ? child.href : "";
    if (!/^https?:/.test(href)) {
      if (child instanceof Text) parts.push(document.createTextNode(child.data));
      return walk(child);
    }
    const link = Object.assign(document.createElement("a"),
                               {href, className: "kern-link", textContent: child.textContent});
    parts.push(link);
  });
  walk(new DOMParser().parseFromString(html, "text/html").body);
  return parts;
}

// Errors (a promise that is refused): the file cannot be read.
export async function openGround(library: Library, url: string): Promise<Ground> {
  const archive = new PMTiles(new URL(url, location.href).href);
  const protocol = new Protocol();
  protocol.add(archive);
  library.addProtocol("pmtiles", protocol.tile);
  const [head, metadata] = await Promise.all([
    archive.getHeader(),
    archive.getMetadata() as Promise<{vector_layers?: {id: string}[]; attribution?: string}>,
  ]);
  const known = new Set((metadata.vector_layers ?? []).map(({id}) => id));
  return {
    source: {
      type: "vector", tiles: [`pmtiles://${archive.source.getKey()}/{z}/{x}/{y}`],
      minzoom: head.minZoom, maxzoom: head.maxZoom,
      bounds: [head.minLon, head.minLat, head.maxLon, head.maxLat],
    },
    layers: (isDark, language) => {
      const colours = isDark ? dark : light;
      const land: LayerSpecification =
          {id: "land", type: "background", paint: {"background-color": colours.land}};
      return [land, ...layersOf(colours, language).filter((layer) =>
          "source-layer" in layer && known.has(layer["source-layer"] ?? ""))];
    },
    credit: creditOf(metadata.attribution ?? ""),
  };
}
