// SPDX-License-Identifier: EUPL-1.2
#include "demo/city.h"

#include <cmath>

#include <fmt/format.h>

#include "json/json.h"

namespace revier::demo {
namespace {

#define MODELS "https://smartdatamodels.org/"

// Names of the bodies and what they mean. One IRI a name, so that pages find them.
constexpr std::pair<const char*, const char*> kTerms[] = {
    {"OffStreetParking", MODELS "dataModel.Parking/OffStreetParking"},
    {"totalSpotNumber", MODELS "dataModel.Parking/totalSpotNumber"},
    {"availableSpotNumber", MODELS "dataModel.Parking/availableSpotNumber"},
    {"BikeHireDockingStation", MODELS "dataModel.Transportation/BikeHireDockingStation"},
    {"totalSlotNumber", MODELS "dataModel.Transportation/totalSlotNumber"},
    {"availableBikeNumber", MODELS "dataModel.Transportation/availableBikeNumber"},
    {"EVChargingStation", MODELS "dataModel.Transportation/EVChargingStation"},
    {"capacity", MODELS "dataModel.Transportation/capacity"},
    {"availableCapacity", MODELS "dataModel.Transportation/availableCapacity"},
    {"WasteContainer", MODELS "dataModel.WasteManagement/WasteContainer"},
    {"fillingLevel", MODELS "dataModel.WasteManagement/fillingLevel"},
    {"AirQualityObserved", MODELS "dataModel.Environment/AirQualityObserved"},
    {"no2", MODELS "dataModel.Environment/no2"},
    {"pm10", MODELS "dataModel.Environment/pm10"},
    {"temperature", MODELS "dataModel.Environment/temperature"},
    {"name", "https://schema.org/name"},
    {"isSimulated", "urn:revier:ns:isSimulated"},
};

void write_context(json::Writer& out) {
  out.key("@context").begin_object();
  for (const auto& [name, iri] : kTerms) out.member(name, iri);
  out.end_object();
}

json::Writer& number(json::Writer& out, double value) {
  if (value == std::floor(value)) return out.integer(static_cast<std::int64_t>(value));
  return out.number(value);
}

void write_live(json::Writer& out, const Sensor& sensor, const std::string& observed) {
  for (const auto& [name, live] : sensor.live) {
    out.key(name).begin_object().member("type", "Property").key("value");
    number(out, live.value).member("observedAt", observed);
    if (!live.unit_code.empty()) out.member("unitCode", live.unit_code);
    out.end_object();
  }
}

void begin_entity(json::Writer& out, const Sensor& sensor) {
  out.begin_object();
  write_context(out);
  out.member("id", sensor.id).member("type", sensor.type);
}

json::Writer& begin_property(json::Writer& out, std::string_view name,
                             std::string_view type = "Property") {
  return out.key(name).begin_object().member("type", type).key("value");
}

double number_of(const json::Value& object, std::string_view key) {
  const auto member = object.find(key);
  return member ? member->as_number().value_or(0) : 0;
}

Result<Sensor::Live> read_live(const json::Value& live) {
  Sensor::Live out;
  RV_ASSIGN(out.quantity.curve, parse_day_curve(live.text("day_curve")));
  out.quantity.least = number_of(live, "min");
  out.quantity.most = number_of(live, "max");
  out.quantity.step = number_of(live, "step");
  const auto whole = live.find("whole");
  out.quantity.whole = whole && whole->as_bool().value_or(false);
  out.unit_code = live.text("unit_code");
  if (out.quantity.most <= out.quantity.least || out.quantity.step <= 0) {
    return fail(Code::kBadRequestData, "a live value needs min < max and a step");
  }
  return out;
}

Result<Sensor> read_sensor(const json::Value& entity) {
  Sensor sensor{.id = std::string(entity.text("id")),
                .type = std::string(entity.text("type")),
                .name = std::string(entity.text("name")),
                .location_json = {},
                .constants = {},
                .live = {}};
  const auto location = entity.find("location");
  if (sensor.id.empty() || sensor.type.empty() || !location) {
    return fail(Code::kBadRequestData, "a sensor needs id, type and location: " + sensor.id);
  }
  sensor.location_json = json::to_text(*location);
  if (const auto constants = entity.find("static")) {
    for (const auto& [name, value] : constants->members()) {
      sensor.constants[std::string(name)] = value.as_number().value_or(0);
    }
  }
  if (const auto live = entity.find("live")) {
    for (const auto& [name, value] : live->members()) {
      RV_ASSIGN(sensor.live[std::string(name)], read_live(value));
    }
  }
  return sensor;
}

}  // namespace

Result<std::vector<Sensor>> read_sensors(std::string_view json) {
  RV_ASSIGN(const json::Document document, json::Document::parse(json));
  std::vector<Sensor> sensors;
  if (const auto entities = document.root().find("entities")) {
    for (const json::Value entity : entities->elements()) {
      RV_ASSIGN(Sensor sensor, read_sensor(entity));
      sensors.push_back(std::move(sensor));
    }
  }
  return sensors;
}

std::string whole_entities(const std::vector<Sensor>& sensors, Instant observed) {
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const Sensor& sensor : sensors) {
    begin_entity(out, sensor);
    begin_property(out, "name").string(sensor.name).end_object();
    begin_property(out, "location", "GeoProperty").raw(sensor.location_json).end_object();
    begin_property(out, "isSimulated").boolean(true).end_object();
    for (const auto& [name, value] : sensor.constants) {
      number(begin_property(out, name), value).end_object();
    }
    write_live(out, sensor, to_iso8601(observed));
    out.end_object();
  }
  out.end_array();
  return body;
}

std::string live_values(const std::vector<const Sensor*>& sensors, Instant observed) {
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const Sensor* sensor : sensors) {
    begin_entity(out, *sensor);
    write_live(out, *sensor, to_iso8601(observed));
    out.end_object();
  }
  out.end_array();
  return body;
}

}  // namespace revier::demo
