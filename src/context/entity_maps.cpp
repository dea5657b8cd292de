// SPDX-License-Identifier: EUPL-1.2
#include "context/entity_maps.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/period.h"
#include "base/random.h"
#include "base/thread_safety.h"
#include "context/detail/http.h"
#include "json/json.h"

namespace revier::context {
namespace {

constexpr std::string_view kMapPath = "/ngsi-ld/v1/entityMaps/";
constexpr std::string_view kMapUrn = "urn:ngsi-ld:EntityMap:";
constexpr std::size_t kPlaceBytes = 256;  // that count as one place

// Ids and registrations come from others too: what takes more room counts for more.
std::size_t weight_of(const EntityMap::Place& place) {
  std::size_t bytes = place.id.size();
  for (const std::string& source : place.sources) bytes += source.size();
  return 1 + bytes / kPlaceBytes;
}

std::size_t weight_of(const EntityMap& map) {
  std::size_t weight = 0;
  for (const EntityMap::Place& place : map.places) weight += weight_of(place);
  return weight;
}

class CachedMaps final : public EntityMaps {
 public:
  CachedMaps(const Clock& clock, EntityMapOptions options) : clock_(clock), options_(options) {}

  Result<EntityMapPtr> add(EntityMap map, std::optional<Duration> lifetime) override {
    map.weight = weight_of(map);
    if (map.weight > options_.map_places_max) {
      return fail(Code::kTooManyResults,
                  fmt::format("an entity map holds {} entities at most; narrow the query down",
                              options_.map_places_max));
    }
    SystemRandom random;
    map.id = std::string(kMapUrn) + random_id(random);
    map.expires_at = clock_.now() + options_.lifetime_for(lifetime);
    const auto kept = std::make_shared<const EntityMap>(std::move(map));
    const Lock lock(mutex_);
    drop_expired();
    while (!maps_.empty() &&
           (maps_.size() >= options_.maps_max || places_ + kept->weight > options_.places_max)) {
      erase(next_to_go());
    }
    places_ += kept->weight;
    maps_.emplace(kept->id, kept);
    return kept;
  }

  EntityMapPtr find(const MapKey& key) const override {
    const Lock lock(mutex_);
    const auto found = maps_.find(key.id);
    return found != maps_.end() && is_of(*found->second, key) ? found->second : nullptr;
  }

  Result<> expire_at(const MapKey& key, Instant time) override {
    const Instant latest = clock_.now() + options_.lifetime_max;
    return change(key, [&](EntityMap& map) { map.expires_at = std::min(time, latest); });
  }

  Result<> remove(const MapKey& key) override {
    const Lock lock(mutex_);
    const auto found = maps_.find(key.id);
    if (found == maps_.end() || !is_of(*found->second, key)) return no_map();
    erase(found);
    return {};
  }

  void take_out(const MapKey& key, const std::set<std::string_view>& ids) override {
    (void)change(key, [&ids](EntityMap& map) {
      for (EntityMap::Place& place : map.places) {
        if (ids.contains(place.id)) place.gone = true;
      }
    });
  }

  void relink(const MapKey& key, const Distribution::Relinked& relinked) override {
    if (relinked.empty()) return;
    (void)change(key, [&relinked](EntityMap& map) {
      for (const auto& [registration, link] : relinked) {
        if (link && map.places.size() == 1) {
          map.linked.insert_or_assign(registration, *link);
        } else {
          map.linked.erase(registration);
        }
      }
    });
  }

  const EntityMapOptions& options() const override { return options_; }

 private:
  using Maps = std::map<std::string, EntityMapPtr, std::less<>>;

  static tl::unexpected<Error> no_map() {
    return fail(Code::kResourceNotFound, "there is no entity map of this id, or not any more");
  }

  bool is_of(const EntityMap& map, const MapKey& key) const {
    return map.tenant == key.tenant && map.owner == key.owner && map.expires_at > clock_.now();
  }

  // Readers keep the version that they have.
  Result<> change(const MapKey& key, const std::function<void(EntityMap&)>& how) {
    const Lock lock(mutex_);
    const auto found = maps_.find(key.id);
    if (found == maps_.end() || !is_of(*found->second, key)) return no_map();
    EntityMap changed = *found->second;
    how(changed);
    found->second = std::make_shared<const EntityMap>(std::move(changed));
    return {};
  }

  // Of the client that takes the most room the map that ends first: so nobody drives out the maps
  // of others who have less. Only while there are maps.
  Maps::iterator next_to_go() RV_REQUIRES(mutex_) {
    std::map<std::string_view, double> shares;
    for (const auto& [id, map] : maps_) shares[map->owner] += share_of(*map);
    const std::string_view greatest =
        std::ranges::max_element(shares, {}, [](const auto& one) { return one.second; })->first;
    const auto rank = [&](const auto& one) {
      return std::pair(one.second->owner != greatest, one.second->expires_at);
    };
    return std::ranges::min_element(maps_, {}, rank);
  }

  // Of both bounds.
  double share_of(const EntityMap& map) const {
    const auto of = [](std::size_t part, std::size_t whole) {
      return static_cast<double>(part) / static_cast<double>(std::max<std::size_t>(whole, 1));
    };
    return of(1, options_.maps_max) + of(map.weight, options_.places_max);
  }

  void erase(Maps::iterator at) RV_REQUIRES(mutex_) {
    places_ -= at->second->weight;
    maps_.erase(at);
  }

  void drop_expired() RV_REQUIRES(mutex_) {
    const Instant now = clock_.now();
    for (auto at = maps_.begin(); at != maps_.end();) {
      const auto one = at++;
      if (one->second->expires_at <= now) erase(one);
    }
  }

  const Clock& clock_;
  const EntityMapOptions options_;
  mutable Mutex mutex_;
  Maps maps_ RV_GUARDED_BY(mutex_);
  std::size_t places_ RV_GUARDED_BY(mutex_) = 0;
};

}  // namespace

std::unique_ptr<EntityMaps> EntityMaps::make(const Clock& civil_clock, EntityMapOptions options) {
  return std::make_unique<CachedMaps>(civil_clock, options);
}

Result<MapWish> MapWish::of(const net::Request& request) {
  MapWish out;
  RV_ASSIGN(out.wanted, detail::flag_param(request, "entityMap"));
  if (const auto text = request.query_param("entityMapLifetime")) {
    RV_ASSIGN(out.lifetime, map_lifetime(*text));
  }
  if (const auto location = request.header(kMapHeader)) {
    out.map_id = std::string(location->substr(location->find_last_of('/') + 1));
  }
  return out;
}

void MapWish::add(MapWish other) {
  wanted = wanted || other.wanted;
  if (!map_id) map_id = std::move(other.map_id);
  if (!lifetime) lifetime = other.lifetime;
}

Result<Duration> map_lifetime(std::string_view text) {
  RV_ASSIGN(const Period period, parse_period(text, "entityMapLifetime"));
  return period.after(Instant{}, 1) - Instant{};
}

Distribution::LinkedMaps links_of(Distribution::Relinked relinked) {
  Distribution::LinkedMaps out;
  for (auto& [registration, link] : relinked) {
    if (link) out.emplace(registration, *std::move(link));
  }
  return out;
}

std::string map_location(const EntityMap& map) { return std::string(kMapPath) + map.id; }

std::string map_json(const EntityMap& map) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("id", map.id).member("type", "EntityMap");
  writer.member("expiresAt", to_iso8601(map.expires_at));
  writer.key("entityMap").begin_object();
  for (const EntityMap::Place& place : map.places) {
    if (place.gone) continue;
    writer.key(place.id).begin_array();
    if (place.here) writer.string("@none");
    for (const std::string& source : place.sources) writer.string(source);
    writer.end_array();
  }
  writer.end_object().key("linkedMaps").begin_object();
  for (const auto& [registration, link] : map.linked) writer.member(registration, link.id);
  writer.end_object().end_object();
  return out;
}

MapPage page_of_map(const EntityMap& map, const std::set<std::string_view>& only,
                    std::size_t offset, std::size_t limit) {
  MapPage out;
  for (std::size_t i = offset; i < map.places.size(); ++i) {
    const EntityMap::Place& place = map.places[i];
    if (place.gone || (!only.empty() && !only.contains(place.id))) continue;
    if (out.ids.size() == limit) {
      out.next = i;
      break;
    }
    out.ids.push_back(place.id);
  }
  return out;
}

}  // namespace revier::context
