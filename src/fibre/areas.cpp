// SPDX-License-Identifier: EUPL-1.2
#include "fibre/areas.h"

#include <array>
#include <cmath>
#include <map>

#include "fibre/search_key.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::fibre {
namespace {

#define NAMES "urn:revier:ns:"

constexpr std::array<std::string_view, kStates> kCountNames{
    NAMES "availableCount", NAMES "underConstructionCount", NAMES "plannedCount",
    NAMES "notPlannedCount", NAMES "unknownCount"};
constexpr std::string_view kAddressCount = NAMES "addressCount";
constexpr std::string_view kCoverage = NAMES "coverage";

json::Writer& begin_attribute(json::Writer& out, std::string_view name, std::string_view type) {
  return out.key(name).begin_object().member("type", type).key("value");
}

void write_number(json::Writer& out, std::string_view name, std::int64_t value,
                  std::string_view day) {
  begin_attribute(out, name, "Property").integer(value).member("observedAt", day).end_object();
}

void write_text(json::Writer& out, std::string_view name, std::string_view value) {
  begin_attribute(out, name, "Property").string(value).end_object();
}

AreaEntity entity_of(const ListHead& head, const Directory::Area& area, std::string id,
                     std::string_view name) {
  AreaEntity entity{.id = std::move(id), .json = {}};
  // Noon of the day, wherever one reads it.
  const std::string day = head.as_of + "T12:00:00Z";
  json::Writer out(entity.json);
  out.begin_object().member("id", entity.id).member("type", kAreaType);
  write_text(out, "https://schema.org/name", name);
  if (area.middle) {
    begin_attribute(out, "location", "GeoProperty").begin_object().member("type", "Point");
    out.key("coordinates").begin_array();
    // About ten metres: a middle is not more exact.
    out.number(std::round(area.middle->longitude * 1e4) / 1e4);
    out.number(std::round(area.middle->latitude * 1e4) / 1e4);
    out.end_array().end_object().end_object();
  }
  for (std::size_t n = 0; n < kStates; ++n) {
    write_number(out, kCountNames.at(n), area.counts.of.at(n), day);
  }
  write_number(out, kAddressCount, area.counts.all(), day);
  begin_attribute(out, kCoverage, "Property")
      .number(std::round(area.counts.coverage() * 100) / 100)
      .member("observedAt", day)
      .member("unitCode", "P1")
      .end_object();
  write_text(out, NAMES "source", head.source);
  write_text(out, NAMES "sourceDate", head.as_of);
  begin_attribute(out, NAMES "isInvented", "Property").boolean(head.invented).end_object();
  out.end_object();
  return entity;
}

// The numbers of an attribute by day; the last of a day counts.
std::map<std::string, double> by_day(const json::Value& evolution, std::string_view name) {
  std::map<std::string, double> values;
  const auto attribute = evolution.find(name);
  if (!attribute) return values;
  const auto add = [&values](const json::Value& instance) {
    const auto value = instance.find("value");
    const auto at = instance.find("observedAt");
    if (!value || !at) return;
    const std::string day(at->as_string().value_or("").substr(0, 10));
    if (const auto number = value->as_number(); number && day.size() == 10) values[day] = *number;
  };
  if (attribute->is_array()) {
    for (const json::Value instance : attribute->elements()) add(instance);
  } else {
    add(*attribute);
  }
  return values;
}

}  // namespace

std::string area_id(std::string_view district) {
  const std::string key = search_key(district);
  return "urn:ngsi-ld:FibreArea:" + (key.empty() ? std::string("ohne-bezirk") : key);
}

std::vector<AreaEntity> area_entities(const Directory& list, std::string_view name) {
  std::vector<AreaEntity> entities;
  if (list.head().id == 0) return entities;
  entities.push_back(entity_of(list.head(), list.whole(), std::string(kWholeArea), name));
  for (const auto& [district, area] : list.areas()) {
    std::string id = area_id(district);
    // A district that is called like the whole.
    if (id == kWholeArea) id += "-bezirk";
    entities.push_back(entity_of(list.head(), area, std::move(id),
                                 district.empty() ? std::string_view("–") : district));
  }
  return entities;
}

Result<std::vector<CoveragePoint>> coverage_of(std::string_view evolution) {
  RV_ASSIGN(const json::Document document, json::Document::parse(evolution));
  const json::Value root = document.root();
  const auto available = by_day(root, kCountNames[0]);
  const auto all = by_day(root, kAddressCount);
  std::vector<CoveragePoint> points;
  for (const auto& [day, share] : by_day(root, kCoverage)) {
    const auto count = available.find(day);
    const auto total = all.find(day);
    points.push_back({.day = day,
                      .percent = share,
                      .available = count == available.end() ? 0 : std::llround(count->second),
                      .addresses = total == all.end() ? 0 : std::llround(total->second)});
  }
  return points;
}

}  // namespace revier::fibre
