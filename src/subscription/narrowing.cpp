// SPDX-License-Identifier: EUPL-1.2
#include "subscription/detail/narrowing.h"

#include <set>

namespace revier::subscription::detail {
namespace {

using What = ngsi::AttributeChange::What;

constexpr std::size_t kKnownGroundsMax = 20'000;

bool has(const ngsi::EntityPtr& entity, ngsi::NameId name, std::string_view dataset_id) {
  return entity && entity->find(name, dataset_id).has_value();
}

// By what is there before and after, whatever happened to the whole.
std::optional<What> seen_what(const ngsi::EntityPtr& before, const ngsi::EntityPtr& after,
                              ngsi::NameId name, std::string_view dataset_id) {
  const bool was = has(before, name, dataset_id);
  const bool is = has(after, name, dataset_id);
  if (was && is) return What::kUpdated;
  if (is) return What::kCreated;
  return was ? std::optional(What::kDeleted) : std::nullopt;
}

// Attributes that did not change but came into sight, or went out of it.
void add_crossings(const Told& told, Told& seen) {
  std::set<std::pair<ngsi::NameId, std::string_view>> known;
  for (const ngsi::AttributeChange& change : told.changes) {
    known.emplace(change.name, change.dataset_id);
  }
  const auto add = [&](const ngsi::EntityPtr& in, const ngsi::EntityPtr& other, What what) {
    if (!in) return;
    for (const ngsi::AttributeView& view : in->attributes()) {
      if (has(other, view.name, view.dataset_id)) continue;
      if (!known.emplace(view.name, view.dataset_id).second) continue;
      seen.changes.push_back({what, view.name, std::string(view.dataset_id)});
    }
  };
  add(seen.after, seen.before, What::kCreated);
  add(seen.before, seen.after, What::kDeleted);
}

}  // namespace

Result<Narrowing::Known*> Narrowing::known(const Subscription& subscription) {
  if (!standing_) return fail(Code::kForbidden, "rights by entity are not looked up here");
  const identity::Caller owner = standing_(subscription.grounds);
  const std::string* const text = owner.rights(subscription.tenant);
  std::string key = subscription.tenant + '\0' + subscription.grounds;
  if (text == nullptr) {
    known_.erase(key);
    const std::string_view why = owner.refusal();
    return fail(Code::kForbidden,
                why.empty() ? "there are no rights by entity in this tenant" : std::string(why));
  }
  const auto at = known_.find(key);
  if (at != known_.end() && at->second.text == *text) {
    RV_TRY(at->second.readable);
    return &at->second;
  }
  if (known_.size() >= kKnownGroundsMax) known_.clear();
  Known made{.text = *text, .readable = {}, .rights = nullptr};
  auto rights = ngsi::Rights::parse(*text, core_);
  if (!rights) {
    made.readable = fail(Code::kForbidden, rights.error().message);
  } else if (!rights->allow(ngsi::Operation::kRead)) {
    made.readable = fail(Code::kForbidden, "the rights are not for reading");
  } else {
    made.rights = std::make_shared<const ngsi::Rights>(*std::move(rights));
    made.sight = context::SightNow(made.rights);
    made.mark = std::hash<std::string>{}(*text) | kMarkMin;
  }
  Known& kept = known_.insert_or_assign(std::move(key), std::move(made)).first->second;
  RV_TRY(kept.readable);
  return &kept;
}

Result<Narrowing::View> Narrowing::view(const Subscription& subscription,
                                        const ngsi::Names& names) {
  const Lock lock(mutex_);
  RV_ASSIGN(Known* const found, known(subscription));
  return View{found->rights, found->sight.over(names), found->mark};
}

Result<std::unique_ptr<context::Broker>> Narrowing::broker(context::Broker& whole,
                                                           const Subscription& subscription) {
  RV_ASSIGN(View seen, view(subscription, whole.names(subscription.tenant)));
  return context::narrowed_broker(whole, std::move(seen.rights), std::move(seen.sight), core_);
}

Result<> Narrowing::check_full(const Subscription& subscription) const {
  if (subscription.full_grounds.empty() || !standing_) return {};
  const std::string_view tenant = context::tenant_of_space(subscription.tenant);
  return standing_(subscription.full_grounds)
      .require_still(identity::Action::kDataRead, identity::Scope::tenant(tenant));
}

Result<> Narrowing::check(const Subscription& subscription) {
  if (subscription.grounds.empty()) return check_full(subscription);
  const Lock lock(mutex_);
  const auto found = known(subscription);
  return found ? Result<>{} : fail(found.error());
}

std::optional<Told> seen_change(const ngsi::Sight& sight, const Told& told) {
  Told seen{.id = told.id,
            .at = told.at,
            .before = sight.seen(told.before),
            .after = sight.seen(told.after),
            .created = false,
            .changes = {}};
  if (!seen.before && !seen.after) return std::nullopt;
  const bool unknown_before = !told.before && !told.created;
  seen.created = seen.after && !seen.before && !unknown_before;
  for (const ngsi::AttributeChange& change : told.changes) {
    auto what = seen_what(seen.before, seen.after, change.name, change.dataset_id);
    if (what && unknown_before) what = change.what;
    if (what) seen.changes.push_back({*what, change.name, change.dataset_id});
  }
  const bool whole = seen.before == told.before && seen.after == told.after;
  if (!whole && !unknown_before) add_crossings(told, seen);
  return seen;
}

}  // namespace revier::subscription::detail
