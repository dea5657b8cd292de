// SPDX-License-Identifier: EUPL-1.2
// Rows of this module in the store.
//
//   kMeta    subscription.definition/TENANT\0ID          document, @contexts, owner, times
//            subscription.counters/TENANT\0ID            5.2.14.2
//   kOutbox  c SEQUENCE                                  what one job changed: Told, one after
//   other
//            s TENANT\0ID\0 SEQUENCE                     waits for that subscription: which of
//                                                      them, and the mark of the rights that they
//                                                      were matched under
//            d TENANT\0ID\0 SEQUENCE                     dead letter: the same, and why
// SEQUENCE is 8 bytes, greatest first, so that rows stand in order.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ngsi/mutate.h"
#include "subscription/types.h"

namespace revier::subscription::detail {

// One entity's change as it waits for delivery.
struct Told {
  std::string id;
  Instant at;
  ngsi::EntityPtr before;  // nullptr: created, or not needed
  ngsi::EntityPtr after;   // nullptr: deleted
  bool created = false;
  std::vector<ngsi::AttributeChange> changes;
};

inline constexpr std::string_view kDefinitionPrefix = "subscription.definition/";
inline constexpr std::string_view kCountersPrefix = "subscription.counters/";

[[nodiscard]] std::string subject_key(std::string_view prefix, std::string_view tenant,
                                      std::string_view id);
[[nodiscard]] std::string change_key(std::uint64_t sequence);
// `kind` is 's' or 'd'; without sequence the prefix of all rows of that subscription.
[[nodiscard]] std::string line_prefix(char kind, std::string_view tenant, std::string_view id);
[[nodiscard]] std::string line_key(char kind, std::string_view tenant, std::string_view id,
                                   std::uint64_t sequence);
[[nodiscard]] std::optional<std::uint64_t> sequence_of(std::string_view key);

struct Subject {
  std::string tenant;
  std::string id;
};
// Of any key but a change's, its prefix (or kind) taken off.
[[nodiscard]] std::optional<Subject> subject_of(std::string_view rest);

[[nodiscard]] std::string encode(std::string_view tenant, const std::vector<Told>& told);
struct Group {
  std::string tenant;
  std::vector<Told> told;
};
// Errors: kCorrupt.
[[nodiscard]] Result<Group> decode(std::string_view bytes);

// Numbers one after the other; which of a group's changes a subscription matched, for one. Behind
// these, for a subscription under rights, stands their mark: a number from kMarkMin on.
inline constexpr std::uint64_t kMarkMin = std::uint64_t{1} << 63;
[[nodiscard]] std::string encode_numbers(const std::vector<std::uint64_t>& numbers);
[[nodiscard]] std::vector<std::uint64_t> decode_numbers(std::string_view bytes);

struct DeadLetter {
  std::vector<std::uint64_t> picks;
  Instant at;
  std::int64_t attempts = 0;
  std::string reason;
};
[[nodiscard]] std::string encode(const DeadLetter& letter);
[[nodiscard]] Result<DeadLetter> decode_dead(std::string_view bytes);

[[nodiscard]] std::string encode(const Counters& counters);
[[nodiscard]] Result<Counters> decode_counters(std::string_view bytes);

}  // namespace revier::subscription::detail
