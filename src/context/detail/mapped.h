// SPDX-License-Identifier: EUPL-1.2
// Queries and retrievals with an entity map (5.5.14, 5.5.9.3, 5.7.1.4, 5.7.2.4).
//
// Thread safety: as of the operation.
#pragma once
#include <functional>
#include <string>

#include "context/detail/routes.h"

namespace revier::context::detail {

// A query of GET /entities, or of a body.
struct MappedQuery {
  ngsi::Selection selection;
  Wishes wishes;
};

// What a request to other sources has of an entity map.
struct MapUse {
  const EntityMap* map = nullptr;                       // by which they are asked; nullptr: by none
  std::optional<Distribution::MapsWanted> wanted = {};  // as Distribution::Ask::maps_wanted
};
// What other sources have of it. Errors: as Distribution::gather().
[[nodiscard]] Task<Result<Distribution::Answer>> gather(const Api& api, const net::Request& request,
                                                        const Exchange& exchange,
                                                        const MappedQuery& query, MapUse use);

// Answers a page out of the map that the client names, or out of a new one: 201 then.
// Errors: kNotImplemented where there are no maps; kTooManyResults.
[[nodiscard]] Task<Result<net::Response>> answer_mapped(const Api& api, const net::Request& request,
                                                        const Exchange& exchange,
                                                        MappedQuery query);

// The map of what the client asks for.
struct MadeMap {
  EntityMapPtr map;
  std::vector<std::string> warnings;  // of sources that it may lack: values of NGSILD-Warning
};
[[nodiscard]] Task<Result<MadeMap>> make_map(const Api& api, const net::Request& request,
                                             const Exchange& exchange, const MappedQuery& query);
// What sources are to be asked where a map is to be made; nullopt: it is not.
[[nodiscard]] std::optional<Distribution::MapsWanted> maps_wanted(const Api& api,
                                                                  const MapWish& wish);

// The map that the client names, if it is there and of this kind; nullptr else.
[[nodiscard]] EntityMapPtr named_map(const Api& api, const Exchange& exchange, const MapWish& wish,
                                     bool temporal);
// What a new map is made of.
struct MapParts {
  std::vector<std::string> ids;        // that match, in the order of answers
  const Distribution::Report& report;  // of other sources; what their maps name comes behind
  std::function<Result<bool>(const std::string& id)> is_here;
  bool temporal = false;
};
// Keeps it. Errors: kTooManyResults; those of is_here.
[[nodiscard]] Result<EntityMapPtr> keep_map(const Api& api, const Exchange& exchange,
                                            const MapWish& wish, MapParts parts);
// The map as a document.
[[nodiscard]] net::Response answer_map(const net::Request& request, const Exchange& exchange,
                                       const EntityMap& map, int status);
[[nodiscard]] MapKey key_of(const Exchange& exchange, const EntityMap& map);
// Errors: kNotImplemented.
[[nodiscard]] Result<> require_maps(const Api& api);

// Who has the entities of a map, so that nobody else is asked.
[[nodiscard]] Distribution::Origins origins_of(const EntityMap& map);

}  // namespace revier::context::detail
