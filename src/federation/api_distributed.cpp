// SPDX-License-Identifier: EUPL-1.2
#include "federation/api.h"
#include "federation/detail/routes.h"
#include "ngsi/parse.h"

namespace revier::federation::detail {
namespace {

using identity::Action;
using identity::Caller;
using identity::Scope;

constexpr std::size_t kNotificationBytesMax = std::size_t{8} << 20;

struct DistributedApi {
  DistributedSubscriptions& distributed;
  subscription::Subscriptions& subscriptions;
  context::Binding binding;
};

// Its secret is the subscriptionId: there is no other credential.
Task<Result<net::Response>> take_notification(const DistributedApi& api, net::Request& request) {
  RV_CO_ASSIGN(const json::Document document, json::Document::parse(request.body));
  RV_CO_ASSIGN(const std::string tenant, api.distributed.opened_by(document.root()));
  if (const auto& quota = api.binding.access.requests) {
    RV_CO_TRY(quota->take(tenant, monotonic_us()));
  }
  RV_CO_ASSIGN(const auto link, context::linked_context(request));
  jsonld::ContextPtr context = api.binding.catalogue.core();
  if (link) {
    auto found = api.binding.catalogue.resolve_url(*link);
    if (!found && context::lacks_context(api.binding, found.error())) {
      co_await api.binding.contexts->get(found.error().field);
      found = api.binding.catalogue.resolve_url(*link);
    }
    if (!found) co_return fail(found.error());
    context = *std::move(found);
  }
  RV_CO_TRY(co_await api.distributed.receive(document.root(), std::move(context)));
  co_return context::answer_empty(request, 200);
}

std::string_view name_of(DistributedSubscriptions::Source::State state) {
  using enum DistributedSubscriptions::Source::State;
  switch (state) {
    case kMade:
      return "made";
    case kRefused:
      return "refused";
    case kEnds:
      return "ending";
    case kWaits:
      break;
  }
  return "waiting";
}

std::string status_json(const DistributedSubscriptions::Status& status) {
  std::string text;
  json::Writer out(text);
  out.begin_object();
  out.key("sources").begin_array();
  for (const auto& source : status.sources) {
    out.begin_object().member("registration", source.registration);
    out.member("endpoint", source.endpoint).member("state", name_of(source.state));
    out.member("received", static_cast<std::int64_t>(source.received));
    if (source.last_received) out.member("lastReceived", to_iso8601(*source.last_received));
    if (!source.problem.empty()) out.member("problem", source.problem);
    out.end_object();
  }
  out.end_array().member("leftOut", static_cast<std::int64_t>(status.left_out));
  if (!status.problem.empty()) out.member("problem", status.problem);
  out.end_object();
  return text;
}

// To whoever made the subscription; others are told that there is none.
Task<Result<net::Response>> tell_sources(const DistributedApi& api, net::Request& request) {
  RV_CO_ASSIGN(const context::Exchange exchange, begin_read(api.binding, request));
  const Caller caller = api.binding.access.authenticate(request);
  RV_CO_TRY(caller.require(Action::kDataWrite, Scope::tenant(exchange.tenant)));
  const std::string id(request.param("id"));
  RV_CO_TRY(ngsi::check_uri(id, "the subscription's id"));
  const auto entry = api.subscriptions.find(exchange.tenant, id);
  const bool manages = caller.may(Action::kDataManage, Scope::tenant(exchange.tenant));
  if (!entry || !(manages || (!entry->subscription->owner.empty() &&
                              entry->subscription->owner == caller.id()))) {
    co_return fail(Code::kResourceNotFound, "there is no subscription of this id");
  }
  co_return net::Response::json(200, status_json(api.distributed.status(exchange.tenant, id)));
}

using DistributedApiPtr = std::shared_ptr<const DistributedApi>;
using DistributedOperation = Task<Result<net::Response>> (*)(const DistributedApi&, net::Request&);

net::AsyncHandler handler_of(const DistributedApiPtr& api, DistributedOperation operation) {
  return [api, operation](net::Request& request) -> Task<net::Response> {
    auto result = co_await operation(*api, request);
    if (result) co_return *std::move(result);
    co_return context::answer_error(request, result.error());
  };
}

}  // namespace
}  // namespace revier::federation::detail

namespace revier::federation {

void add_distributed_routes(net::Router& router, DistributedSubscriptions& distributed,
                            subscription::Subscriptions& subscriptions, context::Binding binding) {
  const auto api = std::make_shared<const detail::DistributedApi>(
      detail::DistributedApi{distributed, subscriptions, std::move(binding)});
  router.add(net::Method::kPost, std::string(kNotificationPath),
             detail::handler_of(api, detail::take_notification), {detail::kNotificationBytesMax});
  router.add(net::Method::kGet, "/api/v1/subscriptions/{id}/sources",
             detail::handler_of(api, detail::tell_sources), {detail::kBodyBytesMax});
}

}  // namespace revier::federation
