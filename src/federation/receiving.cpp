// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/receiving.h"

#include <algorithm>

#include "federation/detail/arrival.h"
#include "federation/detail/following.h"

namespace revier::federation::detail {
namespace {

using subscription::Subscription;

class Receiver {
 public:
  Receiver(const ReceivingNeeds& needs, const Channel& channel, const Opened& from)
      : needs_(needs),
        channel_(channel),
        from_(from),
        split_(is_split(*from.subscription, needs.sources)) {}

  Task<Result<>> read(const json::Value& data, const jsonld::ContextPtr& context) {
    for (int tries = 0;; ++tries) {
      auto arrivals = arrivals_in(data, {from_.registration, context, needs_.sources.catalogue});
      if (arrivals) {
        arrivals_ = *std::move(arrivals);
        co_return Result<>{};
      }
      if (tries == 4 || !channel_.lacks(arrivals.error())) co_return fail(arrivals.error());
      co_await channel_.get_context(arrivals.error().field);
    }
  }

  // What is here and at the other sources of the entities that are told of.
  Task<Result<>> gather() {
    if (!split_ || arrivals_.empty()) co_return Result<>{};
    const Subscription& subscription = *from_.subscription;
    const jsonld::ContextPtr& core = needs_.sources.catalogue.core();
    const Passing passing(subscription.via);
    Wanted wanted;
    for (const Arrival& arrival : arrivals_) wanted.selection.ids.push_back(arrival.id);
    RV_CO_ASSIGN(const auto known, others(wanted, passing));
    if (known.empty()) co_return Result<>{};
    const context::Distribution::Ask ask{.tenant = subscription.tenant,
                                         .request = passing.request(),
                                         .context = core,
                                         .selection = wanted.selection,
                                         .attributes = {},
                                         .dataset_ids = {},
                                         .split_entities = true,
                                         .known = &known};
    RV_CO_ASSIGN(const auto answer, co_await needs_.distribution.gather(ask));
    if (!answer.broker) co_return Result<>{};
    with_here_ = true;
    elsewhere_.resize(arrivals_.size());
    ngsi::RenderOptions options;
    options.sys_attrs = true;
    for (std::size_t i = 0; i < arrivals_.size(); ++i) {
      const ngsi::EntityPtr entity = answer.broker->find(subscription.tenant, arrivals_[i].id);
      if (!entity) continue;
      std::string text;
      ngsi::render(*entity, answer.broker->names(subscription.tenant), *core, options, text);
      RV_CO_ASSIGN(elsewhere_[i], parts_in(text, from_.registration, needs_.sources.catalogue));
    }
    co_return Result<>{};
  }

  // On the writer thread: nothing is read here.
  Result<std::vector<subscription::Arrived>> arrived_at(const Subscription& subscription,
                                                        ngsi::Names& names, Instant now) {
    std::vector<subscription::Arrived> out;
    for (std::size_t i = 0; i < arrivals_.size(); ++i) {
      Arrival& arrival = arrivals_[i];
      Arriving arriving{subscription, split_ || !from_.filtered, nullptr, {}, now};
      if (with_here_) arriving.other = std::move(elsewhere_[i]);
      if (split_ && !with_here_) {
        arriving.here = needs_.sources.broker.find(subscription.tenant, arrival.id);
      }
      RV_ASSIGN(auto one, arrived(names, std::move(arrival), std::move(arriving)));
      std::ranges::move(one, std::back_inserter(out));
    }
    return out;
  }

 private:
  // Who else has a part of them.
  Result<context::Distribution::Origins> others(const Wanted& wanted,
                                                const Passing& passing) const {
    context::Distribution::Origins known;
    RV_ASSIGN(const auto found, channel_.find(from_.subscription->tenant, passing.request(), wanted,
                                              *needs_.sources.catalogue.core()));
    for (const Match& match : found.matches) {
      if (match.registration->id == from_.registration->id) continue;
      for (const std::string& id : wanted.selection.ids) {
        known[id].push_back(match.registration->id);
      }
    }
    return known;
  }

  const ReceivingNeeds& needs_;
  const Channel& channel_;
  const Opened& from_;
  const bool split_;
  std::vector<Arrival> arrivals_;
  std::vector<std::vector<Part>> elsewhere_;  // beside the arrivals
  bool with_here_ = false;                    // elsewhere_ is there, with what is here
};

}  // namespace

bool is_split(const Subscription& subscription, const SourceNeeds& sources) {
  return subscription.split_entities.value_or(sources.options.split_entities);
}

Task<Result<>> receive(ReceivingNeeds needs, const Channel& channel, Opened from, json::Value data,
                       jsonld::ContextPtr context) {
  Receiver receiver(needs, channel, from);
  RV_CO_TRY(co_await receiver.read(data, context));
  RV_CO_TRY(co_await receiver.gather());
  const auto make = [&receiver](const Subscription& subscription, ngsi::Names& names, Instant now) {
    return receiver.arrived_at(subscription, names, now);
  };
  co_return co_await needs.subscriptions.receive(from.subscription->tenant, from.subscription->id,
                                                 make);
}

}  // namespace revier::federation::detail
