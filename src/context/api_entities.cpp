// SPDX-License-Identifier: EUPL-1.2
// /entities (POST) and /entities/{id} (clauses 6.4.3.1, 6.5.3).
#include "context/detail/mapped.h"
#include "context/detail/narrowed.h"
#include "context/detail/routes.h"
#include "context/detail/serving.h"
#include "context/detail/sharing.h"
#include "context/detail/view.h"

namespace revier::context::detail {
namespace {

using Act = Distribution::Act;

// 5.6.1
Task<Result<net::Response>> create_entity(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api, exchange, body));
  RV_CO_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(body, *context, ngsi::kParseWhole));
  RV_CO_TRY(check_written(api, kCreates, fragment));
  if (is_distributed(api, request)) {
    Deed deed{.act = Act::kCreate, .id = fragment.id, .body = body, .context = context};
    deed.fragment = std::move(fragment);
    deed.make = [](ngsi::Fragment f) { return create(std::move(f)); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  const std::string location = "/ngsi-ld/v1/entities/" + percent_encoded(fragment.id);
  RV_CO_TRY(co_await api.broker.write_one(exchange.tenant, create(std::move(fragment)),
                                          exchange.origin()));
  net::Response response = answer_empty(request, 201);
  response.header("Location", location);
  co_return response;
}

bool has_any(const Api& api, const ngsi::Entity& entity, const Exchange& exchange,
             const std::vector<std::string>& attributes) {
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  for (const std::string& name : attributes) {
    const auto iri = exchange.context->expand_name(name);
    if (iri && entity.has(names.find(*iri))) return true;
  }
  return false;
}

tl::unexpected<Error> no_such_entity() {
  return fail(Code::kResourceNotFound, "there is no entity of this id");
}

// 5.7.1
Result<net::Response> retrieve_entity(const Api& api, net::Request& request) {
  RV_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_ASSIGN(const std::string id, path_id(request));
  if (request.query.empty() && exchange.accept != Media::kGeoJson) {  // as a rule
    const ngsi::EntityPtr entity = api.broker.find(exchange.tenant, id);
    if (!entity) return no_such_entity();
    return answer_plain(api, request, exchange, *entity);
  }
  RV_ASSIGN(const auto types, type_param(api, request, exchange));
  RV_ASSIGN(Wishes wishes, Wishes::of(request));
  const std::vector<std::string> attributes = wishes.attrs;
  RV_ASSIGN(const View view, View::make(api, request, exchange, std::move(wishes)));
  const ngsi::EntityPtr entity = api.broker.find(exchange.tenant, id);
  if (!entity || (types && !types->matches(*entity))) return no_such_entity();
  if (!attributes.empty() && !has_any(api, *entity, exchange, attributes)) {
    return fail(Code::kResourceNotFound, "the entity has none of these attributes", "attrs");
  }
  RV_ASSIGN(std::string body, view.one(*entity));
  return view.answer_with(request, std::move(body));
}

// 5.7.1.4 of an entity that is here.
Result<net::Response> retrieve_mapped(const Api& api, net::Request& request, const MapWish& wish) {
  RV_TRY(require_maps(api));
  RV_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_ASSIGN(net::Response response, retrieve_entity(api, request));
  EntityMapPtr map = named_map(api, exchange, wish, /*temporal=*/false);
  if (!map) {
    RV_ASSIGN(const std::string id, path_id(request));
    RV_ASSIGN(map, keep_map(api, exchange, wish, {{id}, Distribution::Report{}, nullptr}));
  }
  response.header(std::string(kMapHeader), map_location(*map));
  return response;
}

Result<net::Response> retrieve_here(const Api& api, net::Request& request) {
  const bool plain = request.query.empty() && !request.header(kMapHeader);
  if (plain) return retrieve_entity(api, request);
  RV_ASSIGN(const MapWish wish, MapWish::of(request));
  return wish.any() ? retrieve_mapped(api, request, wish) : retrieve_entity(api, request);
}

// 5.7.1 where other sources have a share; a caller with narrowed rights reads what is here.
Task<Result<net::Response>> retrieve_distributed(const Api& api, net::Request& request) {
  if (!is_distributed(api, request)) co_return retrieve_here(api, request);
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_CO_ASSIGN(const Wishes wishes, Wishes::of(request));
  ngsi::Selection selection;
  RV_CO_ASSIGN(selection.ids.emplace_back(), path_id(request));
  selection.type = request.query_param("type").value_or("");
  RV_CO_ASSIGN(auto attributes, shown_attributes(wishes, *exchange.context));
  EntityMapPtr map;
  if (wishes.map.any()) {
    RV_CO_TRY(require_maps(api));
    map = named_map(api, exchange, wishes.map, /*temporal=*/false);
  }
  const Distribution::Origins known = map ? origins_of(*map) : Distribution::Origins();
  const auto wanted = map ? std::nullopt : maps_wanted(api, wishes.map);
  RV_CO_ASSIGN(const Distribution::Answer gathered,
               co_await api.distribution->gather({.operation = Distribution::Operation::kRetrieve,
                                                  .tenant = exchange.tenant,
                                                  .request = request,
                                                  .context = exchange.context,
                                                  .selection = selection,
                                                  .attributes = std::move(attributes),
                                                  .dataset_ids = wishes.dataset_ids,
                                                  .known = map ? &known : nullptr,
                                                  .linked = map ? &map->linked : nullptr,
                                                  .maps_wanted = wanted}));
  const Api over = api_over(api, gathered.broker ? *gathered.broker : api.broker);
  net::Response response = answered(over, request, retrieve_entity(over, request));
  if (map) {
    api.maps->relink(key_of(exchange, *map), gathered.relinked);
  } else if (wishes.map.any() && response.status < 300) {
    const auto is_here = [&](const std::string& id) -> Result<bool> {
      return api.broker.find(exchange.tenant, id) != nullptr;
    };
    RV_CO_ASSIGN(map, keep_map(api, exchange, wishes.map, {selection.ids, gathered, is_here}));
  }
  if (map && response.status < 300) response.header(std::string(kMapHeader), map_location(*map));
  add_warnings(response, gathered.warnings);
  co_return response;
}

// 5.6.18
Task<Result<net::Response>> replace_entity(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(ngsi::Fragment fragment, body_fragment(api, exchange, id, {}));
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(Deed deed, body_deed(api, exchange, Act::kReplace, id, std::move(fragment)));
    deed.make = [id](ngsi::Fragment f) { return replace(id, std::move(f)); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = replace(std::move(id), std::move(fragment));
  RV_CO_TRY(co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_empty(request, 204);
}

Result<ngsi::MergeOptions> merge_options(const net::Request& request) {
  ngsi::MergeOptions options;
  options.lang = request.query_param("lang").value_or("");
  if (const auto text = request.query_param("observedAt")) {
    RV_ASSIGN(options.observed_at, parse_iso8601(*text));
  }
  return options;
}

Result<ngsi::Form> merge_form(const net::Request& request) {
  auto names = list_param(request, "options");
  if (const auto format = request.query_param("format")) names.push_back(*format);
  ngsi::Form form = ngsi::Form::kNormalized;
  for (const std::string& name : names) {
    RV_ASSIGN(const auto representation, parse_representation(name));
    form = representation == ngsi::Representation::kSimplified ? ngsi::Form::kSimplified
                                                               : ngsi::Form::kNormalized;
  }
  return form;
}

// 5.6.17
Task<Result<net::Response>> merge_entity(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(ngsi::MergeOptions options, merge_options(request));
  RV_CO_ASSIGN(const ngsi::Form form, merge_form(request));
  options.keeps_kind = form == ngsi::Form::kSimplified;
  RV_CO_ASSIGN(ngsi::Fragment fragment,
               body_fragment(api, exchange, id, {.form = form, .nulls = ngsi::Nulls::kMerge}));
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(Deed deed, body_deed(api, exchange, Act::kMerge, id, std::move(fragment)));
    deed.make = [id, options](ngsi::Fragment f) { return merge(id, std::move(f), options); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = merge(std::move(id), std::move(fragment), std::move(options));
  RV_CO_TRY(co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_empty(request, 204);
}

// 5.6.6
Task<Result<net::Response>> delete_entity(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  if (is_distributed(api, request)) {
    Deed deed{.act = Act::kDelete, .id = id, .context = exchange.context};
    deed.make = [id](const ngsi::Fragment&) { return remove(id); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  RV_CO_TRY(co_await write_one(api, request, exchange, remove(std::move(id))));
  co_return answer_empty(request, 204);
}

}  // namespace

void add_entity_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  const std::string all = "/ngsi-ld/v1/entities";
  const std::string one = all + "/{id}";
  route(router, api, {kPost, all, kPlain}, create_entity);
  route_quick(router, api, {kGet, one, kRetrieve}, retrieve_here, retrieve_distributed);
  route(router, api, {kPut, one, kTyped}, replace_entity);
  route(router, api, {kPatch, one, kMerge}, merge_entity);
  route(router, api, {kDelete, one, kTyped}, delete_entity);
  route_without_id(router, api, kPut, all);
  route_without_id(router, api, kPatch, all);
}

}  // namespace revier::context::detail
