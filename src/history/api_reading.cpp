// SPDX-License-Identifier: EUPL-1.2
// Reading history over HTTP: of what is here, of what other sources tell, and by entity maps
// (clauses 6.18.3.2, 6.19.3.1, 6.24, 6.35).
#include <algorithm>
#include <array>

#include "history/detail/routes.h"
#include "history/detail/wishes.h"

namespace revier::history::detail {
namespace {

using context::Distribution;
using context::EntityMap;
using context::EntityMapPtr;
using context::Exchange;
using context::MapUse;
using context::MapWish;

constexpr std::string_view kAllEvolutions = "/ngsi-ld/v1/temporal/entities";

namespace names {
using Word = std::string_view;
inline constexpr std::array<Word, 17> kRetrieve = {"local",
                                                   "attrs",
                                                   "pick",
                                                   "omit",
                                                   "lang",
                                                   "datasetId",
                                                   "format",
                                                   "options",
                                                   "timerel",
                                                   "timeAt",
                                                   "endTimeAt",
                                                   "timeproperty",
                                                   "lastN",
                                                   "aggrMethods",
                                                   "aggrPeriodDuration",
                                                   "entityMap",
                                                   "entityMapLifetime"};
// What a query has beyond a retrieval.
inline constexpr std::array<Word, 19> kSelecting = {
    "type",         "id",          "idPattern",       "q",
    "expandValues", "jsonKeys",    "georel",          "geometry",
    "coordinates",  "geoproperty", "scopeQ",          "csf",
    "orderBy",      "collation",   "splitEntities",   "limit",
    "offset",       "count",       "geometryProperty"};
inline constexpr auto kQuery = [] {
  std::array<Word, kRetrieve.size() + kSelecting.size()> all{};
  std::ranges::copy(kSelecting, std::ranges::copy(kRetrieve, all.begin()).out);
  return all;
}();
inline constexpr std::array<Word, 9> kAsk = {"local",     "format", "options",
                                             "entityMap", "limit",  "entityMapLifetime",
                                             "offset",    "count",  "splitEntities"};
inline constexpr std::array<Word, 5> kViews = {"temporalValues", "aggregatedValues", "normalized",
                                               "concise", "sysAttrs"};
}  // namespace names

constexpr context::Parameters kRetrieve = {names::kRetrieve, names::kViews};
constexpr context::Parameters kQuery = {names::kQuery, names::kViews};
constexpr context::Parameters kAsk = {names::kAsk, names::kViews};

// "unit" DateTime, the range as 6.3.10 says it, "size" lastN or "*".
std::string content_range(const Part& part) {
  return fmt::format("DateTime {}-{}/{}", to_iso8601(part.start), to_iso8601(part.end),
                     part.size ? std::to_string(*part.size) : "*");
}

net::Response answered(const net::Request& request, const Exchange& exchange, Answer answer) {
  const int status = answer.part ? 206 : 200;
  net::Response response =
      context::answer_document(request, exchange, std::move(answer.body), status);
  if (answer.part) response.header("Content-Range", content_range(*answer.part));
  return response;
}

// --- Other sources -------------------------------------------------------------------------------

// The temporal query as sources are asked it. What they leave out could not be filtered or summed
// up here: so lastN goes on only where nothing else is to be done.
std::vector<std::pair<std::string, std::string>> time_params(const Parts& parts) {
  constexpr std::array<std::string_view, 4> kRelations = {"", "before", "after", "between"};
  constexpr std::array<std::string_view, 4> kProperties = {"observedAt", "createdAt", "modifiedAt",
                                                           "deletedAt"};
  std::vector<std::pair<std::string, std::string>> out;
  const TemporalQuery& time = parts.time;
  if (time.relation != Relation::kNone) {
    out.emplace_back("timerel", kRelations[static_cast<std::size_t>(time.relation)]);
    out.emplace_back("timeAt", to_iso8601(time.at));
    if (time.relation == Relation::kBetween) out.emplace_back("endTimeAt", to_iso8601(time.end));
  }
  if (time.property_given) {
    out.emplace_back("timeproperty", kProperties[static_cast<std::size_t>(time.property)]);
  }
  const ngsi::Selection& selection = parts.selection;
  const bool filters =
      !selection.q.empty() || !selection.georel.empty() || !selection.scope_q.empty();
  if (time.last_n && !filters && parts.methods.empty()) {
    out.emplace_back("lastN", std::to_string(*time.last_n));
  }
  return out;
}

// What a request reads: history as it is here, or with what others tell.
struct Place {
  const Api& api;
  std::unique_ptr<context::Gathered> gathered;
  std::unique_ptr<History> joined;
  std::optional<context::Binding> binding;
  Distribution::Recalled recalled;

  [[nodiscard]] const History& history() const { return joined ? *joined : api.history; }
  [[nodiscard]] const context::Binding& names() const { return binding ? *binding : api.binding; }
};

Task<Result<>> join(Place& place, const net::Request& request, const Exchange& exchange,
                    const Parts& parts, Distribution::Operation operation, const MapUse& use) {
  const context::Binding& binding = place.api.binding;
  if (!context::is_distributed(binding, request)) co_return Result<>{};
  const ngsi::Selection& selection = parts.selection;
  const EntityMap* const map = use.map;
  const Distribution::Origins known =
      map != nullptr ? context::origins_of(*map) : Distribution::Origins();
  Distribution::Recall recall{.ask = {.operation = operation,
                                      .tenant = exchange.tenant,
                                      .request = request,
                                      .context = exchange.context,
                                      .selection = selection,
                                      .dataset_ids = parts.wishes.dataset_ids,
                                      .split_entities = parts.wishes.split_entities,
                                      .csf = parts.wishes.csf,
                                      .known = map != nullptr ? &known : nullptr,
                                      .linked = map != nullptr ? &map->linked : nullptr,
                                      .maps_wanted = use.wanted}};
  if (selection.q.empty() && selection.georel.empty()) {
    RV_CO_ASSIGN(recall.ask.attributes, context::shown_attributes(parts.wishes, *exchange.context));
  }
  recall.time = time_params(parts);
  const Span span = parts.time.span();
  recall.from = span.from;
  recall.to = span.to;
  recall.by_observation = parts.time.property == TimeProperty::kObservedAt;
  RV_CO_ASSIGN(place.recalled, co_await binding.distribution->recall(recall));
  if (map != nullptr) {
    binding.maps->relink(context::key_of(exchange, *map), place.recalled.relinked);
  }
  if (place.recalled.evolutions.empty()) co_return Result<>{};
  if (!parts.wishes.order.terms.empty()) {
    co_return fail(Code::kBadRequestData, "orderBy is for the local scope: add local=true",
                   "orderBy");
  }
  RV_CO_ASSIGN(place.gathered, context::Gathered::make(binding.broker, exchange.tenant));
  RV_CO_ASSIGN(place.joined,
               place.api.history.with(exchange.tenant, *place.gathered, place.recalled.evolutions));
  place.binding.emplace(context::api_over(binding, *place.gathered));
  co_return Result<>{};
}

void tell(net::Response& response, const Place& place, const EntityMapPtr& map) {
  context::add_warnings(response, place.recalled.warnings);
  if (map) response.header(std::string(context::kMapHeader), context::map_location(*map));
}

Result<EntityMapPtr> keep_map(const Place& place, const Exchange& exchange, const MapWish& wish,
                              std::vector<std::string> ids) {
  const auto is_here = [&](const std::string& id) {
    return place.api.history.knows(exchange.tenant, id);
  };
  return context::keep_map(place.api.binding, exchange, wish,
                           {std::move(ids), place.recalled, is_here, /*temporal=*/true});
}

// --- Retrieval -----------------------------------------------------------------------------------

// 5.7.3
Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(Parts parts, parts_of(request, /*time_needed=*/false));
  const MapWish wish = parts.wishes.map;
  EntityMapPtr map;
  if (wish.any()) {
    RV_CO_TRY(context::require_maps(api.binding));
    map = context::named_map(api.binding, exchange, wish, /*temporal=*/true);
  }
  parts.selection.ids = {id};
  Place place{.api = api};
  MapUse use{.map = map.get()};
  if (!map) use.wanted = context::maps_wanted(api.binding, wish);
  RV_CO_TRY(
      co_await join(place, request, exchange, parts, Distribution::Operation::kRetrieve, use));
  Asked asked;
  RV_CO_TRY(read_retrieval(place.names(), request, exchange, std::move(parts), asked));
  RV_CO_ASSIGN(Answer answer, co_await place.history().retrieve(exchange.tenant, id, asked.wish));
  if (wish.any() && !map) {
    RV_CO_ASSIGN(map, keep_map(place, exchange, wish, {std::move(id)}));
  }
  net::Response response = answered(request, exchange, std::move(answer));
  tell(response, place, map);
  co_return response;
}

// --- Queries -------------------------------------------------------------------------------------

// The pages of a map are those of its places: a wish of its own makes each.
Task<Result<net::Response>> answer_page(const Place& place, const net::Request& request,
                                        const Exchange& exchange, Parts parts,
                                        const EntityMapPtr& map) {
  Asked asked;
  const std::set<std::string, std::less<>> named(parts.selection.ids.begin(),
                                                 parts.selection.ids.end());
  RV_CO_TRY(read_query(place.names(), request, exchange, parts, asked));
  Page page = asked.page;
  std::optional<std::size_t> next;
  Asked of_page;
  Answer answer;
  bool more = false;
  if (map) {
    const context::MapPage run =
        context::page_of_map(*map, {named.begin(), named.end()}, page.offset, page.limit);
    next = run.next;
    parts.selection.ids = run.ids;
    RV_CO_TRY(read_query(place.names(), request, exchange, std::move(parts), of_page));
    of_page.page = {.limit = std::max<std::size_t>(run.ids.size(), 1),
                    .descending = asked.page.descending};
    answer.body = "[]";
    if (!run.ids.empty()) {
      RV_CO_ASSIGN(answer,
                   co_await place.history().query(exchange.tenant, of_page.wish, of_page.page));
    }
    const context::MapPage all =
        context::page_of_map(*map, {named.begin(), named.end()}, 0, map->places.size());
    if (page.count) answer.count = all.ids.size();
  } else {
    RV_CO_ASSIGN(answer, co_await place.history().query(exchange.tenant, asked.wish, page));
    more = answer.more;
  }
  const auto count = answer.count;
  net::Response response = answered(request, exchange, std::move(answer));
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) {
    const context::Page links{page.limit, page.offset, page.count};
    context::link_pages(response, request, exchange.accept, links, more);
    if (next) context::link_page(response, request, exchange.accept, links, *next, "next");
  }
  if (count) context::tell_count(response, *count);
  tell(response, place, map);
  co_return response;
}

// 5.14.5
Task<Result<EntityMapPtr>> make_map(const Place& place, const net::Request& request,
                                    const Exchange& exchange, const Parts& parts) {
  Asked asked;
  RV_CO_TRY(read_query(place.names(), request, exchange, parts, asked));
  context::EntityMaps& maps = *place.api.binding.maps;
  RV_CO_ASSIGN(auto ids,
               co_await place.history().matching(exchange.tenant, asked.wish, asked.page.descending,
                                                 maps.options().map_places_max));
  co_return keep_map(place, exchange, parts.wishes.map, std::move(ids));
}

// "The filters shall be rechecked before returning results" (5.5.9.3): of these ids of the map.
Task<Result<EntityMapPtr>> recheck(const Place& place, const net::Request& request,
                                   const Exchange& exchange, const Parts& parts, EntityMapPtr map) {
  if (parts.selection.ids.empty() || !place.recalled.warnings.empty()) co_return map;
  Asked asked;
  RV_CO_TRY(read_query(place.names(), request, exchange, parts, asked));
  RV_CO_ASSIGN(const auto ids, co_await place.history().matching(exchange.tenant, asked.wish, false,
                                                                 parts.selection.ids.size()));
  const std::set<std::string_view> fitting(ids.begin(), ids.end());
  std::set<std::string_view> gone;
  for (const std::string& id : parts.selection.ids) {
    if (!fitting.contains(id)) gone.insert(id);
  }
  if (gone.empty()) co_return map;
  context::EntityMaps& maps = *place.api.binding.maps;
  maps.take_out(context::key_of(exchange, *map), gone);
  const EntityMapPtr now = maps.find(context::key_of(exchange, *map));
  co_return now ? now : map;
}

// What a page of the map is made of: all of the map where it is here, so that it can be counted;
// where others are to be asked the page alone, again where some of it did not fit any more.
Task<Result<EntityMapPtr>> join_page(std::optional<Place>& place, const Api& api,
                                     const net::Request& request, const Exchange& exchange,
                                     const Parts& parts, EntityMapPtr map) {
  constexpr int kTriesMax = 8;
  Asked asked;
  RV_CO_TRY(read_query(api.binding, request, exchange, parts, asked));
  const bool distributed = context::is_distributed(api.binding, request);
  const std::set<std::string_view> only(parts.selection.ids.begin(), parts.selection.ids.end());
  for (int tries = 0; tries < kTriesMax; ++tries) {
    Parts meant = parts;
    meant.selection.ids =
        distributed ? context::page_of_map(*map, only, asked.page.offset, asked.page.limit).ids
                    : context::page_of_map(*map, {}, 0, map->places.size()).ids;
    place.emplace(Place{.api = api});
    if (meant.selection.ids.empty()) break;
    RV_CO_TRY(co_await join(*place, request, exchange, meant, Distribution::Operation::kQuery,
                            {map.get()}));
    RV_CO_ASSIGN(EntityMapPtr now, co_await recheck(*place, request, exchange, meant, map));
    if (now == map || tries + 1 == kTriesMax) break;  // the last page has gaps, and loses nobody
    map = std::move(now);
    if (!distributed) break;
  }
  co_return map;
}

// 5.7.4
Task<Result<net::Response>> answer_query(const Api& api, const net::Request& request,
                                         const Exchange& exchange, Parts parts) {
  const MapWish wish = parts.wishes.map;
  EntityMapPtr map;
  if (wish.any()) {
    RV_CO_TRY(context::require_maps(api.binding));
    map = context::named_map(api.binding, exchange, wish, /*temporal=*/true);
  }
  RV_CO_TRY(context::require_a_filter(parts.selection, parts.wishes.pick, request));
  const bool is_new = wish.any() && !map;
  std::optional<Place> place(Place{.api = api});
  bool joined = false;
  if (!map) {
    const MapUse use{.wanted = context::maps_wanted(api.binding, wish)};
    RV_CO_TRY(
        co_await join(*place, request, exchange, parts, Distribution::Operation::kQuery, use));
    joined = place->recalled.candidates.empty();  // of those sources have told their ids only
  }
  if (is_new) {
    RV_CO_ASSIGN(map, co_await make_map(*place, request, exchange, parts));
  }
  const std::vector<std::string> warnings =
      joined ? std::vector<std::string>() : place->recalled.warnings;
  if (!joined) {
    RV_CO_ASSIGN(map, co_await join_page(place, api, request, exchange, parts, map));
  }
  RV_CO_ASSIGN(net::Response response,
               co_await answer_page(*place, request, exchange, std::move(parts), map));
  if (is_new && response.status == 200) response.status = 201;
  context::add_warnings(response, warnings);
  co_return response;
}

Task<Result<net::Response>> query(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(Parts parts, parts_of(request, /*time_needed=*/true));
  co_return co_await answer_query(api, request, exchange, std::move(parts));
}

// A Query as a body, with what stands beside it.
Task<Result<Parts>> body_parts(const Api& api, const net::Request& request, Exchange& exchange) {
  if (exchange.accept == context::Media::kGeoJson) {
    co_return fail(Code::kNotAcceptable, "history is told as application/json or ld+json");
  }
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(Parts parts, parts_of(body));
  RV_CO_ASSIGN(exchange.context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(MapWish map, MapWish::of(request));
  parts.wishes.map.add(std::move(map));
  co_return parts;
}

Task<Result<net::Response>> query_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api.binding, request));
  RV_CO_ASSIGN(Parts parts, co_await body_parts(api, request, exchange));
  co_return co_await answer_query(api, request, exchange, std::move(parts));
}

// --- Maps alone ----------------------------------------------------------------------------------

Task<Result<net::Response>> answer_new_map(const Api& api, const net::Request& request,
                                           const Exchange& exchange, Parts parts) {
  RV_CO_TRY(context::require_a_filter(parts.selection, parts.wishes.pick, request));
  Place place{.api = api};
  MapWish wish = parts.wishes.map;
  wish.wanted = true;
  const MapUse use{.wanted = context::maps_wanted(api.binding, wish)};
  RV_CO_TRY(co_await join(place, request, exchange, parts, Distribution::Operation::kQuery, use));
  RV_CO_ASSIGN(const EntityMapPtr map, co_await make_map(place, request, exchange, parts));
  net::Response response = context::answer_map(request, exchange, *map, 201);
  tell(response, place, map);
  co_return response;
}

Task<Result<net::Response>> create_map(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(Parts parts, parts_of(request, /*time_needed=*/true));
  co_return co_await answer_new_map(api, request, exchange, std::move(parts));
}

Task<Result<net::Response>> create_map_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api.binding, request));
  RV_CO_ASSIGN(Parts parts, co_await body_parts(api, request, exchange));
  co_return co_await answer_new_map(api, request, exchange, std::move(parts));
}

}  // namespace

void add_reading_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  const auto add_route = [&](net::Method method, const std::string& pattern,
                             const context::Parameters& parameters,
                             decltype(context::Route<Api>::operation) operation) {
    context::route_seen<Api>(
        router, api, {method, pattern, parameters, operation},
        [](const Api& whole, const context::Binding& binding) {
          return Api{whole.history, binding};
        },
        api->binding.options.batch_body_bytes_max);
  };
  const std::string all(kAllEvolutions);
  add_route(kGet, all, kQuery, query);
  add_route(kGet, all + "/{id}", kRetrieve, retrieve);
  add_route(kPost, "/ngsi-ld/v1/temporal/entityOperations/query", kAsk, query_by_body);
  if (api->binding.maps == nullptr) return;
  add_route(kGet, "/ngsi-ld/v1/temporal/entityMaps", kQuery, create_map);
  add_route(kPost, "/ngsi-ld/v1/temporal/entityMaps", kAsk, create_map_by_body);
}

}  // namespace revier::history::detail
