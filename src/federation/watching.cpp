// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/watching.h"

#include <limits>

#include "base/random.h"
#include "federation/detail/asking.h"
#include "federation/document.h"
#include "subscription/document.h"

namespace revier::federation::detail {
namespace {

using subscription::Subscription;

constexpr Instant kNeverNotified{std::numeric_limits<std::int64_t>::min()};

std::string_view name_of(Trigger trigger) {
  switch (trigger) {
    case Trigger::kUpdated:
      return "updated";
    case Trigger::kNoLongerMatching:
      return "noLongerMatching";
    case Trigger::kNewlyMatching:
      break;
  }
  return "newlyMatching";
}

}  // namespace

Result<std::vector<Wanted>> wanted_by(const Subscription& watching) {
  RV_ASSIGN(const auto document, json::Document::parse(watching.document));
  std::optional<Wanted::Times> times;
  if (const auto asked = document.root().find("temporalQ")) {
    const TimesAsked given{std::string(asked->text("timerel")), std::string(asked->text("timeAt")),
                           std::string(asked->text("endTimeAt")),
                           std::string(asked->text("timeproperty"))};
    RV_ASSIGN(times, times_of(given));
  }
  std::vector<Wanted> out;
  for (const ngsi::Selection& selection : watching.selections) {
    Wanted& wanted = out.emplace_back();
    wanted.selection = selection;
    wanted.selection.q = document.root().text("csf");
    wanted.times = times;
    // "Otherwise the combination": where the notification names none, all attributes count.
    if (watching.notification.members.attrs.empty()) continue;
    wanted.attributes = watching.watched;
    const auto& shown = watching.notification.members.attrs;
    wanted.attributes.insert(wanted.attributes.end(), shown.begin(), shown.end());
  }
  for (const Wanted& wanted : out) {
    ngsi::Selection source;
    source.q = wanted.selection.q;
    const ngsi::Names none;
    const auto compiled = ngsi::Predicate::compile(source, none, *watching.context);
    if (!compiled) return fail(Code::kBadRequestData, compiled.error().message, "csf");
  }
  return out;
}

std::string notification(const Told& told) {
  const Subscription& subscription = told.subscription;
  const jsonld::Context& context = *subscription.told_context;
  SystemRandom random;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("id", "urn:ngsi-ld:ContextSourceNotification:" + random_id(random));
  out.member("type", "ContextSourceNotification");
  out.member("subscriptionId", subscription.id);
  out.member("notifiedAt", to_iso8601(told.at));
  out.member("triggerReason", name_of(told.trigger));
  out.key("data").begin_array();
  for (const Match& match : told.matches) {
    // What opens a source is for its owner, not for who watches.
    out.raw(to_json(*match.registration, {},
                    {.context = context,
                     .secrets = false,
                     .information = match.information.empty() ? nullptr : &match.information}));
  }
  out.end_array();
  if (subscription.notification.endpoint.accept == subscription::BodyType::kLdJson) {
    out.key("@context").raw(context.reference());
  }
  out.end_object();
  return text;
}

std::string watcher_key(std::string_view tenant, std::string_view id) {
  return std::string(kWatcherPrefix).append(tenant).append(1, '\0').append(id);
}

std::string encode(const Subscription& watching) {
  std::string text;
  json::Writer out(text);
  out.begin_object().key("document").raw(watching.document);
  out.member("owner", watching.owner);
  if (!watching.full_grounds.empty()) out.member("fullGrounds", watching.full_grounds);
  out.key("context").raw(watching.context->reference());
  out.key("told").raw(watching.told_context->reference());
  out.member("createdAt", watching.created_at.us);
  out.member("modifiedAt", watching.modified_at.us).end_object();
  return text;
}

Result<subscription::SubscriptionPtr> decode(std::string_view rest, std::string_view row,
                                             jsonld::Catalogue& catalogue) {
  const auto damaged = [] {
    return fail(Code::kCorrupt, "the row of a subscription to registrations is damaged");
  };
  const std::size_t zero = rest.find('\0');
  const auto document = json::Document::parse(row);
  if (zero == rest.npos || !document) return damaged();
  const json::Value root = document->root();
  const auto whole = root.find("document");
  const auto context = root.find("context");
  const auto told = root.find("told");
  if (!whole || !context || !told) return damaged();
  const auto own = catalogue.resolve(*context);
  const auto shown = catalogue.resolve(*told);
  auto made =
      subscription::parse(*whole, {own.value_or(catalogue.core()), shown.value_or(catalogue.core()),
                                   kNeverNotified, subscription::kAnySelectors});
  if (!made) return damaged();
  const auto time = [&root](std::string_view name) {
    const auto member = root.find(name);
    return Instant{member ? member->as_integer().value_or(0) : 0};
  };
  made->tenant = rest.substr(0, zero);
  made->id = rest.substr(zero + 1);
  made->owner = root.text("owner");
  made->full_grounds = root.text("fullGrounds");
  made->created_at = time("createdAt");
  made->modified_at = time("modifiedAt");
  if (!own || !shown) made->is_active = false;
  return std::make_shared<const Subscription>(*std::move(made));
}

}  // namespace revier::federation::detail
