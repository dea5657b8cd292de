// SPDX-License-Identifier: EUPL-1.2
// Subscriptions of owners with rights by entity (Subscription::grounds): what these rights are now,
// and a change as they show it. And of others, whether their owners may still read.
//
// A change under rights is the change of what they show: an entity that comes into sight is one
// that was created, one that goes out of it was deleted, and so are attributes.
//
// Thread safety: from any thread; never blocks.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/thread_safety.h"
#include "context/narrowed_broker.h"
#include "identity/access.h"
#include "ngsi/linked.h"
#include "subscription/detail/rows.h"

namespace revier::subscription::detail {

class Narrowing {
 public:
  using Standing = std::function<identity::Caller(std::string_view grounds)>;
  // `standing` may be empty: then nothing stands on any grounds of rights by entity. `core` is the
  // core @context.
  Narrowing(Standing standing, jsonld::ContextPtr core)
      : standing_(std::move(standing)), core_(std::move(core)) {}

  struct View {
    context::RightsPtr rights;
    std::shared_ptr<const ngsi::Sight> sight;  // over the names that it was asked for
    std::uint64_t mark = 0;                    // the same for the same rights, see rows.h
  };
  // What the owner of a subscription with grounds sees now. The rights are parsed once, and again
  // when they have changed.
  // Errors: kForbidden: nothing any more, and why.
  [[nodiscard]] Result<View> view(const Subscription& subscription, const ngsi::Names& names);
  // What she sees of `whole`, which outlives it. Errors: as view().
  [[nodiscard]] Result<std::unique_ptr<context::Broker>> broker(context::Broker& whole,
                                                                const Subscription& subscription);
  // The same without a look at names; of an owner who might read all, whether she still may. Fine
  // for a subscription without any grounds.
  [[nodiscard]] Result<> check(const Subscription& subscription);

 private:
  struct Known {
    std::string text;
    Result<> readable;
    context::RightsPtr rights;
    context::SightNow sight{nullptr};
    std::uint64_t mark = 0;
  };
  [[nodiscard]] Result<> check_full(const Subscription& subscription) const;
  [[nodiscard]] Result<Known*> known(const Subscription& subscription) RV_REQUIRES(mutex_);

  const Standing standing_;
  const jsonld::ContextPtr core_;
  Mutex mutex_;
  std::map<std::string, Known, std::less<>> known_ RV_GUARDED_BY(mutex_);  // by tenant and grounds
};

// The change as the rights show it. `told` has the version before, unless there was none; where it
// is missing for another reason, what was shown then is taken to be what is shown now. nullopt:
// nothing of the change is shown.
[[nodiscard]] std::optional<Told> seen_change(const ngsi::Sight& sight, const Told& told);

// Linked entities as the rights show them. All outlives it.
class ShownLinks final : public ngsi::LinkedEntities {
 public:
  ShownLinks(const ngsi::LinkedEntities& all, const ngsi::Sight& sight)
      : all_(all), sight_(sight) {}
  [[nodiscard]] ngsi::EntityPtr find(std::string_view id) const override {
    return sight_.seen(all_.find(id));
  }

 private:
  const ngsi::LinkedEntities& all_;
  const ngsi::Sight& sight_;
};

}  // namespace revier::subscription::detail
