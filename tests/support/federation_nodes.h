// SPDX-License-Identifier: EUPL-1.2
// Whole brokers with registrations, each with a server of its own, and sources that answer what a
// test tells them to.
//
// Thread safety: by one thread, but for Source.
#pragma once
#include <fcntl.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "context/api.h"
#include "context/entity_maps.h"
#include "federation/api.h"
#include "federation/sources.h"
#include "history/api.h"
#include "net/server.h"
#include "support/context_world.h"
#include "support/raw_client.h"

namespace revier::federation::test {

using context::test::must;
using context::test::World;
using revier::test::RawAnswer;
using revier::test::RawClient;

inline std::unique_ptr<net::Server> serve_at(const net::Router& router, const Clock& clock) {
  net::ServerOptions options;
  options.listen = "127.0.0.1:0";
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
  explicit Node(std::string alias = "node", std::vector<std::string> allowed = {"127.0.0.0/8"})
      : alias_(std::move(alias)),
        client_(must(net::Client::open({.allowed = std::move(allowed)}))) {
    open();
  }
  ~Node() { close(); }

  void restart() {
    close();
    world_.reopen();
    open();
  }
  std::string url() const { return "http://" + server_->address(); }
  World& world() { return world_; }

  RawAnswer ask(std::string_view method, std::string_view path, std::string_view body = "",
                std::string_view fields = "") {
    std::string request =
        fmt::format("{} /ngsi-ld/v1{} HTTP/1.1\r\nHost: localhost\r\n{}", method, path, fields);
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
    sources_ = make_sources({.registrations = *registrations_,
                             .broker = world_.broker(),
                             .catalogue = world_.catalogue(),
                             .contexts = nullptr,
                             .client = *client_,
                             .civil_clock = world_.clock(),
                             .alias = alias_,
                             .options = {.timeout_ms = 60'000, .split_entities = true}});
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
    server_ = serve_at(*router_, clock_);
  }
  void close() {
    server_->stop();
    server_.reset();
    sources_.reset();
    watchers_.reset();
    registrations_.reset();
    history_.reset();
  }

  const std::string alias_;
  World world_;
  RealClock clock_;
  std::unique_ptr<net::Client> client_;
  std::unique_ptr<Registrations> registrations_;
  std::unique_ptr<Watchers> watchers_;
  std::unique_ptr<context::Distribution> sources_;
  std::unique_ptr<context::EntityMaps> maps_;
  std::unique_ptr<history::History> history_;
  std::optional<net::Router> router_;
  std::unique_ptr<net::Server> server_;
};

// Takes connections and never answers.
class Silent {
 public:
  Silent() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    EXPECT_EQ(::bind(descriptor_, reinterpret_cast<sockaddr*>(&at), size), 0);
    EXPECT_EQ(::listen(descriptor_, 16), 0);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  ~Silent() { ::close(descriptor_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // That came so far; they stay open no longer.
  std::size_t connections() {
    ::fcntl(descriptor_, F_SETFL, O_NONBLOCK);
    while (true) {
      const int one = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
      if (one < 0) return connections_;
      ++connections_;
      ::close(one);
    }
  }

 private:
  const int descriptor_;
  std::uint16_t port_ = 0;
  std::size_t connections_ = 0;
};

inline constexpr std::string_view kRooms = R"("information":[{"entities":[{"type":"Room"}]}])";

// A source that answers what it is told to, and remembers what it was asked.
class Source {
 public:
  Source() {
    const auto answer = [this](net::Request& request) {
      const std::lock_guard lock(mutex_);
      asked_ = std::string(request.target) + "\n";
      for (const net::Field& field : request.fields) {
        asked_.append(field.name).append(": ").append(field.value).append("\n");
      }
      bodies_.emplace_back(request.body);
      came_.notify_all();
      return net::Response::json(status_, body_);
    };
    for (const char* path :
         {"/ngsi-ld/v1/entities", "/ngsi-ld/v1/entities/{id}", "/ngsi-ld/v1/types",
          "/ngsi-ld/v1/types/{type}", "/ngsi-ld/v1/attributes", "/ngsi-ld/v1/attributes/{name}"}) {
      router_.add(net::Method::kGet, path, answer);
    }
    router_.add(net::Method::kDelete, "/ngsi-ld/v1/entities", answer);
    router_.add(net::Method::kPost, "/notify", answer);
    using enum net::Method;
    router_.add(kPost, "/ngsi-ld/v1/entities", answer);
    router_.add(kPost, "/ngsi-ld/v1/entityOperations/{name}", answer);
    for (const net::Method method : {kPut, kPatch, kDelete}) {
      router_.add(method, "/ngsi-ld/v1/entities/{id}", answer);
    }
    router_.add(kGet, "/ngsi-ld/v1/temporal/entities", answer);
    router_.add(kPost, "/ngsi-ld/v1/temporal/entities", answer);
    router_.add(kGet, "/ngsi-ld/v1/temporal/entities/{id}", answer);
    router_.add(kDelete, "/ngsi-ld/v1/temporal/entities/{id}", answer);
    router_.add(kPatch, "/ngsi-ld/v1/temporal/entities/{id}/attrs/{name}/{instance}", answer);
    for (const net::Method method : {kPost, kPatch}) {
      router_.add(method, "/ngsi-ld/v1/entities/{id}/attrs/", answer);
    }
    server_ = serve_at(router_, clock_);
  }
  ~Source() { server_->stop(); }

  std::string url() const { return "http://" + server_->address(); }
  void answer(int status, std::string body) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    body_ = std::move(body);
  }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::vector<std::string> wait(std::size_t number) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, std::chrono::seconds(60), [&] { return bodies_.size() >= number; });
    return bodies_;
  }

 private:
  net::Router router_;
  RealClock clock_;
  std::mutex mutex_;
  std::condition_variable came_;
  int status_ = 200;
  std::string body_ = "[]";
  std::string asked_;
  std::vector<std::string> bodies_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace revier::federation::test
