// SPDX-License-Identifier: EUPL-1.2
#include "demo/areas.h"

#include "json/json.h"

namespace revier::demo {
namespace {

constexpr std::pair<const char*, const char*> kAreaTerms[] = {
    {"AdministrativeArea", "https://schema.org/AdministrativeArea"},
    {"name", "https://schema.org/name"},
    {"identifier", "https://schema.org/identifier"},
    {"creditText", "https://schema.org/creditText"},
};

void write_property(json::Writer& out, std::string_view name, std::string_view value) {
  out.key(name).begin_object().member("type", "Property").member("value", value).end_object();
}

void write_area_context(json::Writer& out) {
  out.key("@context").begin_object();
  for (const auto& [name, iri] : kAreaTerms) out.member(name, iri);
  out.end_object();
}

Result<> write_area(json::Writer& out, const json::Value& feature, std::string_view credit) {
  const auto properties = feature.find("properties");
  const auto geometry = feature.find("geometry");
  const std::string_view key = properties ? properties->text("ags") : "";
  if (key.empty() || !geometry) {
    return fail(Code::kBadRequestData, "an outline needs a geometry and properties.ags");
  }
  out.begin_object();
  write_area_context(out);
  out.member("id", "urn:ngsi-ld:AdministrativeArea:" + std::string(key))
      .member("type", "AdministrativeArea");
  write_property(out, "name", properties->text("name"));
  write_property(out, "identifier", key);
  write_property(out, "creditText", credit);
  out.key("location").begin_object().member("type", "GeoProperty").key("value");
  out.raw(json::to_text(*geometry)).end_object().end_object();
  return {};
}

}  // namespace

Result<std::string> area_entities(std::string_view geojson) {
  RV_ASSIGN(const json::Document document, json::Document::parse(geojson));
  const auto features = document.root().find("features");
  if (!features) return fail(Code::kBadRequestData, "outlines are a FeatureCollection");
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const json::Value feature : features->elements()) {
    RV_TRY(write_area(out, feature, document.root().text("attribution")));
  }
  out.end_array();
  return body;
}

}  // namespace revier::demo
