// SPDX-License-Identifier: EUPL-1.2
// Sources that are no brokers: one that never answers, one that answers what it is told to.
//
// Thread safety: Source by any thread, Silent by one.
#pragma once
#include <fcntl.h>

#include <condition_variable>
#include <mutex>

#include "support/federation_nodes.h"

namespace revier::federation::test {

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
      heads_.push_back(asked_);
      bodies_.emplace_back(request.body);
      came_.notify_all();
      const bool makes = request.method == net::Method::kPost && post_status_ != 0;
      auto response = net::Response::json(makes ? post_status_ : status_, body_);
      if (!map_.empty()) response.header("NGSILD-EntityMap", map_);
      return response;
    };
    const auto answer_map = [this, answer](net::Request& request) {
      auto response = answer(request);
      const std::lock_guard lock(mutex_);
      auto made = net::Response::json(map_status_, map_body_);
      if (!map_.empty()) made.header("NGSILD-EntityMap", map_);
      return map_status_ == 0 ? std::move(response) : std::move(made);
    };
    for (const char* path : {"/ngsi-ld/v1/entityMaps", "/ngsi-ld/v1/temporal/entityMaps"}) {
      router_.add(net::Method::kGet, path, answer_map);
      router_.add(net::Method::kPost, path, answer_map);
    }
    for (const char* path :
         {"/ngsi-ld/v1/entities", "/ngsi-ld/v1/entities/{id}", "/ngsi-ld/v1/types",
          "/ngsi-ld/v1/types/{type}", "/ngsi-ld/v1/attributes", "/ngsi-ld/v1/attributes/{name}"}) {
      router_.add(net::Method::kGet, path, answer);
    }
    router_.add(net::Method::kDelete, "/ngsi-ld/v1/entities", answer);
    router_.add(net::Method::kPost, "/notify", answer);
    using enum net::Method;
    router_.add(kPost, "/ngsi-ld/v1/subscriptions", answer);
    for (const net::Method method : {kGet, kPatch, kDelete}) {
      router_.add(method, "/ngsi-ld/v1/subscriptions/{id}", answer);
    }
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
  // Where a POST is answered otherwise; 0: as everything.
  void answer_posts(int status) {
    const std::lock_guard lock(mutex_);
    post_status_ = status;
  }
  // What is answered where a map is asked for (0: as everything), and the header that tells of a
  // map in all answers (empty: none).
  void answer_maps(int status, std::string body, std::string map) {
    const std::lock_guard lock(mutex_);
    map_status_ = status;
    map_body_ = std::move(body);
    map_ = std::move(map);
  }
  // All requests so far: targets and header lines.
  std::vector<std::string> heads() {
    const std::lock_guard lock(mutex_);
    return heads_;
  }
  std::string asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  // All that was asked so far, the bodies that came with it.
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
  int post_status_ = 0;
  std::string body_ = "[]";
  int map_status_ = 404;  // it makes none
  std::string map_body_;
  std::string map_;
  std::string asked_;
  std::vector<std::string> heads_;
  std::vector<std::string> bodies_;
  std::unique_ptr<net::Server> server_;
};

}  // namespace revier::federation::test
