// SPDX-License-Identifier: EUPL-1.2
#include "net/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "net/detail/peers.h"
#include "net/detail/server_fixture.h"

namespace revier::net {
namespace {

class ClientTest : public ServerTest {
 protected:
  Reply must(Outgoing request) {
    auto reply = client({"127.0.0.0/8"}).send_blocking(std::move(request));
    EXPECT_TRUE(reply.has_value()) << (reply ? "" : reply.error().message);
    return reply ? *std::move(reply) : Reply{};
  }
  Code error_of(Outgoing request, std::vector<std::string> allowed = {"127.0.0.0/8"}) {
    const auto reply = client(std::move(allowed)).send_blocking(std::move(request));
    EXPECT_FALSE(reply.has_value());
    return reply ? Code::kInternalError : reply.error().code;
  }
  net::Client& client(std::vector<std::string> allowed) {
    client_ = net::Client::open({.allowed = std::move(allowed)}).value();
    return *client_;
  }
  std::string url(std::string_view path) { return fmt::format("http://{}{}", start(), path); }

  std::unique_ptr<net::Client> client_;
};

TEST_F(ClientTest, SendsAndReads) {
  std::string seen;
  router_.add(Method::kPost, "/in", [&seen](Request& request) {
    seen = fmt::format("{} {} {}", request.header("Content-Type").value_or(""),
                       request.header("X-Empty").value_or("missing"), request.body);
    return Response::text(201, "text/plain", "made").header("X-Answer", " yes ");
  });
  const Reply reply = must({.url = url("/in"),
                            .headers = {{"Content-Type", "text/x"}, {"X-Empty", ""}},
                            .body = "hello"});
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(reply.body, "made");
  EXPECT_EQ(reply.header("x-answer"), "yes");
  EXPECT_EQ(seen, "text/x  hello");
}

TEST_F(ClientTest, FollowsNoRedirect) {
  get("/away", [](Request&) { return Response::see_other("/"); });
  const Reply reply = must({.method = Method::kGet, .url = url("/away")});
  EXPECT_EQ(reply.status, 303);
}

TEST_F(ClientTest, RefusesPrivateAddresses) {
  const std::string own = url("/");
  EXPECT_EQ(error_of({.method = Method::kGet, .url = own}, {}), Code::kForbidden);
  EXPECT_EQ(error_of({.method = Method::kGet, .url = own}, {"10.0.0.0/8"}), Code::kForbidden);
  // A name is resolved first, and other ways to write an address lead to the same one.
  const std::string port = own.substr(own.rfind(':'));
  for (const char* host : {"localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"}) {
    const std::string other = fmt::format("http://{}{}", host, port);
    EXPECT_EQ(error_of({.method = Method::kGet, .url = other}, {}), Code::kForbidden) << host;
  }
}

TEST_F(ClientTest, KnowsPrivateAddresses) {
  for (const char* text : {"127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254",
                           "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::",
                           "fd00::1", "fe80::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::"}) {
    EXPECT_TRUE(detail::is_private(detail::parse_address(text).value())) << text;
  }
  for (const char* text :
       {"8.8.8.8", "172.32.0.1", "192.169.0.1", "100.128.0.1", "223.255.255.1", "2a00:1450::1"}) {
    EXPECT_FALSE(detail::is_private(detail::parse_address(text).value())) << text;
  }
}

TEST_F(ClientTest, RefusesWhatIsNoRequest) {
  EXPECT_EQ(error_of({.url = "file:///etc/passwd"}), Code::kBadRequestData);
  EXPECT_EQ(error_of({.url = "no url"}), Code::kBadRequestData);
  const std::string own = url("/");
  EXPECT_EQ(error_of({.url = own, .headers = {{"X", "a\r\nY: b"}}}), Code::kBadRequestData);
  EXPECT_EQ(error_of({.url = own, .headers = {{"X y", "a"}}}), Code::kBadRequestData);
}

TEST_F(ClientTest, BoundsTimeAndBytes) {
  get_async("/slow", [](Request&) -> Task<Response> {
    co_await sleep_for(Duration{2'000'000});
    co_return Response::empty(204);
  });
  get("/large",
      [](Request&) { return Response::text(200, "text/plain", std::string(5'000, 'x')); });
  const std::string own = url("");
  EXPECT_EQ(error_of({.method = Method::kGet, .url = own + "/slow", .deadline_ms = 100}),
            Code::kTimeout);
  EXPECT_EQ(error_of({.method = Method::kGet, .url = own + "/large", .reply_bytes_max = 4'999}),
            Code::kTooLarge);
  EXPECT_EQ(
      must({.method = Method::kGet, .url = own + "/large", .reply_bytes_max = 5'000}).body.size(),
      5'000U);
}

TEST_F(ClientTest, KeepsConnectionsWithinTheirNumber) {
  const std::string own = url("/healthz");
  net::Client& one = client({"127.0.0.0/8"});
  std::atomic<int> good = 0, left = 500;
  for (int i = 0; i < 500; ++i) {
    one.send({.method = Method::kGet, .url = own}, [&](Result<Reply> reply) {
      if (reply && reply->status == 204) ++good;
      --left;
    });
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (left > 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(good, 500);
}

// Given a chance, libcurl repeats what went wrong on a kept connection.
TEST_F(ClientTest, RepeatsNothingByItself) {
  std::atomic<int> seen = 0;
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ASSERT_EQ(::listen(listener, 8), 0);
  const auto takes = [&seen](int connection, std::string_view end) {
    std::string text;
    char bytes[4096];
    while (!text.ends_with(end)) {
      const ssize_t got = ::recv(connection, bytes, sizeof(bytes), 0);
      if (got <= 0) return;
      text.append(bytes, static_cast<std::size_t>(got));
    }
    ++seen;
  };
  // Answers the first request of a connection and closes it after the second, without an answer.
  std::thread server([&] {
    for (int connection = ::accept(listener, nullptr, nullptr); connection >= 0;
         connection = ::accept(listener, nullptr, nullptr)) {
      const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      takes(connection, "body");
      (void)::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      takes(connection, "body");
      ::close(connection);
    }
  });
  net::Client& one = client({"127.0.0.0/8"});
  const std::string url = fmt::format("http://127.0.0.1:{}/", ntohs(address.sin_port));
  EXPECT_TRUE(one.send_blocking({.url = url, .body = "first body"}));
  EXPECT_FALSE(one.send_blocking({.url = url, .body = "second body"}));
  EXPECT_EQ(seen, 2);
  client_.reset();
  ::shutdown(listener, SHUT_RDWR);
  ::close(listener);
  server.join();
}

TEST_F(ClientTest, AnswersWhatIsUnderWayAtItsEnd) {
  get_async("/slow", [](Request&) -> Task<Response> {
    co_await sleep_for(Duration{1'000'000});
    co_return Response::empty(204);
  });
  Code code = Code::kInternalError;
  client({"127.0.0.0/8"})
      .send({.method = Method::kGet, .url = url("/slow")}, [&](const Result<Reply>& reply) {
        code = reply ? Code::kConflict : reply.error().code;
      });
  client_.reset();
  EXPECT_EQ(code, Code::kUnavailable);
}

}  // namespace
}  // namespace revier::net
