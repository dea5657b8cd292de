// SPDX-License-Identifier: EUPL-1.2
// Queries: GET /entities (6.4.3.2) and POST /entityOperations/query (6.23.3.1); clause 5.7.2.
#include "context/detail/routes.h"
#include "context/detail/view.h"

namespace revier::context::detail {
namespace {

constexpr std::string_view kCountHeader = "NGSILD-Results-Count";

Result<> require_a_filter(const ngsi::Selection& selection, bool local) {
  const bool filtered = local || !selection.type.empty() || !selection.attrs.empty() ||
                        !selection.q.empty() || !selection.georel.empty() ||
                        !selection.ids.empty() || !selection.scope_q.empty();
  if (filtered) return {};
  return fail(Code::kBadRequestData,
              "a query names a type, attrs, pick, q, a geo-query, id, scopeQ, or local=true");
}

Task<Result<net::Response>> answer_query(const Api& api, const net::Request& request,
                                         const Exchange& exchange, const ngsi::Predicate& predicate,
                                         const View& view) {
  RV_CO_ASSIGN(const Page page, page_of(request));
  RV_CO_ASSIGN(const Found found, co_await api.broker.query(exchange.tenant, predicate, page));
  net::Response response = view.answer_with(request, co_await view.many(found.entities));
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) {
    link_pages(response, request, page, found.more);
  }
  if (found.count) response.header(std::string(kCountHeader), std::to_string(*found.count));
  co_return response;
}

ngsi::Selection selection_of(const net::Request& request) {
  const auto text = [&](std::string_view name) { return request.query_param(name).value_or(""); };
  ngsi::Selection selection;
  selection.ids = list_param(request, "id");
  selection.id_pattern = text("idPattern");
  selection.type = text("type");
  selection.attrs = list_param(request, "attrs");
  selection.q = text("q");
  selection.expand_values = list_param(request, "expandValues");
  selection.georel = text("georel");
  selection.geometry = text("geometry");
  selection.coordinates = text("coordinates");
  selection.geoproperty = text("geoproperty");
  selection.scope_q = text("scopeQ");
  return selection;
}

// What `pick` names selects too (5.7.2), but for the members that every entity has.
void select_picked(ngsi::Selection& selection, const std::vector<std::string>& pick) {
  for (const std::string& name : pick) {
    if (name == "id" || name == "type" || name == "scope") continue;
    selection.attrs.push_back(name);
  }
}

Task<Result<net::Response>> query_entities(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  ngsi::Selection selection = selection_of(request);
  select_picked(selection, list_param(request, "pick"));
  RV_CO_ASSIGN(const bool local, flag_param(request, "local"));
  RV_CO_TRY(require_a_filter(selection, local));
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const View view, View::make(request, exchange, names));
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  co_return co_await answer_query(api, request, exchange, predicate, view);
}

// --- Query as a body (5.2.23) --------------------------------------------------------------------

Result<std::string> text_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return std::string();
  if (const auto text = member->as_string()) return std::string(*text);
  return fail(Code::kBadRequestData, fmt::format("{} is a string", name), std::string(name));
}

Result<std::vector<std::string>> texts_member(const json::Value& object, std::string_view name) {
  std::vector<std::string> texts;
  const auto member = object.find(name);
  if (!member) return texts;
  for (const json::Value element : member->elements()) {
    if (const auto text = element.as_string()) texts.emplace_back(*text);
  }
  if (member->is_array() && texts.size() == member->size()) return texts;
  return fail(Code::kBadRequestData, fmt::format("{} is an array of strings", name),
              std::string(name));
}

// One EntitySelector (5.2.33).
Result<ngsi::Selection> selector_of(const json::Value& object) {
  ngsi::Selection selection;
  RV_ASSIGN(selection.type, text_member(object, "type"));
  RV_ASSIGN(selection.id_pattern, text_member(object, "idPattern"));
  const auto id = object.find("id");
  if (id && id->is_array()) {
    RV_ASSIGN(selection.ids, texts_member(object, "id"));
  } else if (id) {
    RV_ASSIGN(selection.ids.emplace_back(), text_member(object, "id"));
  }
  if (selection.type.empty()) {
    return fail(Code::kBadRequestData, "an entity selector has a type", "entities");
  }
  return selection;
}

// Several selectors mean "one of them". They are joined where one selection says the same: types
// alone, or ids of one type.
Result<> join_selector(ngsi::Selection& all, const ngsi::Selection& next) {
  const bool types_only = all.ids.empty() && next.ids.empty();
  const bool patterns = !all.id_pattern.empty() || !next.id_pattern.empty();
  if (!patterns && types_only) {
    all.type = fmt::format("({})|({})", all.type, next.type);
  } else if (!patterns && all.type == next.type && !all.ids.empty() && !next.ids.empty()) {
    all.ids.insert(all.ids.end(), next.ids.begin(), next.ids.end());
  } else {
    return fail(Code::kOperationNotSupported,
                "several entity selectors may differ in type alone, or in id alone", "entities");
  }
  return {};
}

Result<ngsi::Selection> selectors_of(const json::Value& body) {
  ngsi::Selection all;
  const auto entities = body.find("entities");
  if (!entities) return all;
  if (!entities->is_array() || entities->size() == 0) {
    return fail(Code::kBadRequestData, "entities is an array of entity selectors", "entities");
  }
  bool first = true;
  for (const json::Value element : entities->elements()) {
    RV_ASSIGN(ngsi::Selection next, selector_of(element));
    if (std::exchange(first, false)) {
      all = std::move(next);
    } else {
      RV_TRY(join_selector(all, next));
    }
  }
  return all;
}

Result<> read_geo_query(const json::Value& body, ngsi::Selection& selection) {
  const auto geo = body.find("geoQ");
  if (!geo) return {};
  if (!geo->is_object()) return fail(Code::kBadRequestData, "geoQ is an object", "geoQ");
  RV_ASSIGN(selection.georel, text_member(*geo, "georel"));
  RV_ASSIGN(selection.geometry, text_member(*geo, "geometry"));
  RV_ASSIGN(selection.geoproperty, text_member(*geo, "geoproperty"));
  const auto coordinates = geo->find("coordinates");
  if (!coordinates) return fail(Code::kBadRequestData, "geoQ has coordinates", "coordinates");
  const auto text = coordinates->as_string();
  selection.coordinates = text ? std::string(*text) : json::to_text(*coordinates);
  return {};
}

Result<ngsi::Selection> body_selection(const json::Value& body) {
  RV_ASSIGN(ngsi::Selection selection, selectors_of(body));
  RV_ASSIGN(selection.attrs, texts_member(body, "attrs"));
  RV_ASSIGN(selection.q, text_member(body, "q"));
  RV_ASSIGN(selection.scope_q, text_member(body, "scopeQ"));
  RV_ASSIGN(selection.expand_values, texts_member(body, "expandValues"));
  RV_TRY(read_geo_query(body, selection));
  return selection;
}

Result<> check_query(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kBadRequestData, "the body is a Query, an object");
  RV_ASSIGN(const std::string type, text_member(body, "type"));
  if (type != "Query") return fail(Code::kBadRequestData, "type is \"Query\"", "type");
  for (const std::string_view name : {"csf", "temporalQ", "join", "joinLevel", "ordering"}) {
    if (!body.find(name)) continue;
    return fail(Code::kNotImplemented, fmt::format("the member {} is not supported", name),
                std::string(name));
  }
  return {};
}

Result<View> body_view(const net::Request& request, const Exchange& exchange,
                       const ngsi::Names& names, const json::Value& body) {
  View::Lists lists;
  RV_ASSIGN(lists.attrs, texts_member(body, "attrs"));
  RV_ASSIGN(lists.pick, texts_member(body, "pick"));
  RV_ASSIGN(lists.omit, texts_member(body, "omit"));
  RV_ASSIGN(const std::string lang, text_member(body, "lang"));
  if (!lang.empty()) lists.lang = lang;
  return View::make(request, exchange, names, std::move(lists));
}

Task<Result<net::Response>> query_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_query(body));
  RV_CO_ASSIGN(exchange.context, context_of(api, exchange, body));
  RV_CO_ASSIGN(ngsi::Selection selection, body_selection(body));
  RV_CO_ASSIGN(const auto pick, texts_member(body, "pick"));
  select_picked(selection, pick);
  RV_CO_ASSIGN(const bool local, flag_param(request, "local"));
  RV_CO_TRY(require_a_filter(selection, local));
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const View view, body_view(request, exchange, names, body));
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  co_return co_await answer_query(api, request, exchange, predicate, view);
}

}  // namespace

void add_query_routes(net::Router& router, const ApiPtr& api) {
  route(router, net::Method::kGet, "/ngsi-ld/v1/entities", api, query_entities);
  route_batch(router, "/ngsi-ld/v1/entityOperations/query", api, query_by_body);
}

}  // namespace revier::context::detail
