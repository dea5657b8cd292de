// SPDX-License-Identifier: EUPL-1.2
#include "app/state_routes.h"

#include "base/metrics.h"
#include "json/json.h"

namespace revier::app {
namespace {

using identity::Action;

net::Response alive(net::Request& /*request*/) {
  return net::Response::text(200, "text/plain; charset=utf-8", "ok\n")
      .header("Cache-Control", "no-store");
}

net::Response readiness(const net::Request& request, const StateSources& sources,
                        const identity::Identity& identity) {
  const bool ready = state_of(sources).ready;
  std::string body = ready ? R"({"status":"ok"})" : R"({"status":"degraded"})";
  if (identity.authenticate(request).may(Action::kStateRead)) body = state_json(sources, false);
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

void add_state_routes(net::Router& router, const StateSources& sources,
                      const identity::Identity& identity, bool metrics) {
  using net::Method;
  router.add(Method::kGet, "/healthz", net::Handler(alive));
  router.add(Method::kGet, "/readyz", net::Handler([&sources, &identity](net::Request& request) {
               return readiness(request, sources, identity);
             }));
  router.add(Method::kGet, "/api/v1/clock",
             net::Handler([&sources](net::Request& /*request*/) { return clock(sources); }));
  if (!metrics) return;
  router.add(Method::kGet, "/metrics", net::Handler([&identity](net::Request& request) {
               const Result<> allowed = identity.authenticate(request).require(Action::kStateRead);
               return allowed ? metrics_text() : net::Response::problem(allowed.error());
             }));
}

void add_metrics_routes(net::Router& router) {
  router.add(net::Method::kGet, "/healthz", net::Handler(alive));
  router.add(net::Method::kGet, "/metrics",
             net::Handler([](net::Request& /*request*/) { return metrics_text(); }));
}

}  // namespace revier::app
