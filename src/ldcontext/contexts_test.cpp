// SPDX-License-Identifier: EUPL-1.2
// Stored @contexts over real sockets: a broker, and a site that serves documents.
#include "ldcontext/contexts.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>

#include "base/run_task.h"
#include "context/api.h"
#include "ldcontext/api.h"
#include "ldcontext/detail/download.h"
#include "ldcontext/detail/rows.h"
#include "net/server.h"
#include "support/context_world.h"
#include "support/raw_client.h"

namespace revier::ldcontext {
namespace {

using context::test::must;
using context::test::World;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kRooms =
    R"({"@context":{"Raum":"https://herne.example/Room"},"more":1})";

std::unique_ptr<net::Server> serve_at(const net::Router& router, const Clock& clock) {
  net::ServerOptions options;
  options.listen = "127.0.0.1:0";
  options.threads = 1;
  options.access_log = false;
  auto server = must(net::Server::open(options, router, clock));
  server->start();
  return server;
}

// Serves one document and counts how often it is asked for.
class Origin {
 public:
  Origin() {
    router_.add(net::Method::kGet, "/c.jsonld", [this](net::Request&) {
      ++asked;
      const std::lock_guard lock(mutex_);
      net::Response response = net::Response::text(status_, "application/ld+json", text_);
      for (const auto& [name, value] : fields_) response.header(name, value);
      return response;
    });
    router_.add(net::Method::kGet, "/moved", [](net::Request&) {
      return net::Response::empty(302).header("Location", "/c.jsonld");
    });
    router_.add(net::Method::kGet, "/circle", [](net::Request&) {
      return net::Response::empty(302).header("Location", "circle");
    });
    router_.add(net::Method::kGet, "/page", [](net::Request&) {
      return net::Response::text(200, "text/html", "<p>")
          .header("Link", R"(</c.jsonld>; rel="alternate"; type="application/ld+json")");
    });
    server_ = serve_at(router_, clock_);
  }
  ~Origin() { server_->stop(); }

  std::string url(std::string_view path = "/c.jsonld") const {
    return fmt::format("http://{}{}", server_->address(), path);
  }
  void answer(int status, std::string text,
              std::vector<std::pair<std::string, std::string>> fields = {}) {
    const std::lock_guard lock(mutex_);
    status_ = status;
    text_ = std::move(text);
    fields_ = std::move(fields);
  }
  std::atomic<int> asked = 0;

 private:
  net::Router router_;
  RealClock clock_;
  std::mutex mutex_;
  int status_ = 200;
  std::string text_ = std::string(kRooms);
  std::vector<std::pair<std::string, std::string>> fields_;
  std::unique_ptr<net::Server> server_;
};

identity::Caller everything(const net::Request&) {
  using identity::Caller;
  const identity::ActionSet actions =
      identity::bit(identity::Action::kDataRead) | identity::bit(identity::Action::kDataWrite);
  Caller::Subject subject{"t", "test", {{actions, identity::ScopeKind::kInstance, {}, {}}}, {}};
  return {Caller::Kind::kToken, std::make_shared<const Caller::Subject>(std::move(subject))};
}

class ContextsTest : public testing::Test {
 protected:
  ContextsTest() { open({}); }
  ~ContextsTest() override { close(); }

  void open(Options options) {
    catalogue_ = must(
        jsonld::Catalogue::make({.documents = {{"https://given.example/c", std::string(kRooms)}}}));
    contexts_ = must(Contexts::open({.store = world_.store(),
                                     .catalogue = *catalogue_,
                                     .client = *client_,
                                     .clock = clock_,
                                     .options = options}));
    router_.emplace();
    const context::Access access{everything, [](std::string_view) { return true; }};
    context::add_routes(*router_, world_.broker(), *catalogue_, access, {}, contexts_.get());
    add_routes(*router_, *contexts_, {world_.broker(), *catalogue_, access, {}, contexts_.get()});
    server_ = serve_at(*router_, real_clock_);
  }
  void close() {
    server_->stop();
    server_.reset();
    contexts_.reset();
  }
  void restart(Options options = {}) {
    close();
    world_.reopen();
    open(options);
  }

  test::RawAnswer ask(std::string_view method, std::string_view path, std::string_view body = "",
                      std::string_view fields = "") {
    std::string request =
        fmt::format("{} /ngsi-ld/v1{} HTTP/1.1\r\nHost: localhost\r\n{}", method, path, fields);
    if (!body.empty()) {
      request +=
          fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    request.append("\r\n").append(body);
    return test::RawClient(server_->address()).send(request).read();
  }
  test::RawAnswer make_room(std::string_view id, std::string_view context) {
    const std::string link =
        fmt::format("Link: <{}>; rel=\"http://www.w3.org/ns/json-ld#context\"\r\n", context);
    return ask("POST", "/entities", fmt::format(R"({{"id":"{}","type":"Raum"}})", id), link);
  }
  static std::string encoded(std::string_view url) { return context::percent_encoded(url); }
  test::RawAnswer details(std::string_view id) {
    return ask("GET", fmt::format("/jsonldContexts/{}?details=true", encoded(id)));
  }
  std::string hosted(std::string_view body = kRooms, std::string_view fields = "") {
    const auto added = ask("POST", "/jsonldContexts", body, fields);
    EXPECT_EQ(added.status, 201) << added.body;
    return added.field("Location");
  }
  std::string id_of(std::string_view location) {
    return std::string(location.substr(kServedAt.size()));
  }

  Origin origin_;
  World world_;
  RealClock real_clock_;
  ManualClock clock_{parse_iso8601("2025-01-20T08:00:00Z").value()};
  std::unique_ptr<net::Client> client_ = must(net::Client::open({.allowed = {"127.0.0.0/8"}}));
  std::unique_ptr<jsonld::Catalogue> catalogue_;
  std::unique_ptr<Contexts> contexts_;
  std::optional<net::Router> router_;
  std::unique_ptr<net::Server> server_;
};

TEST_F(ContextsTest, HostsWhatAClientGives) {
  const std::string location = hosted();
  ASSERT_TRUE(location.starts_with(kServedAt));
  EXPECT_EQ(ask("GET", "/jsonldContexts/" + id_of(location)).body,
            R"({"@context":{"Raum":"https://herne.example/Room"}})");
  EXPECT_THAT(details(id_of(location)).body, HasSubstr(R"("kind":"Hosted")"));
  EXPECT_THAT(ask("GET", "/jsonldContexts?kind=Hosted").body,
              HasSubstr("http://localhost" + location));
  EXPECT_EQ(ask("GET", "/jsonldContexts?kind=ImplicitlyCreated").body, "[]");
  EXPECT_EQ(ask("GET", "/jsonldContexts?kind=Other").status, 400);
  // Under any name of this server, and after a restart.
  EXPECT_EQ(make_room("urn:r:1", "https://other.name:8443" + location).status, 201);
  restart();
  EXPECT_EQ(make_room("urn:r:2", "http://localhost" + location).status, 201);
  EXPECT_THAT(ask("GET", "/entities/urn:r:2").body, HasSubstr("https://herne.example/Room"));
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + id_of(location) + "?reload=true").status, 400);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + id_of(location)).status, 204);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + id_of(location)).status, 404);
  EXPECT_EQ(make_room("urn:r:3", "http://localhost" + location).status, 504);
  restart();
  EXPECT_EQ(ask("GET", "/jsonldContexts/" + id_of(location)).status, 404);
}

TEST_F(ContextsTest, RefusesWhatIsNoContext) {
  EXPECT_THAT(ask("POST", "/jsonldContexts", R"({"A":"urn:a"})").body, HasSubstr("InvalidRequest"));
  for (const char* wrong :
       {R"({"@context":42})", R"({"@context":true})", R"({"@context":["https://x.example",7]})",
        R"({"@context":{"a":{"@id":17}}})"}) {
    const auto answer = ask("POST", "/jsonldContexts", wrong);
    EXPECT_EQ(answer.status, 400) << wrong;
    EXPECT_THAT(answer.body, HasSubstr("BadRequestData")) << wrong;
  }
  EXPECT_EQ(ask("GET", "/jsonldContexts?kind=Hosted").body, "[]");
}

TEST_F(ContextsTest, KeepsTenantsApart) {
  constexpr std::string_view kHerne = "NGSILD-Tenant: herne\r\n";
  const std::string location = hosted(kRooms, kHerne);
  EXPECT_EQ(ask("GET", "/jsonldContexts?kind=Hosted").body, "[]");
  EXPECT_EQ(details(id_of(location)).status, 404);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + id_of(location)).status, 404);
  // Who knows it may read it: receivers of notifications send no tenant.
  EXPECT_EQ(ask("GET", "/jsonldContexts/" + id_of(location)).status, 200);
  EXPECT_EQ(ask("GET", "/jsonldContexts/" + id_of(location), "", kHerne).status, 200);
  EXPECT_EQ(
      ask("GET", "/jsonldContexts/" + id_of(location), "", "NGSILD-Tenant: bochum\r\n").status,
      404);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + id_of(location), "", kHerne).status, 204);
}

TEST_F(ContextsTest, HoldsNoMoreThanItMay) {
  restart({.hosted_max = 1});
  hosted();
  EXPECT_EQ(ask("POST", "/jsonldContexts", kRooms).status, 507);
  EXPECT_EQ(ask("POST", "/jsonldContexts", kRooms, "NGSILD-Tenant: herne\r\n").status, 201);
}

TEST_F(ContextsTest, DownloadsOnceAndKeepsTheCopy) {
  ASSERT_EQ(make_room("urn:r:1", origin_.url()).status, 201);
  ASSERT_EQ(make_room("urn:r:2", origin_.url()).status, 201);
  EXPECT_EQ(origin_.asked, 1);
  EXPECT_THAT(details(origin_.url()).body, HasSubstr(R"("kind":"Cached")"));
  EXPECT_EQ(ask("GET", "/jsonldContexts/" + encoded(origin_.url())).status, 422);
  EXPECT_THAT(ask("GET", "/jsonldContexts?kind=Cached").body, HasSubstr(origin_.url()));
  origin_.answer(500, "");
  restart();
  EXPECT_EQ(make_room("urn:r:3", origin_.url()).status, 201);
  EXPECT_EQ(origin_.asked, 1);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + encoded(origin_.url())).status, 204);
  EXPECT_EQ(make_room("urn:r:4", origin_.url()).status, 504);
}

TEST_F(ContextsTest, FollowsRedirectsAndAlternates) {
  EXPECT_EQ(make_room("urn:r:1", origin_.url("/moved")).status, 201);
  EXPECT_EQ(make_room("urn:r:2", origin_.url("/page")).status, 201);
  const auto circle = make_room("urn:r:3", origin_.url("/circle"));
  EXPECT_EQ(circle.status, 504);
  EXPECT_THAT(circle.body, HasSubstr("LdContextNotAvailable"));
  EXPECT_THAT(circle.body, HasSubstr("redirects"));
}

TEST_F(ContextsTest, SaysWhyAContextCannotBeHad) {
  EXPECT_THAT(make_room("urn:r:1", origin_.url("/nothing")).body, HasSubstr("it answered 404"));
  origin_.answer(200, R"({"no":"context"})");
  const auto invalid = make_room("urn:r:2", origin_.url());
  EXPECT_EQ(invalid.status, 400);
  EXPECT_THAT(invalid.body, HasSubstr("BadRequestData"));
  origin_.answer(200, std::string(kRooms));
  // Not asked again for some seconds.
  EXPECT_EQ(make_room("urn:r:2", origin_.url()).status, 400);
  EXPECT_EQ(origin_.asked, 1);
  clock_.advance(Duration::seconds(11));
  EXPECT_EQ(make_room("urn:r:2", origin_.url()).status, 201);
}

TEST_F(ContextsTest, StaysWithinItsBounds) {
  restart({.bytes_max = 50});
  EXPECT_EQ(make_room("urn:r:1", origin_.url()).status, 504);
  restart({.cached_max = 1});
  EXPECT_EQ(make_room("urn:r:2", origin_.url()).status, 201);
  clock_.advance(Duration::seconds(1));
  EXPECT_EQ(make_room("urn:r:3", origin_.url("/moved")).status, 201);
  EXPECT_EQ(details(origin_.url()).status, 404);
  EXPECT_EQ(details(origin_.url("/moved")).status, 200);
}

TEST_F(ContextsTest, DoesNotDownloadWhereItMayNot) {
  restart({.download = false});
  EXPECT_THAT(make_room("urn:r:1", origin_.url()).body, HasSubstr("downloading is switched off"));
  EXPECT_EQ(make_room("urn:r:1", "https://given.example/c").status, 201);
  close();
  client_ = must(net::Client::open({}));
  open({});
  EXPECT_THAT(make_room("urn:r:2", origin_.url()).body, HasSubstr("private address"));
  EXPECT_EQ(origin_.asked, 0);
}

TEST_F(ContextsTest, ReloadsOrKeepsTheOldCopy) {
  const std::string reload = "/jsonldContexts/" + encoded(origin_.url()) + "?reload=true";
  EXPECT_EQ(ask("DELETE", reload).status, 400);
  ASSERT_EQ(make_room("urn:r:1", origin_.url()).status, 201);
  origin_.answer(404, "");
  EXPECT_EQ(ask("DELETE", reload).status, 504);
  EXPECT_EQ(details(origin_.url()).status, 200);
  EXPECT_EQ(make_room("urn:r:2", origin_.url()).status, 201);
  origin_.answer(200, R"({"@context":{"Raum":"https://bochum.example/Room"}})");
  EXPECT_EQ(ask("DELETE", reload).status, 204);
  EXPECT_EQ(make_room("urn:r:3", origin_.url()).status, 201);
  EXPECT_THAT(ask("GET", "/entities/urn:r:3").body, HasSubstr("https://bochum.example/Room"));
  EXPECT_EQ(ask("DELETE", reload + "x").status, 400);
}

TEST_F(ContextsTest, LooksAgainWhenTheTimeOfACopyIsOver) {
  origin_.answer(200, std::string(kRooms), {{"Cache-Control", "max-age=60"}});
  ASSERT_EQ(make_room("urn:r:1", origin_.url()).status, 201);
  clock_.advance(Duration::seconds(61));
  contexts_->tick();
  ASSERT_EQ(make_room("urn:r:2", origin_.url()).status, 201);
  EXPECT_EQ(origin_.asked, 2);
  clock_.advance(Duration::seconds(61));
  origin_.answer(503, "");
  contexts_->tick();
  // The old copy goes on, and the origin is left in peace for a while.
  ASSERT_EQ(make_room("urn:r:3", origin_.url()).status, 201);
  contexts_->tick();
  ASSERT_EQ(make_room("urn:r:4", origin_.url()).status, 201);
  EXPECT_EQ(origin_.asked, 3);
}

TEST_F(ContextsTest, CountsTheOperatorsCatalogueOnceItIsUsed) {
  EXPECT_EQ(details("https://given.example/c").status, 404);
  ASSERT_EQ(make_room("urn:r:1", "https://given.example/c").status, 201);
  EXPECT_THAT(details("https://given.example/c").body, HasSubstr("operator catalogue"));
  const std::string path = "/jsonldContexts/" + encoded("https://given.example/c");
  EXPECT_EQ(ask("DELETE", path + "?reload=true").status, 204);
  EXPECT_EQ(ask("DELETE", path).status, 204);
  EXPECT_EQ(details("https://given.example/c").status, 404);
  EXPECT_EQ(make_room("urn:r:2", "https://given.example/c").status, 201);
}

TEST_F(ContextsTest, NeverLosesTheCoreContext) {
  const std::string core = catalogue_->core()->link();
  EXPECT_EQ(details(core).status, 200);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + encoded(core)).status, 400);
  EXPECT_EQ(ask("DELETE", "/jsonldContexts/" + encoded(core) + "?reload=true").status, 204);
}

TEST_F(ContextsTest, LetsElementsOfABatchFailAlone) {
  const std::string body = fmt::format(
      R"([{{"id":"urn:r:1","type":"Raum","@context":"{}"}},
          {{"id":"urn:r:2","type":"Raum","@context":"{}"}}])",
      origin_.url(), origin_.url("/nothing"));
  const std::string request = fmt::format(
      "POST /ngsi-ld/v1/entityOperations/create HTTP/1.1\r\nHost: localhost\r\n"
      "Content-Type: application/ld+json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(), body);
  const auto answer = test::RawClient(server_->address()).send(request).read();
  EXPECT_EQ(answer.status, 207) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("LdContextNotAvailable"));
  EXPECT_EQ(ask("GET", "/entities/urn:r:1").status, 200);
  EXPECT_EQ(ask("GET", "/entities/urn:r:2").status, 404);
}

TEST_F(ContextsTest, GivesAnArrayOneUrl) {
  const auto context = must(catalogue_->resolve(
      must(json::Document::parse(R"(["https://given.example/c",{"x":"https://x.example/x"}])"))
          .root()));
  const auto shared = must(run_task(contexts_->host(context, "", "http://localhost")));
  EXPECT_EQ(must(run_task(contexts_->host(context, "", "http://localhost"))), shared);
  EXPECT_EQ(must(shared->expand_name("x")), "https://x.example/x");
  ASSERT_TRUE(shared->link().starts_with("http://localhost/ngsi-ld/v1/jsonldContexts/"));
  EXPECT_THAT(ask("GET", "/jsonldContexts?kind=ImplicitlyCreated").body, HasSubstr(shared->link()));
  const std::string path = shared->link().substr(std::string("http://localhost/ngsi-ld/v1").size());
  EXPECT_THAT(ask("GET", path).body, HasSubstr("https://given.example/c"));
}

net::Reply reply_with(std::vector<std::pair<std::string, std::string>> headers) {
  return {200, std::move(headers), ""};
}

TEST(Download, KeepsACopyAsLongAsItsOriginSays) {
  const Instant now = parse_iso8601("2025-01-20T08:00:00Z").value();
  const auto seconds = [now](std::vector<std::pair<std::string, std::string>> headers) {
    return (detail::expiry_of(reply_with(std::move(headers)), now) - now).us / 1'000'000;
  };
  EXPECT_EQ(seconds({{"Cache-Control", "public, max-age=60"}}), 60);
  EXPECT_EQ(seconds({{"cache-control", "max-age=60, s-maxage=\"90\""}, {"Age", "30"}}), 60);
  EXPECT_EQ(seconds({{"Cache-Control", "no-cache, max-age=60"}}), 0);
  EXPECT_EQ(seconds({{"Cache-Control", "max-age=99999999999999999999"}}), 30 * 86'400);
  EXPECT_EQ(seconds({{"Expires", "Mon, 20 Jan 2025 08:10:00 GMT"}}), 600);
  EXPECT_EQ(seconds({{"Date", "Mon, 20 Jan 2025 07:00:00 GMT"},
                     {"Expires", "Mon, 20 Jan 2025 08:00:00 GMT"}}),
            3'600);
  EXPECT_EQ(seconds({{"Expires", "0"}}), 0);
  EXPECT_EQ(seconds({{"Last-Modified", "Fri, 10 Jan 2025 08:00:00 GMT"}}), 86'400);
  EXPECT_EQ(seconds({{"Cache-Control", "max-age=-5"}}), 86'400);
  EXPECT_EQ(seconds({}), 86'400);
}

TEST(Download, ReadsOnlyTheRightAlternate) {
  EXPECT_EQ(detail::alternate_of(
                reply_with({{"Link", R"(</x>; rel="alternate"; type="application/ld+json")"}})),
            "/x");
  EXPECT_EQ(detail::alternate_of(reply_with({{"Link", R"(</x>; rel="alternate")"}})), "");
  EXPECT_EQ(detail::alternate_of(reply_with({{"Link", "nonsense"}})), "");
}

TEST(Rows, AreReadAsWritten) {
  detail::Stored stored{{.id = "a",
                         .url = "https://x.example/c",
                         .kind = Kind::kCached,
                         .tenant = "t",
                         .created_at = {5},
                         .expires_at = Instant{9}},
                        "{}"};
  const auto read = must(detail::decode(detail::row_key("a"), detail::encode(stored)));
  EXPECT_EQ(detail::encode(read), detail::encode(stored));
  EXPECT_EQ(read.entry.id, "a");
  for (const char* damaged : {"", "{}", "[]", R"({"kind":"Cached","createdAt":1})"}) {
    EXPECT_EQ(detail::decode("ldcontext/a", damaged).error().code, Code::kCorrupt);
  }
}

}  // namespace
}  // namespace revier::ldcontext
