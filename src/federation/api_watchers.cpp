// SPDX-License-Identifier: EUPL-1.2
// /csourceSubscriptions (clauses 6.12, 6.13, 5.11).
#include <array>

#include "federation/detail/routes.h"
#include "ngsi/parse.h"

namespace revier::federation::detail {
namespace {

using context::Exchange;
using identity::Action;
using identity::Caller;
using identity::Scope;
using subscription::Subscription;

constexpr std::string_view kAllWatchers = "/ngsi-ld/v1/csourceSubscriptions";

constexpr std::array<std::string_view, 4> kPaged = {"limit", "offset", "count", "options"};
constexpr std::array<std::string_view, 1> kShown = {"options"};
constexpr std::array<std::string_view, 1> kWatcherSysAttrs = {"sysAttrs"};
constexpr context::Parameters kNoWatcherParameters = {{}, {}};
constexpr context::Parameters kWatcherQueryParameters = {kPaged, kWatcherSysAttrs};
constexpr context::Parameters kWatcherShowParameters = {kShown, kWatcherSysAttrs};

// One of others is told as if it were not there.
Result<Watchers::Entry> own_entry(const Api& api, const net::Request& request,
                                  std::string_view tenant) {
  const Caller caller = api.binding.access.authenticate(request);
  RV_TRY(caller.require(Action::kDataWrite, Scope::tenant(tenant)));
  const std::string id(request.param("id"));
  RV_TRY(ngsi::check_uri(id, "the subscription's id"));
  auto entry = api.watchers.find(tenant, id);
  if (entry && context::owns(caller, tenant, entry->subscription->owner)) return *std::move(entry);
  return fail(Code::kResourceNotFound, "there is no subscription of this id");
}

// The @context of notifications: jsonldContext, else the document's own.
Result<jsonld::ContextPtr> told_context(const Api& api, const json::Value& body,
                                        const jsonld::ContextPtr& own) {
  const auto url = body.find("jsonldContext");
  if (!url) return own;
  if (!url->as_string()) {
    return fail(Code::kBadRequestData, "jsonldContext: expected a URL", "jsonldContext");
  }
  return api.binding.catalogue.resolve_url(*url->as_string());
}

Task<Result<net::Response>> create_watcher(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(const auto told, told_context(api, body, context));
  RV_CO_ASSIGN(Subscription made,
               subscription::parse(body, {context, told, api.civil_clock.now()}));
  made.tenant = exchange.tenant;
  const Caller caller = api.binding.access.authenticate(request);
  made.owner = caller.id();
  made.full_grounds = caller.grounds();
  if (api.binding.contexts != nullptr && told->link().empty()) {
    RV_CO_ASSIGN(made.told_context,
                 co_await api.binding.contexts->host(told, exchange.tenant, request.origin()));
  }
  RV_CO_ASSIGN(const std::string id, co_await api.watchers.create(std::move(made)));
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", fmt::format("{}/{}", kAllWatchers, context::percent_encoded(id)));
  co_return response;
}

std::string shown_watcher(const Api& api, const net::Request& request, const Exchange& exchange,
                          const Watchers::Entry& entry) {
  return subscription::to_json(
      *entry.subscription, entry.counters,
      {*exchange.context, api.civil_clock.now(), exchange.accept == context::Media::kLdJson,
       context::has_option(request, "sysAttrs"), true, false});
}

Task<Result<net::Response>> retrieve_watcher(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const auto entry, own_entry(api, request, exchange.tenant));
  net::Response response =
      context::answer_document(request, exchange, shown_watcher(api, request, exchange, entry));
  if (const std::string& why = entry.counters.silenced; !why.empty()) {
    response.header("NGSILD-Warning", subscription::paused_warning(why));
  }
  co_return response;
}

Task<Result<net::Response>> query_watchers(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  const Caller caller = api.binding.access.authenticate(request);
  RV_CO_TRY(caller.require(Action::kDataWrite, Scope::tenant(exchange.tenant)));
  std::vector<Watchers::Entry> all = api.watchers.list(exchange.tenant);
  std::erase_if(all, [&](const auto& entry) {
    return !context::owns(caller, exchange.tenant, entry.subscription->owner);
  });
  co_return context::answer_page(request, exchange, all.size(), [&](std::size_t i) {
    return shown_watcher(api, request, exchange, all[i]);
  });
}

Task<Result<net::Response>> update_watcher(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(const auto entry, own_entry(api, request, exchange.tenant));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  const Caller caller = api.binding.access.authenticate(request);
  std::optional<std::string> grounds;
  if (caller.id() == entry.subscription->owner) grounds = caller.grounds();
  RV_CO_TRY(co_await api.watchers.update(exchange.tenant, entry.subscription->id,
                                         json::to_text(body), context, std::move(grounds)));
  co_return context::answer_empty(request, 204);
}

Task<Result<net::Response>> remove_watcher(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(const auto entry, own_entry(api, request, exchange.tenant));
  RV_CO_TRY(co_await api.watchers.remove(exchange.tenant, entry.subscription->id));
  co_return context::answer_empty(request, 204);
}

}  // namespace

void add_watcher_routes(net::Router& router, const ApiPtr& api) {
  using enum net::Method;
  const std::string all(kAllWatchers);
  context::route(router, api, {kPost, all, kNoWatcherParameters, create_watcher}, kBodyBytesMax);
  context::route(router, api, {kGet, all, kWatcherQueryParameters, query_watchers}, kBodyBytesMax);
  context::route(router, api, {kGet, all + "/{id}", kWatcherShowParameters, retrieve_watcher},
                 kBodyBytesMax);
  context::route(router, api, {kPatch, all + "/{id}", kNoWatcherParameters, update_watcher},
                 kBodyBytesMax);
  context::route(router, api, {kDelete, all + "/{id}", kNoWatcherParameters, remove_watcher},
                 kBodyBytesMax);
}

}  // namespace revier::federation::detail
