// SPDX-License-Identifier: EUPL-1.2
// What the server takes and refuses, byte by byte.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "net/detail/chunked.h"
#include "net/detail/server_fixture.h"
#include "net/unnamed_proxy.h"

namespace revier::net {
namespace {

using RulesTest = ServerTest;

struct Case {
  const char* what;
  std::string request;
  int status;
};

std::string post(std::string_view fields, std::string_view body) {
  return fmt::format("POST /echo HTTP/1.1\r\nHost: localhost\r\n{}\r\n{}", fields, body);
}

const std::string kChunked = "Transfer-Encoding: chunked\r\n";

class RefusalTest : public ServerTest {
 protected:
  void expect(std::initializer_list<Case> cases) {
    start();
    for (const Case& one : cases) {
      EXPECT_EQ(ask(one.request).status, one.status) << one.what;
    }
  }
};

TEST_F(RefusalTest, OfAmbiguousLengths) {
  expect({
      {"both lengths", post(kChunked + "Content-Length: 3\r\n", "0\r\n\r\n"), 400},
      {"both lengths, other order", post("Content-Length: 3\r\n" + kChunked, "0\r\n\r\n"), 400},
      {"two lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a"), 400},
      {"a list of lengths", post("Content-Length: 1, 1\r\n", "a"), 400},
      {"signed length", post("Content-Length: +1\r\n", "a"), 400},
      {"negative length", post("Content-Length: -1\r\n", "a"), 400},
      {"huge length", post("Content-Length: 18446744073709551617\r\n", "a"), 400},
      {"empty length", post("Content-Length:\r\n", "a"), 400},
      {"gzip", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
      {"gzip alone", post("Transfer-Encoding: gzip\r\n", ""), 501},
      {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {"two encodings", post(kChunked + kChunked, "0\r\n\r\n"), 400},
      {"chunked not last", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
      {"unknown encoding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {"identity", post("Transfer-Encoding: identity\r\n", ""), 400},
      {"parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 400},
      {"vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
      {"space before colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400},
      {"chunked in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nHost: localhost\r\n" + kChunked + "\r\n0\r\n\r\n", 400},
  });
}

TEST_F(RefusalTest, OfBrokenHeads) {
  expect({
      {"folded", simple("GET /", "X: a\r\n b\r\n"), 400},
      {"folded at once", simple("GET /", "X:\r\n b\r\n"), 400},
      {"folded and empty", simple("GET /", "X:\r\n \r\n"), 400},
      {"folded encoding", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", simple("GET /", "Host: localhost\r\n"), 400},
      {"host with a path", "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400},
      {"host with a user", "GET / HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400},
      {"host with a wrong port", "GET / HTTP/1.1\r\nHost: localhost:x\r\n\r\n", 400},
      {"another host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421},
      {"absolute target", simple("GET http://localhost/"), 400},
      {"authority target", simple("CONNECT localhost:80"), 501},
      {"asterisk", simple("OPTIONS *"), 400},
      {"fragment", simple("GET /#x"), 400},
      {"no ASCII in target", simple("GET /\xC3\xA4"), 400},
      {"control in target", simple("GET /\x01"), 400},
      {"control in value",
       simple("GET /",
              "X: a\x01"
              "b\r\n"),
       400},
      {"NUL in value", simple("GET /", std::string_view("X: a\0b\r\n", 8)), 400},
      {"bare LF in value", simple("GET /", "X: a\nHost: b\r\n"), 400},
      {"bare CR in value", simple("GET /", "X: a\rb\r\n"), 400},
      {"bare LF after the line", "GET / HTTP/1.1\nHost: localhost\n\n", 400},
      {"field without colon", simple("GET /", "X\r\n"), 400},
      {"empty name", simple("GET /", ": x\r\n"), 400},
      {"unknown method", simple("BREW /"), 501},
      {"small letters", simple("get /"), 501},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"no HTTP", "\x16\x03\x01\x02", 400},
      {"double space", "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
      {"wrong escape in query", simple("GET /?a=%zz"), 400},
      {"wrong UTF-8 in query", simple("GET /?a=%FF"), 400},
      {"way out", simple("GET /../etc/passwd"), 400},
      {"no route", simple("GET /nothing"), 404},
      {"no method there", simple("DELETE /"), 405},
  });
}

TEST_F(RefusalTest, OfBrokenBodies) {
  expect({
      {"body too large", post("Content-Length: 1048577\r\n", ""), 413},
      {"chunk too large", post(kChunked, "100001\r\n"), 413},
      {"chunk size not hex", post(kChunked, "x\r\n"), 400},
      {"chunk size with 0x", post(kChunked, "0x1\r\na\r\n0\r\n\r\n"), 400},
      {"chunk size too long", post(kChunked, "0000000000000000001\r\na\r\n0\r\n\r\n"), 400},
      {"chunk with space", post(kChunked, "1 \r\na\r\n0\r\n\r\n"), 400},
      {"chunk with LF", post(kChunked, "1\na\r\n0\r\n\r\n"), 400},
      {"chunk longer than said", post(kChunked, "1\r\nab\r\n0\r\n\r\n"), 400},
      {"LF in extension", post(kChunked, "1;x=\"\n\"\r\na\r\n0\r\n\r\n"), 400},
  });
}

TEST_F(RulesTest, EndsTheConnectionWhereTheNextRequestIsUnsure) {
  start();
  // The smuggled request must not be answered.
  for (const std::string_view fields :
       {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Transfer-Encoding: gzip\r\n",
        "Content-Length: 1048577\r\n", "Transfer-Encoding:\r\n chunked\r\n"}) {
    Client client(server_->address());
    client.send(post(fields, "0\r\n\r\n") + simple("GET /"));
    const std::string all = client.read_to_end();
    EXPECT_EQ(all.find("HTTP/1.1 200"), std::string::npos) << fields;
    EXPECT_NE(all.find("Connection: close\r\n"), std::string::npos) << fields;
  }
}

TEST_F(RulesTest, LimitsTheHead) {
  options_.head_bytes_max = 1'024;
  options_.fields_max = 5;
  start();
  const auto with_bytes = [](std::size_t bytes) {
    const std::string rest = simple("GET /", "X: \r\n");
    return simple("GET /", "X: " + std::string(bytes - rest.size(), 'x') + "\r\n");
  };
  EXPECT_EQ(ask(with_bytes(1'024)).status, 200);
  EXPECT_EQ(ask(with_bytes(1'025)).status, 431);
  EXPECT_EQ(ask(simple("GET /" + std::string(5'000, 'x'))).status, 431);
  EXPECT_EQ(ask(simple("GET /", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n")).status, 200);
  EXPECT_EQ(ask(simple("GET /", "A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n")).status, 431);
}

TEST_F(RulesTest, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  start();
  Client client(server_->address());
  std::string many;
  for (int i = 0; i < 500; ++i) {
    many += post("Content-Length: 3\r\n", fmt::format("{:03}", i));
  }
  client.send(many);
  for (int i = 0; i < 500; ++i) ASSERT_EQ(client.read().body, fmt::format("{:03}", i));
  client.send("\r\n" + simple("GET /"));  // an empty line before a request is passed over
  EXPECT_EQ(client.read().body, "hi");
  client.send(simple("GET /nothing") + simple("GET /", "Connection: close\r\n") + simple("GET /"));
  EXPECT_EQ(client.read().status, 404);
  const Answer last = client.read();
  EXPECT_EQ(last.field("Connection"), "close");
  EXPECT_TRUE(client.at_end());
}

TEST_F(RulesTest, HonoursConnectionOfHttp10) {
  start();
  Client client(server_->address());
  client.send("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(client.read().field("Connection"), "keep-alive");
  client.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read().body, "hi");
  EXPECT_TRUE(client.at_end());
}

TEST_F(RulesTest, TakesBytesOneByOne) {
  start();
  Client client(server_->address());
  const std::string chunks = "3;a=\"b\"\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
  for (const char c : post("Transfer-Encoding: Chunked\r\n", chunks) + simple("GET /")) {
    client.send({&c, 1});
  }
  EXPECT_EQ(client.read().body, "abc0123456789");
  EXPECT_EQ(client.read().body, "hi");
}

TEST_F(RulesTest, TakesLargeBodies) {
  start();
  std::string body;
  for (int i = 0; body.size() < 1'000'000; ++i) body += fmt::format("{} ", i);
  Client client(server_->address());
  client.send(post(fmt::format("Content-Length: {}\r\n", body.size()), body));
  EXPECT_TRUE(client.read().body == body);
  std::string chunks;
  for (std::size_t i = 0; i < body.size(); i += 7'777) {
    const auto part = std::string_view(body).substr(i, 7'777);
    chunks += fmt::format("{:x}\r\n{}\r\n", part.size(), part);
  }
  client.send(post("Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n") + simple("GET /"));
  EXPECT_TRUE(client.read().body == body);
  EXPECT_EQ(client.read().body, "hi");
}

TEST_F(RulesTest, LimitsBodiesWithoutARoute) {
  start();
  const auto status = [&](std::size_t announced) {
    Client client(server_->address());
    client.send(simple("OPTIONS /echo", fmt::format("Content-Length: {}\r\n", announced)));
    if (announced <= 65'536) client.send(std::string(announced, 'x'));
    return client.read().status;
  };
  EXPECT_EQ(status(65'536), 204);
  EXPECT_EQ(status(65'537), 413);
  EXPECT_EQ(status(std::size_t{1} << 40), 413);
}

TEST_F(RulesTest, AsksForTheBodyThatIsExpected) {
  start();
  Client client(server_->address());
  client.send(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""));
  EXPECT_EQ(client.read().status, 100);
  client.send("ab");
  EXPECT_EQ(client.read().body, "ab");
  client.send(post("Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n", ""));
  EXPECT_EQ(client.read().status, 100);
  client.send("1\r\nc\r\n0\r\n\r\n");
  EXPECT_EQ(client.read().body, "c");
  // Refused before the body is sent.
  client.send(post("Expect: 100-continue\r\nContent-Length: 9999999\r\n", ""));
  EXPECT_EQ(client.read().status, 413);
  EXPECT_TRUE(client.at_end());
}

TEST_F(RulesTest, AnswersForItsNamesOnly) {
  options_.names = {"hub.example", "[2001:db8::1]"};
  start();
  const auto status = [&](std::string_view host, std::string_view path = "/") {
    return ask(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, host)).status;
  };
  EXPECT_EQ(status("hub.example"), 200);
  EXPECT_EQ(status("HUB.example:8443"), 200);
  EXPECT_EQ(status("[2001:db8::1]:80"), 200);
  EXPECT_EQ(status("localhost"), 421);
  EXPECT_EQ(status("hub.example.evil.example"), 421);
  EXPECT_EQ(status("localhost", "/healthz"), 204);
}

TEST_F(RulesTest, BelievesOnlyItsProxies) {
  get("/who", [](Request& request) {
    return Response::text(200, "text/plain", request.client_address + " " + request.origin());
  });
  const std::string request =
      simple("GET /who",
             "X-Forwarded-For: 6.6.6.6, 198.51.100.7\r\nX-Forwarded-For: 10.1.2.3\r\n"
             "X-Forwarded-Proto: https\r\nX-Forwarded-Host: 127.0.0.1:444\r\n");
  EXPECT_EQ(ask(request).body, "127.0.0.1 http://localhost");
  EXPECT_EQ(unnamed_proxy(), "127.0.0.1");
  server_->stop();
  server_.reset();
  options_.proxies = {"127.0.0.0/8", "10.0.0.0/8"};
  EXPECT_EQ(ask(request).body, "198.51.100.7 https://127.0.0.1:444");
  EXPECT_EQ(ask(simple("GET /who", "X-Forwarded-Host: evil.example\r\n")).status, 421);
  EXPECT_EQ(ask(simple("GET /who", "X-Forwarded-For: nonsense\r\n")).body,
            "127.0.0.1 http://localhost");
}

TEST(ServerOptions, AreChecked) {
  const Router router;
  const RealClock clock;
  const auto opens = [&](const ServerOptions& options) {
    return Server::open(options, router, clock).has_value();
  };
  EXPECT_TRUE(opens({.listen = "127.0.0.1:0"}));
  EXPECT_FALSE(opens({.listen = "127.0.0.1"}));
  EXPECT_FALSE(opens({.listen = "127.0.0.1:99999"}));
  EXPECT_FALSE(opens({.listen = "127.0.0.1:0", .proxies = {"10.0.0.0/33"}}));
  EXPECT_FALSE(opens({.listen = "127.0.0.1:0", .tls_certificate_file = "/nothing"}));
  EXPECT_FALSE(opens(
      {.listen = "127.0.0.1:0", .tls_certificate_file = "/nothing", .tls_key_file = "/nothing"}));
  const auto first = Server::open({.listen = "127.0.0.1:0"}, router, clock);
  EXPECT_FALSE(opens({.listen = (*first)->address()}));
}

// However a message is cut, the decoder comes to the same.
RC_GTEST_PROP(Chunks, DoNotDependOnReads, (const std::vector<std::string>& parts, bool broken)) {
  std::string wire;
  std::string want;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    wire += fmt::format("{:x};e\r\n{}\r\n", part.size(), part);
    want += part;
  }
  wire += broken ? "0\r\nT: v\r\n\rX" : "0\r\nT: v\r\n\r\nNEXT";
  detail::ChunkDecoder decoder(1 << 20);
  std::string body;
  Result<bool> done = false;
  std::string_view rest = wire;
  while (!rest.empty() && done && !*done) {
    const std::size_t bytes = *rc::gen::inRange<std::size_t>(1, rest.size() + 1);
    std::string_view read = rest.substr(0, bytes);
    done = decoder.feed(read, body);
    rest.remove_prefix(bytes - read.size());
  }
  RC_ASSERT(done.has_value() != broken);
  RC_ASSERT(body == want);
  if (!broken) RC_ASSERT(*done && rest == "NEXT");
}

}  // namespace
}  // namespace revier::net
