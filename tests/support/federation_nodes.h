// SPDX-License-Identifier: EUPL-1.2
// Whole brokers with registrations, each with a server of its own.
//
// Thread safety: by one thread.
#pragma once
#include <gtest/gtest.h>

#include "context/api.h"
#include "context/entity_maps.h"
#include "federation/api.h"
#include "federation/sources.h"
#include "history/api.h"
#include "net/mqtt.h"
#include "net/server.h"
#include "subscription/api.h"
#include "support/context_world.h"
#include "support/raw_client.h"

namespace revier::federation::test {

using context::test::must;
using context::test::World;
using revier::test::RawAnswer;
using revier::test::RawClient;

inline std::unique_ptr<net::Server> serve_at(const net::Router& router, const Clock& clock,
                                             std::string listen = "127.0.0.1:0") {
  net::ServerOptions options;
  options.listen = std::move(listen);
  options.threads = 1;
  options.access_log = false;
  auto server = must(net::Server::open(options, router, clock));
  server->start();
  return server;
}

// May do everything; with a token "rights=..." what these rights by entity allow.
inline identity::Caller everything(const net::Request& request) {
  using identity::Action;
  using identity::Caller;
  constexpr std::string_view kRights = "Bearer rights=";
  const std::string_view token = request.header("Authorization").value_or("");
  if (token.starts_with(kRights)) {
    Caller::Subject narrowed{.id = "n", .name = "narrowed"};
    narrowed.rights = token.substr(kRights.size());
    return {Caller::Kind::kToken, std::make_shared<const Caller::Subject>(std::move(narrowed))};
  }
  const identity::ActionSet actions = identity::bit(Action::kDataRead) |
                                      identity::bit(Action::kDataWrite) |
                                      identity::bit(Action::kDataManage);
  Caller::Subject subject{"t", "test", {{actions, identity::ScopeKind::kInstance, {}, {}}}, {}};
  return {Caller::Kind::kToken, std::make_shared<const Caller::Subject>(std::move(subject))};
}

class Node {
 public:
  explicit Node(std::string alias = "node", std::vector<std::string> allowed = {"127.0.0.0/8"},
                std::int64_t look_after_ms = 900'000)
      : alias_(std::move(alias)),
        look_after_ms_(look_after_ms),
        client_(must(net::Client::open({.allowed = std::move(allowed)}))) {
    open();
  }
  ~Node() { close(); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void restart() {
    close();
    world_.reopen();
    open();
  }
  std::string url() const { return "http://" + listen_; }
  // Away, and back with what it had.
  void stop() { close(); }
  void start() {
    world_.reopen();
    open();
  }
  World& world() { return world_; }

  RawAnswer ask(std::string_view method, std::string_view path, std::string_view body = "",
                std::string_view fields = "") {
    std::string request =
        fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n{}", method,
                    path.starts_with("/api/") || path.starts_with("/ngsi-ld/") ? "" : "/ngsi-ld/v1",
                    path, server_->address(), fields);
    if (!body.empty()) {
      request +=
          fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    request.append("\r\n").append(body);
    return RawClient(server_->address()).send(request).read();
  }
  std::string get(std::string_view path) { return ask("GET", path).body; }
  void make(std::string_view entity) {
    const auto made = ask("POST", "/entities", entity);
    ASSERT_EQ(made.status, 201) << made.body;
  }
  void make_registration(std::string_view more, std::string_view endpoint) {
    const auto made = register_source(more, endpoint);
    ASSERT_EQ(made.status, 201) << made.body;
  }
  RawAnswer register_source(std::string_view more, std::string_view endpoint) {
    return ask("POST", "/csourceRegistrations",
               fmt::format(R"({{"type":"ContextSourceRegistration","endpoint":"{}",{}}})", endpoint,
                           more));
  }

 private:
  void open() {
    registrations_ = must(Registrations::open({.store = world_.store(),
                                               .broker = world_.broker(),
                                               .core = world_.catalogue().core(),
                                               .civil_clock = world_.clock()}));
    watchers_ = must(Watchers::open({.store = world_.store(),
                                     .registrations = *registrations_,
                                     .catalogue = world_.catalogue(),
                                     .client = *client_,
                                     .civil_clock = world_.clock(),
                                     .back_off_ms = 10}));
    const SourceNeeds sources{.registrations = *registrations_,
                              .broker = world_.broker(),
                              .catalogue = world_.catalogue(),
                              .contexts = nullptr,
                              .client = *client_,
                              .civil_clock = world_.clock(),
                              .alias = alias_,
                              .options = {.timeout_ms = 60'000, .split_entities = true}};
    sources_ = make_sources(sources);
    subscriptions_ = must(subscription::Subscriptions::open({.store = world_.store(),
                                                             .broker = world_.broker(),
                                                             .catalogue = world_.catalogue(),
                                                             .client = *client_,
                                                             .mqtt = *mqtt_,
                                                             .civil_clock = world_.clock(),
                                                             .options = {.back_off_ms = 10}}));
    distributed_ = must(DistributedSubscriptions::open({.sources = sources,
                                                        .distribution = *sources_,
                                                        .store = world_.store(),
                                                        .subscriptions = *subscriptions_,
                                                        .watchers = *watchers_,
                                                        .back_off_ms = 10,
                                                        .look_after_ms = look_after_ms_}));
    maps_ = context::EntityMaps::make(world_.clock());
    history_ = must(history::History::open({world_.store(), world_.broker(), world_.clock(), {}}));
    router_.emplace();
    const context::Access access{everything, [](std::string_view) { return true; }};
    context::add_routes(*router_, world_.broker(), world_.catalogue(), access, {}, nullptr,
                        sources_.get(), maps_.get());
    const context::Binding binding{world_.broker(), world_.catalogue(), access,     {},
                                   nullptr,         sources_.get(),     maps_.get()};
    add_routes(*router_, *registrations_, *watchers_, binding, world_.clock(), alias_);
    history::add_routes(*router_, *history_, binding);
    subscription::add_routes(*router_, *subscriptions_, binding, world_.clock(), *pool_,
                             distributed_.get());
    add_distributed_routes(*router_, *distributed_, *subscriptions_, binding);
    server_ = serve_at(*router_, clock_, listen_);
    listen_ = server_->address();  // the same after a restart
  }
  void close() {
    if (!server_) return;
    server_->stop();
    server_.reset();
    distributed_.reset();
    subscriptions_.reset();
    sources_.reset();
    watchers_.reset();
    registrations_.reset();
    history_.reset();
  }

  const std::string alias_;
  const std::int64_t look_after_ms_;
  std::string listen_ = "127.0.0.1:0";
  World world_;
  RealClock clock_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<Registrations> registrations_;
  std::unique_ptr<Watchers> watchers_;
  std::unique_ptr<context::Distribution> sources_;
  std::unique_ptr<context::EntityMaps> maps_;
  std::unique_ptr<net::MqttPublisher> mqtt_ = must(net::MqttPublisher::open({}));
  std::unique_ptr<net::Pool> pool_ = std::make_unique<net::Pool>(1, 16);
  std::unique_ptr<subscription::Subscriptions> subscriptions_;
  std::unique_ptr<DistributedSubscriptions> distributed_;
  std::unique_ptr<history::History> history_;
  std::optional<net::Router> router_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace revier::federation::test
