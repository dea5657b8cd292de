// SPDX-License-Identifier: EUPL-1.2
// What handlers can rely on and what clients get: answers, caching, coding, waiting, streams.
#include "net/server.h"

#include <brotli/decode.h>
#include <gmock/gmock.h>
#include <zlib.h>

#include <thread>

#include "base/metrics.h"
#include "net/detail/server_fixture.h"

namespace revier::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AnswerTest : public ServerTest {
 protected:
  // "/text": a body that compresses well and starts with `start`.
  void add_text(std::string type, std::size_t bytes) {
    get("/text",
        [type, bytes](Request&) { return Response::text(200, type, std::string(bytes, 'x')); });
  }
};

TEST_F(AnswerTest, HasTheFieldsOfEveryAnswer) {
  const Answer answer = ask(simple("GET /?q=1"));
  EXPECT_EQ(answer.head,
            "HTTP/1.1 200 OK\r\nDate: Mon, 20 Jan 2025 08:00:00 GMT\r\n"
            "Content-Type: text/plain\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Length: 2\r\n\r\n");
  clock_.advance(Duration::seconds(1));
  EXPECT_EQ(ask(simple("GET /")).field("Date"), "Mon, 20 Jan 2025 08:00:01 GMT");
}

TEST_F(AnswerTest, HasNoBodyWhereNoneMayBe) {
  get("/wrong", [](Request&) { return Response::text(204, "text/plain", "body"); });
  start();
  Client client(server_->address());
  client.send(simple("HEAD /") + simple("GET /wrong") + simple("OPTIONS /echo") + simple("GET /"));
  const Answer head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("Content-Length"), "2");
  const Answer empty = client.read();
  EXPECT_EQ(empty.status, 204);
  EXPECT_EQ(empty.field("Content-Length"), "");
  EXPECT_EQ(client.read().field("Allow"), "POST, OPTIONS");
  EXPECT_EQ(client.read().body, "hi");
}

TEST_F(AnswerTest, TellsErrorsAsProblemsOrByThePageThatWasSet) {
  const Answer problem = ask(simple("DELETE /echo"));
  EXPECT_EQ(problem.status, 405);
  EXPECT_EQ(problem.field("Allow"), "POST, OPTIONS");
  EXPECT_EQ(problem.field("Content-Type"), "application/problem+json");
  EXPECT_THAT(problem.body, HasSubstr(R"("status":405)"));
  server_->stop();
  server_.reset();
  router_.set_error_page([](const Request& request, const Error& error) {
    return Response::text(describe(error.code).status, "text/html", std::string(request.path));
  });
  EXPECT_EQ(ask(simple("GET /no/where")).body, "/no/where");
}

TEST_F(AnswerTest, SurvivesExceptionsOfHandlers) {
  get("/throws", [](Request&) -> Response { throw std::runtime_error("secret"); });
  get_async("/throws/late", [](Request&) -> Task<Response> {
    co_await yield_now();
    throw std::runtime_error("secret");
  });
  start();
  Client client(server_->address());
  for (const std::string_view path : {"GET /throws", "GET /throws/late"}) {
    const Answer answer = client.send(simple(path)).read();
    EXPECT_EQ(answer.status, 500);
    EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  }
  EXPECT_EQ(client.send(simple("GET /")).read().body, "hi");
}

TEST_F(AnswerTest, LetsNoValueBeginAField) {
  get("/go",
      [](Request& request) { return Response::see_other(request.query_param("to").value_or("")); });
  const Answer answer = ask(simple("GET /go?to=/x%0D%0ASet-Cookie:%20a=b"));
  EXPECT_EQ(answer.field("Location"), "/x  Set-Cookie: a=b");
  EXPECT_EQ(answer.field("Set-Cookie"), "");
}

TEST_F(AnswerTest, SendsNothingTheClientHas) {
  get("/page", [](Request&) { return Response::text(200, "text/html", "<p>"); });
  get("/own", [](Request&) { return Response::json(200, "{}").header("ETag", "\"7\""); });
  get("/private", [](Request&) {
    return Response::text(200, "text/html", "<p>").header("Cache-Control", "no-store");
  });
  const std::string etag = ask(simple("GET /page")).field("ETag");
  EXPECT_THAT(etag, testing::StartsWith("\""));
  const Answer same = ask(simple("GET /page", fmt::format("If-None-Match: \"a\", W/{}\r\n", etag)));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.field("ETag"), etag);
  EXPECT_EQ(same.field("Content-Type"), "");
  EXPECT_EQ(same.field("Content-Length"), "");
  EXPECT_EQ(ask(simple("GET /page", "If-None-Match: \"a\"\r\n")).status, 200);
  EXPECT_EQ(ask(simple("GET /own", "If-None-Match: \"7\"\r\n")).status, 304);
  EXPECT_EQ(ask(simple("HEAD /own", "If-None-Match: *\r\n")).status, 304);
  EXPECT_EQ(ask(simple("GET /private")).field("ETag"), "");
}

std::string unbrotli(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  std::size_t size = out.size();
  EXPECT_EQ(
      BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()),
                              &size, reinterpret_cast<std::uint8_t*>(out.data())),
      BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(size);
  return out;
}

std::string ungzip(const std::string& bytes) {
  std::string out(1 << 20, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST_F(AnswerTest, CompressesText) {
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i) text += fmt::format("{} ", i);
  get("/text", [text](Request&) { return Response::json(200, text); });
  const std::string plain_tag = ask(simple("GET /text")).field("ETag");
  const Answer brotli = ask(simple("GET /text", "Accept-Encoding: gzip;q=1.0, br;q=0.9, zstd\r\n"));
  EXPECT_EQ(brotli.field("Content-Encoding"), "br");
  EXPECT_EQ(brotli.field("Vary"), "Accept-Encoding");
  EXPECT_NE(brotli.field("ETag"), plain_tag);
  EXPECT_TRUE(unbrotli(brotli.body) == text);
  const Answer gzip = ask(simple("GET /text", "Accept-Encoding: br;q=0, GZIP\r\n"));
  EXPECT_EQ(gzip.field("Content-Encoding"), "gzip");
  EXPECT_TRUE(ungzip(gzip.body) == text);
  const std::string asks_again =
      fmt::format("Accept-Encoding: br\r\nIf-None-Match: {}\r\n", brotli.field("ETag"));
  EXPECT_EQ(ask(simple("GET /text", asks_again)).status, 304);
  EXPECT_EQ(ask(simple("GET /text")).field("Vary"), "Accept-Encoding");
}

TEST_F(AnswerTest, LeavesOtherBodiesAlone) {
  get("/small", [](Request&) { return Response::json(200, std::string(1'023, 'x')); });
  get("/png", [](Request&) { return Response::text(200, "image/png", std::string(5'000, 'x')); });
  get("/secret", [](Request&) {
    Response response = Response::text(200, "text/html", std::string(5'000, 'x'));
    response.compressible = false;
    return response;
  });
  get("/packed", [](Request&) {
    return Response::text(200, "text/css", std::string(5'000, 'x'))
        .header("Content-Encoding", "br");
  });
  for (const std::string_view path : {"/small", "/png", "/secret", "/packed"}) {
    const Answer answer = ask(simple(fmt::format("GET {}", path), "Accept-Encoding: gzip, br\r\n"));
    EXPECT_EQ(answer.field("Content-Encoding"), path == "/packed" ? "br" : "") << path;
    EXPECT_EQ(answer.field("Vary"), "") << path;
    EXPECT_EQ(answer.body.size(), path == "/small" ? 1'023U : 5'000U) << path;
  }
}

TEST_F(AnswerTest, SendsBodiesOfEveryKind) {
  static const std::string kLarge(8 << 20, 'y');
  const auto shared = std::make_shared<const std::string>("shared");
  get("/static", [](Request&) {
    Response response;
    response.body = std::string_view(kLarge);
    return response;
  });
  get("/shared", [shared](Request&) {
    Response response;
    response.body = shared;
    return response;
  });
  start();
  Client slow(server_->address(), 4'096);
  slow.send(simple("GET /static") + simple("GET /shared"));
  EXPECT_TRUE(slow.read().body == kLarge);
  EXPECT_EQ(slow.read().body, "shared");
}

TEST_F(AnswerTest, WaitsInHandlers) {
  Pool pool(1, 1);
  get_async("/sleep", [](Request& request) -> Task<Response> {
    const auto thread = std::this_thread::get_id();
    const std::int64_t start_us = monotonic_us();
    co_await sleep_for(Duration::milliseconds(30));
    const bool waited = monotonic_us() - start_us >= 30'000;
    co_return Response::text(200, "text/plain",
                             waited && thread == std::this_thread::get_id()
                                 ? std::string(request.param("x")) + std::string(request.path)
                                 : "no");
  });
  get_async("/pool", [&pool](Request&) -> Task<Response> {
    const auto thread = std::this_thread::get_id();
    const auto other = co_await pool.run([] { return std::this_thread::get_id(); });
    const bool right = other && *other != thread && thread == std::this_thread::get_id();
    co_return Response::text(200, "text/plain", right ? "yes" : "no");
  });
  get_async("/pool/throws", [&pool](Request&) -> Task<Response> {
    const auto result = co_await pool.run([] { throw std::runtime_error("x"); });
    co_return Response::problem(result.error());
  });
  EXPECT_EQ(ask(simple("GET /sleep")).body, "/sleep");
  EXPECT_EQ(ask(simple("GET /pool")).body, "yes");
  EXPECT_EQ(ask(simple("GET /pool/throws")).status, 500);
  server_->stop();
}

TEST_F(AnswerTest, SaysThatThePoolIsFull) {
  options_.threads = 1;
  Pool pool(1, 1);
  Completion<int> release;
  Completion<int> running;
  Completion<int> asked;
  get_async("/block", [&](Request&) -> Task<Response> {
    const auto result = co_await pool.run([&] {
      running.set(0);
      release.wait();
    });
    co_return result ? Response::empty(204) : Response::problem(result.error());
  });
  get_async("/queue", [&](Request&) -> Task<Response> {
    asked.set(0);  // no other request runs on this thread before the job is in the queue
    const auto result = co_await pool.run([] {});
    co_return result ? Response::empty(204) : Response::problem(result.error());
  });
  get_async("/late", [&](Request&) -> Task<Response> {
    const auto result = co_await pool.run([] {});
    co_return result ? Response::empty(204) : Response::problem(result.error());
  });
  start();
  Client blocked(server_->address());
  blocked.send(simple("GET /block"));
  running.wait();
  Client queued(server_->address());
  queued.send(simple("GET /queue"));
  asked.wait();
  const Answer full = ask(simple("GET /late"));
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.field("Retry-After"), "1");
  release.set(0);
  EXPECT_EQ(blocked.read().status, 204);
  EXPECT_EQ(queued.read().status, 204);
  server_->stop();
}

TEST_F(AnswerTest, CountsByRoute) {
  // Metrics are the process's: a route that no earlier run has counted.
  const std::string route = fmt::format("/counted/{}/{{id}}", monotonic_us());
  get(route, [](Request&) { return Response::empty(204); });
  const std::string path = route.substr(0, route.find('{'));
  ask(simple(fmt::format("GET {}1?secret=1", path)));
  ask(simple(fmt::format("GET {}2", path)));
  server_->stop();
  EXPECT_THAT(metrics::text(),
              HasSubstr(fmt::format("revier_net_requests_total{{method=\"GET\",route=\"{}\","
                                    "status=\"2xx\"}} 2",
                                    route)));
}

TEST_F(AnswerTest, LogsNoPersonalData) {
  options_.access_log = true;
  get("/ticket/{secret}", [](Request&) { return Response::empty(204); });
  testing::internal::CaptureStderr();
  ask(simple("GET /ticket/abcdefgh?mail=a@b"));
  server_->stop();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("event=http.request method=GET route=/ticket/{secret} status=204"));
  EXPECT_THAT(log, Not(HasSubstr("abcdefgh")));
  EXPECT_THAT(log, Not(HasSubstr("a@b")));
  EXPECT_THAT(log, Not(HasSubstr("127.0.0.1")));
}

class StreamTest : public ServerTest {
 protected:
  StreamTest() {
    get("/live", [this](Request&) {
      Response response;
      response.header("Content-Type", "text/event-stream");
      response.body = Response::OnStream([this](std::shared_ptr<EventStream> stream) {
        const std::lock_guard lock(mutex_);
        stream_ = std::move(stream);
      });
      return response;
    });
  }
  std::shared_ptr<EventStream> stream() {
    for (;;) {
      {
        const std::lock_guard lock(mutex_);
        if (stream_) return std::exchange(stream_, nullptr);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  static bool closes(const EventStream& stream) {
    for (int i = 0; i < 5'000 && !stream.closed(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return stream.closed();
  }
  static std::shared_ptr<const std::string> event(std::string text) {
    return std::make_shared<const std::string>(std::move(text));
  }
  std::mutex mutex_;
  std::shared_ptr<EventStream> stream_;
};

TEST_F(StreamTest, SendsEventsUntilEitherSideEnds) {
  start();
  Client client(server_->address());
  client.send(simple("GET /live"));
  const auto first = stream();
  EXPECT_TRUE(first->send(event("data: 1\n\n")));
  EXPECT_TRUE(first->send(event("data: 2\n\n")));
  EXPECT_THAT(client.read_until("data: 2\n\n"), HasSubstr("\r\n\r\ndata: 1\n\ndata: 2\n\n"));
  first->send(event("data: 3\n\n"));
  first->close();
  EXPECT_EQ(client.read_to_end(), "data: 3\n\n");
  EXPECT_FALSE(first->send(event("data: 4\n\n")));
  std::shared_ptr<EventStream> second;
  {
    Client leaves(server_->address());
    leaves.send(simple("GET /live"));
    second = stream();
    EXPECT_FALSE(second->closed());
  }
  EXPECT_TRUE(closes(*second));
}

TEST_F(StreamTest, DropsSlowReaders) {
  start();
  Client client(server_->address(), 4'096);
  client.send(simple("GET /live"));
  const auto slow = stream();
  const auto large = event("data: " + std::string(60'000, 'x') + "\n\n");
  int sent = 0;
  while (slow->send(large) && sent < 10'000) ++sent;
  EXPECT_LT(sent, 1'000);
  EXPECT_TRUE(slow->closed());
}

TEST_F(StreamTest, EndsWithTheServer) {
  start();
  Client client(server_->address());
  client.send(simple("GET /live"));
  const auto open = stream();
  client.read_until("\r\n\r\n");
  std::thread reader([&] {
    EXPECT_EQ(client.read_to_end(), "");
    client.end();
  });
  server_->stop();
  reader.join();
  EXPECT_TRUE(open->closed());
  EXPECT_FALSE(open->send(event("data: 1\n\n")));
}

class FlowTest : public AnswerTest {
 protected:
  // "/flow": pieces "1\n", "2\n" ... up to `last`; behind `breaks_at` there is an error.
  void add_flow(int last, int breaks_at = 0) {
    get("/flow", [this, last, breaks_at](Request&) {
      Response response;
      response.body = Response::Flow{
          [this, last, breaks_at, at = 0]() mutable { return piece(++at, last, breaks_at); }};
      return std::move(response).header("Content-Type", "application/x-ndjson");
    });
    start();
  }
  Task<Result<std::string>> piece(int at, int last, int breaks_at) {
    co_await yield_now();
    made_ = at;
    if (at == breaks_at) co_return fail(Code::kUnavailable, "lost");
    co_return at > last ? std::string() : std::to_string(at) + "\n";
  }
  std::atomic<int> made_ = 0;
};

TEST_F(FlowTest, EndsABodyOfUnknownLengthWithAnEmptyPiece) {
  add_flow(3);
  Client client(server_->address());
  const Answer answer = client.send(simple("GET /flow")).read();
  EXPECT_EQ(answer.field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(answer.field("Content-Length"), "");
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "2\r\n1\n\r\n2\r\n2\n\r\n2\r\n3\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.send(simple("GET /")).read().body, "hi") << "the connection goes on";
  EXPECT_EQ(client.send(simple("HEAD /flow")).read(true).field("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.send(simple("GET /")).read().body, "hi");
}

TEST_F(FlowTest, IsForOldClientsWhatComesUntilTheEnd) {
  add_flow(2);
  Client client(server_->address());
  const Answer answer = client.send("GET /flow HTTP/1.0\r\nHost: localhost\r\n\r\n").read();
  EXPECT_THAT(answer.head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_EQ(client.read_to_end(), "1\n2\n");
}

TEST_F(FlowTest, IsNotEndedWhereItBreaks) {
  add_flow(9, 2);
  Client client(server_->address());
  client.send(simple("GET /flow") + simple("GET /")).read();
  EXPECT_EQ(client.read_to_end(), "2\r\n1\n\r\n") << "a cut body must not look whole";
}

TEST_F(FlowTest, IsMadeNoFasterThanItIsTaken) {
  constexpr int kMegabytes = 50;
  get("/flow", [this](Request&) {
    Response response;
    response.body = Response::Flow{[this]() -> Task<Result<std::string>> {
      co_return ++made_ > kMegabytes ? std::string() : std::string(std::size_t{1} << 20, 'x');
    }};
    return response;
  });
  start();
  Client slow(server_->address(), 4'096);
  slow.send("GET /flow HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(ask(simple("GET /")).body, "hi");
  EXPECT_LT(made_, kMegabytes) << "nobody took them, and all are made";
  slow.read();
  EXPECT_EQ(slow.read_to_end().size(), std::size_t{kMegabytes} << 20);
}

TEST_F(FlowTest, IsCompressedForThoseWhoTakeIt) {
  add_flow(2'000);
  Client client(server_->address());
  const Answer answer =
      client.send("GET /flow HTTP/1.0\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n").read();
  EXPECT_EQ(answer.field("Content-Encoding"), "gzip");
  const std::string text = ungzip(client.read_to_end());
  EXPECT_THAT(text, testing::StartsWith("1\n2\n3\n"));
  EXPECT_THAT(text, testing::EndsWith("\n1999\n2000\n"));
}

}  // namespace
}  // namespace revier::net
