// SPDX-License-Identifier: EUPL-1.2
#include "federation/api.h"
#include "federation/detail/routes.h"

namespace revier::federation::detail {
namespace {

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

Task<Result<net::Response>> tell_sources(const DistributedApi& api, net::Request& request) {
  RV_CO_ASSIGN(const context::Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const subscription::Entry entry,
               subscription::own_entry(api.subscriptions, api.binding, request, exchange.tenant));
  co_return net::Response::json(
      200, status_json(api.distributed.status(exchange.tenant, entry.subscription->id)));
}

}  // namespace
}  // namespace revier::federation::detail

namespace revier::federation {

void add_distributed_routes(net::Router& router, DistributedSubscriptions& distributed,
                            subscription::Subscriptions& subscriptions, context::Binding binding) {
  const auto api = std::make_shared<const detail::DistributedApi>(
      detail::DistributedApi{distributed, subscriptions, std::move(binding)});
  context::route_own(router, api, net::Method::kPost, std::string(kNotificationPath),
                     detail::take_notification, detail::kNotificationBytesMax);
  context::route_own(router, api, net::Method::kGet, "/api/v1/subscriptions/{id}/sources",
                     detail::tell_sources, detail::kBodyBytesMax);
}

}  // namespace revier::federation
