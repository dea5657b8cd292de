// SPDX-License-Identifier: EUPL-1.2
// Which source gets which share of a write (4.3.6.2, 4.3.6.3; the "Behaviour" of 5.6.1 to 5.6.10
// and 5.6.17 to 5.6.20), how it is told, and what its reply means.
//
// Thread safety: pure functions.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "context/distribution.h"
#include "federation/detail/request.h"

namespace revier::federation::detail {

using context::Distribution;

// The part of one piece that a source gets; no attributes: all of it.
struct Portion {
  std::size_t piece = 0;
  std::vector<std::string> attributes;  // IRIs
};

// One request to one source; more than one part only in a batch.
struct Delivery {
  RegistrationPtr registration;
  Distribution::Act act;
  // What is asked for once more where the entity is there already (5.6.8).
  std::optional<Distribution::Act> where_it_exists{};
  std::vector<Portion> parts;
};

struct Plan {
  std::vector<Delivery> deliveries;
  // What is held elsewhere, and outcomes of sources that do not take the operation.
  Distribution::Shared shared;
};
// `matches`: by piece, auxiliary ones may be among them.
[[nodiscard]] Plan plan_of(const Distribution::Share& share,
                           const std::vector<std::vector<Match>>& matches);

// The request. `own` is the @context that the source wants its names in (4.3.6.6); nullptr: as the
// client has sent them.
[[nodiscard]] net::Outgoing outgoing_of(const Delivery& delivery, const Distribution::Share& share,
                                        const Sending& sending, const jsonld::ContextPtr& own);

// One outcome for each part.
void add_outcomes(const Delivery& delivery, const Distribution::Share& share,
                  const Result<net::Reply>& reply, Distribution::Shared& shared);

// The body of one part, an entity or one attribute: the members of the piece's body that belong to
// it, under names of `own` where that is given.
void write_entity_part(json::Writer& out, const Distribution::Piece& piece, const Portion& part,
                       const jsonld::ContextPtr& own);
void write_attribute_part(json::Writer& out, const Distribution::Piece& piece,
                          const jsonld::ContextPtr& own);

}  // namespace revier::federation::detail
