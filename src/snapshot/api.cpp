// SPDX-License-Identifier: EUPL-1.2
#include "snapshot/api.h"

#include <array>

#include "context/resource.h"
#include "ngsi/parse.h"

namespace revier::snapshot {
namespace {

using context::Exchange;

constexpr std::size_t kBodyBytesMax = 256 * 1024;
constexpr std::string_view kAll = "/ngsi-ld/v1/snapshots";

struct Api {
  Snapshots& snapshots;
  context::Binding binding;
  const Clock& civil_clock;
  net::Pool& pool;
};

Result<std::string> path_snapshot(const net::Request& request) {
  std::string id(request.param("id"));
  RV_TRY(ngsi::check_uri(id, "the snapshot's id"));
  return id;
}

tl::unexpected<Error> not_there() {
  return fail(Code::kResourceNotFound, "there is no snapshot of this id");
}

Result<SnapshotPtr> path_entry(const Api& api, const net::Request& request,
                               const Exchange& exchange) {
  RV_ASSIGN(const std::string id, path_snapshot(request));
  SnapshotPtr found = api.snapshots.find(exchange.tenant, id);
  if (!found) return not_there();
  return found;
}

// One that the caller may change.
Result<SnapshotPtr> own_entry(const Api& api, const net::Request& request,
                              const Exchange& exchange) {
  RV_ASSIGN(SnapshotPtr found, path_entry(api, request, exchange));
  if (context::owns(exchange.caller, found->tenant, found->owner)) return found;
  return fail(Code::kForbidden, "the snapshot is changed by who made it, and by data stewards");
}

net::Response shown(const net::Request& request, const Exchange& exchange,
                    const Snapshot& snapshot) {
  const Shown how{.context = *exchange.context,
                  .with_context = exchange.accept == context::Media::kLdJson,
                  .secrets = context::owns(exchange.caller, snapshot.tenant, snapshot.owner)};
  return context::answer_document(request, exchange, to_json(snapshot, how));
}

Task<Result<net::Response>> created(const Api& api, const net::Request& request,
                                    const Exchange& exchange, Snapshot made) {
  made.tenant = exchange.tenant;
  made.owner = exchange.caller.id();
  RV_CO_ASSIGN(const std::string id, co_await api.snapshots.create(std::move(made)));
  net::Response response = context::answer_empty(request, 201);
  response.header("Location", fmt::format("{}/{}", kAll, context::percent_encoded(id)));
  co_return response;
}

// 5.16.1
Task<Result<net::Response>> create(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(Snapshot made, parse(body, {.context = context,
                                           .now = api.civil_clock.now(),
                                           .lifetimes = api.snapshots.options().lifetimes}));
  co_return co_await created(api, request, exchange, std::move(made));
}

// 5.16.2
Task<Result<net::Response>> clone(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(const SnapshotPtr source, path_entry(api, request, exchange));
  const json::Value body = exchange.body->root();
  RV_CO_ASSIGN(const auto context, context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(Snapshot made, parse(body, {.context = context,
                                           .now = api.civil_clock.now(),
                                           .lifetimes = api.snapshots.options().lifetimes,
                                           .clone = true}));
  made.context = source->context;
  made.cloned_from = source->id;
  co_return co_await created(api, request, exchange, std::move(made));
}

// 5.16.3
Task<Result<net::Response>> retrieve(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_read(api.binding, request));
  RV_CO_ASSIGN(const SnapshotPtr found, path_entry(api, request, exchange));
  co_return shown(request, exchange, *found);
}

// 5.16.4
Task<Result<net::Response>> update(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_write(api.binding, request));
  RV_CO_ASSIGN(const SnapshotPtr found, own_entry(api, request, exchange));
  const json::Value body = exchange.body->root();
  RV_CO_TRY(context_of(api.binding, exchange, body));
  RV_CO_ASSIGN(const SnapshotPtr after,
               co_await api.snapshots.update(exchange.tenant, found->id, json::to_text(body)));
  co_return shown(request, exchange, *after);
}

Task<Result<>> removed(const Api& api, const Exchange& exchange, const std::string& id) {
  RV_CO_ASSIGN(const Result<> gone,
               co_await api.pool.run([&] { return api.snapshots.remove(exchange.tenant, id); }));
  co_return gone;
}

// 5.16.5
Task<Result<net::Response>> remove(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(const SnapshotPtr found, own_entry(api, request, exchange));
  RV_CO_TRY(co_await removed(api, exchange, found->id));
  co_return context::answer_empty(request, 204);
}

// 5.16.7
Task<Result<net::Response>> purge(const Api& api, net::Request& request) {
  RV_CO_ASSIGN(const Exchange exchange, begin_delete(api.binding, request));
  RV_CO_ASSIGN(const Selecting selecting, Selecting::make(request.query_param("q").value_or(""),
                                                          *api.binding.catalogue.core()));
  context::BatchResult result;
  for (const SnapshotPtr& snapshot : api.snapshots.list(exchange.tenant)) {
    const bool owned = context::owns(exchange.caller, snapshot->tenant, snapshot->owner);
    if (!owned || !selecting.matches(*snapshot)) continue;
    const Result<> gone = co_await removed(api, exchange, snapshot->id);
    if (gone) {
      result.success.push_back(snapshot->id);
    } else if (gone.error().code != Code::kResourceNotFound) {
      result.errors.push_back({snapshot->id, gone.error(), {}});
    }
  }
  if (result.success.empty() && result.errors.empty()) {
    co_return fail(Code::kResourceNotFound, "no snapshot matches", "q");
  }
  co_return context::answer_batch(request, std::move(result));
}

constexpr std::array<std::string_view, 1> kPurged = {"q"};
constexpr context::Parameters kNoParameters = {{}, {}};
constexpr context::Parameters kPurgeParameters = {kPurged, {}};

}  // namespace

void add_routes(net::Router& router, Snapshots& snapshots, context::Binding binding,
                const Clock& civil_clock, net::Pool& pool) {
  using enum net::Method;
  binding.access.space = nullptr;  // the resources of snapshots are in none
  const auto api =
      std::make_shared<const Api>(Api{snapshots, std::move(binding), civil_clock, pool});
  const std::string all(kAll);
  const std::string one = all + "/{id}";
  using context::route;
  route(router, api, {kPost, all, kNoParameters, create}, kBodyBytesMax);
  route(router, api, {kDelete, all, kPurgeParameters, purge}, kBodyBytesMax);
  route(router, api, {kGet, one, kNoParameters, retrieve}, kBodyBytesMax);
  route(router, api, {kPatch, one, kNoParameters, update}, kBodyBytesMax);
  route(router, api, {kDelete, one, kNoParameters, remove}, kBodyBytesMax);
  route(router, api, {kPost, one + "/clone", kNoParameters, clone}, kBodyBytesMax);
}

}  // namespace revier::snapshot
