// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>

#include "transfer/detail/columns.h"
#include "transfer/detail/source.h"

namespace revier::transfer::detail {
namespace {

// Said by the value itself: an attribute as NGSI-LD writes it, normalized or concise.
bool is_attribute(const json::Value& value) {
  const auto has = [&value](std::string_view name) { return value.find(name).has_value(); };
  constexpr std::string_view kValues[] = {"value",     "object", "languageMap", "vocab",
                                          "valueList", "json",   "objectList"};
  return value.is_object() && std::ranges::any_of(kValues, has);
}

// Several instances (datasetId) stand in an array.
bool is_attributes(const json::Value& value) {
  if (!value.is_array() || value.size() == 0) return is_attribute(value);
  for (const json::Value each : value.elements()) {
    if (!is_attribute(each)) return false;
  }
  return true;
}

std::string text_of(const json::Value& value) {
  const auto text = value.as_string();
  return text ? std::string(*text) : json::to_text(value);
}

}  // namespace

Result<std::string> entity_of_feature(const json::Value& feature, const ImportOptions& options) {
  const auto kind = feature.find("type");
  if (!kind || kind->as_string() != "Feature") {
    return fail(Code::kUnprocessable, "it is no GeoJSON feature");
  }
  const auto properties = feature.find("properties");
  const auto property = [&](std::string_view name) {
    return properties ? properties->find(name) : std::nullopt;
  };
  const auto type_member = property("type");
  std::string type = type_member ? text_of(*type_member) : options.type;
  if (type.empty()) return fail(Code::kUnprocessable, "the type is missing; name one by --type");
  const bool own_id = options.id_column.empty() || options.id_column == "id";
  auto id_member = own_id ? feature.find("id") : property(options.id_column);
  if (own_id && !id_member) id_member = property("id");
  RV_ASSIGN(const std::string id, entity_id(type_member && type_member->is_array() ? "x" : type,
                                            id_member ? text_of(*id_member) : std::string()));
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", id).key("type");
  type_member ? out.value(*type_member) : out.string(type);
  if (const auto context = feature.find("@context")) out.key("@context").value(*context);
  if (properties) {
    for (const auto& [name, value] : properties->members()) {
      if (name == "id" || name == "type" || value.is_null()) continue;
      out.key(name);
      if (is_attributes(value)) {
        out.value(value);
      } else {
        out.begin_object().member("type", "Property").key("value").value(value).end_object();
      }
    }
  }
  const auto geometry = feature.find("geometry");
  if (geometry && geometry->is_object() && !property("location")) {
    out.key("location").begin_object().member("type", "GeoProperty");
    out.key("value").value(*geometry).end_object();
  }
  out.end_object();
  return text;
}

}  // namespace revier::transfer::detail
