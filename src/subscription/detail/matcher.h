// SPDX-License-Identifier: EUPL-1.2
// Which subscriptions a change concerns: an index by type in front of the predicates that queries
// use too (ngsi/predicate.h).
//
// Thread safety: by one thread at a time; the store's writer while the server runs.
#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "ngsi/linked.h"
#include "ngsi/names.h"
#include "subscription/detail/narrowing.h"
#include "subscription/detail/rows.h"

namespace revier::subscription::detail {

struct Match {
  SubscriptionPtr subscription;
  std::vector<std::uint64_t> picks;  // of the changes that were asked for; see rows.h for the mark
};

// What a subscription waits for, over the names of the moment.
struct Conditions {
  SubscriptionPtr subscription;
  std::vector<ngsi::Predicate> predicates;  // one of them has to match
  std::vector<ngsi::NameId> watched;        // sorted; names that do not exist are left out

  [[nodiscard]] static Conditions compile(SubscriptionPtr subscription, const ngsi::Names& names);
  [[nodiscard]] bool met_by(const Told& told, const ngsi::LinkedEntities& linked) const;
};

class Matcher {
 public:
  // `narrowing` must outlive it.
  explicit Matcher(Narrowing& narrowing) : narrowing_(narrowing) {}

  // Adds, or replaces the one of the same tenant and id.
  void put(SubscriptionPtr subscription);
  void remove(std::string_view tenant, std::string_view id);

  // Subscriptions that are active at `now`, told of changes (no timeInterval), and concerned by the
  // changes, or by what the rights of their owners show of these. `told` have their version before.
  [[nodiscard]] std::vector<Match> match(std::string_view tenant, const ngsi::Names& names,
                                         const std::vector<Told>& told, Instant now,
                                         const ngsi::LinkedEntities& linked);
  // There is one in this tenant.
  [[nodiscard]] bool any(std::string_view tenant) const;

 private:
  struct Tenant {
    std::map<std::string, SubscriptionPtr, std::less<>> all;
    bool stale = true;
    bool narrowed = false;  // one of them has grounds
    ngsi::NameId names_seen = ngsi::kNoName;
    std::vector<Conditions> compiled;
    std::unordered_map<ngsi::NameId, std::vector<std::size_t>> by_type;
    std::vector<std::size_t> of_any_type;
  };

  static void compile(Tenant& tenant, const ngsi::Names& names);
  static void enter(Tenant& tenant, std::size_t place);
  static std::vector<std::size_t> candidates(const Tenant& tenant, const Told& told);

  Narrowing& narrowing_;
  std::map<std::string, Tenant, std::less<>> tenants_;
};

}  // namespace revier::subscription::detail
