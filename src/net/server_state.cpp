// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/server_state.h"

#include <chrono>

namespace revier::net::detail {
namespace {

std::string_view host_of(const std::string& listen) {
  const auto authority = parse_authority(listen);
  return authority ? authority->host : std::string_view(listen);
}

}  // namespace

RouteMetrics::RouteMetrics(std::string_view pattern, std::string_view method)
    : timing_("revier_net_request_seconds", "From a request's head to its answer's last byte",
              {{"route", std::string(pattern)}, {"method", std::string(method)}}) {
  for (const char* status : {"1xx", "2xx", "3xx", "4xx", "5xx"}) {
    by_class_.push_back(std::make_unique<metrics::Counter>(
        "revier_net_requests_total", "Requests answered",
        metrics::Labels{
            {"route", std::string(pattern)}, {"method", std::string(method)}, {"status", status}}));
  }
}

void RouteMetrics::count(int status, std::int64_t duration_us) {
  by_class_[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)]->add();
  timing_.observe_us(duration_us);
}

ConnectionCount::ConnectionCount(std::size_t most, std::size_t most_per_address)
    : most_(most),
      most_per_address_(most_per_address),
      gauge_("revier_net_connections", "Open connections") {}

bool ConnectionCount::add(const Address& address, bool is_proxy) {
  const std::lock_guard lock(mutex_);
  if (count_ >= most_) return false;
  if (most_per_address_ > 0 && !is_proxy) {
    std::size_t& own = per_address_[address];
    if (own >= most_per_address_) return false;
    ++own;
  }
  gauge_.set(static_cast<double>(++count_));
  return true;
}

void ConnectionCount::remove(const Address& address, bool is_proxy) {
  const std::lock_guard lock(mutex_);
  if (most_per_address_ > 0 && !is_proxy) {
    const auto own = per_address_.find(address);
    if (--own->second == 0) per_address_.erase(own);
  }
  gauge_.set(static_cast<double>(--count_));
  if (count_ == 0) none_.notify_all();
}

bool ConnectionCount::wait_until_none(std::int64_t timeout_ms) {
  std::unique_lock lock(mutex_);
  return none_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                        [this] { return count_ == 0; });
}

ServerState::ServerState(const ServerOptions& server_options, const Router& its_router,
                         Networks its_proxies, TlsContext its_tls)
    : options(server_options),
      router(its_router),
      hosts(server_options.names, host_of(server_options.listen)),
      proxies(std::move(its_proxies)),
      tls(std::move(its_tls)),
      connections(server_options.connections_max, server_options.connections_per_address_max),
      refused_connections("revier_net_connections_refused_total",
                          "Connections closed because there were too many"),
      timed_out("revier_net_timeouts_total", "Connections closed because the client was too slow") {
}

void ServerState::count_routes() {
  route_metrics_ = std::vector<OneRoute>(router.routes().size() + 1);
}

RouteMetrics& ServerState::metrics_of(const Router::Route* route) {
  OneRoute& one = route != nullptr ? route_metrics_[route->number] : route_metrics_.back();
  std::call_once(one.asked, [&] {
    one.metrics = route != nullptr ? std::make_unique<RouteMetrics>(route->pattern,
                                                                    net::to_string(route->method))
                                   : std::make_unique<RouteMetrics>("", "");
  });
  return *one.metrics;
}

}  // namespace revier::net::detail
