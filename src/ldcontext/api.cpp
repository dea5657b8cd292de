// SPDX-License-Identifier: EUPL-1.2
#include "ldcontext/api.h"

#include "json/json.h"

namespace revier::ldcontext {
namespace {

using context::Exchange;

constexpr std::size_t kBodyBytesMax = std::size_t{2} << 20;
constexpr std::array<std::string_view, 2> kListed = {"details", "kind"};
constexpr std::array<std::string_view, 1> kServed = {"details"};
constexpr std::array<std::string_view, 1> kDeleted = {"reload"};
constexpr context::Parameters kNoParameters = {{}, {}};
constexpr context::Parameters kListParameters = {kListed, {}};
constexpr context::Parameters kServeParameters = {kServed, {}};
constexpr context::Parameters kDeleteParameters = {kDeleted, {}};

struct Api {
  Contexts& contexts;
  context::Binding binding;
};
using ApiPtr = std::shared_ptr<const Api>;

bool is_own(const Entry& entry) { return entry.kind != Kind::kCached; }

std::string url_of(const Entry& entry, const net::Request& request) {
  return is_own(entry) ? request.origin() + entry.url : entry.url;
}

// 5.13.3.5
void write_details(json::Writer& out, const Entry& entry, const net::Request& request) {
  out.begin_object().member("URL", url_of(entry, request)).member("localId", entry.id);
  out.member("kind", kind_name(entry.kind)).member("createdAt", to_iso8601(entry.created_at));
  if (entry.expires_at) out.member("expiresAt", to_iso8601(*entry.expires_at));
  if (!entry.extra.empty()) out.member("extraInfo", entry.extra);
  out.end_object();
}

Task<Result<net::Response>> add(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(const std::string id,
               co_await api.contexts.add(exchange.tenant, exchange.body->root()));
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", std::string(kServedAt) + id);
  co_return response;
}

Task<Result<net::Response>> list(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const bool details, context::flag_param(request, "details"));
  const auto wanted = request.query_param("kind");
  const auto kind = wanted ? parse_kind(*wanted) : std::nullopt;
  if (wanted && !kind) {
    co_return fail(Code::kBadRequestData, "kind is Hosted, Cached or ImplicitlyCreated", "kind");
  }
  std::string body;
  json::Writer out(body);
  out.begin_array();
  for (const Entry& entry : api.contexts.list(exchange.tenant)) {
    if (kind && entry.kind != *kind) continue;
    if (details) {
      write_details(out, entry, request);
    } else {
      out.string(url_of(entry, request));
    }
  }
  out.end_array();
  co_return context::answer(request, 200, exchange.accept, std::move(body));
}

Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const bool details, context::flag_param(request, "details"));
  const std::string id(request.param("id"));
  if (!details) {
    RV_CO_ASSIGN(const auto media, context::accepted(request, false));
    const std::string_view tenant = request.header("NGSILD-Tenant").value_or("");
    RV_CO_ASSIGN(std::string document, api.contexts.serve(tenant, id));
    co_return context::answer(request, 200, media, std::move(document));
  }
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  const auto entry = api.contexts.find(exchange.tenant, id);
  if (!entry) co_return fail(Code::kResourceNotFound, "there is no stored @context of this id");
  std::string body;
  json::Writer out(body);
  write_details(out, *entry, request);
  co_return context::answer(request, 200, exchange.accept, std::move(body));
}

Task<Result<net::Response>> remove(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(const bool reload, context::flag_param(request, "reload"));
  const std::string id(request.param("id"));
  if (reload) {
    RV_CO_TRY(co_await api.contexts.reload(exchange.tenant, id));
  } else {
    RV_CO_TRY(co_await api.contexts.remove(exchange.tenant, id));
  }
  co_return context::answer_empty(request, 204);
}

}  // namespace

void add_routes(net::Router& router, Contexts& contexts, context::Binding binding) {
  using enum net::Method;
  const auto api = std::make_shared<const Api>(Api{contexts, std::move(binding)});
  const std::string all = "/ngsi-ld/v1/jsonldContexts";
  context::route(router, api, {kPost, all, kNoParameters, add}, kBodyBytesMax);
  context::route(router, api, {kGet, all, kListParameters, list}, kBodyBytesMax);
  context::route(router, api, {kGet, all + "/{id}", kServeParameters, retrieve}, kBodyBytesMax);
  context::route(router, api, {kDelete, all + "/{id}", kDeleteParameters, remove}, kBodyBytesMax);
}

}  // namespace revier::ldcontext
