// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/mapped.h"

#include <algorithm>

#include "context/detail/selecting.h"
#include "context/resource.h"

namespace revier::context::detail {
namespace {

// Entities of a map that other sources are asked for at once, at the least and at the most.
constexpr std::size_t kAskedMin = 100;
constexpr std::size_t kAskedMax = 5'000;

Result<ngsi::Predicate> predicate_of(const Api& api, const Exchange& exchange,
                                     const MappedQuery& query) {
  ngsi::Selection selection = query.selection;
  select_picked(selection, query.wishes.pick);
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_ASSIGN(auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  if (predicate.link_levels() <= query.wishes.link_levels()) return predicate;
  return fail(Code::kBadRequestData, "q goes to linked entities further than join and joinLevel do",
              "q");
}

// Ids of all that match, in the order of answers; one more than a map holds at the most.
Task<Result<std::vector<std::string>>> matching_ids(const Api& api, const Exchange& exchange,
                                                    const MappedQuery& query) {
  RV_CO_ASSIGN(const auto predicate, predicate_of(api, exchange, query));
  const ngsi::OrderWish& wish = query.wishes.order;
  std::optional<ngsi::Order> order;
  if (!wish.terms.empty()) {
    RV_CO_ASSIGN(order,
                 ngsi::Order::compile(wish, api.broker.names(exchange.tenant), *exchange.context));
  }
  struct Match {
    ngsi::OrderKey key;
    std::size_t number;  // in the order of creation
    std::string id;
  };
  std::vector<Match> found;
  const std::size_t max = api.maps->options().map_places_max + 1;
  const Broker::Visit visit = [&](const ngsi::Entity& entity) {
    if (found.size() == max) return;
    found.push_back(
        {order ? order->key_of(entity) : ngsi::OrderKey(), found.size(), std::string(entity.id())});
  };
  RV_CO_TRY(co_await api.broker.for_each(exchange.tenant, predicate, visit,
                                         api.broker.options().query_cpu_ms_max));
  if (order) {
    std::ranges::sort(found, [](const Match& a, const Match& b) {
      const auto way = a.key <=> b.key;
      return way == 0 ? a.number < b.number : way < 0;
    });
  }
  std::vector<std::string> ids;
  ids.reserve(found.size());
  for (Match& one : found) ids.push_back(std::move(one.id));
  co_return ids;
}

Result<> check_order(const Api& api, const net::Request& request, const MappedQuery& query) {
  if (query.wishes.order.terms.empty()) return {};
  if (!is_distributed(api, request) && request.query_param("local") != "false") return {};
  return fail(Code::kBadRequestData, "orderBy is for the local scope: add local=true", "orderBy");
}

Result<Page> mapped_page(const Api& api, const net::Request& request) {
  RV_ASSIGN(const Page page, page_of(request));
  const std::size_t max = api.broker.options().limit_max;
  if (page.limit > max) {
    return fail(Code::kTooManyResults, fmt::format("limit is at most {}", max), "limit");
  }
  if (page.limit > 0 || page.count) return page;
  return fail(Code::kBadRequestData, "limit=0 is for count=true only", "limit");
}

// A look at a run of places: which of them still fit.
struct Look {
  MapPage places;                        // that were looked at
  Distribution::Answer gathered;         // keeps what the entities are of
  std::vector<ngsi::EntityPtr> fitting;  // in their order
};

Task<Result<Look>> look_at(const Api& api, const net::Request& request, const Exchange& exchange,
                           const MappedQuery& query, const EntityMap& map, MapPage places) {
  Look look;
  look.places = std::move(places);
  MappedQuery some = query;
  some.selection.ids = look.places.ids;
  if (some.selection.ids.empty()) co_return look;
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(look.gathered, co_await gather(api, request, exchange, some, {&map}));
    api.maps->relink(key_of(exchange, map), look.gathered.relinked);
  }
  Broker& broker = look.gathered.broker ? *look.gathered.broker : api.broker;
  RV_CO_ASSIGN(const auto predicate, predicate_of(api_over(api, broker), exchange, some));
  std::set<std::string, std::less<>> fits;
  const Broker::Visit visit = [&fits](const ngsi::Entity& entity) { fits.emplace(entity.id()); };
  RV_CO_TRY(co_await broker.for_each(exchange.tenant, predicate, visit,
                                     broker.options().query_cpu_ms_max));
  std::set<std::string_view> gone;
  for (const std::string& id : look.places.ids) {
    ngsi::EntityPtr entity = fits.contains(id) ? broker.find(exchange.tenant, id) : nullptr;
    if (entity) {
      look.fitting.push_back(std::move(entity));
    } else {
      gone.insert(id);
    }
  }
  // A source that has not answered may still have its entities.
  if (look.gathered.warnings.empty() && !gone.empty()) {
    api.maps->take_out(key_of(exchange, map), gone);
  }
  co_return look;
}

// Places from the page's offset on until they fill it. What is here alone is looked at whole, so
// that it can be counted; others are asked for more only where a page is not filled otherwise.
Task<Result<Look>> fill_page(const Api& api, const net::Request& request, const Exchange& exchange,
                             const MappedQuery& query, const EntityMap& map, const Page& page) {
  const std::set<std::string_view> only(query.selection.ids.begin(), query.selection.ids.end());
  const bool local = !is_distributed(api, request);
  std::size_t run = local ? map.places.size() : std::clamp(page.limit * 2, kAskedMin, kAskedMax);
  while (true) {
    RV_CO_ASSIGN(Look look, co_await look_at(api, request, exchange, query, map,
                                             page_of_map(map, only, page.offset, run)));
    const bool filled = look.fitting.size() >= page.limit || !look.places.next;
    if (filled || run == kAskedMax) co_return look;
    run = std::min(run * 4, kAskedMax);
  }
}

std::size_t live_places(const EntityMap& map, const std::vector<std::string>& ids) {
  const std::set<std::string_view> only(ids.begin(), ids.end());
  return page_of_map(map, only, 0, map.places.size()).ids.size();
}

// The place behind the last entity of the page, where there is another one.
std::optional<std::size_t> next_place(const EntityMap& map, const MappedQuery& query,
                                      const Look& look, std::size_t limit) {
  if (look.fitting.size() < limit) return look.places.next;
  const std::string_view last = look.fitting[limit - 1]->id();
  const auto at = std::ranges::find(map.places, last, &EntityMap::Place::id);
  const auto behind = static_cast<std::size_t>(at - map.places.begin()) + 1;
  if (look.fitting.size() > limit) return behind;
  const std::set<std::string_view> only(query.selection.ids.begin(), query.selection.ids.end());
  const bool any = look.places.next || !page_of_map(map, only, behind, 1).ids.empty();
  if (!any) return std::nullopt;
  return look.places.next ? look.places.next : std::optional(behind);
}

Task<Result<net::Response>> answer_from(const Api& api, const net::Request& request,
                                        const Exchange& exchange, MappedQuery query,
                                        EntityMapPtr map) {
  RV_CO_ASSIGN(const Page page, mapped_page(api, request));
  RV_CO_ASSIGN(Look look, co_await fill_page(api, request, exchange, query, *map, page));
  if (const auto now = api.maps->find(key_of(exchange, *map))) map = now;
  const auto next = page.limit > 0 ? next_place(*map, query, look, page.limit) : std::nullopt;
  const Api over = api_over(api, look.gathered.broker ? *look.gathered.broker : api.broker);
  RV_CO_ASSIGN(const View view, View::make(over, request, exchange, std::move(query.wishes)));
  if (look.fitting.size() > page.limit) look.fitting.resize(page.limit);
  RV_CO_ASSIGN(std::string body, co_await view.many(std::move(look.fitting)));
  net::Response response = view.answer_with(request, std::move(body));
  if (request.method != net::Method::kPost) {
    Page links = page;
    link_pages(response, request, exchange.accept, links, /*more=*/false);
    if (next) link_page(response, request, exchange.accept, page, *next, "next");
  }
  if (page.count) tell_count(response, live_places(*map, query.selection.ids));
  add_warnings(response, look.gathered.warnings);
  response.header(std::string(kMapHeader), map_location(*map));
  co_return response;
}

}  // namespace

Result<> require_maps(const Api& api) {
  if (api.maps != nullptr) return {};
  return fail(Code::kNotImplemented, "entity maps are not supported", "entityMap");
}

MapKey key_of(const Exchange& exchange, const EntityMap& map) {
  return {exchange.tenant, exchange.caller.id(), map.id};
}

EntityMapPtr named_map(const Api& api, const Exchange& exchange, const MapWish& wish,
                       bool temporal) {
  if (!wish.map_id) return nullptr;
  EntityMapPtr map = api.maps->find({exchange.tenant, exchange.caller.id(), *wish.map_id});
  return map && map->temporal == temporal ? map : nullptr;
}

std::optional<Distribution::MapsWanted> maps_wanted(const Api& api, const MapWish& wish) {
  if (api.maps == nullptr || !wish.any()) return std::nullopt;
  const EntityMapOptions& options = api.maps->options();
  return Distribution::MapsWanted{options.lifetime_for(wish.lifetime), options.map_places_max};
}

Result<EntityMapPtr> keep_map(const Api& api, const Exchange& exchange, const MapWish& wish,
                              MapParts parts) {
  EntityMap map{.tenant = exchange.tenant, .temporal = parts.temporal};
  map.owner = exchange.caller.id();
  const auto add = [&](std::string id) -> Result<> {
    EntityMap::Place place{.id = std::move(id)};
    const auto found = parts.report.origins.find(place.id);
    if (found != parts.report.origins.end()) place.sources = found->second;
    place.here = place.sources.empty();
    if (!place.here) {
      RV_ASSIGN(place.here, parts.is_here(place.id));
    }
    map.places.push_back(std::move(place));
    return {};
  };
  const std::set<std::string_view> known(parts.ids.begin(), parts.ids.end());
  for (const std::string& id : parts.ids) RV_TRY(add(id));
  for (const std::string& id : parts.report.candidates) {
    if (!known.contains(id)) RV_TRY(add(id));
  }
  map.linked = links_of(parts.report.relinked);
  return api.maps->add(std::move(map), wish.lifetime);
}

Distribution::Origins origins_of(const EntityMap& map) {
  Distribution::Origins out;
  for (const EntityMap::Place& place : map.places) {
    if (!place.gone && !place.sources.empty()) out.emplace(place.id, place.sources);
  }
  return out;
}

Task<Result<Distribution::Answer>> gather(const Api& api, const net::Request& request,
                                          const Exchange& exchange, const MappedQuery& query,
                                          MapUse use) {
  const ngsi::Selection& selection = query.selection;
  std::vector<std::string> attributes;
  // Filters are applied to what was gathered: so an attribute that only they name is needed too.
  if (selection.q.empty() && selection.georel.empty()) {
    RV_CO_ASSIGN(attributes, shown_attributes(query.wishes, *exchange.context));
  }
  const Distribution::Origins known =
      use.map != nullptr ? origins_of(*use.map) : Distribution::Origins();
  const bool batch = request.method == net::Method::kPost;
  using enum Distribution::Operation;
  co_return co_await api.distribution->gather(
      {.operation = batch ? kQueryBatch : kQuery,
       .tenant = exchange.tenant,
       .request = request,
       .context = exchange.context,
       .selection = selection,
       .attributes = std::move(attributes),
       .dataset_ids = query.wishes.dataset_ids,
       .split_entities = query.wishes.split_entities,
       .csf = query.wishes.csf,
       .known = use.map != nullptr ? &known : nullptr,
       .linked = use.map != nullptr ? &use.map->linked : nullptr,
       .maps_wanted = use.wanted});
}

Task<Result<MadeMap>> make_map(const Api& api, const net::Request& request,
                               const Exchange& exchange, const MappedQuery& query) {
  MapWish wish = query.wishes.map;
  wish.wanted = true;
  Distribution::Answer gathered;
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(gathered, co_await gather(api, request, exchange, query,
                                           {.wanted = maps_wanted(api, wish)}));
  }
  const Api over = api_over(api, gathered.broker ? *gathered.broker : api.broker);
  RV_CO_ASSIGN(auto ids, co_await matching_ids(over, exchange, query));
  const auto is_here = [&](const std::string& id) -> Result<bool> {
    return api.broker.find(exchange.tenant, id) != nullptr;
  };
  RV_CO_ASSIGN(auto map, keep_map(api, exchange, wish, {std::move(ids), gathered, is_here}));
  co_return MadeMap{std::move(map), std::move(gathered.warnings)};
}

Task<Result<net::Response>> answer_mapped(const Api& api, const net::Request& request,
                                          const Exchange& exchange, MappedQuery query) {
  RV_CO_TRY(require_maps(api));
  RV_CO_TRY(require_a_filter(query.selection, query.wishes.pick, request));
  RV_CO_TRY(check_order(api, request, query));
  RV_CO_TRY(mapped_page(api, request));
  EntityMapPtr map = named_map(api, exchange, query.wishes.map, /*temporal=*/false);
  const bool is_new = map == nullptr;
  std::vector<std::string> warnings;
  if (is_new) {
    RV_CO_ASSIGN(MadeMap made, co_await make_map(api, request, exchange, query));
    map = std::move(made.map);
    warnings = std::move(made.warnings);
  }
  RV_CO_ASSIGN(net::Response response,
               co_await answer_from(api, request, exchange, std::move(query), std::move(map)));
  if (is_new) response.status = 201;
  add_warnings(response, warnings);
  co_return response;
}

}  // namespace revier::context::detail
