// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/exchange.h"

#include "context/detail/narrowed.h"

namespace revier::context::detail {
namespace {

using identity::Action;

Result<Exchange> begin(const Api& api, const net::Request& request, Action action, bool geo_json) {
  Exchange exchange;
  exchange.tenant = tenant_of(request);
  if (!exchange.tenant.empty() && !api.access.tenant_exists(exchange.tenant)) {
    return fail(Code::kNonexistentTenant, "there is no tenant of this name", "NGSILD-Tenant");
  }
  exchange.caller = api.access.authenticate(request);
  RV_TRY(check_operation(api, exchange.caller, exchange.tenant, action));
  // After that: strangers do not use up what the tenant may ask.
  if (api.access.requests) {
    RV_TRY(api.access.requests->take(exchange.tenant, monotonic_us()));
  }
  if (const auto snapshot = snapshot_of(request); !snapshot.empty()) {
    // Rights by entity are told under the names of the tenant, which are not those of a space.
    if (api.rights != nullptr) {
      return fail(Code::kForbidden, "a token with rights by entity does not reach snapshots",
                  "NGSILD-Snapshot");
    }
    if (!api.access.space) {
      return fail(Code::kOperationNotSupported, "this is no operation on a snapshot",
                  "NGSILD-Snapshot");
    }
    RV_ASSIGN(exchange.tenant, api.access.space(exchange.tenant, snapshot));
  }
  if (action == Action::kDataWrite) {
    exchange.operation.append(net::to_string(request.method)).append(" ").append(request.route);
  }
  RV_ASSIGN(exchange.accept, accepted(request, geo_json));
  RV_ASSIGN(const auto url, linked_context(request));
  exchange.linked = url.has_value();
  exchange.context = api.catalogue.core();
  if (url) {
    RV_ASSIGN(exchange.context, api.catalogue.resolve_url(*url));
  }
  return exchange;
}

Result<Exchange> begin_with_body(const Api& api, const net::Request& request, Action action,
                                 bool geo_json = false) {
  RV_ASSIGN(Exchange exchange, begin(api, request, action, geo_json));
  RV_ASSIGN(exchange.body_type, body_media(request));
  if (exchange.linked && exchange.body_type == Media::kLdJson) {
    return fail(Code::kBadRequestData,
                "application/ld+json carries its @context in the body, not in a Link header",
                "Link");
  }
  json::Limits limits;
  limits.bytes_max = api.options.batch_body_bytes_max;
  limits.depth_max = api.options.depth_max;
  RV_ASSIGN(exchange.body, json::Document::parse(request.body, limits));
  return exchange;
}

}  // namespace

Result<Exchange> begin_read(const Api& api, const net::Request& request, bool geo_json) {
  return begin(api, request, Action::kDataRead, geo_json);
}

Result<Exchange> begin_delete(const Api& api, const net::Request& request) {
  return begin(api, request, Action::kDataWrite, false);
}

Result<Exchange> begin_write(const Api& api, const net::Request& request) {
  return begin_with_body(api, request, Action::kDataWrite);
}

Result<Exchange> begin_ask(const Api& api, const net::Request& request) {
  return begin_with_body(api, request, Action::kDataRead, /*geo_json=*/true);
}

Result<jsonld::ContextPtr> context_of(const Api& api, const Exchange& exchange,
                                      const json::Value& object) {
  if (!object.is_object()) return fail(Code::kInvalidRequest, "the body is a JSON object");
  const auto own = object.find("@context");
  if (exchange.body_type == Media::kLdJson) {
    if (own) return api.catalogue.resolve(*own);
    return fail(Code::kBadRequestData, "application/ld+json needs a member @context", "@context");
  }
  if (!own) return exchange.context;
  return fail(Code::kBadRequestData,
              "application/json has no member @context: use a Link header, or send "
              "application/ld+json",
              "@context");
}

}  // namespace revier::context::detail
