// SPDX-License-Identifier: EUPL-1.2
// Entity maps (ETSI GS CIM 009 V1.9.1, clauses 4.3.6.7, 5.2.39, 5.5.9.3, 5.5.14, 5.14): which
// entities a query is about, and where each of them lies, fixed for the pages that follow.
//
// A map is kept in memory until it expires: it is a cache, and a client whose map is gone gets a
// new one. Its entities keep their places; one that does not fit the query any more leaves its
// place empty, so that the places of those behind it do not move while a client pages.
//
// A map is its maker's alone: others could learn from it what they may not read.
//
// Thread safety: all methods from any thread.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "context/distribution.h"
#include "net/http.h"

namespace revier::context {

struct EntityMap {
  struct Place {
    std::string id;
    std::vector<std::string> sources;  // registrations that have a part of it
    bool here = false;                 // so has this broker
    bool gone = false;
  };
  std::string id;
  std::string tenant;
  std::string owner;      // Caller::id(); empty with --no-auth
  bool temporal = false;  // of a temporal query
  Instant expires_at;
  std::vector<Place> places;
  Distribution::LinkedMaps linked;  // of sources, for this one
  std::size_t weight = 0;           // what it takes of places_max; EntityMaps sets it
};
using EntityMapPtr = std::shared_ptr<const EntityMap>;

// Whose map is asked for.
struct MapKey {
  std::string_view tenant;
  std::string_view owner;
  std::string_view id;
};

struct EntityMapOptions {
  std::size_t maps_max = 1'000;         // beyond these and the next one of who has most goes
  std::size_t places_max = 1'000'000;   // of all maps; one of long ids counts for several
  std::size_t map_places_max = 50'000;  // of one
  Duration lifetime = Duration::hours(1);
  Duration lifetime_max = Duration::hours(24);

  // As long as it is asked for, where that is not too long.
  [[nodiscard]] Duration lifetime_for(std::optional<Duration> wanted) const {
    return std::min(wanted.value_or(lifetime), lifetime_max);
  }
};

class EntityMaps {
 public:
  // `civil_clock` outlives it.
  [[nodiscard]] static std::unique_ptr<EntityMaps> make(const Clock& civil_clock,
                                                        EntityMapOptions options = {});
  virtual ~EntityMaps() = default;

  // Keeps the map under a new id, for `lifetime` where that is asked for and not too long.
  // Errors: kTooManyResults.
  [[nodiscard]] virtual Result<EntityMapPtr> add(EntityMap map,
                                                 std::optional<Duration> lifetime) = 0;
  // As it is now; nullptr where there is none, or not any more.
  [[nodiscard]] virtual EntityMapPtr find(const MapKey& key) const = 0;
  // At most lifetime_max from now; a time that has passed ends it. Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> expire_at(const MapKey& key, Instant time) = 0;
  // Errors: kResourceNotFound.
  [[nodiscard]] virtual Result<> remove(const MapKey& key) = 0;
  // These do not fit the query any more; nothing where the map is not there any more.
  virtual void take_out(const MapKey& key, const std::set<std::string_view>& ids) = 0;
  // Sources go by other maps now; nothing where the map is not there any more. One that a source
  // has made in place of another knows the entities of that request alone: so it is linked only
  // where this map is of one entity, and else the source is asked without from then on.
  virtual void relink(const MapKey& key, const Distribution::Relinked& relinked) = 0;
  [[nodiscard]] virtual const EntityMapOptions& options() const = 0;
};

inline constexpr std::string_view kMapHeader = "NGSILD-EntityMap";

// What a request says of maps: parameters, or members of a Query, and the header.
struct MapWish {
  bool wanted = false;                // a map is to be made and told of
  std::optional<std::string> map_id;  // the one to be used
  std::optional<Duration> lifetime;

  [[nodiscard]] bool any() const { return wanted || map_id; }
  // What this says where the other says nothing.
  void add(MapWish other);
  // Errors: kBadRequestData.
  [[nodiscard]] static Result<MapWish> of(const net::Request& request);
};
// ISO 8601. Errors: kBadRequestData.
[[nodiscard]] Result<Duration> map_lifetime(std::string_view text);

// What was linked anew.
[[nodiscard]] Distribution::LinkedMaps links_of(Distribution::Relinked relinked);

// Where a map is: "/ngsi-ld/v1/entityMaps/{id}".
[[nodiscard]] std::string map_location(const EntityMap& map);
// EntityMap (5.2.39), without @context.
[[nodiscard]] std::string map_json(const EntityMap& map);

// One page of a map: its live places from `offset` on, at most `limit`, of these ids alone where
// there are any; and the place where the next page begins.
struct MapPage {
  std::vector<std::string> ids;
  std::optional<std::size_t> next;
};
[[nodiscard]] MapPage page_of_map(const EntityMap& map, const std::set<std::string_view>& only,
                                  std::size_t offset, std::size_t limit);

}  // namespace revier::context
