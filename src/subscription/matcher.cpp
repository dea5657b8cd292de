// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/matcher.h"

#include <algorithm>

namespace revier::subscription::detail {
namespace {

using What = ngsi::AttributeChange::What;

Trigger trigger_of(What what) {
  if (what == What::kCreated) return kAttributeCreated;
  return what == What::kUpdated ? kAttributeUpdated : kAttributeDeleted;
}

}  // namespace

void Matcher::put(SubscriptionPtr subscription) {
  Tenant& tenant = tenants_[subscription->tenant];
  tenant.stale = true;
  std::string id = subscription->id;
  tenant.all.insert_or_assign(std::move(id), std::move(subscription));
}

void Matcher::remove(std::string_view tenant, std::string_view id) {
  const auto home = tenants_.find(tenant);
  if (home == tenants_.end()) return;
  const auto at = home->second.all.find(id);
  if (at != home->second.all.end()) home->second.all.erase(at);
  home->second.stale = true;
}

bool Matcher::any(std::string_view tenant) const {
  const auto home = tenants_.find(tenant);
  return home != tenants_.end() && !home->second.all.empty();
}

// A name that appears can be one that a predicate looks for.
void Matcher::compile(Tenant& tenant, const ngsi::Names& names) {
  if (!tenant.stale && tenant.names_seen == names.next_id()) return;
  tenant.stale = false;
  tenant.names_seen = names.next_id();
  tenant.compiled.clear();
  tenant.by_type.clear();
  tenant.of_any_type.clear();
  for (const auto& [id, subscription] : tenant.all) {
    if (subscription->interval_us > 0) continue;
    Compiled& compiled = tenant.compiled.emplace_back(Compiled{subscription, {}, {}});
    for (const ngsi::Selection& selection : subscription->selections) {
      auto predicate = ngsi::Predicate::compile(selection, names, *subscription->context);
      if (predicate) compiled.predicates.push_back(*std::move(predicate));
    }
    for (const std::string& iri : subscription->watched) {
      const ngsi::NameId name = names.find(iri);
      if (name != ngsi::kNoName) compiled.watched.push_back(name);
    }
    std::sort(compiled.watched.begin(), compiled.watched.end());
    enter(tenant, tenant.compiled.size() - 1);
  }
}

void Matcher::enter(Tenant& tenant, std::size_t place) {
  std::vector<ngsi::NameId> types;
  for (const ngsi::Predicate& predicate : tenant.compiled[place].predicates) {
    const ngsi::Hints& hints = predicate.hints();
    if (hints.nothing) continue;
    if (hints.types.empty()) {
      tenant.of_any_type.push_back(place);
      return;
    }
    types.insert(types.end(), hints.types.begin(), hints.types.end());
  }
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  for (const ngsi::NameId type : types) tenant.by_type[type].push_back(place);
}

std::vector<std::size_t> Matcher::candidates(const Tenant& tenant, const ngsi::Entity& entity) {
  std::vector<std::size_t> places = tenant.of_any_type;
  for (const ngsi::NameId type : entity.types()) {
    const auto at = tenant.by_type.find(type);
    if (at != tenant.by_type.end()) {
      places.insert(places.end(), at->second.begin(), at->second.end());
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

bool Matcher::concerns(const Compiled& compiled, const Told& told,
                       const ngsi::LinkedEntities& linked) {
  const Subscription& subscription = *compiled.subscription;
  const bool watches_all = subscription.watched.empty();
  Triggers happened = 0;
  for (const ngsi::AttributeChange& change : told.changes) {
    const bool watched = watches_all || std::binary_search(compiled.watched.begin(),
                                                           compiled.watched.end(), change.name);
    if (watched) happened |= trigger_of(change.what);
  }
  const bool looked_at = watches_all || happened != 0;
  if (told.created && looked_at) happened |= kEntityCreated;
  if (!told.after && looked_at) happened |= kEntityDeleted;
  if ((happened & subscription.triggers) == 0) return false;
  const ngsi::Entity& entity = told.after ? *told.after : *told.before;
  return std::any_of(compiled.predicates.begin(), compiled.predicates.end(),
                     [&](const ngsi::Predicate& one) { return one.matches(entity, &linked); });
}

std::vector<Match> Matcher::match(std::string_view tenant, const ngsi::Names& names,
                                  const std::vector<Told>& told, Instant now,
                                  const ngsi::LinkedEntities& linked) {
  std::vector<Match> out;
  const auto home = tenants_.find(tenant);
  if (home == tenants_.end()) return out;
  compile(home->second, names);
  std::map<std::size_t, std::vector<std::uint64_t>> picks;
  for (std::uint32_t i = 0; i < told.size(); ++i) {
    const ngsi::Entity& entity = told[i].after ? *told[i].after : *told[i].before;
    for (const std::size_t place : candidates(home->second, entity)) {
      const Compiled& compiled = home->second.compiled[place];
      if (compiled.subscription->active_at(now) && concerns(compiled, told[i], linked)) {
        picks[place].push_back(i);
      }
    }
  }
  for (auto& [place, which] : picks) {
    out.push_back({home->second.compiled[place].subscription, std::move(which)});
  }
  return out;
}

}  // namespace revier::subscription::detail
