// SPDX-License-Identifier: EUPL-1.2
// A copy of a subscription at a context source (5.8.1.4): what it says, how it is kept, and the
// requests that make, change and end it there.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/detail/request.h"
#include "federation/types.h"
#include "subscription/types.h"

namespace revier::federation::detail {

// What the source is told, reduced to what its registration is about.
struct Reduced {
  std::string body;        // a Subscription without id
  std::string link;        // of the @context that names its members; empty: the body has it
  bool filtered = false;   // the source applies q, geoQ and scopeQ
  bool too_large = false;  // its selectors are beyond kSelectorsBytesMax, and nothing is told
};
// Of the selectors of one copy: there is one for each entity that is registered, and each has all
// ids that are subscribed to.
inline constexpr std::size_t kSelectorsBytesMax = std::size_t{256} << 10;

struct Reducing {
  const subscription::Subscription& subscription;
  // Beside its selections: whether and how the registration matches each of them.
  std::vector<std::optional<Match>> matches;
  RegistrationPtr registration;
  jsonld::ContextPtr context;  // that the source wants its names in; nullptr: the subscription's
  bool split = false;          // entities lie in parts: filters wait for the whole
  std::string endpoint;        // where it notifies us
};
// nullopt: nothing of it is the source's.
[[nodiscard]] std::optional<Reduced> reduced(const Reducing& reducing);

struct Copy {
  enum class State : std::uint8_t {
    kWanted,    // is to be made
    kMade,      // is there as it should be
    kOther,     // is there, and to be changed
    kUnwanted,  // is to be deleted
  };
  std::string id;  // at the source; nobody else knows it, and it opens our door to notifications
  std::string tenant;
  std::string subscription;
  RegistrationPtr registration;  // as it was when the source was last told
  Reduced told;
  std::string had;  // the body that the source has; empty: none
  State state = State::kWanted;
  Instant since;  // of the state
};

inline constexpr std::string_view kCopyPrefix = "federation.copy/";
[[nodiscard]] std::string copy_key(std::string_view id);
[[nodiscard]] std::string encode(const Copy& copy);
// Errors: kCorrupt.
[[nodiscard]] Result<Copy> decode_copy(std::string_view id, std::string_view row,
                                       const jsonld::Context& core);

// The request that a copy in its state calls for; of one that is made: whether it is still there.
[[nodiscard]] net::Outgoing outgoing_of(const Copy& copy, const Sending& sending);
// Whether the registration offers that request.
[[nodiscard]] bool is_asked(const Copy& copy);
// Why a request failed.
[[nodiscard]] std::string problem_of(const Result<net::Reply>& reply);
// Whether the source said so for good: nothing is gained by asking again soon.
[[nodiscard]] bool is_refusal(const Result<net::Reply>& reply);

}  // namespace revier::federation::detail
