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

// What owners see of the changes of one job: looked up once for each subscription that comes into
// question, each change looked at once for the same rights.
class Views {
 public:
  Views(Narrowing& narrowing, const ngsi::Names& names, const ngsi::LinkedEntities& linked)
      : narrowing_(narrowing), names_(names), linked_(linked) {}

  void turn_to(const Told& told) {
    told_ = &told;
    seen_.clear();
  }
  bool meet(std::size_t place, const Conditions& conditions) {
    auto at = views_.find(place);
    if (at == views_.end()) {
      at = views_.emplace(place, narrowing_.view(*conditions.subscription, names_)).first;
    }
    if (!at->second) return false;
    const ngsi::Sight& sight = *at->second->sight;
    auto seen = seen_.find(&sight);
    if (seen == seen_.end()) seen = seen_.emplace(&sight, seen_change(sight, *told_)).first;
    return seen->second && conditions.met_by(*seen->second, ShownLinks(linked_, sight));
  }
  // Of an owner who might read all: whether she still may.
  bool stands(std::size_t place, const Conditions& conditions) {
    auto at = standing_.find(place);
    if (at == standing_.end()) {
      at = standing_.emplace(place, narrowing_.check(*conditions.subscription).has_value()).first;
    }
    return at->second;
  }
  // Of the rights of one that was asked for; 0: none.
  std::uint64_t mark(std::size_t place) const {
    const auto at = views_.find(place);
    return at != views_.end() && at->second ? at->second->mark : 0;
  }

 private:
  Narrowing& narrowing_;
  const ngsi::Names& names_;
  const ngsi::LinkedEntities& linked_;
  const Told* told_ = nullptr;
  std::map<std::size_t, Result<Narrowing::View>> views_;
  std::map<std::size_t, bool> standing_;
  std::map<const ngsi::Sight*, std::optional<Told>> seen_;
};

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

Conditions Conditions::compile(SubscriptionPtr subscription, const ngsi::Names& names) {
  Conditions out{std::move(subscription), {}, {}};
  for (const ngsi::Selection& selection : out.subscription->selections) {
    auto predicate = ngsi::Predicate::compile(selection, names, *out.subscription->context);
    if (predicate) out.predicates.push_back(*std::move(predicate));
  }
  for (const std::string& iri : out.subscription->watched) {
    const ngsi::NameId name = names.find(iri);
    if (name != ngsi::kNoName) out.watched.push_back(name);
  }
  std::sort(out.watched.begin(), out.watched.end());
  return out;
}

// A name that appears can be one that a predicate looks for.
void Matcher::compile(Tenant& tenant, const ngsi::Names& names) {
  if (!tenant.stale && tenant.names_seen == names.next_id()) return;
  tenant.stale = false;
  tenant.names_seen = names.next_id();
  tenant.compiled.clear();
  tenant.by_type.clear();
  tenant.of_any_type.clear();
  tenant.narrowed = false;
  for (const auto& [id, subscription] : tenant.all) {
    if (subscription->interval_us > 0) continue;
    tenant.narrowed = tenant.narrowed || !subscription->grounds.empty();
    tenant.compiled.push_back(Conditions::compile(subscription, names));
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

std::vector<std::size_t> Matcher::candidates(const Tenant& tenant, const Told& told) {
  std::vector<std::size_t> places = tenant.of_any_type;
  const auto add = [&](const ngsi::Entity& entity) {
    for (const ngsi::NameId type : entity.types()) {
      const auto at = tenant.by_type.find(type);
      if (at != tenant.by_type.end()) {
        places.insert(places.end(), at->second.begin(), at->second.end());
      }
    }
  };
  if (told.after) add(*told.after);
  // By another type it may go out of somebody's sight.
  const bool other_types =
      tenant.narrowed && told.before && told.after && told.before->types() != told.after->types();
  if (!told.after || other_types) add(*told.before);
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

bool Conditions::met_by(const Told& told, const ngsi::LinkedEntities& linked) const {
  const bool watches_all = subscription->watched.empty();
  Triggers happened = 0;
  for (const ngsi::AttributeChange& change : told.changes) {
    const bool looks_at =
        watches_all || std::binary_search(watched.begin(), watched.end(), change.name);
    if (looks_at) happened |= trigger_of(change.what);
  }
  const bool looked_at = watches_all || happened != 0;
  if (told.created && looked_at) happened |= kEntityCreated;
  if (!told.after && looked_at) happened |= kEntityDeleted;
  if ((happened & subscription->triggers) == 0) return false;
  const ngsi::Entity& entity = told.after ? *told.after : *told.before;
  return std::any_of(predicates.begin(), predicates.end(),
                     [&](const ngsi::Predicate& one) { return one.matches(entity, &linked); });
}

std::vector<Match> Matcher::match(std::string_view tenant, const ngsi::Names& names,
                                  const std::vector<Told>& told, Instant now,
                                  const ngsi::LinkedEntities& linked) {
  std::vector<Match> out;
  const auto home = tenants_.find(tenant);
  if (home == tenants_.end()) return out;
  compile(home->second, names);
  Views views(narrowing_, names, linked);
  std::map<std::size_t, std::vector<std::uint64_t>> picks;
  for (std::uint32_t i = 0; i < told.size(); ++i) {
    views.turn_to(told[i]);
    for (const std::size_t place : candidates(home->second, told[i])) {
      const Conditions& conditions = home->second.compiled[place];
      if (!conditions.subscription->active_at(now)) continue;
      const bool concerned =
          conditions.subscription->grounds.empty()
              ? conditions.met_by(told[i], linked) && views.stands(place, conditions)
              : views.meet(place, conditions);
      if (concerned) picks[place].push_back(i);
    }
  }
  for (auto& [place, which] : picks) {
    if (const std::uint64_t mark = views.mark(place); mark != 0) which.push_back(mark);
    out.push_back({home->second.compiled[place].subscription, std::move(which)});
  }
  return out;
}

}  // namespace revier::subscription::detail
