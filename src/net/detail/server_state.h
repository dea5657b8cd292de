// SPDX-License-Identifier: EUPL-1.2
// What all connections of one server share.
//
// Thread safety: constant while the server runs, but for what says otherwise.
#pragma once
#include <condition_variable>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "net/detail/peers.h"
#include "net/detail/transport.h"
#include "net/server.h"

namespace revier::net::detail {

// Of one route; the last one is of all requests without a route.
class RouteMetrics {
 public:
  RouteMetrics(std::string_view pattern, std::string_view method);
  // From any thread.
  void count(int status, std::int64_t duration_us);

 private:
  std::vector<std::unique_ptr<metrics::Counter>> by_class_;  // 1xx to 5xx
  metrics::Timing timing_;
};

// How many connections there are, and of whom. From any thread.
class ConnectionCount {
 public:
  ConnectionCount(std::size_t most, std::size_t most_per_address);
  // False: one too many.
  [[nodiscard]] bool add(const Address& address, bool is_proxy);
  void remove(const Address& address, bool is_proxy);
  // True when none was left before the time was over.
  [[nodiscard]] bool wait_until_none(std::int64_t timeout_ms);

 private:
  const std::size_t most_;
  const std::size_t most_per_address_;
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
  std::map<Address, std::size_t> per_address_;
  metrics::Gauge gauge_;
};

struct ServerState {
  ServerState(const ServerOptions& server_options, const Router& its_router, Networks its_proxies,
              TlsContext its_tls);

  // Makes room for the routes' metrics; when the router is filled.
  void count_routes();
  // From any thread. Made when a route is first asked: of many hundreds most never are.
  [[nodiscard]] RouteMetrics& metrics_of(const Router::Route* route);

  const ServerOptions options;
  const Router& router;
  const HostNames hosts;
  const Networks proxies;
  const TlsContext tls;  // nullptr: plain TCP
  ConnectionCount connections;
  metrics::Counter refused_connections;
  metrics::Counter timed_out;

 private:
  struct OneRoute {
    std::once_flag asked;
    std::unique_ptr<RouteMetrics> metrics;
  };
  std::vector<OneRoute> route_metrics_;  // by Route::number; the last one is of no route
};

}  // namespace revier::net::detail
