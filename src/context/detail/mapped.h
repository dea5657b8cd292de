// SPDX-License-Identifier: EUPL-1.2
// Queries and retrievals with an entity map (5.5.14, 5.5.9.3, 5.7.1.4, 5.7.2.4).
//
// Thread safety: as of the operation.
#pragma once
#include <string>

#include "context/detail/routes.h"

namespace revier::context::detail {

// A query of GET /entities, or of a body.
struct MappedQuery {
  ngsi::Selection selection;
  Wishes wishes;
};

// What other sources have of it. Errors: as Distribution::gather().
[[nodiscard]] Task<Result<Distribution::Answer>> gather(const Api& api, const net::Request& request,
                                                        const Exchange& exchange,
                                                        const MappedQuery& query,
                                                        const Distribution::Origins* known);

// Answers a page out of the map that the client names, or out of a new one: 201 then.
// Errors: kNotImplemented where there are no maps; kTooManyResults.
[[nodiscard]] Task<Result<net::Response>> answer_mapped(const Api& api, const net::Request& request,
                                                        const Exchange& exchange,
                                                        MappedQuery query);

// The map of what the client asks for.
[[nodiscard]] Task<Result<EntityMapPtr>> make_map(const Api& api, const net::Request& request,
                                                  const Exchange& exchange,
                                                  const MappedQuery& query);

// The map that the client names, if it is there and of this kind; nullptr else.
[[nodiscard]] EntityMapPtr named_map(const Api& api, const Exchange& exchange, const MapWish& wish,
                                     bool temporal);
// A new one of one entity.
[[nodiscard]] Result<EntityMapPtr> map_of_one(const Api& api, const Exchange& exchange,
                                              const MapWish& wish, EntityMap::Place place,
                                              bool temporal);
[[nodiscard]] MapKey key_of(const Exchange& exchange, const EntityMap& map);
// Errors: kNotImplemented.
[[nodiscard]] Result<> require_maps(const Api& api);

// Who has the entities of a map, so that nobody else is asked.
[[nodiscard]] Distribution::Origins origins_of(const EntityMap& map);

}  // namespace revier::context::detail
