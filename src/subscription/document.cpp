// SPDX-License-Identifier: EUPL-1.2
#include "subscription/document.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "json/reader.h"
#include "ngsi/fragment.h"
#include "ngsi/parse.h"
#include "ngsi/q.h"
#include "subscription/detail/members.h"

namespace revier::subscription {
namespace {

using json::Reader;

constexpr int kLinkLevelsMax = 10;
constexpr std::int64_t kIntervalLeastUs = 1'000'000;

constexpr std::array<std::string_view, 25> kMembers = {"id",
                                                       "type",
                                                       "subscriptionName",
                                                       "description",
                                                       "entities",
                                                       "watchedAttributes",
                                                       "notificationTrigger",
                                                       "timeInterval",
                                                       "q",
                                                       "geoQ",
                                                       "scopeQ",
                                                       "csf",
                                                       "temporalQ",
                                                       "datasetId",
                                                       "lang",
                                                       "expandValues",
                                                       "jsonKeys",
                                                       "isActive",
                                                       "expiresAt",
                                                       "throttling",
                                                       "localOnly",
                                                       "splitEntities",
                                                       "jsonldContext",
                                                       "ngsildConformance",
                                                       "notification"};
// Read-only, or carried beside; ignored where a client sends them.
constexpr std::array<std::string_view, 4> kIgnored = {"@context", "status", "createdAt",
                                                      "modifiedAt"};

bool among(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_null(const json::Value& value) {
  return value.is_null() || value.as_string() == ngsi::kNullUri;
}

// --- Names to IRIs, once, when a document comes in -----------------------------------------------

Result<> write_names(json::Writer& out, const json::Value& names, const jsonld::Context& context) {
  if (!names.is_array()) {
    out.value(names);
    return {};
  }
  out.begin_array();
  for (const json::Value name : names.elements()) {
    const auto text = name.as_string();
    const bool plain = text && *text != "id" && *text != "type" && *text != "scope" &&
                       text->find('{') == std::string_view::npos;
    if (plain) {
      RV_ASSIGN(const std::string iri, ngsi::expand_checked(*text, context));
      out.string(iri);
    } else {
      out.value(name);
    }
  }
  out.end_array();
  return {};
}

Result<> write_member(json::Writer& out, std::string_view key, const json::Value& value,
                      const jsonld::Context& context) {
  out.key(key);
  if (key == "watchedAttributes") return write_names(out, value, context);
  if (key != "notification" || !value.is_object()) {
    out.value(value);
    return {};
  }
  out.begin_object();
  for (const auto [name, inner] : value.members()) {
    out.key(name);
    if (name == "attributes" || name == "pick" || name == "omit") {
      RV_TRY(write_names(out, inner, context));
    } else {
      out.value(inner);
    }
  }
  out.end_object();
  return {};
}

// --- Reading
// --------------------------------------------------------------------------------------

Result<Triggers> read_triggers(const Reader& reader) {
  RV_ASSIGN(const auto names, reader.texts("notificationTrigger"));
  Triggers triggers = 0;
  for (const std::string& name : names) {
    if (name == "entityCreated") {
      triggers |= kEntityCreated;
    } else if (name == "entityDeleted") {
      triggers |= kEntityDeleted;
    } else if (name == "entityUpdated") {
      triggers |= kEntityUpdated;
    } else if (name == "attributeCreated") {
      triggers |= kAttributeCreated;
    } else if (name == "attributeUpdated") {
      triggers |= kAttributeUpdated;
    } else if (name == "attributeDeleted") {
      triggers |= kAttributeDeleted;
    } else {
      return reader.refuse("notificationTrigger",
                           "entityCreated, entityUpdated, entityDeleted, attributeCreated, "
                           "attributeUpdated or attributeDeleted");
    }
  }
  return triggers == 0 ? kDefaultTriggers : triggers;
}

Result<ngsi::Selection> read_selector(const Reader& reader) {
  ngsi::Selection selection;
  RV_ASSIGN(selection.type, reader.text("type"));
  if (selection.type.empty()) return reader.refuse("type", "a type selection");
  RV_ASSIGN(selection.id_pattern, reader.text("idPattern"));
  RV_ASSIGN(selection.ids, reader.text_or_texts("id"));
  for (const std::string& id : selection.ids) RV_TRY(ngsi::check_uri(id, "entities.id"));
  if (!selection.ids.empty()) selection.id_pattern.clear();  // "id takes precedence"
  return selection;
}

// "a,b"
Result<std::vector<std::string>> read_listed(const Reader& reader, std::string_view name) {
  RV_ASSIGN(const std::string text, reader.text(name));
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    out.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

Result<> read_conditions(const Reader& reader, ngsi::Selection& all) {
  RV_ASSIGN(std::string q, reader.text("q"));
  all.q = detail::readable_query(std::move(q));
  RV_ASSIGN(all.scope_q, reader.text("scopeQ"));
  RV_ASSIGN(all.expand_values, read_listed(reader, "expandValues"));
  RV_ASSIGN(all.json_keys, read_listed(reader, "jsonKeys"));
  RV_ASSIGN(const auto geo, reader.object("geoQ"));
  if (!geo) return {};
  RV_ASSIGN(all.georel, geo->text("georel"));
  RV_ASSIGN(all.geometry, geo->text("geometry"));
  RV_ASSIGN(all.geoproperty, geo->text("geoproperty"));
  if (all.georel.empty()) return geo->refuse("georel", "a geographical relation");
  if (all.geometry.empty()) return geo->refuse("geometry", "a geometry's type");
  const auto coordinates = geo->value().find("coordinates");
  if (!coordinates) return geo->refuse("coordinates", "an array of positions");
  all.coordinates = json::to_text(*coordinates);
  if (const auto text = coordinates->as_string()) all.coordinates = *text;
  return {};
}

Result<> read_selections(const Reader& reader, std::size_t number_max, Subscription& out) {
  ngsi::Selection all;
  RV_TRY(read_conditions(reader, all));
  const auto entities = reader.value().find("entities");
  if (!entities) {
    out.selections.push_back(std::move(all));
    return {};
  }
  if (!entities->is_array() || entities->size() == 0) {
    return reader.refuse("entities", "an array of at least one entity selector");
  }
  if (entities->size() > number_max) {
    return reader.refuse("entities", fmt::format("at most {} entity selectors", number_max));
  }
  for (const json::Value element : entities->elements()) {
    if (!element.is_object()) return reader.refuse("entities", "entity selectors");
    RV_ASSIGN(ngsi::Selection selection, read_selector(Reader(element, "entities.")));
    ngsi::Selection whole = all;
    whole.ids = std::move(selection.ids);
    whole.id_pattern = std::move(selection.id_pattern);
    whole.type = std::move(selection.type);
    out.selections.push_back(std::move(whole));
  }
  return {};
}

Result<std::vector<KeyValue>> read_pairs(const Reader& reader, std::string_view name) {
  std::vector<KeyValue> pairs;
  const auto list = reader.value().find(name);
  if (!list) return pairs;
  if (!list->is_array()) return reader.refuse(name, "an array of {key, value}");
  for (const json::Value element : list->elements()) {
    const auto key = element.find("key");
    const auto value = element.find("value");
    if (!key || !key->as_string() || !value || !value->as_string()) {
      return reader.refuse(name, "an array of {key, value}");
    }
    pairs.push_back({std::string(*key->as_string()), std::string(*value->as_string())});
  }
  return pairs;
}

Result<BodyType> read_accept(const Reader& reader) {
  RV_ASSIGN(const std::string text, reader.text("accept"));
  if (text.empty()) return BodyType::kJson;
  for (const BodyType type : {BodyType::kJson, BodyType::kLdJson, BodyType::kGeoJson}) {
    if (text == name_of(type)) return type;
  }
  return reader.refuse("accept", "application/json, application/ld+json or application/geo+json");
}

Result<Endpoint> read_endpoint(const Reader& reader) {
  Endpoint out;
  RV_ASSIGN(out.uri, reader.text("uri"));
  RV_TRY(ngsi::check_uri(out.uri, "notification.endpoint.uri"));
  const bool http = out.uri.starts_with("http://") || out.uri.starts_with("https://");
  const bool mqtt = out.uri.starts_with("mqtt://") || out.uri.starts_with("mqtts://");
  if (!http && !mqtt) {
    return fail(Code::kOperationNotSupported, "endpoints are http, https, mqtt and mqtts",
                "notification.endpoint.uri");
  }
  RV_ASSIGN(out.accept, read_accept(reader));
  if (mqtt && out.accept == BodyType::kGeoJson) {
    return reader.refuse("accept", "application/json or application/ld+json for MQTT");
  }
  RV_ASSIGN(const auto cooldown, reader.positive("cooldown"));
  RV_ASSIGN(const auto timeout, reader.positive("timeout"));
  out.cooldown_ms = static_cast<std::int64_t>(cooldown.value_or(0));
  out.timeout_ms = static_cast<std::int64_t>(timeout.value_or(0));
  RV_ASSIGN(out.receiver_info, read_pairs(reader, "receiverInfo"));
  RV_ASSIGN(out.notifier_info, read_pairs(reader, "notifierInfo"));
  RV_TRY(detail::check_notifier_info(out));
  return out;
}

Result<ngsi::Representation> read_format(const Reader& reader) {
  RV_ASSIGN(const std::string text, reader.text("format"));
  if (text.empty() || text == "normalized") return ngsi::Representation::kNormalized;
  if (text == "concise") return ngsi::Representation::kConcise;
  if (text == "simplified" || text == "keyValues") return ngsi::Representation::kSimplified;
  return reader.refuse("format", "normalized, concise or simplified");
}

// Members, in braces those of the entities that they link to, `levels` of them.
Result<ngsi::ProjectionTerms> read_projection(const Reader& reader, std::string_view name,
                                              std::size_t levels) {
  RV_ASSIGN(const auto texts, reader.texts(name));
  ngsi::ProjectionTerms terms;
  for (const std::string& text : texts) {
    const auto parsed = ngsi::parse_projection(text, name);
    if (!parsed || ngsi::depth_of(*parsed) > levels) {
      return reader.refuse(name, "names of members, in braces as far as join and joinLevel go");
    }
    terms.insert(terms.end(), parsed->begin(), parsed->end());
  }
  return terms;
}

Result<> read_members(const Reader& reader, Notified& out) {
  RV_ASSIGN(out.members.attrs, reader.texts("attributes"));
  RV_ASSIGN(out.members.pick, read_projection(reader, "pick", out.link_levels));
  RV_ASSIGN(out.members.omit, read_projection(reader, "omit", out.link_levels));
  for (const std::string& name : out.members.attrs) {
    if (name == "id" || name == "type" || name == "scope") {
      return reader.refuse("attributes", "names of attributes, not id, type or scope");
    }
  }
  if (!out.members.attrs.empty() && !(out.members.pick.empty() && out.members.omit.empty())) {
    return reader.refuse("attributes", "no pick or omit beside it");
  }
  for (const ngsi::ProjectionTerm& term : out.members.pick) {
    const auto& omit = out.members.omit;
    if (std::find(omit.begin(), omit.end(), term) != omit.end()) {
      return reader.refuse("omit", "no member of pick");
    }
  }
  return {};
}

Result<> read_join(const Reader& reader, Notified& out) {
  RV_ASSIGN(const std::string join, reader.text("join"));
  if (join != "" && join != "@none" && join != "flat" && join != "inline") {
    return reader.refuse("join", "flat, inline or @none");
  }
  RV_ASSIGN(const auto level, reader.positive("joinLevel"));
  const double levels = level.value_or(1);
  if (levels > kLinkLevelsMax || levels != std::floor(levels)) {
    return reader.refuse("joinLevel", fmt::format("a number from 1 to {}", kLinkLevelsMax));
  }
  if (join != "flat" && join != "inline") return {};
  out.join = join == "flat" ? Join::kFlat : Join::kInline;
  out.link_levels = static_cast<std::size_t>(levels);
  return {};
}

Result<Notified> read_notified(const Reader& reader) {
  Notified out;
  RV_TRY(read_join(reader, out));
  RV_TRY(read_members(reader, out));
  RV_ASSIGN(out.representation, read_format(reader));
  RV_ASSIGN(out.sys_attrs, reader.flag("sysAttrs", false));
  RV_ASSIGN(out.show_changes, reader.flag("showChanges", false));
  if (out.show_changes && out.representation == ngsi::Representation::kSimplified) {
    return reader.refuse("showChanges", "another format than keyValues beside it");
  }
  RV_ASSIGN(const auto endpoint, reader.object("endpoint"));
  if (!endpoint) return reader.refuse("endpoint", "an endpoint");
  RV_ASSIGN(out.endpoint, read_endpoint(*endpoint));
  return out;
}

Result<> read_times(const Reader& reader, Instant now, Subscription& out) {
  RV_ASSIGN(const auto throttling, reader.positive("throttling"));
  RV_ASSIGN(const auto interval, reader.positive("timeInterval"));
  out.throttling_us = static_cast<std::int64_t>(throttling.value_or(0) * 1e6);
  if (interval) {
    out.interval_us = std::max(static_cast<std::int64_t>(*interval * 1e6), kIntervalLeastUs);
  }
  if (interval && throttling) return reader.refuse("throttling", "no timeInterval beside it");
  if (interval && !out.watched.empty()) {
    return reader.refuse("watchedAttributes", "no timeInterval beside it");
  }
  RV_ASSIGN(const std::string expires, reader.text("expiresAt"));
  if (expires.empty()) return {};
  const auto at = parse_iso8601(expires);
  if (!at) return reader.refuse("expiresAt", "a DateTime");
  if (*at < now) return reader.refuse("expiresAt", "a time to come");
  out.expires_at = *at;
  return {};
}

Result<> check_members(const json::Value& document) {
  for (const auto [key, value] : document.members()) {
    if (among(kMembers, key) || among(kIgnored, key)) continue;
    return fail(Code::kBadRequestData, fmt::format("a subscription has no member \"{}\"", key),
                std::string(key));
  }
  return {};
}

// "1.5": a version of the specification; those from 1.9 on are told nothing else than others.
Result<std::optional<int>> read_conformance(const Reader& reader) {
  RV_ASSIGN(const std::string text, reader.text("ngsildConformance"));
  if (text.empty()) return std::optional<int>();
  int minor = 0;
  const char* const end = text.data() + text.size();
  const bool one = text.starts_with("1.") && text.size() <= 4;
  const auto read = one ? std::from_chars(text.data() + 2, end, minor)
                        : std::from_chars_result{end, std::errc::invalid_argument};
  if (read.ec != std::errc{} || read.ptr != end || minor < 0) {
    return reader.refuse("ngsildConformance", "a version, as 1.5");
  }
  return std::optional(std::min(minor, 9));
}

Result<std::string> canonical(const json::Value& document, const jsonld::Context& context) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto [key, value] : document.members()) {
    if (among(kMembers, key)) RV_TRY(write_member(out, key, value, context));
  }
  out.end_object();
  return text;
}

// csf chooses among other sources (4.9); a wrong one is refused although none is asked.
Result<> check_csf(const Reader& reader) {
  RV_ASSIGN(const std::string csf, reader.text("csf"));
  if (csf.empty()) return {};
  const auto query = ngsi::parse_query(csf);
  if (query) return {};
  return fail(Code::kBadRequestData, query.error().message, "csf");
}

// Conditions are compiled once against no names at all, so that a wrong one is refused now.
Result<> check_conditions(const Subscription& subscription) {
  const ngsi::Names none;
  for (const ngsi::Selection& selection : subscription.selections) {
    const auto compiled = ngsi::Predicate::compile(selection, none, *subscription.context);
    if (!compiled) return fail(compiled.error());
  }
  const auto projection =
      ngsi::Projection::make(none, *subscription.context, subscription.notification.members);
  if (!projection) return fail(projection.error());
  if (subscription.lang.empty()) return {};
  const auto language = ngsi::parse_language_filter(subscription.lang);
  return language ? Result<>{} : fail(language.error());
}

}  // namespace

std::string_view name_of(BodyType type) {
  switch (type) {
    case BodyType::kLdJson:
      return "application/ld+json";
    case BodyType::kGeoJson:
      return "application/geo+json";
    case BodyType::kJson:
      break;
  }
  return "application/json";
}

Result<Subscription> parse(const json::Value& document, const Reading& reading) {
  const Reader reader(document, "");
  if (!document.is_object()) return reader.refuse("", "a subscription as an object");
  RV_TRY(check_members(document));
  Subscription out;
  out.context = reading.context;
  out.told_context = reading.told;
  RV_ASSIGN(const std::string type, reader.text("type"));
  if (type != "Subscription") return reader.refuse("type", "\"Subscription\"");
  RV_ASSIGN(out.id, reader.text("id"));
  if (!out.id.empty()) RV_TRY(ngsi::check_uri(out.id, "the subscription's id"));
  RV_ASSIGN(out.document, canonical(document, *reading.context));
  RV_ASSIGN(const json::Document whole, json::Document::parse(out.document));
  const Reader names(whole.root(), "");  // now IRIs
  RV_ASSIGN(out.watched, names.texts("watchedAttributes"));
  RV_ASSIGN(out.local_only, names.flag("localOnly", false));
  if (names.value().find("splitEntities")) {
    RV_ASSIGN(out.split_entities, names.flag("splitEntities", false));
  }
  RV_ASSIGN(out.is_active, names.flag("isActive", true));
  RV_ASSIGN(out.lang, names.text("lang"));
  RV_ASSIGN(out.triggers, read_triggers(names));
  RV_TRY(check_csf(names));
  RV_TRY(read_selections(names, reading.selectors_max, out));
  RV_TRY(read_times(names, reading.now, out));
  if (!whole.root().find("entities") && !out.local_only && out.watched.empty()) {
    return reader.refuse("entities", "entities, watchedAttributes, or localOnly = true");
  }
  RV_ASSIGN(const auto notification, names.object("notification"));
  if (!notification) return reader.refuse("notification", "where and how to notify");
  RV_ASSIGN(out.notification, read_notified(*notification));
  RV_ASSIGN(out.notification.version, read_conformance(names));
  RV_ASSIGN(out.notification.members.dataset_ids, names.texts("datasetId"));
  RV_TRY(check_conditions(out));
  return out;
}

Result<std::string> patched(const Subscription& before, const json::Value& fragment,
                            const jsonld::Context& context) {
  if (!fragment.is_object()) {
    return fail(Code::kBadRequestData, "a fragment of a subscription is an object");
  }
  RV_TRY(check_members(fragment));
  RV_ASSIGN(const json::Document old, json::Document::parse(before.document));
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto [key, value] : old.root().members()) {
    const auto changed = fragment.find(key);
    if (!changed) {
      out.key(key).value(value);
    } else if (!is_null(*changed)) {
      RV_TRY(write_member(out, key, *changed, context));
    }
  }
  for (const auto [key, value] : fragment.members()) {
    if (old.root().find(key) || !among(kMembers, key) || is_null(value)) continue;
    RV_TRY(write_member(out, key, value, context));
  }
  out.end_object();
  return text;
}

}  // namespace revier::subscription
