// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/definition.h"

#include "base/log.h"

namespace revier::subscription::detail {
namespace {

// Stored documents are read whatever the time: one that has expired stays readable.
constexpr Instant kLongAgo{std::numeric_limits<std::int64_t>::min()};

std::optional<std::int64_t> integer_in(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  return member ? member->as_integer() : std::nullopt;
}

// Conditions are read under the @context that they came with: a fragment that brings others brings
// its own @context for all of them.
bool brings_conditions(const json::Value& fragment) {
  return fragment.find("entities") || fragment.find("q") || fragment.find("geoQ") ||
         fragment.find("expandValues");
}

bool only_time_given(const json::Value& fragment) {
  return fragment.find("expiresAt") && !fragment.find("isActive");
}

}  // namespace

std::string definition_row(const Subscription& subscription) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.key("document").raw(subscription.document);
  out.member("id", subscription.id).member("owner", subscription.owner);
  out.key("context").raw(subscription.context->reference());
  out.key("told").raw(subscription.told_context->reference());
  out.member("createdAt", subscription.created_at.us);
  out.member("modifiedAt", subscription.modified_at.us);
  out.member("origin", subscription.origin);
  if (!subscription.grounds.empty()) out.member("grounds", subscription.grounds);
  if (!subscription.full_grounds.empty()) out.member("fullGrounds", subscription.full_grounds);
  out.key("via").begin_array();
  for (const std::string& name : subscription.via) out.string(name);
  out.end_array();
  out.end_object();
  return text;
}

Result<SubscriptionPtr> read_definition(const std::string& tenant, std::string_view row,
                                        jsonld::Catalogue& catalogue) {
  RV_ASSIGN(const json::Document document, json::Document::parse(row));
  const json::Value root = document.root();
  const auto whole = root.find("document");
  const auto id = root.find("id");
  const auto context = root.find("context");
  const auto told = root.find("told");
  if (!whole || !id || !id->as_string() || !context || !told) {
    return fail(Code::kCorrupt, "the row of a subscription is damaged");
  }
  const auto own = catalogue.resolve(*context);
  const auto shown = catalogue.resolve(*told);
  const Reading reading{own.value_or(catalogue.core()), shown.value_or(catalogue.core()), kLongAgo,
                        kAnySelectors};
  RV_ASSIGN(Subscription made, parse(*whole, reading));
  made.id = *id->as_string();
  made.tenant = tenant;
  made.owner = root.text("owner");
  made.created_at.us = integer_in(root, "createdAt").value_or(0);
  made.modified_at.us = integer_in(root, "modifiedAt").value_or(0);
  if (const auto origin = root.find("origin")) made.origin = origin->as_string().value_or("");
  if (const auto by = root.find("grounds")) made.grounds = by->as_string().value_or("");
  if (const auto by = root.find("fullGrounds")) made.full_grounds = by->as_string().value_or("");
  if (const auto via = root.find("via")) {
    for (const json::Value name : via->elements()) {
      made.via.emplace_back(name.as_string().value_or(""));
    }
  }
  if (!own || !shown) {
    log_event(Level::kError, "subscription.context_missing", {{"subscription", made.id}});
    made.is_active = false;
  }
  return std::make_shared<const Subscription>(std::move(made));
}

Result<SubscriptionPtr> updated(const Subscription& before, const Subscriptions::Update& update,
                                Instant now) {
  RV_ASSIGN(const json::Document fragment, json::Document::parse(update.fragment));
  if (const auto type = fragment.root().find("type"); type && type->as_string() != "Subscription") {
    return fail(Code::kBadRequestData, "type: expected \"Subscription\"", "type");
  }
  RV_ASSIGN(const std::string text, patched(before, fragment.root(), *update.context));
  RV_ASSIGN(const json::Document whole, json::Document::parse(text));
  const bool other = brings_conditions(fragment.root());
  // A time that has passed may stand where the fragment does not name it.
  const Instant earliest = fragment.root().find("expiresAt") ? now : kLongAgo;
  const Reading reading{other ? update.context : before.context,
                        update.told ? update.told : before.told_context, earliest};
  RV_ASSIGN(Subscription made, parse(whole.root(), reading));
  const bool was_expired = before.expires_at && *before.expires_at <= now;
  // "if only expiresAt is included ...: active, if and only if the previous value was expired"
  if (only_time_given(fragment.root()) && was_expired) made.is_active = true;
  made.id = before.id;
  made.tenant = before.tenant;
  made.owner = before.owner;
  made.grounds = update.grounds.value_or(before.grounds);
  made.full_grounds = update.full_grounds.value_or(before.full_grounds);
  made.via = before.via;
  made.origin = before.origin.empty() ? update.origin : before.origin;
  made.created_at = before.created_at;
  made.modified_at = now;
  return std::make_shared<const Subscription>(std::move(made));
}

}  // namespace revier::subscription::detail
