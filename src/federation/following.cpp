// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/following.h"

#include "base/check.h"
#include "base/run_task.h"
#include "context/space.h"
#include "federation/detail/receiving.h"
#include "federation/detail/watching.h"
#include "federation/distributed.h"

namespace revier::federation::detail {
namespace {

using subscription::Subscription;

// Conditions on entities say nothing of registrations.
void keep_selectors(std::vector<ngsi::Selection>& selections) {
  for (ngsi::Selection& selection : selections) {
    ngsi::Selection kept;
    kept.ids = std::move(selection.ids);
    kept.id_pattern = std::move(selection.id_pattern);
    kept.type = std::move(selection.type);
    selection = std::move(kept);
  }
}

std::string watching_document(const Subscription& of) {
  const auto document = json::Document::parse(of.document);
  RV_CHECK(document.has_value());  // it was written by us
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.member("description", "Revier's own, for " + of.id);
  for (const std::string_view name : {"entities", "watchedAttributes", "csf"}) {
    if (const auto value = document->root().find(name)) out.key(name).value(*value);
  }
  out.key("notification").begin_object();
  const auto notification = document->root().find("notification");
  const auto shown = notification ? notification->find("attributes") : std::nullopt;
  if (shown) out.key("attributes").value(*shown);
  out.key("endpoint").begin_object().member("uri", of.origin + std::string(kNotificationPath));
  out.member("accept", "application/json").end_object().end_object();
  out.end_object();
  return text;
}

}  // namespace

subscription::SubscriptionPtr watching_for(const Subscription& of, std::string id) {
  Subscription out = of;
  out.id = std::move(id);
  out.interval_us = 0;
  out.notification.endpoint = {};  // the subscriber's is nobody's business here
  out.notification.endpoint.uri = of.origin + std::string(kNotificationPath);
  out.document = watching_document(of);
  keep_selectors(out.selections);
  return std::make_shared<const Subscription>(std::move(out));
}

bool is_distributed(const Subscription& subscription) {
  return !subscription.is_local() && context::snapshot_of_space(subscription.tenant).empty();
}

bool same_source(const Registration& one, const Registration& other) {
  return one.id == other.id && one.endpoint == other.endpoint &&
         one.source_tenant == other.source_tenant;
}

Result<std::map<std::string, SourceOf>> sources_of(const Subscription& of,
                                                   const Registrations& registrations,
                                                   const Channel& channel) {
  std::map<std::string, SourceOf> out;
  if (!registrations.any()) return out;
  const auto watching = watching_for(of, of.id);
  RV_ASSIGN(const std::vector<Wanted> wanted, wanted_by(*watching));
  const Passing passing(of.via);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    RV_ASSIGN(auto found, channel.find(of.tenant, passing.request(), wanted[i], *of.context));
    for (Match& match : found.matches) {
      const Registration& registration = *match.registration;
      const bool offers = (registration.operations & kCreateSubscription) != 0;
      if (!offers || registration.mode == Mode::kAuxiliary) continue;
      SourceOf& source = out[registration.id];
      source.registration = match.registration;
      source.matches.resize(wanted.size());
      source.matches[i] = std::move(match);
    }
  }
  return out;
}

Result<Wishes> wishes_of(const subscription::SubscriptionPtr& subscription,
                         const SourceNeeds& needs, const Channel& channel,
                         std::size_t sources_max) {
  Wishes out;
  if (!subscription) return out;
  RV_ASSIGN(const auto all, sources_of(*subscription, needs.registrations, channel));
  const std::string& own = needs.options.address;
  const std::string& address = own.empty() ? subscription->origin : own;
  if (address.empty()) {
    out.no_address = !all.empty();
    return out;
  }
  std::vector<Match> matches;
  for (const auto& [id, source] : all) matches.push_back({source.registration, {}, {}});
  const Contexts contexts = run_task(channel.contexts_of(matches));
  for (const auto& [id, source] : all) {
    const auto context = contexts.find(id);
    auto told = reduced({*subscription, source.matches, source.registration,
                         context == contexts.end() ? nullptr : context->second,
                         is_split(*subscription, needs), address + std::string(kNotificationPath)});
    if (!told) continue;
    if (told->too_large || out.of.size() == sources_max) {
      ++out.left_out;
      continue;
    }
    out.of.emplace(id, Wish{source.registration, *std::move(told)});
  }
  return out;
}

Passing::Passing(const std::vector<std::string>& via) {
  for (const std::string& name : via) {
    value_.append(value_.empty() ? "" : ", ").append("1.1 ").append(name);
  }
  if (!value_.empty()) fields_.push_back({"Via", value_});
  request_.fields = fields_;
}

}  // namespace revier::federation::detail
