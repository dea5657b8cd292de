// SPDX-License-Identifier: EUPL-1.2
// Slow clients, too many of them, the end of the server, TLS.
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "net/detail/server_fixture.h"

namespace revier::net {
namespace {

class TimeTest : public ServerTest {
 protected:
  TimeTest() {
    options_.head_timeout_ms = 100;
    options_.idle_timeout_ms = 100;
    options_.write_timeout_ms = 100;
    options_.shutdown_timeout_ms = 5'000;
  }
  // Milliseconds until the other side ends the connection.
  static std::int64_t ms_to_end(Client& client, std::string* received = nullptr) {
    const std::int64_t start_us = monotonic_us();
    std::string all = client.read_to_end();
    if (received != nullptr) *received = std::move(all);
    return (monotonic_us() - start_us) / 1'000;
  }
};

TEST_F(TimeTest, EndsIdleConnectionsInSilence) {
  start();
  Client client(server_->address());
  client.send(simple("GET /"));
  EXPECT_EQ(client.read().body, "hi");
  std::string received;
  EXPECT_LT(ms_to_end(client, &received), 3'000);
  EXPECT_EQ(received, "");
}

TEST_F(TimeTest, EndsSlowHeads) {
  options_.idle_timeout_ms = 60'000;
  start();
  Client client(server_->address());
  client.send("GET / HTTP/1.1\r\nX: ");
  for (int i = 0; i < 20; ++i) {  // each byte in time, the whole not
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    client.send("x");
  }
  std::string received;
  EXPECT_LT(ms_to_end(client, &received), 3'000);
  EXPECT_EQ(received.substr(0, 12), "HTTP/1.1 408");
}

TEST_F(TimeTest, EndsSlowBodiesAndLetsLongOnesThrough) {
  options_.body_bytes_per_second_min = 10'000;
  start();
  for (const std::string_view fields :
       {"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    Client slow(server_->address());
    slow.send(fmt::format("POST /echo HTTP/1.1\r\nHost: localhost\r\n{}\r\n3", fields));
    std::string received;
    EXPECT_LT(ms_to_end(slow, &received), 3'000);
    EXPECT_EQ(received.substr(0, 12), "HTTP/1.1 408");
  }
  Client steady(server_->address());
  steady.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n");
  for (int i = 0; i < 10; ++i) {  // 200 ms in all, longer than head_timeout_ms
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    steady.send(std::string(2'000, 'x'));
  }
  EXPECT_EQ(steady.read().body.size(), 20'000U);
}

TEST_F(TimeTest, EndsClientsThatDoNotRead) {
  static const std::string kLarge(32 << 20, 'y');
  get("/large", [](Request&) {
    Response response;
    response.body = std::string_view(kLarge);
    return response;
  });
  start();
  Client client(server_->address(), 4'096);
  client.send(simple("GET /large"));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  std::string received;
  ms_to_end(client, &received);
  EXPECT_LT(received.size(), kLarge.size());
}

TEST_F(TimeTest, TurnsAwayWhatIsTooMuch) {
  options_.connections_max = 2;
  options_.idle_timeout_ms = 60'000;
  start();
  Client one(server_->address());
  EXPECT_EQ(one.send(simple("GET /")).read().status, 200);
  {
    Client two(server_->address());
    EXPECT_EQ(two.send(simple("GET /")).read().status, 200);
    Client three(server_->address());
    EXPECT_EQ(three.read().status, 503);
    EXPECT_TRUE(three.at_end());
  }
  int status = 0;
  for (int i = 0; i < 1'000 && status != 200; ++i) status = ask(simple("GET /")).status;
  EXPECT_EQ(status, 200);
}

TEST_F(TimeTest, LimitsConnectionsOfOneAddress) {
  options_.connections_per_address_max = 1;
  options_.idle_timeout_ms = 60'000;
  start();
  Client one(server_->address());
  EXPECT_EQ(one.send(simple("GET /")).read().status, 200);
  Client two(server_->address());
  EXPECT_EQ(two.read().status, 503);
}

TEST_F(TimeTest, FinishesWhatIsUnderWay) {
  Completion<int> running;
  Completion<int> release;
  options_.threads = 1;  // when one connection has heard of the end, all have
  options_.idle_timeout_ms = 60'000;
  get_async("/slow", [&](Request&) -> Task<Response> {
    running.set(0);
    co_await release;
    co_return Response::text(200, "text/plain", "done");
  });
  start();
  Client idle(server_->address());
  EXPECT_EQ(idle.send(simple("GET /")).read().status, 200);
  Client busy(server_->address());
  busy.send(simple("GET /slow") + simple("GET /"));
  running.wait();
  std::thread stopper([&] { server_->stop(); });
  EXPECT_TRUE(idle.at_end());
  for (int i = 0; i < 1'000 && Client(server_->address()).connected(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(Client(server_->address()).connected());
  release.set(0);
  const Answer answer = busy.read();
  EXPECT_EQ(answer.body, "done");
  EXPECT_EQ(answer.field("Connection"), "close");
  busy.end();
  stopper.join();
  EXPECT_TRUE(busy.at_end());
}

TEST_F(TimeTest, StopsWithClientsThatDoNothing) {
  options_.idle_timeout_ms = 60'000;
  options_.head_timeout_ms = 60'000;
  options_.shutdown_timeout_ms = 100;
  start();
  Client half(server_->address());
  half.send("GET / HTTP/1.1\r\n");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const std::int64_t start_us = monotonic_us();
  server_->stop();
  EXPECT_LT(monotonic_us() - start_us, 1'500'000);
  EXPECT_EQ(half.read_to_end().find("200"), std::string::npos);
}

TEST_F(TimeTest, EndsAQuietServerAtOnce) {
  start();
  const std::int64_t start_us = monotonic_us();
  server_->stop();
  server_->stop();
  EXPECT_LT(monotonic_us() - start_us, 1'000'000);
}

// A directory of its own with a certificate for localhost.
class TlsTest : public TimeTest {
 protected:
  TlsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "revier_tls_XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    options_.tls_certificate_file = directory_ + "/cert.pem";
    options_.tls_key_file = directory_ + "/key.pem";
    options_.idle_timeout_ms = 60'000;
    options_.head_timeout_ms = 60'000;
    const std::string command = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 "
        "-subj /CN=localhost -keyout {} -out {} 2>/dev/null",
        options_.tls_key_file, options_.tls_certificate_file);
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
  ~TlsTest() override { std::filesystem::remove_all(directory_); }

  struct Session {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free};
    Client tcp;
    std::unique_ptr<SSL, decltype(&SSL_free)> tls{SSL_new(context.get()), SSL_free};

    Session(const std::string& address, const std::string& authority_file) : tcp(address) {
      SSL_CTX_load_verify_file(context.get(), authority_file.c_str());
      SSL_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
      SSL_set_fd(tls.get(), tcp.descriptor());
    }
    std::string exchange(std::string_view request, std::size_t bytes) {
      SSL_write(tls.get(), request.data(), static_cast<int>(request.size()));
      std::string received;
      char part[16384];
      while (received.size() < bytes) {
        const int got = SSL_read(tls.get(), part, sizeof(part));
        if (got <= 0) break;
        received.append(part, static_cast<std::size_t>(got));
      }
      return received;
    }
  };
  std::string directory_;
};

TEST_F(TlsTest, SpeaksTls) {
  get("/large", [](Request&) {
    return Response::text(200, "application/octet-stream", std::string(3 << 20, 'z'));
  });
  get("/who", [](Request& request) { return Response::text(200, "text/plain", request.origin()); });
  start();
  Session session(server_->address(), options_.tls_certificate_file);
  ASSERT_EQ(SSL_connect(session.tls.get()), 1);
  EXPECT_STREQ(SSL_get_version(session.tls.get()), "TLSv1.3");
  const std::string who = session.exchange(simple("GET /who"), 1);
  EXPECT_NE(who.find("https://localhost"), std::string::npos);
  EXPECT_GT(session.exchange(simple("GET /large"), 3 << 20).size(), 3U << 20);
  std::string body(100'000, 'b');
  const std::string post = fmt::format(
      "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  EXPECT_GT(session.exchange(post, body.size()).size(), body.size());
  // Plain text on this port is no request.
  EXPECT_EQ(Client(server_->address()).send(simple("GET /")).read_to_end().find("HTTP/1.1 200"),
            std::string::npos);
}

TEST_F(TlsTest, EndsHandshakesThatStall) {
  options_.head_timeout_ms = 100;
  start();
  Client client(server_->address());
  EXPECT_LT(ms_to_end(client), 3'000);
}

TEST_F(TlsTest, RefusesAKeyOfAnother) {
  std::ofstream(options_.tls_key_file) << "no key";
  const auto opened = Server::open(options_, router_, clock_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find("key.pem"), std::string::npos);
}

}  // namespace
}  // namespace revier::net
