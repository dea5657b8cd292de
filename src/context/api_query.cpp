// SPDX-License-Identifier: EUPL-1.2
// Queries: GET /entities (6.4.3.2) and POST /entityOperations/query (6.23.3.1); clause 5.7.2.
#include "context/detail/routes.h"
#include "context/detail/selecting.h"
#include "context/detail/view.h"

namespace revier::context::detail {
namespace {

constexpr std::string_view kCountHeader = "NGSILD-Results-Count";

// Distributed queries have no order (4.23.1); here every query is local.
Result<std::optional<ngsi::Order>> order_of(const net::Request& request, const Exchange& exchange,
                                            const ngsi::Names& names, const ngsi::OrderWish& wish) {
  if (wish.terms.empty() && wish.collation.empty() && wish.coordinates.empty()) return std::nullopt;
  if (!wish.terms.empty() && request.query_param("local") == "false") {
    return fail(Code::kBadRequestData, "orderBy is for the local scope", "orderBy");
  }
  RV_ASSIGN(ngsi::Order order, ngsi::Order::compile(wish, names, *exchange.context));
  return std::optional(std::move(order));
}

Task<Result<net::Response>> answer_query(const Api& api, const net::Request& request,
                                         const Exchange& exchange, ngsi::Selection selection,
                                         Wishes wishes) {
  RV_CO_TRY(require_a_filter(selection, wishes.pick, request));
  select_picked(selection, wishes.pick);
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  RV_CO_ASSIGN(const auto predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  if (predicate.link_levels() > wishes.link_levels()) {
    co_return fail(Code::kBadRequestData,
                   "q goes to linked entities further than join and joinLevel do", "q");
  }
  RV_CO_ASSIGN(const auto order, order_of(request, exchange, names, wishes.order));
  RV_CO_ASSIGN(const View view, View::make(api, request, exchange, std::move(wishes)));
  RV_CO_ASSIGN(Page page, page_of(request));
  if (order) page.order = &*order;
  RV_CO_ASSIGN(Found found, co_await api.broker.query(exchange.tenant, predicate, page));
  RV_CO_ASSIGN(std::string body, co_await view.many(std::move(found.entities)));
  net::Response response = view.answer_with(request, std::move(body));
  if (request.method == net::Method::kGet || request.method == net::Method::kHead) {
    link_pages(response, request, exchange.accept, page, found.more);
  }
  if (found.count) response.header(std::string(kCountHeader), std::to_string(*found.count));
  co_return response;
}

// splitEntities (6.4.3.2): nullopt where the client does not say.
Result<std::optional<bool>> split_param(const net::Request& request) {
  if (!request.query_param("splitEntities")) return std::optional<bool>();
  RV_ASSIGN(const bool split, flag_param(request, "splitEntities"));
  return std::optional(split);
}

// Filters are applied to what was gathered: so an attribute that only they name is needed too.
bool filters(const ngsi::Selection& selection) {
  return !selection.q.empty() || !selection.georel.empty();
}

// A query, of what is here, and where registrations match of what other sources have (5.7.2).
Task<Result<net::Response>> answer_anywhere(const Api& api, const net::Request& request,
                                            const Exchange& exchange, ngsi::Selection selection,
                                            Wishes wishes) {
  if (!is_distributed(api, request)) {
    co_return co_await answer_query(api, request, exchange, std::move(selection),
                                    std::move(wishes));
  }
  RV_CO_TRY(require_a_filter(selection, wishes.pick, request));
  RV_CO_ASSIGN(const auto split, split_param(request));
  std::vector<std::string> attributes;
  if (!filters(selection)) {
    RV_CO_ASSIGN(attributes, shown_attributes(wishes, *exchange.context));
  }
  const bool batch = request.method == net::Method::kPost;
  using enum Distribution::Operation;
  RV_CO_ASSIGN(const Distribution::Answer gathered,
               co_await api.distribution->gather({.operation = batch ? kQueryBatch : kQuery,
                                                  .tenant = exchange.tenant,
                                                  .request = request,
                                                  .context = exchange.context,
                                                  .selection = selection,
                                                  .attributes = std::move(attributes),
                                                  .dataset_ids = wishes.dataset_ids,
                                                  .split_entities = split}));
  if (!gathered.broker) {
    co_return co_await answer_query(api, request, exchange, std::move(selection),
                                    std::move(wishes));
  }
  if (!wishes.order.terms.empty()) {
    // "Sort ordering is never applied to distributed operations" (4.23.1).
    co_return fail(Code::kBadRequestData, "orderBy is for the local scope: add local=true",
                   "orderBy");
  }
  const Api over = api_over(api, *gathered.broker);
  RV_CO_ASSIGN(
      net::Response response,
      co_await answer_query(over, request, exchange, std::move(selection), std::move(wishes)));
  add_warnings(response, gathered.warnings);
  co_return response;
}

Task<Result<net::Response>> query_entities(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api, request, /*geo_json=*/true));
  RV_CO_ASSIGN(Wishes wishes, Wishes::of(request));
  co_return co_await answer_anywhere(api, request, exchange, selection_of(request),
                                     std::move(wishes));
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
  if (member->is_array() && !texts.empty() && texts.size() == member->size()) return texts;
  return fail(Code::kBadRequestData, fmt::format("{} is an array of strings, not empty", name),
              std::string(name));
}

// "a,b" (5.2.23), or an array.
Result<std::vector<std::string>> names_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member || !member->is_string()) return texts_member(object, name);
  return listed(*member->as_string());
}

// One EntitySelector (5.2.33). The id precedes the pattern.
Result<ngsi::EntitySelector> selector_of(const json::Value& object) {
  ngsi::EntitySelector selector;
  RV_ASSIGN(selector.type, text_member(object, "type"));
  RV_ASSIGN(selector.id_pattern, text_member(object, "idPattern"));
  const auto id = object.find("id");
  if (id && id->is_array()) {
    RV_ASSIGN(selector.ids, texts_member(object, "id"));
  } else if (id) {
    RV_ASSIGN(selector.ids.emplace_back(), text_member(object, "id"));
  }
  if (id) selector.id_pattern.clear();
  if (selector.type.empty()) {
    return fail(Code::kBadRequestData, "an entity selector has a type", "entities");
  }
  return selector;
}

// One selector is told as parameters are: the planner knows more of these.
Result<ngsi::Selection> selectors_of(const json::Value& body) {
  ngsi::Selection selection;
  const auto entities = body.find("entities");
  if (!entities) return selection;
  if (!entities->is_array() || entities->size() == 0) {
    return fail(Code::kBadRequestData, "entities is an array of entity selectors", "entities");
  }
  for (const json::Value element : entities->elements()) {
    RV_ASSIGN(selection.any_of.emplace_back(), selector_of(element));
  }
  if (selection.any_of.size() > 1) return selection;
  ngsi::EntitySelector only = std::move(selection.any_of.front());
  selection.any_of.clear();
  selection.ids = std::move(only.ids);
  selection.id_pattern = std::move(only.id_pattern);
  selection.type = std::move(only.type);
  return selection;
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
  RV_ASSIGN(selection.expand_values, names_member(body, "expandValues"));
  RV_TRY(read_geo_query(body, selection));
  return selection;
}

Result<> check_query(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kBadRequestData, "the body is a Query, an object");
  RV_ASSIGN(const std::string type, text_member(body, "type"));
  if (type != "Query") return fail(Code::kBadRequestData, "type is \"Query\"", "type");
  for (const std::string_view name : {"temporalQ", "aggrParams"}) {
    if (!body.find(name)) continue;
    return fail(Code::kBadRequestData, fmt::format("{} is for temporal queries only", name),
                std::string(name));
  }
  if (body.find("entityMap")) {
    return fail(Code::kNotImplemented, "the member entityMap is not supported", "entityMap");
  }
  return {};
}

Result<ngsi::ProjectionTerms> projection_member(const json::Value& body, std::string_view name) {
  RV_ASSIGN(const auto texts, texts_member(body, name));
  if (texts.empty()) return ngsi::ProjectionTerms{};
  std::string text = texts.front();
  for (std::size_t i = 1; i < texts.size(); ++i) text.append(",").append(texts[i]);
  return ngsi::parse_projection(text, name);
}

Result<std::size_t> level_member(const json::Value& body) {
  const auto member = body.find("joinLevel");
  if (!member) return std::size_t{1};
  const auto level = member->as_number().value_or(0);
  for (std::size_t one = 1; one <= kJoinLevelMax; ++one) {
    if (level == static_cast<double>(one)) return one;
  }
  return fail(Code::kBadRequestData,
              fmt::format("joinLevel is a number from 1 to {}", kJoinLevelMax), "joinLevel");
}

// OrderingParams (5.2.43).
Result<ngsi::OrderWish> ordering_member(const json::Value& body) {
  ngsi::OrderWish wish;
  const auto ordering = body.find("ordering");
  if (!ordering) return wish;
  if (!ordering->is_object())
    return fail(Code::kBadRequestData, "ordering is an object", "ordering");
  RV_ASSIGN(const auto terms, texts_member(*ordering, "orderBy"));
  for (const std::string& text : terms) {
    RV_ASSIGN(const auto parsed, ngsi::parse_order(text));
    wish.terms.insert(wish.terms.end(), parsed.begin(), parsed.end());
  }
  RV_ASSIGN(wish.collation, text_member(*ordering, "collation"));
  RV_ASSIGN(wish.geometry, text_member(*ordering, "geometry"));
  if (const auto coordinates = ordering->find("coordinates")) {
    if (!coordinates->is_array()) {
      return fail(Code::kBadRequestData, "coordinates is an array", "coordinates");
    }
    wish.coordinates = json::to_text(*coordinates);
  }
  return wish;
}

Result<Wishes> body_wishes(const json::Value& body) {
  Wishes wishes;
  RV_ASSIGN(wishes.attrs, texts_member(body, "attrs"));
  RV_ASSIGN(wishes.pick, projection_member(body, "pick"));
  RV_ASSIGN(wishes.omit, projection_member(body, "omit"));
  RV_ASSIGN(wishes.dataset_ids, texts_member(body, "datasetId"));
  RV_ASSIGN(const std::string lang, text_member(body, "lang"));
  if (!lang.empty()) wishes.lang = lang;
  RV_ASSIGN(const std::string join, text_member(body, "join"));
  RV_ASSIGN(wishes.join, parse_join(join));
  RV_ASSIGN(wishes.join_level, level_member(body));
  RV_ASSIGN(wishes.contained_by, texts_member(body, "containedBy"));
  RV_ASSIGN(wishes.order, ordering_member(body));
  return wishes;
}

Task<Result<net::Response>> query_by_body(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_ask(api, request));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(check_query(body));
  RV_CO_ASSIGN(exchange.context, context_of(api, exchange, body));
  RV_CO_ASSIGN(ngsi::Selection selection, body_selection(body));
  RV_CO_ASSIGN(Wishes wishes, body_wishes(body));
  co_return co_await answer_anywhere(api, request, exchange, std::move(selection),
                                     std::move(wishes));
}

}  // namespace

void add_query_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  route(router, api, {kGet, "/ngsi-ld/v1/entities", kQuery}, query_entities);
  route_batch(router, api, {kPost, "/ngsi-ld/v1/entityOperations/query", kAsk}, query_by_body);
}

}  // namespace revier::context::detail
