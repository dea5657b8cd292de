// SPDX-License-Identifier: EUPL-1.2
// Types and attributes that sources have (5.7.5 to 5.7.11): each is asked the same that the client
// asks here, and of its answer only what lies within its registration counts.
//
// Thread safety: as of Channel; the functions without it are pure.
#pragma once
#include "federation/detail/channel.h"

namespace revier::federation::detail {

using context::Distribution;

// Asks side by side all that match and offer the listing. Errors: kTooComplexQuery.
[[nodiscard]] Task<Result<Distribution::Facts>> inquire(Channel& channel, const SourceNeeds& needs,
                                                        Distribution::Inquiry inquiry);

// What an answer says, names read under `context` or under its own @context; at most
// kListedNamesMax names. Errors: kLdContextNotAvailable with the URL in `field`; what is no listing
// of this kind: kBadRequestData, kInvalidRequest.
inline constexpr std::size_t kListedNamesMax = 10'000;
[[nodiscard]] Result<Distribution::Facts> facts_in(Distribution::Listing listing,
                                                   std::string_view body,
                                                   jsonld::ContextPtr context,
                                                   jsonld::Catalogue& catalogue);

// Without what the source is not registered for.
[[nodiscard]] Distribution::Facts registered_facts(Distribution::Facts facts, const Match& match);

}  // namespace revier::federation::detail
