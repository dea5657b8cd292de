// SPDX-License-Identifier: EUPL-1.2
#include "federation/api.h"

#include <array>

#include "federation/detail/asking.h"
#include "federation/detail/routes.h"
#include "federation/document.h"
#include "federation/sources.h"
#include "ngsi/parse.h"

namespace revier::federation {
namespace {

using context::Exchange;
using identity::Action;
using identity::Caller;
using identity::Scope;

constexpr std::string_view kAll = "/ngsi-ld/v1/csourceRegistrations";

constexpr std::array<std::string_view, 24> kAsked = {
    "type",      "attrs",     "pick",        "omit",   "q",           "csf",
    "georel",    "geometry",  "coordinates", "id",     "geoproperty", "geometryProperty",
    "idPattern", "scopeQ",    "timerel",     "timeAt", "endTimeAt",   "timeproperty",
    "lang",      "datasetId", "limit",       "offset", "count",       "options"};
constexpr std::array<std::string_view, 1> kOneShown = {"options"};
constexpr std::array<std::string_view, 1> kSysAttrs = {"sysAttrs"};
constexpr context::Parameters kNoParameters = {{}, {}};
constexpr context::Parameters kQueryParameters = {kAsked, kSysAttrs};
constexpr context::Parameters kShowParameters = {kOneShown, kSysAttrs};

using detail::Api;
using detail::kBodyBytesMax;

// Errors: kUnauthenticated, kForbidden.
Result<Caller> writer(const Api& api, const net::Request& request, std::string_view tenant) {
  Caller caller = api.binding.access.authenticate(request);
  RV_TRY(caller.require(Action::kDataWrite, Scope::tenant(tenant)));
  return caller;
}

Result<RegistrationPtr> path_registration(const Api& api, const net::Request& request,
                                          std::string_view tenant) {
  const std::string id(request.param("id"));
  RV_TRY(ngsi::check_uri(id, "the registration's id"));
  auto found = api.registrations.find(tenant, id);
  if (found) return found;
  return fail(Code::kResourceNotFound, "there is no registration of this id");
}

// The same where the caller is to change it.
Result<RegistrationPtr> own_registration(const Api& api, const net::Request& request,
                                         std::string_view tenant) {
  RV_ASSIGN(const Caller caller, writer(api, request, tenant));
  RV_ASSIGN(auto found, path_registration(api, request, tenant));
  if (context::owns(caller, found->tenant, found->owner)) return found;
  return fail(Code::kForbidden, "the registration is somebody else's");
}

Task<Result<net::Response>> create(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(Registration registration, parse(body, *context, api.civil_clock.now()));
  registration.tenant = exchange.tenant;
  registration.owner = api.binding.access.authenticate(request).id();
  RV_CO_ASSIGN(const std::string id, co_await api.registrations.create(std::move(registration)));
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", fmt::format("{}/{}", kAll, context::percent_encoded(id)));
  co_return response;
}

std::string shown(const Api& api, const net::Request& request, const Exchange& exchange,
                  const Caller& caller, const Match& match) {
  const Registration& registration = *match.registration;
  return to_json(registration, api.registrations.counters(registration),
                 {.context = *exchange.context,
                  .with_context = exchange.accept == context::Media::kLdJson,
                  .sys_attrs = context::has_option(request, "sysAttrs"),
                  .secrets = context::owns(caller, registration.tenant, registration.owner),
                  .information = match.information.empty() ? nullptr : &match.information});
}

Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const Caller caller, writer(api, request, exchange.tenant));
  RV_CO_ASSIGN(const auto found, path_registration(api, request, exchange.tenant));
  co_return context::answer_document(request, exchange,
                                     shown(api, request, exchange, caller, {found, {}, {}}));
}

Task<Result<net::Response>> query(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const Caller caller, writer(api, request, exchange.tenant));
  RV_CO_ASSIGN(const Wanted wanted, detail::wanted_of(request, *exchange.context));
  RV_CO_ASSIGN(const auto matches,
               api.registrations.match(exchange.tenant, wanted, *exchange.context));
  co_return context::answer_page(request, exchange, matches.size(), [&](std::size_t i) {
    return shown(api, request, exchange, caller, matches[i]);
  });
}

Task<Result<net::Response>> update(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(const auto found, own_registration(api, request, exchange.tenant));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_TRY(
      co_await api.registrations.update(exchange.tenant, found->id, json::to_text(body), context));
  co_return context::answer_empty(request, 204);
}

Task<Result<net::Response>> remove(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(const auto found, own_registration(api, request, exchange.tenant));
  RV_CO_TRY(co_await api.registrations.remove(exchange.tenant, found->id));
  co_return context::answer_empty(request, 204);
}

// "PT7200S"
std::string uptime(const Api& api) {
  return fmt::format("PT{}S", (monotonic_us() - api.since_us) / 1'000'000);
}

// 5.15.1
Task<Result<net::Response>> identity(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  const std::string alias = tenant_alias(api.alias, exchange.tenant);
  std::string body;
  json::Writer out(body);
  out.begin_object().member("id", "urn:ngsi-ld:ContextSourceIdentity:" + alias);
  out.member("type", "ContextSourceIdentity").member("contextSourceAlias", alias);
  out.member("contextSourceUptime", uptime(api));
  out.member("contextSourceTimeAt", to_iso8601(api.civil_clock.now()));
  if (exchange.accept == context::Media::kLdJson) {
    out.key("@context").raw(exchange.context->reference());
  }
  out.end_object();
  co_return context::answer_document(request, exchange, std::move(body));
}

}  // namespace

void add_routes(net::Router& router, Registrations& registrations, Watchers& watchers,
                context::Binding binding, const Clock& civil_clock, std::string alias) {
  using enum net::Method;
  const auto api = std::make_shared<const Api>(
      Api{registrations, watchers, std::move(binding), civil_clock, std::move(alias)});
  const std::string all(kAll);
  context::route(router, api, {kPost, all, kNoParameters, create}, kBodyBytesMax);
  context::route(router, api, {kGet, all, kQueryParameters, query}, kBodyBytesMax);
  context::route(router, api, {kGet, all + "/{id}", kShowParameters, retrieve}, kBodyBytesMax);
  context::route(router, api, {kPatch, all + "/{id}", kNoParameters, update}, kBodyBytesMax);
  context::route(router, api, {kDelete, all + "/{id}", kNoParameters, remove}, kBodyBytesMax);
  context::route(router, api, {kGet, "/ngsi-ld/v1/info/sourceIdentity", kNoParameters, identity},
                 kBodyBytesMax);
  detail::add_watcher_routes(router, api);
}

}  // namespace revier::federation
