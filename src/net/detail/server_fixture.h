// SPDX-License-Identifier: EUPL-1.2
// A server with a few routes, for the tests of net.
#pragma once
#include <gtest/gtest.h>

#include "base/time.h"
#include "net/server.h"
#include "support/raw_client.h"

namespace revier::net {

class ServerTest : public testing::Test {
 protected:
  using Client = test::RawClient;
  using Answer = test::RawAnswer;

  ServerTest() {
    options_.listen = "127.0.0.1:0";
    options_.threads = 2;
    options_.access_log = false;
    router_.add(Method::kGet, "/",
                [](Request&) { return Response::text(200, "text/plain", "hi"); });
    router_.add(Method::kGet, "/healthz", [](Request&) { return Response::empty(204); });
    router_.add(Method::kPost, "/echo", [](Request& request) {
      return Response::text(200, "text/plain", std::string(request.body));
    });
  }
  ~ServerTest() override {
    if (server_) server_->stop();
  }

  void get(const std::string& pattern, Handler handler) {
    router_.add(Method::kGet, pattern, std::move(handler));
  }
  void get_async(const std::string& pattern, AsyncHandler handler) {
    router_.add(Method::kGet, pattern, std::move(handler));
  }
  // Starts the server with what was set so far.
  std::string start() {
    auto opened = Server::open(options_, router_, clock_);
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    server_ = std::move(*opened);
    server_->start();
    return server_->address();
  }
  // One request on a connection of its own, starting the server where it is not.
  Answer ask(std::string_view request) {
    const bool head_only = request.starts_with("HEAD");
    return Client(server_ ? server_->address() : start()).send(request).read(head_only);
  }
  static std::string simple(std::string_view line, std::string_view fields = "") {
    return fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", line, fields);
  }

  ServerOptions options_;
  Router router_;
  ManualClock clock_{parse_iso8601("2025-01-20T08:00:00Z").value()};
  std::unique_ptr<Server> server_;
};

}  // namespace revier::net
