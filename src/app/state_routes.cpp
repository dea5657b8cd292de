// SPDX-License-Identifier: EUPL-1.2
#include "app/state_routes.h"

#include "base/metrics.h"
#include "json/json.h"

namespace revier::app {
namespace {

using identity::Action;

std::string_view name(store::Durability durability) {
  switch (durability) {
    case store::Durability::kCommit:
      return "commit";
    case store::Durability::kInterval:
      return "interval";
    case store::Durability::kNone:
      return "none";
  }
  return "";
}

net::Response alive(net::Request& /*request*/) {
  return net::Response::text(200, "text/plain; charset=utf-8", "ok\n")
      .header("Cache-Control", "no-store");
}

net::Response readiness(const net::Request& request, const StateSources& sources) {
  const store::Health health = sources.store.health();
  const bool records = sources.database.writable();
  const bool creating = sources.creating();
  const bool ready = health.writable && records && creating;
  std::string body;
  json::Writer out(body);
  out.begin_object().member("status", ready ? "ok" : "degraded");
  if (sources.identity.authenticate(request).may(Action::kStateRead)) {
    out.member("durability", name(sources.store.durability()));
    out.member("store_writable", health.writable).member("store_reason", health.reason);
    out.member("records_writable", records).member("room_for_entities", creating);
  }
  out.end_object();
  return net::Response::json(ready ? 200 : 503, std::move(body))
      .header("Cache-Control", "no-store");
}

net::Response metrics_text() {
  return net::Response::text(200, "text/plain; version=0.0.4; charset=utf-8", metrics::text());
}

net::Response clock(const StateSources& sources) {
  const Instant now = sources.civil_clock.now();
  std::string body;
  json::Writer(body)
      .begin_object()
      .member("now", to_iso8601(now))
      .member("ahead_of_real_us", (now - sources.real_clock.now()).us)
      .end_object();
  return net::Response::json(200, std::move(body)).header("Cache-Control", "no-store");
}

}  // namespace

void add_state_routes(net::Router& router, const StateSources& sources, bool metrics) {
  using net::Method;
  router.add(Method::kGet, "/healthz", net::Handler(alive));
  router.add(Method::kGet, "/readyz", net::Handler([sources](net::Request& request) {
               return readiness(request, sources);
             }));
  router.add(Method::kGet, "/api/v1/clock",
             net::Handler([sources](net::Request& /*request*/) { return clock(sources); }));
  if (!metrics) return;
  router.add(Method::kGet, "/metrics", net::Handler([sources](net::Request& request) {
               const identity::Caller caller = sources.identity.authenticate(request);
               const Result<> allowed = caller.require(Action::kStateRead);
               return allowed ? metrics_text() : net::Response::problem(allowed.error());
             }));
}

void add_metrics_routes(net::Router& router) {
  router.add(net::Method::kGet, "/healthz", net::Handler(alive));
  router.add(net::Method::kGet, "/metrics",
             net::Handler([](net::Request& /*request*/) { return metrics_text(); }));
}

}  // namespace revier::app
