// SPDX-License-Identifier: EUPL-1.2
// Entity maps at the sources (5.5.14, 5.14.4.4, 5.14.5.4): asking for them, and by them.
//
// What a source sends is believed only within its registration and within what was asked; the
// values of its map (its own registrations) are its own affair.
//
// Thread safety: pure functions; the Task on an io thread.
#pragma once
#include <string>
#include <vector>

#include "federation/detail/channel.h"

namespace revier::federation::detail {

// A map as a source sent it.
struct SourceMap {
  context::Distribution::LinkedMap link;
  std::vector<std::string> ids;  // in its order
};
// Errors: kBadRequestData: it is none, or names what is no URI.
[[nodiscard]] Result<SourceMap> map_of(const Question& question, const net::Reply& reply);

// Asks those of `asking.matches` that make maps of a query, side by side, and adds what these say
// to the report. The others, which are to be asked for their entities. Errors: kTooComplexQuery.
[[nodiscard]] Task<Result<std::vector<Match>>> map_at_sources(
    Channel& channel, const SourceOptions& options, const Asking& asking,
    context::Distribution::Report& report);

// True where the source does not answer because it is asked by, or for, a map.
[[nodiscard]] bool refuses_maps(const Question& question, const Result<net::Reply>& reply);
// The same question without.
[[nodiscard]] Question without_maps(Question question);
// Notes by which map the source has answered, where that is another one than it was asked by.
void note_link(const Question& question, const net::Reply& reply,
               context::Distribution::Relinked& relinked);

}  // namespace revier::federation::detail
