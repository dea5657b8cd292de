// SPDX-License-Identifier: EUPL-1.2
#include "federation/document.h"

#include <algorithm>
#include <array>

#include "base/period.h"
#include "federation/detail/operations.h"
#include "json/reader.h"
#include "ngsi/fragment.h"
#include "ngsi/geometry.h"
#include "ngsi/parse.h"

namespace revier::federation {
namespace {

using json::Reader;

constexpr std::array<std::string_view, 22> kMembers = {"id",
                                                       "type",
                                                       "endpoint",
                                                       "contextSourceInfo",
                                                       "information",
                                                       "contextSourceAlias",
                                                       "description",
                                                       "datasetId",
                                                       "expiresAt",
                                                       "location",
                                                       "management",
                                                       "managementInterval",
                                                       "mode",
                                                       "observationInterval",
                                                       "observationSpace",
                                                       "operations",
                                                       "operationSpace",
                                                       "refreshRate",
                                                       "registrationName",
                                                       "scope",
                                                       "tenant",
                                                       "hostAlias"};
// Read-only (5.2.9, table 2), or carried beside; ignored where a client sends them.
constexpr std::array<std::string_view, 8> kIgnored = {"@context",    "status",      "timesSent",
                                                      "timesFailed", "lastSuccess", "lastFailure",
                                                      "createdAt",   "modifiedAt"};
constexpr std::int64_t kCacheMsMax = 86'400'000;
constexpr std::int64_t kCooldownMsMax = 3'600'000;
constexpr std::array<std::string_view, 3> kPlaces = {"location", "observationSpace",
                                                     "operationSpace"};

// Members of the specification that csf can ask for (4.9).
constexpr std::array<std::string_view, 7> kProperties = {
    "endpoint", "description",        "registrationName", "mode",
    "tenant",   "contextSourceAlias", "refreshRate"};

bool among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_null(const json::Value& value) {
  return value.is_null() || value.as_string() == ngsi::kNullUri;
}

// --- Names to IRIs -------------------------------------------------------------------------------

Result<> write_names(json::Writer& out, const json::Value& names, const jsonld::Context& context) {
  const auto write = [&](const json::Value& name) -> Result<> {
    const auto text = name.as_string();
    if (!text) {
      out.value(name);
      return {};
    }
    RV_ASSIGN(const std::string iri, ngsi::expand_checked(*text, context));
    out.string(iri);
    return {};
  };
  if (!names.is_array()) return write(names);
  out.begin_array();
  for (const json::Value name : names.elements()) RV_TRY(write(name));
  out.end_array();
  return {};
}

// An object of `information` or of its `entities`.
Result<> write_information(json::Writer& out, const json::Value& value,
                           const jsonld::Context& context) {
  if (value.is_array()) {
    out.begin_array();
    for (const json::Value each : value.elements()) RV_TRY(write_information(out, each, context));
    out.end_array();
    return {};
  }
  if (!value.is_object()) {
    out.value(value);
    return {};
  }
  out.begin_object();
  for (const auto [key, inner] : value.members()) {
    out.key(key);
    if (key == "entities") {
      RV_TRY(write_information(out, inner, context));
    } else if (key == "type" || key == "propertyNames" || key == "relationshipNames") {
      RV_TRY(write_names(out, inner, context));
    } else {
      out.value(inner);
    }
  }
  out.end_object();
  return {};
}

Result<> write_member(json::Writer& out, std::string_view key, const json::Value& value,
                      const jsonld::Context& context) {
  if (key == "information") {
    out.key(key);
    return write_information(out, value, context);
  }
  if (among(kMembers, key)) {
    out.key(key).value(value);
    return {};
  }
  RV_ASSIGN(const std::string iri, ngsi::expand_checked(key, context));
  out.key(iri).value(value);
  return {};
}

Result<std::string> canonical(const json::Value& document, const jsonld::Context& context) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto [key, value] : document.members()) {
    if (!among(kIgnored, key)) RV_TRY(write_member(out, key, value, context));
  }
  out.end_object();
  return text;
}

// --- Reading -------------------------------------------------------------------------------------

Result<EntityInfo> read_entity(const Reader& reader) {
  EntityInfo out;
  RV_ASSIGN(out.types, reader.text_or_texts("type"));
  if (out.types.empty()) return reader.refuse("type", "a type, or an array of them");
  RV_ASSIGN(out.id, reader.text("id"));
  if (!out.id.empty()) RV_TRY(ngsi::check_uri(out.id, "information.entities.id"));
  RV_ASSIGN(out.id_pattern, reader.text("idPattern"));
  if (!out.id.empty()) out.id_pattern.clear();
  if (!out.id_pattern.empty()) {
    RV_ASSIGN(out.pattern, ngsi::Pattern::compile(out.id_pattern, "idPattern"));
  }
  return out;
}

Result<Information> read_information(const Reader& reader) {
  Information out;
  const auto entities = reader.value().find("entities");
  if (entities && (!entities->is_array() || entities->size() == 0)) {
    return reader.refuse("entities", "an array of at least one entity");
  }
  if (entities) {
    for (const json::Value each : entities->elements()) {
      if (!each.is_object()) return reader.refuse("entities", "objects");
      RV_ASSIGN(out.entities.emplace_back(), read_entity(Reader(each, "information.entities.")));
    }
  }
  RV_ASSIGN(out.attributes, reader.texts("propertyNames"));
  RV_ASSIGN(const auto relationships, reader.texts("relationshipNames"));
  out.attributes.insert(out.attributes.end(), relationships.begin(), relationships.end());
  if (out.entities.empty() && out.attributes.empty()) {
    return reader.refuse("entities", "entities, propertyNames or relationshipNames");
  }
  return out;
}

Result<> read_all_information(const Reader& reader, Registration& out) {
  const auto list = reader.value().find("information");
  if (!list || !list->is_array() || list->size() == 0) {
    return reader.refuse("information", "an array of at least one object");
  }
  for (const json::Value each : list->elements()) {
    if (!each.is_object()) return reader.refuse("information", "objects");
    RV_ASSIGN(out.information.emplace_back(), read_information(Reader(each, "information.")));
  }
  return {};
}

bool is_media(std::string_view text) {
  return text == "application/json" || text == "application/ld+json";
}

bool is_version(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == part.npos;
  };
  return dot != text.npos && digits(text.substr(0, dot)) && digits(text.substr(dot + 1));
}

// 4.3.6.6
bool is_good_pair(const KeyValue& pair) {
  if (pair.key == "accept" || pair.key == "contentType") return is_media(pair.value);
  if (pair.key == "jsonldContext") return ngsi::check_uri(pair.value, pair.key).has_value();
  if (pair.key == "ngsildConformance") return is_version(pair.value);
  return !pair.key.empty();
}

Result<> read_source_info(const Reader& reader, Registration& out) {
  const auto list = reader.value().find("contextSourceInfo");
  if (!list) return {};
  if (!list->is_array()) return reader.refuse("contextSourceInfo", "an array of {key, value}");
  for (const json::Value each : list->elements()) {
    const auto key = each.find("key");
    const auto value = each.find("value");
    if (!key || !key->as_string() || !value || !value->as_string()) {
      return reader.refuse("contextSourceInfo", "an array of {key, value}");
    }
    KeyValue pair{std::string(*key->as_string()), std::string(*value->as_string())};
    if (!is_good_pair(pair)) return reader.refuse("contextSourceInfo", "good value of " + pair.key);
    out.source_info.push_back(std::move(pair));
  }
  return {};
}

Result<std::optional<Interval>> read_interval(const Reader& reader, std::string_view name) {
  RV_ASSIGN(const auto object, reader.object(name));
  if (!object) return std::optional<Interval>();
  Interval out;
  RV_ASSIGN(const std::string start, object->text("startAt"));
  RV_ASSIGN(const std::string end, object->text("endAt"));
  const auto from = parse_iso8601(start);
  if (!from) return object->refuse("startAt", "a DateTime");
  out.start = *from;
  if (end.empty()) return std::optional<Interval>(out);
  const auto to = parse_iso8601(end);
  if (!to || *to < *from) return object->refuse("endAt", "a DateTime that is not before startAt");
  out.end = *to;
  return std::optional<Interval>(out);
}

Result<> read_times(const Reader& reader, Instant now, Registration& out) {
  RV_ASSIGN(out.observation, read_interval(reader, "observationInterval"));
  RV_ASSIGN(out.management_interval, read_interval(reader, "managementInterval"));
  RV_ASSIGN(const std::string expires, reader.text("expiresAt"));
  if (expires.empty()) return {};
  const auto at = parse_iso8601(expires);
  if (!at) return reader.refuse("expiresAt", "a DateTime");
  if (*at < now) return reader.refuse("expiresAt", "a time to come");
  out.expires_at = *at;
  return {};
}

Result<> read_management(const Reader& reader, Registration& out) {
  RV_ASSIGN(const auto object, reader.object("management"));
  if (!object) return {};
  RV_ASSIGN(out.management.local_only, object->flag("localOnly", false));
  RV_ASSIGN(const auto timeout, object->positive("timeout"));
  RV_ASSIGN(const auto cooldown, object->positive("cooldown"));
  out.management.timeout_ms = static_cast<std::int64_t>(timeout.value_or(0));
  out.management.cooldown_ms =
      std::min(static_cast<std::int64_t>(cooldown.value_or(0)), kCooldownMsMax);
  RV_ASSIGN(const std::string cache, object->text("cacheDuration"));
  if (cache.empty()) return {};
  const auto period = parse_period(cache, "cacheDuration");
  if (!period) return object->refuse("cacheDuration", "a duration of ISO 8601");
  const Duration duration = period->after(Instant{}, 1) - Instant{};
  out.management.cache_ms = std::min(duration.us / 1'000, kCacheMsMax);
  return {};
}

Result<> read_mode(const Reader& reader, Registration& out) {
  RV_ASSIGN(const std::string mode, reader.text("mode"));
  if (mode == "exclusive") {
    out.mode = Mode::kExclusive;
  } else if (mode == "redirect") {
    out.mode = Mode::kRedirect;
  } else if (mode == "auxiliary") {
    out.mode = Mode::kAuxiliary;
  } else if (!mode.empty() && mode != "inclusive") {
    return reader.refuse("mode", "inclusive, exclusive, redirect or auxiliary");
  }
  RV_ASSIGN(const auto operations, reader.texts("operations"));
  if (!operations.empty()) out.operations = 0;
  for (const std::string& name : operations) {
    const auto bits = detail::operations_named(name);
    if (!bits) return reader.refuse("operations", "names of operations (clause 4.20)");
    out.operations |= *bits;
    if (out.mode == Mode::kAuxiliary && !detail::is_for_auxiliary(name)) {
      return reader.refuse("operations", "retrieveOps, retrieveEntity or queryEntity");
    }
  }
  return {};
}

// 4.3.6.3: "shall always relate to specific Attributes found on a single Entity".
Result<> check_exclusive(const Reader& reader, const Registration& registration) {
  if (registration.mode != Mode::kExclusive) return {};
  for (const Information& information : registration.information) {
    bool good = !information.attributes.empty() && !information.entities.empty();
    for (const EntityInfo& entity : information.entities) good = good && !entity.id.empty();
    if (!good) return reader.refuse("information", "ids and attributes where mode is exclusive");
  }
  return {};
}

Result<> check_places(const Reader& reader) {
  for (const std::string_view name : kPlaces) {
    const auto place = reader.value().find(name);
    if (place && !ngsi::parse_geometry(*place)) {
      return reader.refuse(name, "a GeoJSON geometry");
    }
  }
  return {};
}

// What compiles when it is asked must compile now: scopes, properties.
Result<> check_compiles(const Registration& registration, const jsonld::Context& context) {
  RV_ASSIGN(const auto document, json::Document::parse(as_entity(registration)));
  const auto entity = ngsi::parse_entity(document.root(), context, ngsi::kParseWhole);
  return entity ? Result<>{} : fail(entity.error());
}

Result<> read_source(const Reader& reader, Registration& out) {
  RV_ASSIGN(out.endpoint, reader.text("endpoint"));
  if (!out.endpoint.starts_with("http://") && !out.endpoint.starts_with("https://")) {
    return reader.refuse("endpoint", "an http or https URL");
  }
  RV_TRY(ngsi::check_uri(out.endpoint, "endpoint"));
  while (out.endpoint.ends_with('/')) out.endpoint.pop_back();
  RV_ASSIGN(out.alias, reader.text("contextSourceAlias"));
  RV_ASSIGN(out.source_tenant, reader.text("tenant"));
  RV_ASSIGN(out.dataset_ids, reader.texts("datasetId"));
  for (const std::string& id : out.dataset_ids) {
    if (id != "@none") RV_TRY(ngsi::check_uri(id, "datasetId"));
  }
  for (const std::string_view name : {"description", "registrationName", "refreshRate"}) {
    RV_TRY(reader.text(name));
  }
  return {};
}

}  // namespace

Result<Registration> parse(const json::Value& document, const jsonld::Context& context,
                           Instant now) {
  if (!document.is_object()) {
    return fail(Code::kBadRequestData, "a registration is an object");
  }
  Registration out;
  RV_ASSIGN(out.document, canonical(document, context));
  RV_ASSIGN(const json::Document whole, json::Document::parse(out.document));
  const Reader reader(whole.root(), "");  // now IRIs
  RV_ASSIGN(const std::string type, reader.text("type"));
  if (type != "ContextSourceRegistration") {
    return reader.refuse("type", "\"ContextSourceRegistration\"");
  }
  RV_ASSIGN(out.id, reader.text("id"));
  if (!out.id.empty()) RV_TRY(ngsi::check_uri(out.id, "the registration's id"));
  RV_TRY(read_all_information(reader, out));
  RV_TRY(read_source(reader, out));
  RV_TRY(read_source_info(reader, out));
  RV_TRY(read_times(reader, now, out));
  RV_TRY(read_management(reader, out));
  RV_TRY(read_mode(reader, out));
  RV_TRY(check_exclusive(reader, out));
  RV_TRY(check_places(reader));
  RV_TRY(check_compiles(out, context));
  return out;
}

Result<std::string> patched(const Registration& before, const json::Value& fragment,
                            const jsonld::Context& context) {
  if (!fragment.is_object()) {
    return fail(Code::kBadRequestData, "a fragment of a registration is an object");
  }
  RV_ASSIGN(const std::string changes, canonical(fragment, context));
  RV_ASSIGN(const json::Document given, json::Document::parse(changes));
  RV_ASSIGN(const json::Document old, json::Document::parse(before.document));
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto [key, value] : old.root().members()) {
    const auto changed = given.root().find(key);
    if (key == "id" || !changed) {
      out.key(key).value(value);
    } else if (!is_null(*changed)) {
      out.key(key).value(*changed);
    }
  }
  for (const auto [key, value] : given.root().members()) {
    if (!old.root().find(key) && key != "id" && !is_null(value)) out.key(key).value(value);
  }
  out.end_object();
  return text;
}

std::string as_entity(const Registration& registration) {
  const auto document = json::Document::parse(registration.document);
  std::string text;
  json::Writer out(text);
  out.begin_object().member("id", "urn:ngsi-ld:ContextSourceRegistration:it");
  out.member("type", "ContextSourceRegistration");
  if (document) {
    for (const auto [key, value] : document->root().members()) {
      if (among(kPlaces, key)) {
        out.key(key).begin_object().member("type", "GeoProperty").key("value").value(value);
        out.end_object();
      } else if (key == "scope" || among(kProperties, key) || !among(kMembers, key)) {
        out.key(key).value(value);
      }
    }
  }
  out.end_object();
  return text;
}

}  // namespace revier::federation
