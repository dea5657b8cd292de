// SPDX-License-Identifier: EUPL-1.2
// A registration to JSON, its names compacted.
#include <array>

#include "base/check.h"
#include "federation/document.h"
#include "subscription/document.h"

namespace revier::federation {
namespace {

constexpr std::array<std::string_view, 7> kCounted = {
    "status", "timesSent", "timesFailed", "lastSuccess", "lastFailure", "createdAt", "modifiedAt"};

void show_names(json::Writer& out, const json::Value& names, const jsonld::Context& context) {
  if (const auto one = names.as_string()) {
    out.string(context.compact_name(*one));
    return;
  }
  out.begin_array();
  for (const json::Value name : names.elements()) {
    out.string(context.compact_name(name.as_string().value_or("")));
  }
  out.end_array();
}

void write_entities(json::Writer& out, const json::Value& entities,
                    const jsonld::Context& context) {
  out.begin_array();
  for (const json::Value entity : entities.elements()) {
    out.begin_object();
    for (const auto [key, value] : entity.members()) {
      out.key(key);
      if (key == "type") {
        show_names(out, value, context);
      } else {
        out.value(value);
      }
    }
    out.end_object();
  }
  out.end_array();
}

void write_information(json::Writer& out, const json::Value& list, const Shown& shown) {
  out.begin_array();
  std::size_t index = 0;
  for (const json::Value each : list.elements()) {
    const std::size_t at = index++;
    if (shown.information != nullptr && !(*shown.information)[at]) continue;
    out.begin_object();
    for (const auto [key, value] : each.members()) {
      out.key(key);
      if (key == "entities") {
        write_entities(out, value, shown.context);
      } else if (key == "propertyNames" || key == "relationshipNames") {
        show_names(out, value, shown.context);
      } else {
        out.value(value);
      }
    }
    out.end_object();
  }
  out.end_array();
}

void write_counters(json::Writer& out, const Counters& counters) {
  if (counters.times_sent == 0) return;
  out.member("status", counters.last_failed ? "failed" : "ok");
  out.member("timesSent", counters.times_sent).member("timesFailed", counters.times_failed);
  if (counters.last_success) out.member("lastSuccess", to_iso8601(*counters.last_success));
  if (counters.last_failure) out.member("lastFailure", to_iso8601(*counters.last_failure));
}

}  // namespace

std::string to_json(const Registration& registration, const Counters& counters,
                    const Shown& shown) {
  const auto document = json::Document::parse(registration.document);
  RV_CHECK(document.has_value());  // it was written by us
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("id", registration.id).member("type", "ContextSourceRegistration");
  for (const auto [key, value] : document->root().members()) {
    if (key == "id" || key == "type") continue;
    if (std::ranges::find(kCounted, key) != kCounted.end()) continue;
    const bool is_iri = key.find(':') != key.npos;
    out.key(is_iri ? shown.context.compact_name(key) : std::string(key));
    if (key == "information") {
      write_information(out, value, shown);
    } else if (key == "contextSourceInfo") {
      subscription::write_pairs(out, value, shown.secrets);
    } else {
      out.value(value);
    }
  }
  write_counters(out, counters);
  if (shown.sys_attrs) {
    out.member("createdAt", to_iso8601(registration.created_at));
    out.member("modifiedAt", to_iso8601(registration.modified_at));
  }
  if (shown.with_context) out.key("@context").raw(shown.context.reference());
  out.end_object();
  return text;
}

}  // namespace revier::federation
