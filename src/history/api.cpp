// SPDX-License-Identifier: EUPL-1.2
#include "history/api.h"

#include "history/detail/routes.h"
#include "ngsi/parse.h"

namespace revier::history {
namespace {

using context::Deed;
using context::Exchange;
using detail::Api;
using Act = context::Distribution::Act;

constexpr std::string_view kAll = "/ngsi-ld/v1/temporal/entities";

namespace names {
using Word = std::string_view;
inline constexpr std::array<Word, 1> kLocal = {"local"};
inline constexpr std::array<Word, 3> kDelete = {"local", "datasetId", "deleteAll"};
}  // namespace names

constexpr context::Parameters kPlain = {names::kLocal, {}};
constexpr context::Parameters kDeletion = {names::kDelete, {}};

// Sources get their share where there are some, and what is left is done here (4.3.6).
Task<Result<net::Response>> give(const Api& api, const net::Request& request,
                                 const Exchange& exchange, Deed deed) {
  if (!deed.done) {
    deed.done = [&request](bool) { return context::answer_empty(request, 204); };
  }
  if (context::is_distributed(api.binding, request)) {
    co_return co_await context::run_shared(api.binding, request, exchange, std::move(deed));
  }
  RV_CO_TRY(co_await deed.run(std::move(deed.fragment)));
  co_return deed.done(/*created=*/false);
}

Task<Result<>> upsert_here(History& history, const std::string& tenant, ngsi::Fragment fragment,
                           bool& created) {
  RV_CO_ASSIGN(created, co_await history.upsert(tenant, std::move(fragment)));
  co_return Result<>{};
}

// 5.6.11
Task<Result<net::Response>> upsert(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  ngsi::ParseOptions options = ngsi::kParseWhole;
  options.temporal = true;
  RV_CO_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(body, *context, options));
  bool created = false;
  const std::string id = fragment.id;
  Deed deed{.act = Act::kUpsertHistory, .id = id, .body = body, .context = context};
  deed.fragment = std::move(fragment);
  deed.run = [&](ngsi::Fragment f) {
    return upsert_here(api.history, exchange.tenant, std::move(f), created);
  };
  deed.done = [&](bool elsewhere) {
    if (!created && !elsewhere) return context::answer_empty(request, 204);
    net::Response response = context::answer_empty(request, 201);
    response.header("Location", fmt::format("{}/{}", kAll, context::percent_encoded(id)));
    return response;
  };
  co_return co_await give(api, request, exchange, std::move(deed));
}

// 5.6.12
Task<Result<net::Response>> add(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(ngsi::Fragment fragment,
               body_fragment(api.binding, exchange, id, {.temporal = true}));
  RV_CO_ASSIGN(Deed deed,
               body_deed(api.binding, exchange, Act::kAddHistory, id, std::move(fragment)));
  deed.run = [&](ngsi::Fragment f) { return api.history.add(exchange.tenant, id, std::move(f)); };
  co_return co_await give(api, request, exchange, std::move(deed));
}

// 5.6.13
Task<Result<net::Response>> delete_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  RV_CO_ASSIGN(std::string name, context::path_attribute(request, exchange));
  ngsi::DeleteOptions options;
  options.dataset_id = request.query_param("datasetId").value_or("");
  if (options.dataset_id == "@none") options.dataset_id.clear();
  if (!options.dataset_id.empty()) RV_CO_TRY(ngsi::check_uri(options.dataset_id, "datasetId"));
  RV_CO_ASSIGN(options.delete_all, context::flag_param(request, "deleteAll"));
  Deed deed{.act = Act::kDeleteHistoryOfAttribute, .id = id, .context = exchange.context};
  deed.attribute = name;
  deed.run = [&](const ngsi::Fragment&) {
    return api.history.delete_attribute(exchange.tenant, id, name, options);
  };
  co_return co_await give(api, request, exchange, std::move(deed));
}

Result<History::Instance> instance_of(const net::Request& request, const Exchange& exchange) {
  History::Instance instance;
  RV_ASSIGN(instance.id, context::path_id(request));
  RV_ASSIGN(instance.name, context::path_attribute(request, exchange));
  instance.instance_id = request.param("instance");
  RV_TRY(ngsi::check_uri(instance.instance_id, "the instanceId"));
  return instance;
}

Deed instance_deed(const Exchange& exchange, Act act, const History::Instance& instance) {
  Deed deed{.act = act, .id = instance.id, .context = exchange.context};
  deed.attribute = instance.name;
  deed.instance = instance.instance_id;
  return deed;
}

// The one element of an array, or the value itself.
Result<json::Value> only_one(const json::Value& value) {
  if (!value.is_array() || value.size() == 1) return value.first_or_self();
  return fail(Code::kBadRequestData, "the array holds exactly one instance");
}

// The instance itself, or an EntityTemporal Fragment that holds nothing but it (5.6.14.3).
Result<ngsi::FragmentAttribute> body_instance(std::string_view name, const json::Value& body,
                                              const jsonld::Context& context) {
  RV_ASSIGN(json::Value inner, only_one(body));
  RV_ASSIGN(const std::string iri, ngsi::expand_checked(name, context));
  bool named = false;
  for (const json::Member member : inner.members()) {
    const auto expanded = context.expand_name(member.key);
    if (!expanded || *expanded != iri) continue;
    RV_ASSIGN(inner, only_one(member.value));
    named = true;
    break;
  }
  if (!named && inner.is_object() && !ngsi::is_instance(inner)) {
    return fail(Code::kBadRequestData, fmt::format("the body must hold an instance of {}", name));
  }
  return ngsi::parse_attribute(name, inner, context, {.temporal = true});
}

// 5.6.14
Task<Result<net::Response>> replace_instance(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  if (!body.is_array()) {
    RV_CO_ASSIGN(exchange.context, context_of(api.binding, exchange, body));
  }
  RV_CO_ASSIGN(History::Instance instance, instance_of(request, exchange));
  RV_CO_ASSIGN(ngsi::FragmentAttribute by,
               body_instance(request.param("name"), body, *exchange.context));
  Deed deed = instance_deed(exchange, Act::kReplaceInstance, instance);
  deed.body = body;
  deed.run = [&](const ngsi::Fragment&) {
    return api.history.replace_instance(exchange.tenant, instance, by);
  };
  co_return co_await give(api, request, exchange, std::move(deed));
}

// 5.6.15
Task<Result<net::Response>> delete_instance(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(History::Instance instance, instance_of(request, exchange));
  Deed deed = instance_deed(exchange, Act::kDeleteInstance, instance);
  deed.run = [&](const ngsi::Fragment&) {
    return api.history.delete_instance(exchange.tenant, instance);
  };
  co_return co_await give(api, request, exchange, std::move(deed));
}

// 5.6.16
Task<Result<net::Response>> remove_evolution(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(std::string id, context::path_id(request));
  Deed deed{.act = Act::kDeleteHistory, .id = id, .context = exchange.context};
  deed.run = [&](const ngsi::Fragment&) { return api.history.remove(exchange.tenant, id); };
  co_return co_await give(api, request, exchange, std::move(deed));
}

}  // namespace

void add_routes(net::Router& router, History& history, context::Binding binding) {
  using enum net::Method;
  const auto api = std::make_shared<const Api>(Api{history, std::move(binding)});
  const std::shared_ptr<const context::Binding> shared(api, &api->binding);
  const auto add_route = [&](net::Method method, const std::string& pattern,
                             const context::Parameters& parameters,
                             decltype(context::Route<Api>::operation) operation) {
    context::route(router, api, {method, pattern, parameters, operation},
                   api->binding.options.batch_body_bytes_max);
  };
  const std::string all(kAll);
  const std::string one = all + "/{id}";
  const std::string attributes = one + "/attrs";
  const std::string instance = attributes + "/{name}/{instance}";
  add_route(kPost, all, kPlain, upsert);
  add_route(kDelete, one, kPlain, remove_evolution);
  add_route(kPost, attributes, kPlain, add);
  add_route(kDelete, attributes + "/{name}", kDeletion, delete_attribute);
  add_route(kPatch, instance, kPlain, replace_instance);
  add_route(kDelete, instance, kPlain, delete_instance);
  detail::add_reading_routes(router, api);
  const std::string nobody = all + "//attrs";
  context::route_without_id(router, shared, kPost, nobody);
  context::route_without_id(router, shared, kDelete, nobody + "/{name}");
  for (const net::Method method : {kPatch, kDelete}) {
    context::route_without_id(router, shared, method, attributes + "//{instance}");
    context::route_without_id(router, shared, method, nobody + "/{name}/{instance}");
  }
}

}  // namespace revier::history
