// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/versions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "context/detail/http.h"
#include "json/json.h"

namespace revier::context::detail {
namespace {

constexpr int kNow = 9;  // 1.9
constexpr std::string_view kPreference = "ngsi-ld=";

// A kind of attribute and what it becomes before the version that brought it (table 4.3.6.8-1).
struct KindRow {
  std::string_view kind;
  std::string_view member;  // of its value
  int since;
  std::string_view before;         // the kind that it becomes
  std::string_view before_member;  // and the member
};
constexpr std::array<KindRow, 5> kKinds = {{
    {"LanguageProperty", "languageMap", 4, "Property", "value"},
    {"JsonProperty", "json", 8, "Property", "value"},
    {"VocabProperty", "vocab", 8, "Property", "value"},
    {"ListProperty", "valueList", 8, "Property", "value"},
    {"ListRelationship", "objectList", 8, "Relationship", "object"},
}};

// Members and the version that brought them (tables 4.3.6.8-1 to 3).
struct MemberRow {
  std::string_view name;
  int since;
};
constexpr std::array<MemberRow, 2> kOfEntities = {{{"expiresAt", 9}, {"scope", 4}}};
constexpr std::array<MemberRow, 6> kOfAttributes = {{{"datasetId", 3},
                                                     {"expiresAt", 9},
                                                     {"observedAt", 3},
                                                     {"unitCode", 3},
                                                     {"valueType", 9},
                                                     {"objectType", 8}}};

template <class Rows>
bool is_later(const Rows& rows, std::string_view name, int minor) {
  const auto row = std::ranges::find(rows, name, &MemberRow::name);
  return row != rows.end() && minor < row->since;
}

class Older {
 public:
  Older(int minor, ngsi::Representation representation)
      : minor_(minor), simplified_(representation == ngsi::Representation::kSimplified) {}

  [[nodiscard]] bool altered() const { return altered_; }

  void entity(json::Writer& out, const json::Value& entity) {
    out.begin_object();
    for (const auto [key, value] : entity.members()) {
      if (is_later(kOfEntities, key, minor_)) {
        altered_ = true;
        continue;
      }
      out.key(key);
      if (key == "type" && value.is_array() && value.size() > 0 && minor_ < 3) {
        altered_ = true;
        out.value(value.first_or_self());
      } else if (simplified_ || key == "id" || key == "type" || key == "scope" ||
                 key == "@context") {
        out.value(value);
      } else {
        instances(out, value);
      }
    }
    out.end_object();
  }

 private:
  // Several instances of an attribute came with 1.3: before it is one, the default one if possible.
  void instances(json::Writer& out, const json::Value& value) {
    if (!value.is_array() || !value.first_or_self().is_object()) {
      return attribute(out, value);
    }
    if (minor_ < 3) {
      altered_ = true;
      json::Value chosen = value.first_or_self();
      for (const json::Value each : value.elements()) {
        if (!each.find("datasetId")) chosen = each;
      }
      return attribute(out, chosen);
    }
    out.begin_array();
    for (const json::Value each : value.elements()) attribute(out, each);
    out.end_array();
  }

  static const KindRow* kind_of(const json::Value& attribute) {
    const auto type = attribute.find("type");
    for (const KindRow& row : kKinds) {
      const bool named = type && type->as_string() == row.kind;
      if (named || (!type && attribute.find(row.member))) return &row;
    }
    return nullptr;
  }

  void attribute(json::Writer& out, const json::Value& value) {
    if (!value.is_object()) {
      out.value(value);
      return;
    }
    const KindRow* row = kind_of(value);
    if (row != nullptr && minor_ >= row->since) row = nullptr;
    if (row != nullptr) altered_ = true;
    out.begin_object();
    for (const auto [key, member] : value.members()) {
      if (is_later(kOfAttributes, key, minor_)) {
        altered_ = true;
      } else if (row != nullptr && key == "type") {
        out.member(key, row->before);
      } else if (row != nullptr && key == row->member) {
        out.key(row->before_member);
        target(out, *row, member);
      } else if (row != nullptr && key == row->before_member) {
        // In no attribute of the kind: it would stand there twice.
      } else if (is_value(key)) {
        out.key(key).value(member);
      } else {
        out.key(key);
        instances(out, member);
      }
    }
    out.end_object();
  }

  // [{"object": "urn:a"}] is ["urn:a"] in a Relationship.
  static void target(json::Writer& out, const KindRow& row, const json::Value& value) {
    if (row.before != "Relationship") {
      out.value(value);
      return;
    }
    out.begin_array();
    for (const json::Value each : value.elements()) out.value(each.find("object").value_or(each));
    out.end_array();
  }

  static bool is_value(std::string_view key) {
    return key == "value" || key == "object" || key == "type" ||
           std::ranges::find(kKinds, key, &KindRow::member) != kKinds.end();
  }

  const int minor_;
  const bool simplified_;
  bool altered_ = false;
};

bool holds_entities(const net::Request& request) {
  return request.path.starts_with("/ngsi-ld/v1/entities") ||
         request.path.starts_with("/ngsi-ld/v1/entityOperations/query");
}

// As View reads it, who has found it good.
ngsi::Representation representation_of(const net::Request& request) {
  const std::string format = request.query_param("format").value_or("");
  for (const std::string_view name : {"simplified", "keyValues"}) {
    if (format == name || (format.empty() && has_option(request, name))) {
      return ngsi::Representation::kSimplified;
    }
  }
  return ngsi::Representation::kNormalized;
}

}  // namespace

std::optional<int> preferred_version(const net::Request& request) {
  for (const std::string_view text : preferences(request)) {
    if (text.size() <= kPreference.size() ||
        !net::equals_ignoring_case(text.substr(0, kPreference.size()), kPreference)) {
      continue;
    }
    const std::string_view version = text.substr(kPreference.size());
    if (!version.starts_with("1.")) continue;
    int minor = 0;
    const char* const end = version.data() + version.size();
    const auto [stop, error] = std::from_chars(version.data() + 2, end, minor);
    if (error == std::errc() && stop == end && minor >= 0) return std::min(minor, kNow);
  }
  return std::nullopt;
}

std::optional<std::string> in_version(std::string_view json, int minor,
                                      ngsi::Representation representation) {
  const auto document = json::Document::parse(json);
  if (!document) return std::nullopt;
  const json::Value root = document->root();
  Older older(minor, representation);
  std::string text;
  json::Writer out(text);
  if (root.is_array()) {
    out.begin_array();
    for (const json::Value each : root.elements()) {
      if (!each.is_object()) return std::nullopt;
      older.entity(out, each);
    }
    out.end_array();
  } else if (root.is_object()) {
    older.entity(out, root);
  }
  if (!older.altered()) return std::nullopt;
  return text;
}

void apply_version(const net::Request& request, net::Response& response) {
  const auto minor = preferred_version(request);
  const auto* const body = std::get_if<std::string>(&response.body);
  if (!minor || response.status != 200 || body == nullptr) return;
  const bool geo_json = std::ranges::any_of(response.headers, [](const auto& field) {
    return field.second == media_name(Media::kGeoJson);
  });
  const bool altered = holds_entities(request) && !geo_json;
  // What stays as it is conforms to the newest.
  response.header("Preference-Applied", fmt::format("ngsi-ld=1.{}", altered ? *minor : kNow));
  if (!altered) return;
  if (auto older = in_version(*body, *minor, representation_of(request))) {
    response.body = *std::move(older);
    response.status = 203;
  }
}

}  // namespace revier::context::detail
