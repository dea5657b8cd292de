// SPDX-License-Identifier: EUPL-1.2
// A subscription to JSON, its names compacted.
#include "base/check.h"
#include "subscription/document.h"

namespace revier::subscription {
namespace {

void write_shown_names(json::Writer& out, const json::Value& names,
                       const jsonld::Context& context) {
  out.begin_array();
  for (const json::Value name : names.elements()) {
    const std::string_view text = name.as_string().value_or("");
    const bool keyword = text == "id" || text == "type" || text == "scope";
    out.string(keyword ? std::string(text) : context.compact_name(text));
  }
  out.end_array();
}

// A type that is one name is told under the client's @context; an expression as it was written.
void write_selector(json::Writer& out, const json::Value& selector, const Subscription& of,
                    const jsonld::Context& context) {
  out.begin_object();
  for (const auto [key, value] : selector.members()) {
    const std::string_view text = value.as_string().value_or("");
    const bool name = key == "type" && text.find_first_of("|,;()*") == std::string_view::npos;
    const auto iri = name ? of.context->expand_name(text) : Result<std::string>(std::string());
    out.key(key);
    if (name && iri) {
      out.string(context.compact_name(*iri));
    } else {
      out.value(value);
    }
  }
  out.end_object();
}

void write_endpoint(json::Writer& out, const json::Value& endpoint, bool secrets) {
  out.begin_object();
  for (const auto [key, value] : endpoint.members()) {
    out.key(key);
    if (key == "receiverInfo") {
      write_pairs(out, value, secrets);
    } else {
      out.value(value);
    }
  }
  out.end_object();
}

void write_counters(json::Writer& out, const Counters& counters) {
  const auto time = [&out](std::string_view name, const std::optional<Instant>& at) {
    if (at) out.member(name, to_iso8601(*at));
  };
  if (counters.times_sent > 0) out.member("timesSent", counters.times_sent);
  if (counters.times_failed > 0) out.member("timesFailed", counters.times_failed);
  time("lastNotification", counters.last_notification);
  time("lastSuccess", counters.last_success);
  time("lastFailure", counters.last_failure);
  if (counters.last_notification) out.member("status", counters.last_failed ? "failed" : "ok");
}

void write_notification(json::Writer& out, const json::Value& notification,
                        const Counters& counters, const Shown& shown) {
  out.begin_object();
  for (const auto [key, value] : notification.members()) {
    out.key(key);
    if (key == "attributes" || key == "pick" || key == "omit") {
      write_shown_names(out, value, shown.context);
    } else if (key == "endpoint") {
      write_endpoint(out, value, shown.secrets);
    } else {
      out.value(value);
    }
  }
  write_counters(out, counters);
  out.end_object();
}

std::string_view status_of(const Subscription& subscription, const Counters& counters,
                           Instant now) {
  if (subscription.expires_at && *subscription.expires_at <= now) return "expired";
  return subscription.is_active && counters.silenced.empty() ? "active" : "paused";
}

void write_defaults(json::Writer& out, const Subscription& of, const json::Value& document) {
  if (!document.find("notificationTrigger") && of.interval_us == 0) {
    out.key("notificationTrigger").begin_array();
    out.string("attributeCreated").string("attributeUpdated").end_array();
  }
  if (!document.find("jsonldContext") && !of.told_context->link().empty()) {
    out.member("jsonldContext", of.told_context->link());
  }
}

}  // namespace

std::string paused_warning(std::string_view why) {
  return fmt::format("299 - \"Miscellaneous Persistent Warning: paused: {}\"", why);
}

void write_pairs(json::Writer& out, const json::Value& pairs, bool secrets) {
  out.begin_array();
  for (const json::Value pair : pairs.elements()) {
    out.begin_object();
    for (const auto [key, value] : pair.members()) {
      out.key(key);
      if (key == "value" && !secrets) {
        out.string("***");
      } else {
        out.value(value);
      }
    }
    out.end_object();
  }
  out.end_array();
}

std::string to_json(const Subscription& subscription, const Counters& counters,
                    const Shown& shown) {
  const auto document = json::Document::parse(subscription.document);
  RV_CHECK(document.has_value());  // it was written by us
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("id", subscription.id).member("type", "Subscription");
  for (const auto [key, value] : document->root().members()) {
    if (key == "id" || key == "type") continue;
    out.key(key);
    if (key == "localOnly") {
      out.boolean(subscription.is_local());
    } else if (key == "watchedAttributes") {
      write_shown_names(out, value, shown.context);
    } else if (key == "entities") {
      out.begin_array();
      for (const json::Value selector : value.elements()) {
        write_selector(out, selector, subscription, shown.context);
      }
      out.end_array();
    } else if (key == "notification") {
      write_notification(out, value, counters, shown);
    } else {
      out.value(value);
    }
  }
  if (!subscription.grounds.empty() && !document->root().find("localOnly")) {
    out.member("localOnly", true);
  }
  if (shown.defaults) write_defaults(out, subscription, document->root());
  out.member("status", std::string(status_of(subscription, counters, shown.now)));
  if (shown.sys_attrs) {
    out.member("createdAt", to_iso8601(subscription.created_at));
    out.member("modifiedAt", to_iso8601(subscription.modified_at));
  }
  if (shown.with_context) out.key("@context").raw(shown.context.reference());
  out.end_object();
  return text;
}

}  // namespace revier::subscription
