// SPDX-License-Identifier: EUPL-1.2
// /entities/{id}/attrs and /entities/{id}/attrs/{name} (clauses 6.6.3, 6.7.3).
#include "context/detail/narrowed.h"
#include "context/detail/routes.h"
#include "context/detail/sharing.h"

namespace revier::context::detail {
namespace {

using Act = Distribution::Act;

// UpdateResult (5.2.18); names are fully qualified (6.3.6).
std::string update_result(const ngsi::UpdateResult& result) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("updated").begin_array();
  for (const std::string& name : result.updated) writer.string(name);
  writer.end_array().key("notUpdated").begin_array();
  for (const ngsi::NotUpdated& refused : result.not_updated) {
    writer.begin_object().member("attributeName", refused.attribute);
    writer.member("reason", refused.reason).end_object();
  }
  writer.end_array().end_object();
  return out;
}

net::Response answer_update(const net::Request& request, const Change& change) {
  const ngsi::UpdateResult& result = change.what.result;
  if (result.not_updated.empty()) return answer_empty(request, 204);
  return answer(request, 207, Media::kJson, update_result(result));
}

// 5.6.3
Task<Result<net::Response>> append_attributes(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(ngsi::Fragment fragment, body_fragment(api, exchange, id, {}));
  const bool overwrite = !has_option(request, "noOverwrite");
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(Deed deed, body_deed(api, exchange, Act::kAppend, id, std::move(fragment)));
    deed.make = [id, overwrite](ngsi::Fragment f) { return append(id, std::move(f), overwrite); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = append(std::move(id), std::move(fragment), overwrite);
  RV_CO_ASSIGN(const Change change, co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_update(request, change);
}

// 5.6.2
Task<Result<net::Response>> update_attributes(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(ngsi::Fragment fragment,
               body_fragment(api, exchange, id, {.nulls = ngsi::Nulls::kAttributes}));
  if (is_distributed(api, request)) {
    RV_CO_ASSIGN(Deed deed, body_deed(api, exchange, Act::kUpdate, id, std::move(fragment)));
    deed.make = [id](ngsi::Fragment f) { return update(id, std::move(f)); };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = update(std::move(id), std::move(fragment));
  RV_CO_ASSIGN(const Change change, co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_update(request, change);
}

// The body as one attribute instance, the @context being the body's own.
Result<ngsi::FragmentAttribute> body_attribute(const Api& api, const net::Request& request,
                                               Exchange& exchange, ngsi::Nulls nulls) {
  const json::Value body = exchange.body->root();
  RV_ASSIGN(exchange.context, context_of(api, exchange, body));
  RV_ASSIGN(auto attribute, ngsi::parse_attribute(request.param("name"), body, *exchange.context,
                                                  {.nulls = nulls}));
  RV_TRY(check_written(api, kUpdates, attribute.name));
  return attribute;
}

Deed attribute_deed(const Exchange& exchange, Act act, std::string id, std::string name) {
  Deed deed{.act = act, .id = std::move(id), .attribute = std::move(name)};
  deed.context = exchange.context;
  if (exchange.body) deed.body = exchange.body->root();
  return deed;
}

// 5.6.4
Task<Result<net::Response>> update_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(auto attribute, body_attribute(api, request, exchange, ngsi::Nulls::kAttributes));
  if (is_distributed(api, request)) {
    Deed deed = attribute_deed(exchange, Act::kUpdateAttribute, id, attribute.name);
    deed.make = [id, attribute](const ngsi::Fragment&) {
      return context::update_attribute(id, attribute);
    };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = context::update_attribute(std::move(id), std::move(attribute));
  RV_CO_TRY(co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_empty(request, 204);
}

// 5.6.19
Task<Result<net::Response>> replace_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(Exchange exchange, begin_write(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(auto attribute, body_attribute(api, request, exchange, ngsi::Nulls::kRefused));
  if (is_distributed(api, request)) {
    Deed deed = attribute_deed(exchange, Act::kReplaceAttribute, id, attribute.name);
    deed.make = [id, attribute](const ngsi::Fragment&) {
      return context::replace_attribute(id, attribute);
    };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  Write write = context::replace_attribute(std::move(id), std::move(attribute));
  RV_CO_TRY(co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_empty(request, 204);
}

// 5.6.5
Task<Result<net::Response>> delete_attribute(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api, request));
  RV_CO_ASSIGN(std::string id, path_id(request));
  RV_CO_ASSIGN(std::string name, path_attribute(request, exchange));
  if (name != "scope") {
    RV_CO_TRY(check_written(api, kUpdates, name));
  }
  ngsi::DeleteOptions options;
  options.dataset_id = request.query_param("datasetId").value_or("");
  if (options.dataset_id == "@none") options.dataset_id.clear();
  if (!options.dataset_id.empty()) RV_CO_TRY(ngsi::check_uri(options.dataset_id, "datasetId"));
  RV_CO_ASSIGN(options.delete_all, flag_param(request, "deleteAll"));
  const auto make = [](std::string id, std::string name, ngsi::DeleteOptions options) {
    return name == "scope" ? remove_scopes(std::move(id))
                           : remove_attribute(std::move(id), std::move(name), std::move(options));
  };
  if (is_distributed(api, request)) {
    Deed deed = attribute_deed(exchange, Act::kDeleteAttribute, id, name);
    deed.make = [make, id, name, options](const ngsi::Fragment&) {
      return make(id, name, options);
    };
    co_return co_await run_shared(api, request, exchange, std::move(deed));
  }
  if (api.options.end_attribute && !api.broker.find(exchange.tenant, id)) {
    RV_CO_TRY(co_await api.options.end_attribute(exchange.tenant, std::move(id), std::move(name),
                                                 std::move(options)));
    co_return answer_empty(request, 204);
  }
  Write write = make(std::move(id), std::move(name), std::move(options));
  RV_CO_TRY(co_await write_one(api, request, exchange, std::move(write)));
  co_return answer_empty(request, 204);
}

}  // namespace

void add_attribute_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  const std::string all = "/ngsi-ld/v1/entities/{id}/attrs";
  const std::string one = all + "/{name}";
  route(router, api, {kPost, all, kAppend}, append_attributes);
  route(router, api, {kPatch, all, kTyped}, update_attributes);
  route(router, api, {kPatch, one, kTyped}, update_attribute);
  route(router, api, {kPut, one, kTyped}, replace_attribute);
  route(router, api, {kDelete, one, kDeleteAttribute}, delete_attribute);
  const std::string nobody = "/ngsi-ld/v1/entities//attrs";
  for (const net::Method method : {kPost, kPatch}) route_without_id(router, api, method, nobody);
  for (const net::Method method : {kPatch, kPut, kDelete}) {
    route_without_id(router, api, method, nobody + "/{name}");
  }
}

}  // namespace revier::context::detail
