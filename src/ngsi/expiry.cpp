// SPDX-License-Identifier: EUPL-1.2
// Transient storage (4.22).
#include <algorithm>

#include "ngsi/detail/change.h"
#include "ngsi/mutate.h"

namespace revier::ngsi {
namespace {

using First = std::optional<Instant>;

void take_earlier(First& first, const First& other) {
  if (other && (!first || *other < *first)) first = other;
}

First first_of(AttributeRange range) {
  First first;
  for (const AttributeView& view : range) {
    take_earlier(first, view.expires_at);
    if (!view.members.empty()) take_earlier(first, first_of(view.attributes()));
  }
  return first;
}

}  // namespace

First earliest_expiry(const Entity& entity) {
  First first = first_of(entity.attributes());
  take_earlier(first, entity.expires_at());
  return first;
}

Result<Mutated> expire(const EntityPtr& before, Instant now) {
  if (const auto end = before->expires_at(); end && *end <= now) {
    Mutated gone;
    gone.before = before;
    return gone;
  }
  const Names none(0);
  detail::Change change(none, before, now);
  change.expire();
  return std::move(change).finish();
}

namespace detail {

bool Change::expire_in(std::vector<Instance>& instances, int depth) {
  bool any = false;
  for (Instance& instance : instances) {
    if (instance.gone) continue;
    const AttributeView view = view_of(instance);
    if (view.expires_at && *view.expires_at <= now_) {
      if (depth == 0) {
        remove(instance);
      } else {
        instance.gone = true;
      }
      any = true;
      continue;
    }
    const First first = first_of(view.attributes());
    if (!first || *first > now_) continue;
    Instance whole = thawed(view);
    any = expire_in(whole.members, depth + 1) || any;
    if (depth == 0) note(AttributeChange::What::kUpdated, whole, names_.iri(whole.name));
    instance = std::move(whole);
  }
  return any;
}

void Change::expire() { expire_in(draft_.instances, 0); }

}  // namespace detail
}  // namespace revier::ngsi
