// SPDX-License-Identifier: EUPL-1.2
// What a request wants of history: parameters of temporal/entities, and a Query as a body
// (5.2.21, 5.2.23, 5.2.44).
//
// Thread safety: pure functions.
#pragma once
#include <array>
#include <string>
#include <string_view>

#include "context/binding.h"
#include "history/history.h"

namespace revier::history::detail {

// A request read: the wish, and what it points to.
struct Asked {
  Wish wish;
  Page page;
  std::optional<ngsi::LanguageFilter> language;
};

// Parts of a request, wherever they stood.
struct Parts {
  ngsi::Selection selection;
  context::Wishes wishes;
  TemporalQuery time;
  std::vector<std::string> methods;
  std::optional<std::string> period;
  bool aggregates = false;  // said by the body
};
// Errors, all: kBadRequestData with `field`, or as the parts say.
[[nodiscard]] Result<Parts> parts_of(const net::Request& request, bool time_needed);
[[nodiscard]] Result<Parts> parts_of(const json::Value& body);

// `asked` stays where it is from here on: the wish points into it.
[[nodiscard]] Result<> read_retrieval(const context::Binding& binding, const net::Request& request,
                                      const context::Exchange& exchange, Parts parts, Asked& asked);
[[nodiscard]] Result<> read_query(const context::Binding& binding, const net::Request& request,
                                  const context::Exchange& exchange, Parts parts, Asked& asked);

}  // namespace revier::history::detail
