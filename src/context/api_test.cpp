// SPDX-License-Identifier: EUPL-1.2
// The HTTP binding over a real socket: each operation with what it takes and what it refuses.
#include "context/api.h"

#include <gmock/gmock.h>

#include "net/server.h"
#include "support/context_world.h"
#include "support/raw_client.h"

namespace revier::context {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kBase = "/ngsi-ld/v1";
constexpr const char* kContextUrl = "https://herne.example/context.jsonld";
constexpr const char* kContext = R"({"@context":{"Raum":"https://herne.example/Room",
    "plaetze":"https://herne.example/seats"}})";

identity::Caller caller_for(const net::Request& request) {
  using identity::Caller;
  const std::string_view token = request.header("Authorization").value_or("");
  constexpr std::string_view kRights = "Bearer rights=";
  if (token.starts_with(kRights)) {
    Caller::Subject narrowed{.id = "n", .name = "narrowed"};
    narrowed.rights = token.substr(kRights.size());
    narrowed.rights_tenant = "";
    return {Caller::Kind::kToken, std::make_shared<const Caller::Subject>(std::move(narrowed))};
  }
  identity::ActionSet actions = 0;
  if (token == "Bearer read" || token == "Bearer write" || token == "Bearer watch") {
    actions |= identity::bit(identity::Action::kDataRead);
  }
  if (token == "Bearer watch") actions |= identity::bit(identity::Action::kStateRead);
  if (token == "Bearer write") actions |= identity::bit(identity::Action::kDataWrite);
  if (actions == 0) return {};
  Caller::Subject subject{"t", "test", {{actions, identity::ScopeKind::kInstance, {}, {}}}, {}};
  return {Caller::Kind::kToken, std::make_shared<const Caller::Subject>(std::move(subject))};
}

Options options_with_owned_type() {
  Options options;
  options.owned_types = {
      {"https://uri.etsi.org/ngsi-ld/default-context/Session", "event", "/api/v1/sessions"}};
  return options;
}

class ApiTest : public testing::Test {
 protected:
  ApiTest() : world_(options_with_owned_type()) {
    EXPECT_TRUE(world_.catalogue().add({kContextUrl, kContext}));
    ApiOptions limits;
    limits.body_bytes_max = 20'000;
    limits.batch_max = 5;
    limits.depth_max = 12;
    add_routes(router_, world_.broker(), world_.catalogue(),
               {caller_for, [](std::string_view tenant) { return tenant == "herne"; }}, limits);
    net::ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.threads = 2;
    options.access_log = false;
    auto opened = net::Server::open(options, router_, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    server_ = *std::move(opened);
    server_->start();
  }
  ~ApiTest() override { server_->stop(); }

  struct Ask {
    std::string fields;  // further fields, each with its line end
    std::string token = "write";
    std::string type = "application/json";
  };
  test::World& world() { return world_; }
  revier::test::RawAnswer send(std::string_view line, std::string_view body, const Ask& ask) {
    std::string request = fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}", line, ask.fields);
    if (!ask.token.empty()) request += fmt::format("Authorization: Bearer {}\r\n", ask.token);
    if (!body.empty()) {
      request += fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", ask.type, body.size());
    }
    request.append("\r\n").append(body);
    return revier::test::RawClient(server_->address()).send(request).read();
  }
  revier::test::RawAnswer ask(std::string_view method, std::string_view path,
                              std::string_view body = "") {
    return ask(method, path, body, Ask{});
  }
  revier::test::RawAnswer ask(std::string_view method, std::string_view path, std::string_view body,
                              const Ask& how) {
    return send(fmt::format("{} {}{}", method, kBase, path), body, how);
  }
  void make(std::string_view body) {
    const auto answer = ask("POST", "/entities", body);
    ASSERT_EQ(answer.status, 201) << answer.body;
  }
  void make_rooms(int count) {
    for (int i = 0; i < count; ++i) {
      make(fmt::format(R"({{"id":"urn:r:{0}","type":"Room","seats":{0}}})", i));
    }
  }
  std::string simple(std::string_view path) {
    return ask("GET", fmt::format("{}options=keyValues", path)).body;
  }
  void expect_error(const revier::test::RawAnswer& answer, int status, std::string_view name) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_THAT(answer.body, HasSubstr(name));
    EXPECT_EQ(answer.field("Content-Type"), "application/json");
  }

 private:
  test::World world_;
  net::Router router_;
  RealClock clock_;
  std::unique_ptr<net::Server> server_;
};

TEST_F(ApiTest, CreatesAndRetrieves) {
  const auto made =
      ask("POST", "/entities",
          R"({"id":"urn:r:a/b","type":"Room","seats":{"type":"Property","value":7}})");
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.field("Location"), "/ngsi-ld/v1/entities/urn:r:a%2Fb");
  const auto got = ask("GET", "/entities/urn:r:a%2Fb");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.body, R"({"id":"urn:r:a/b","type":"Room","seats":{"type":"Property","value":7}})");
  EXPECT_EQ(got.field("Content-Type"), "application/json");
  EXPECT_THAT(got.field("Link"), HasSubstr("ngsi-ld-core-context"));
  EXPECT_THAT(ask("GET", "/entities/urn:r:a%2Fb?options=sysAttrs").body,
              HasSubstr(R"("createdAt":"2025-01-20T08:00:00Z")"));
  expect_error(ask("POST", "/entities", R"({"id":"urn:r:a/b","type":"Room"})"), 409,
               "AlreadyExists");
  expect_error(ask("GET", "/entities/urn:r:c"), 404, "ResourceNotFound");
  expect_error(ask("GET", "/entities/nouri"), 400, "BadRequestData");
  expect_error(ask("GET", "/entities/urn:r:a%2Fb?attrs=other"), 404, "ResourceNotFound");
  expect_error(ask("GET", "/entities/urn:r:a%2Fb?type=Hall"), 404, "ResourceNotFound");
  expect_error(ask("GET", "/entities/urn:r:a%2Fb?entityMap=true"), 501, "entityMap");
}

TEST_F(ApiTest, RefusesBadBodiesAndLeavesNothing) {
  struct Row {
    std::string body;
    int status;
  };
  const std::vector<Row> rows = {
      {"{", 400},
      {"[]", 400},
      {R"({"type":"Room"})", 400},
      {R"({"id":"urn:x"})", 400},
      {R"({"id":"no uri","type":"Room"})", 400},
      {R"({"id":"urn:x","type":"Room","a":{"type":"Property"}})", 400},
      {R"({"id":"urn:x","type":"Room","a":{"type":"Relationship","object":5}})", 400},
      {R"({"id":"urn:x","type":"Room","a":{"type":"Property","value":"urn:ngsi-ld:null"}})", 400},
      {R"({"id":"urn:x","type":"Room","a":1,"a":2})", 400},
      {R"({"id":"urn:x","type":"Room","location":{"type":"Point","coordinates":[999,0]}})", 400},
      {"{\"id\":\"urn:x\",\"type\":\"Room\",\"a\":\"\xff\"}", 400},
      {R"({"id":"urn:x","type":"Room","a":"\ud800"})", 400},
      {R"({"id":"urn:x","type":"Room","a":1e999})", 400},
      {R"({"id":"urn:x","type":"Room","a":)" + std::string(20, '[') + std::string(20, ']') + "}",
       400},
      {R"({"id":"urn:x","type":"Room","a":")" + std::string(20'000, 'a') + "\"}", 413},
      {R"({"@context":[],"id":"urn:x","type":"Room"})", 400},
  };
  for (const Row& row : rows) {
    const auto answer = ask("POST", "/entities", row.body);
    EXPECT_EQ(answer.status, row.status) << row.body.substr(0, 80) << "\n" << answer.body;
  }
  const auto text = ask("POST", "/entities", R"({"id":"urn:x"})", {.type = "text/plain"});
  EXPECT_EQ(text.status, 415);
  EXPECT_EQ(text.body, "");
  EXPECT_EQ(world().broker().usage().entities, 0U);
  EXPECT_EQ(world().broker().names("").size(), 0U);
  EXPECT_EQ(world().broker().usage().memory_bytes, 0U);
}

TEST_F(ApiTest, AsksForTheRight) {
  const std::string_view body = R"({"id":"urn:x","type":"Room"})";
  const auto anonymous = ask("POST", "/entities", body, {.token = ""});
  expect_error(anonymous, 401, "unauthenticated");
  EXPECT_FALSE(anonymous.field("WWW-Authenticate").empty());
  expect_error(ask("POST", "/entities", body, {.token = "read"}), 403, "forbidden");
  make(body);
  for (const char* method : {"DELETE", "PUT", "PATCH"}) {
    expect_error(ask(method, "/entities/urn:x", "{}", {.token = "read"}), 403, "forbidden");
  }
  EXPECT_EQ(ask("GET", "/entities/urn:x", "", {.token = "read"}).status, 200);
  expect_error(ask("GET", "/entities/urn:x", "", {.token = ""}), 401, "unauthenticated");
  expect_error(ask("GET", "/entities?type=Room", "", {.token = ""}), 401, "unauthenticated");
}

TEST_F(ApiTest, NamesTheRouteOfAnOwnedType) {
  const auto refused = ask("POST", "/entities", R"({"id":"urn:s","type":"Session"})");
  expect_error(refused, 403, "/api/v1/sessions");
  EXPECT_EQ(world().broker().usage().entities, 0U);
}

TEST_F(ApiTest, FollowsTheRulesOfContexts) {
  const std::string link = fmt::format(
      "Link: <{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"\r\n",
      kContextUrl);
  const std::string body = R"({"id":"urn:r","type":"Raum","plaetze":7})";
  const auto made = ask("POST", "/entities", body, {.fields = link});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(ask("GET", "/entities/urn:r?options=keyValues").body,
            R"({"id":"urn:r","type":"https://herne.example/Room",)"
            R"("https://herne.example/seats":7})");
  const auto linked = ask("GET", "/entities/urn:r?options=keyValues", "", {.fields = link});
  EXPECT_EQ(linked.body, body);
  EXPECT_THAT(linked.field("Link"), HasSubstr(kContextUrl));
  const auto expanded = ask("GET",
                            "/entities?type=https%3A%2F%2Fherne.example%2FRoom&"
                            "options=keyValues",
                            "", {.fields = link + "Accept: application/ld+json\r\n"});
  EXPECT_THAT(expanded.body, HasSubstr("\"@context\""));
  EXPECT_THAT(expanded.body, HasSubstr("\"plaetze\":7"));
  EXPECT_EQ(expanded.field("Content-Type"), "application/ld+json");
  EXPECT_TRUE(expanded.field("Link").empty());

  const std::string own = fmt::format(
      R"({{"@context":["{}",{{"x":"https://x.example/"}}],"id":"urn:l","type":"Raum","x":1}})",
      kContextUrl);
  EXPECT_EQ(ask("POST", "/entities", own, {.type = "application/ld+json"}).status, 201);
  EXPECT_THAT(simple("/entities/urn:l?"), HasSubstr("https://x.example/"));
  expect_error(ask("POST", "/entities", own, {.fields = link, .type = "application/ld+json"}), 400,
               "BadRequestData");
  expect_error(ask("POST", "/entities", body, {.type = "application/ld+json"}), 400, "@context");
  expect_error(ask("POST", "/entities",
                   R"({"@context":"https://unknown.example/c","id":"urn:u","type":"T"})",
                   {.type = "application/ld+json"}),
               504, "LdContextNotAvailable");
  expect_error(ask("GET", "/entities/urn:r", "", {.fields = "Accept: text/html\r\n"}), 406,
               "not-acceptable");
}

TEST_F(ApiTest, KeepsTenantsApart) {
  const std::string herne = "NGSILD-Tenant: herne\r\n";
  const auto made = ask("POST", "/entities", R"({"id":"urn:x","type":"Room"})", {.fields = herne});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.field("NGSILD-Tenant"), "herne");
  EXPECT_EQ(ask("GET", "/entities/urn:x").status, 404);
  EXPECT_EQ(ask("GET", "/entities/urn:x", "", {.fields = herne}).status, 200);
  expect_error(ask("GET", "/entities/urn:x", "", {.fields = "NGSILD-Tenant: bochum\r\n"}), 404,
               "NonexistentTenant");
}

TEST_F(ApiTest, ReplacesMergesAndDeletes) {
  make(R"({"id":"urn:r","type":"Room","seats":7,"name":"Saal"})");
  EXPECT_EQ(ask("PATCH", "/entities/urn:r", R"({"seats":8,"name":"urn:ngsi-ld:null"})").status,
            204);
  EXPECT_EQ(simple("/entities/urn:r?"), R"({"id":"urn:r","type":"Room","seats":8})");
  EXPECT_EQ(
      ask("PATCH", "/entities/urn:r", R"({"seats":9})", {.type = "application/merge-patch+json"})
          .status,
      204);
  EXPECT_EQ(ask("PUT", "/entities/urn:r", R"({"id":"urn:r","type":"Hall","size":1})").status, 204);
  EXPECT_EQ(simple("/entities/urn:r?"), R"({"id":"urn:r","type":"Hall","size":1})");
  expect_error(ask("PUT", "/entities/urn:r", R"({"id":"urn:other","type":"Hall"})"), 400, "id");
  expect_error(ask("PUT", "/entities/urn:none", R"({"type":"Hall"})"), 404, "ResourceNotFound");
  expect_error(ask("PATCH", "/entities/urn:none", R"({"a":1})"), 404, "ResourceNotFound");
  expect_error(ask("PATCH", "/entities/urn:r?observedAt=gestern", R"({"a":1})"), 400,
               "BadRequestData");
  expect_error(ask("DELETE", "/entities/urn:r?type=Room"), 404, "ResourceNotFound");
  EXPECT_EQ(ask("DELETE", "/entities/urn:r?type=Hall").status, 204);
  expect_error(ask("DELETE", "/entities/urn:r"), 404, "ResourceNotFound");
}

TEST_F(ApiTest, AppendsAndUpdatesAttributes) {
  make(R"({"id":"urn:r","type":"Room","seats":7})");
  EXPECT_EQ(ask("POST", "/entities/urn:r/attrs", R"({"seats":8,"size":1})").status, 204);
  const auto kept =
      ask("POST", "/entities/urn:r/attrs?options=noOverwrite", R"({"seats":9,"colour":"blue"})");
  EXPECT_EQ(kept.status, 207);
  EXPECT_THAT(kept.body,
              HasSubstr(R"("updated":["https://uri.etsi.org/ngsi-ld/default-context/colour"])"));
  EXPECT_THAT(kept.body,
              HasSubstr(R"("attributeName":"https://uri.etsi.org/ngsi-ld/default-context/seats")"));
  EXPECT_EQ(ask("PATCH", "/entities/urn:r/attrs", R"({"size":2})").status, 204);
  const std::string now = simple("/entities/urn:r?");
  for (const char* part : {R"("seats":8)", R"("size":2)", R"("colour":"blue")"}) {
    EXPECT_THAT(now, HasSubstr(part));
  }
  expect_error(ask("POST", "/entities/urn:none/attrs", R"({"a":1})"), 404, "ResourceNotFound");
  expect_error(ask("PATCH", "/entities/urn:none/attrs", R"({"a":1})"), 404, "ResourceNotFound");
  expect_error(ask("POST", "/entities/urn:r/attrs", "[]"), 400, "InvalidRequest");
}

TEST_F(ApiTest, ChangesOneAttribute) {
  make(R"({"id":"urn:r","type":"Room","seats":{"type":"Property","value":7,"unitCode":"C62"}})");
  const std::string path = "/entities/urn:r/attrs/seats";
  EXPECT_EQ(ask("PATCH", path, R"({"value":8})").status, 204);
  EXPECT_THAT(ask("GET", "/entities/urn:r").body, HasSubstr(R"("value":8,"unitCode":"C62")"));
  EXPECT_EQ(ask("PUT", path, R"({"type":"Property","value":9})").status, 204);
  EXPECT_THAT(ask("GET", "/entities/urn:r").body, Not(HasSubstr("unitCode")));
  expect_error(ask("PATCH", "/entities/urn:r/attrs/none", R"({"value":8})"), 404,
               "ResourceNotFound");
  expect_error(ask("PUT", "/entities/urn:r/attrs/none", R"({"type":"Property","value":9})"), 404,
               "ResourceNotFound");
  expect_error(ask("DELETE", path + "?datasetId=urn:d"), 404, "ResourceNotFound");
  expect_error(ask("DELETE", path + "?deleteAll=yes"), 400, "deleteAll");
  EXPECT_EQ(ask("DELETE", path).status, 204);
  EXPECT_EQ(simple("/entities/urn:r?"), R"({"id":"urn:r","type":"Room"})");
}

TEST_F(ApiTest, QueriesWithPages) {
  make_rooms(5);
  make(R"({"id":"urn:h:0","type":"Hall","location":{"type":"Point","coordinates":[7.22,51.54]}})");
  const auto first =
      ask("GET", "/entities?type=Room&q=seats%3E0&limit=2&count=true&format=simplified");
  EXPECT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.body, R"([{"id":"urn:r:1","type":"Room","seats":1},)"
                        R"({"id":"urn:r:2","type":"Room","seats":2}])");
  EXPECT_EQ(first.field("NGSILD-Results-Count"), "4");
  EXPECT_TRUE(first.has("offset=2"));
  EXPECT_TRUE(first.has("; rel=\"next\""));
  const auto last = ask("GET", "/entities?type=Room&limit=2&offset=4");
  EXPECT_TRUE(last.has("rel=\"prev\""));
  EXPECT_FALSE(last.has("rel=\"next\""));
  EXPECT_EQ(
      simple("/entities?idPattern=r:%5B13%5D$&type=Room&attrs=seats&"),
      R"([{"id":"urn:r:1","type":"Room","seats":1},{"id":"urn:r:3","type":"Room","seats":3}])");
  const std::string near = "/entities?georel=near;maxDistance==100&geometry=Point&coordinates=";
  EXPECT_THAT(simple(near + "%5B7.22,51.54%5D&"), HasSubstr("urn:h:0"));
  EXPECT_EQ(simple(near + "%5B7.23,51.54%5D&"), "[]");
  EXPECT_EQ(ask("GET", "/entities?type=Room&limit=0&count=true").field("NGSILD-Results-Count"),
            "5");
  const auto geo =
      ask("GET", "/entities?type=Hall", "", {.fields = "Accept: application/geo+json\r\n"});
  EXPECT_THAT(geo.body, HasSubstr(R"({"type":"FeatureCollection","features":[{"id":"urn:h:0")"));
  struct Row {
    const char* query;
    int status;
  };
  for (const auto& [query, status] : std::vector<Row>{{"", 400},
                                                      {"idPattern=.*", 400},
                                                      {"type=Room&limit=0", 400},
                                                      {"type=Room&limit=1001", 403},
                                                      {"type=Room&limit=-1", 400},
                                                      {"type=Room&q=seats%3E%3E1", 400},
                                                      {"type=Room&idPattern=%28", 400},
                                                      {"type=Room&georel=near", 400},
                                                      {"type=Room&options=wrong", 400},
                                                      {"type=Room&pick=a&attrs=b", 400}}) {
    EXPECT_EQ(ask("GET", fmt::format("/entities?{}", query)).status, status) << query;
  }
}

TEST_F(ApiTest, QueriesByBody) {
  make_rooms(3);
  make(R"({"id":"urn:h:0","type":"Hall"})");
  const std::string path = "/entityOperations/query?options=keyValues&count=true";
  const auto found = ask("POST", path,
                         R"({"type":"Query","entities":[{"type":"Room"},{"type":"Hall"}],
                             "q":"seats>=2"})");
  EXPECT_EQ(found.body, R"([{"id":"urn:r:2","type":"Room","seats":2}])");
  EXPECT_EQ(found.field("NGSILD-Results-Count"), "1");
  EXPECT_EQ(ask("POST", path, R"({"type":"Query","entities":[{"type":"Room"},{"type":"Hall"}]})")
                .field("NGSILD-Results-Count"),
            "4");
  EXPECT_EQ(ask("POST", path, R"({"type":"Query","q":"seats==1"})", {.token = "read"}).status, 200);
  for (const char* body :
       {R"({"entities":[{"type":"Room"}]})", R"({"type":"Query"})",
        R"({"type":"Query","entities":[]})", R"({"type":"Query","entities":[{"id":"urn:r"}]})",
        R"({"type":"Query","q":5})", R"({"type":"Query","attrs":["a",1]})", "[]"}) {
    expect_error(ask("POST", path, body), 400, "BadRequestData");
  }
  expect_error(ask("POST", path, R"({"type":"Query","entityMap":true,"q":"a"})"), 501, "entityMap");
}

TEST_F(ApiTest, RunsBatches) {
  const std::string base = "/entityOperations/";
  const auto made =
      ask("POST", base + "create", R"([{"id":"urn:a","type":"R"},{"id":"urn:b","type":"R"}])");
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, R"(["urn:a","urn:b"])");
  const auto some = ask("POST", base + "create",
                        R"([{"id":"urn:a","type":"R"},{"id":"urn:c","type":"R","n":1},
                            {"id":"urn:d"}])");
  EXPECT_EQ(some.status, 207);
  EXPECT_THAT(some.body, HasSubstr(R"("success":["urn:c"])"));
  EXPECT_THAT(some.body, HasSubstr("AlreadyExists"));
  EXPECT_THAT(some.body, HasSubstr(R"("entityId":"urn:d")"));

  const auto upserted = ask("POST", base + "upsert",
                            R"([{"id":"urn:c","type":"R","m":2},{"id":"urn:e","type":"R"}])");
  EXPECT_EQ(upserted.status, 201);
  EXPECT_EQ(upserted.body, R"(["urn:e"])");
  EXPECT_EQ(simple("/entities/urn:c?"), R"({"id":"urn:c","type":"R","m":2})");
  EXPECT_EQ(
      ask("POST", base + "upsert?options=update", R"([{"id":"urn:c","type":"R","n":3}])").status,
      204);
  EXPECT_EQ(ask("POST", base + "update", R"([{"id":"urn:c","m":4}])").status, 204);
  EXPECT_EQ(ask("POST", base + "merge", R"([{"id":"urn:c","n":"urn:ngsi-ld:null"}])").status, 204);
  EXPECT_EQ(simple("/entities/urn:c?"), R"({"id":"urn:c","type":"R","m":4})");
  EXPECT_EQ(ask("POST", base + "update", R"([{"id":"urn:none","m":4}])").status, 207);
  EXPECT_EQ(ask("POST", base + "merge", R"([{"id":"urn:none","m":4}])").status, 207);
  EXPECT_EQ(ask("POST", base + "update?options=noOverwrite", R"([{"id":"urn:c","m":5}])").status,
            207);
  EXPECT_EQ(ask("POST", base + "delete", R"(["urn:a","urn:none"])").status, 207);
  EXPECT_EQ(ask("POST", base + "delete", R"(["urn:b","urn:c","urn:e"])").status, 204);
  EXPECT_EQ(world().broker().usage().entities, 0U);
}

TEST_F(ApiTest, RefusesWrongBatches) {
  const std::string path = "/entityOperations/create";
  for (const char* body : {"{}", "[]", "[1]", R"([{"type":"R"}])", R"([{"id":7,"type":"R"}])"}) {
    expect_error(ask("POST", path, body), 400, "BadRequestData");
  }
  std::string many = "[";
  for (int i = 0; i < 6; ++i) {
    many += fmt::format(R"({}{{"id":"urn:{}","type":"R"}})", i > 0 ? "," : "", i);
  }
  expect_error(ask("POST", path, many + "]"), 413, "too-large");
  expect_error(ask("POST", "/entityOperations/delete", R"(["no uri"])"), 400, "BadRequestData");
  expect_error(ask("POST", "/entityOperations/delete", R"([{"id":"urn:a"}])"), 400,
               "BadRequestData");
  EXPECT_EQ(world().broker().usage().entities, 0U);
}

TEST_F(ApiTest, ShowsWhatTheRightsOfATokenShow) {
  make(R"({"id":"urn:r:1","type":"Room","seats":7,"code":4711,"of":{"object":"urn:h:1"}})");
  make(R"({"id":"urn:r:2","type":"Room","seats":9})");
  make(R"({"id":"urn:h:1","type":"Hall","code":1})");
  const Ask as{.token = R"(rights=[{"operations":["read"],"types":["Room"],"except":["code"]}])"};
  EXPECT_EQ(ask("GET", "/entities/urn:r:1?format=simplified", "", as).body,
            R"({"id":"urn:r:1","type":"Room","seats":7,"of":"urn:h:1"})");
  expect_error(ask("GET", "/entities/urn:h:1", "", as), 404, "ResourceNotFound");
  expect_error(ask("GET", "/entities/urn:r:1?attrs=code", "", as), 404, "ResourceNotFound");
  const auto count = [&](std::string_view query) {
    return ask("GET", fmt::format("/entities?limit=0&count=true&{}", query), "", as)
        .field("NGSILD-Results-Count");
  };
  EXPECT_EQ(count("local=true"), "2");
  EXPECT_EQ(count("type=Room,Hall"), "2");
  EXPECT_EQ(count("q=code==4711"), "0");
  EXPECT_EQ(count("q=code!=1&type=Room"), "0");
  EXPECT_EQ(count("type=Room&join=inline&q=of{Hall:code}==1"), "0");
  EXPECT_EQ(ask("GET", "/entities/urn:r:1?join=flat&pick=id,code", "", as).status, 200);
  EXPECT_THAT(ask("GET", "/entities?type=Room&orderBy=code&local=true", "", as).body,
              Not(HasSubstr("4711")));
  EXPECT_THAT(
      ask("POST", "/entityOperations/query", R"({"type":"Query","entities":[{"type":"*"}]})", as)
          .body,
      Not(HasSubstr("urn:h:1\",\"type")));
  EXPECT_THAT(ask("GET", "/types", "", as).body, HasSubstr(R"("typeList":["Room"])"));
  EXPECT_THAT(ask("GET", "/attributes", "", as).body,
              HasSubstr(R"("attributeList":["of","seats"])"));
  EXPECT_THAT(ask("GET", "/types/Room", "", as).body, HasSubstr(R"("entityCount":2)"));
  expect_error(ask("GET", "/types/Hall", "", as), 404, "ResourceNotFound");
  expect_error(ask("GET", "/attributes/code", "", as), 404, "ResourceNotFound");
  expect_error(ask("POST", "/entities", R"({"id":"urn:r:3","type":"Room"})", as), 403, "writing");
  Ask elsewhere = as;
  elsewhere.fields = "NGSILD-Tenant: herne\r\n";
  expect_error(ask("GET", "/entities?type=Room", "", elsewhere), 403, "forbidden");
  expect_error(send("GET /api/v1/explain?type=Room", "", as), 403, "state.read");
  expect_error(ask("GET", "/entities?type=Room", "", {.token = "rights=[]"}), 403, "rights");
}

TEST_F(ApiTest, TakesWhatTheRightsOfATokenCover) {
  make(R"({"id":"urn:r:1","type":"Room","seats":7,"code":4711})");
  make(R"({"id":"urn:h:1","type":"Hall","seats":7})");
  const Ask as{.token =
                   R"(rights=[{"operations":["read"],"types":["Room"],"attributes":["seats"]},)"
                   R"({"operations":["update"],"types":["Room"],"attributes":["seats"]},)"
                   R"({"operations":["create","delete"],"idPattern":"^urn:mine:"}])"};
  const auto status = [&](std::string_view method, std::string_view path,
                          std::string_view body = "") {
    return ask(method, path, body, as).status;
  };
  EXPECT_EQ(status("PATCH", "/entities/urn:r:1/attrs", R"({"seats":8})"), 204);
  EXPECT_EQ(status("PATCH", "/entities/urn:r:1/attrs/seats", R"({"value":9})"), 204);
  // Of a hidden attribute the answer does not say whether it is there.
  expect_error(ask("PATCH", "/entities/urn:r:1/attrs", R"({"code":1})", as), 403, "code");
  EXPECT_EQ(status("PATCH", "/entities/urn:r:1/attrs", R"({"none":"urn:ngsi-ld:null"})"), 403);
  EXPECT_EQ(status("PATCH", "/entities/urn:r:1/attrs", R"({"code":"urn:ngsi-ld:null"})"), 403);
  EXPECT_EQ(status("POST", "/entities/urn:r:1/attrs?options=noOverwrite", R"({"code":1})"), 403);
  EXPECT_EQ(status("DELETE", "/entities/urn:r:1/attrs/code"), 403);
  EXPECT_EQ(status("DELETE", "/entities/urn:r:1/attrs/none"), 403);
  EXPECT_EQ(status("PATCH", "/entities/urn:r:1", R"({"type":"Hall"})"), 403);
  EXPECT_EQ(status("PUT", "/entities/urn:r:1", R"({"type":"Room","seats":1})"), 403);
  EXPECT_EQ(status("DELETE", "/entities/urn:r:1"), 403);
  EXPECT_EQ(status("POST", "/entities/urn:r:1/attrs", R"({"scope":"/a"})"), 403);
  // Of a hidden entity neither.
  EXPECT_EQ(status("PATCH", "/entities/urn:h:1/attrs", R"({"seats":8})"), 404);
  EXPECT_EQ(status("PATCH", "/entities/urn:h:2/attrs", R"({"seats":8})"), 404);
  EXPECT_EQ(status("DELETE", "/entities/urn:h:1"), 404);
  EXPECT_EQ(status("POST", "/entities", R"({"id":"urn:h:1","type":"Room"})"), 403);
  EXPECT_EQ(status("POST", "/entities", R"({"id":"urn:h:9","type":"Room"})"), 403);
  EXPECT_EQ(status("POST", "/entities", R"({"id":"urn:mine:1","type":"New","any":1})"), 201);
  EXPECT_EQ(status("GET", "/entities/urn:mine:1"), 404);  // what is not to be read
  EXPECT_EQ(status("DELETE", "/entities/urn:mine:1"), 204);
  const auto batch = ask("POST", "/entityOperations/upsert?options=update",
                         R"([{"id":"urn:r:1","type":"Room","seats":3},
                             {"id":"urn:h:1","type":"Hall","seats":3},
                             {"id":"urn:r:1","type":"Room","code":3}])",
                         as);
  EXPECT_EQ(batch.status, 207) << batch.body;
  EXPECT_EQ(status("DELETE", "/entities?type=Room"), 207);
  EXPECT_EQ(simple("/entities/urn:r:1?"),
            R"({"id":"urn:r:1","type":"Room","seats":3,"code":4711})");
  EXPECT_EQ(simple("/entities/urn:h:1?"), R"({"id":"urn:h:1","type":"Hall","seats":7})");
}

TEST_F(ApiTest, PagesByCursor) {
  make_rooms(10);
  const auto next_of = [](const revier::test::RawAnswer& answer) {
    const std::string head = answer.head;
    const std::size_t end = head.find(">; rel=\"next\"");
    if (end == std::string::npos) return std::string();
    const std::size_t begin = head.rfind('<', end) + 1 + std::string_view(kBase).size();
    return head.substr(begin, head.find('>', begin) - begin);
  };
  auto page = ask("GET", "/entities?type=Room&limit=4&cursor=&count=true");
  EXPECT_THAT(page.body, HasSubstr("urn:r:3"));
  EXPECT_EQ(page.field("NGSILD-Results-Count"), "10");
  // What is deleted before the place moves nothing, what is made comes at the end.
  EXPECT_EQ(ask("DELETE", "/entities/urn:r:1").status, 204);
  make(R"({"id":"urn:r:10","type":"Room","seats":10})");
  const std::string second = next_of(page);
  page = ask("GET", second);
  EXPECT_THAT(page.body,
              AllOf(HasSubstr("urn:r:4"), HasSubstr("urn:r:7"), Not(HasSubstr("urn:r:8"))));
  EXPECT_EQ(page.field("NGSILD-Results-Count"), "10");
  page = ask("GET", next_of(page));
  EXPECT_THAT(page.body, AllOf(HasSubstr("urn:r:8"), HasSubstr("urn:r:10")));
  EXPECT_EQ(next_of(page), "");
  const auto by_index = ask("GET", "/entities?q=seats==2..9&limit=1&cursor=");
  EXPECT_THAT(ask("GET", next_of(by_index)).body, HasSubstr("urn:r:3"));
  const std::string cursor = second.substr(second.find("cursor=") + 7);
  const std::string place = cursor.substr(0, cursor.find('&'));
  for (const std::string& wrong :
       {std::string("cursor=1"), std::string("cursor=1-00000000"), std::string("cursor=-"),
        "cursor=" + place + "0", "cursor=" + place + "&offset=1",
        "cursor=" + place + "&orderBy=seats&local=true"}) {
    expect_error(ask("GET", "/entities?type=Room&" + wrong), 400, "cursor");
  }
  expect_error(
      ask("GET", "/entities?type=Room&cursor=" + place, "", {.fields = "NGSILD-Tenant: herne\r\n"}),
      400, "cursor");
  expect_error(ask("GET", "/entities?type=Room&offset=10001"), 400, "page by cursor instead");
  const auto asked = ask("POST", "/entityOperations/query?limit=2&cursor=",
                         R"({"type":"Query","entities":[{"type":"Room"}]})");
  EXPECT_THAT(asked.head, HasSubstr("rel=\"next\""));
}

TEST_F(ApiTest, ExplainsAQuery) {
  make_rooms(40);
  const auto explain = [&](std::string_view query, std::string_view token) {
    return send(fmt::format("GET /api/v1/explain?{}", query), "", {.token = std::string(token)});
  };
  const auto narrow = explain("type=Room&q=seats==7&count=true", "watch");
  EXPECT_EQ(narrow.status, 200) << narrow.body;
  EXPECT_THAT(narrow.body,
              HasSubstr(R"({"plan":"number","attribute":"seats","types":["Room"],)"
                        R"("tried":[{"plan":"number","attribute":"seats",)"
                        R"("candidates":1}],"inOrder":40,"estimated":1,"lookedAt":1)"));
  EXPECT_THAT(narrow.body, HasSubstr(R"("returned":1,"more":false,"count":1,"microseconds":{)"));
  const auto wide = explain("type=Room&q=seats%3E=0&limit=3", "watch");
  EXPECT_THAT(wide.body, HasSubstr(R"("plan":"type")"));
  EXPECT_THAT(wide.body, HasSubstr(R"("candidates":null)"));
  EXPECT_THAT(wide.body, HasSubstr(R"("lookedAt":4,"matched":4)"));
  EXPECT_THAT(wide.body, HasSubstr(R"("returned":3,"more":true)"));
  EXPECT_THAT(explain("type=Room&limit=0&count=true", "watch").body,
              HasSubstr(R"("countedByIndex":true,"returned":0)"));
  EXPECT_THAT(explain("local=true", "watch").body, HasSubstr(R"({"plan":"scan","types":[])"));
  expect_error(explain("type=Room", ""), 401, "unauthenticated");
  expect_error(explain("type=Room", "read"), 403, "state.read");
  expect_error(explain("type=Room&q=%3D", "watch"), 400, "BadRequestData");
  expect_error(explain("q=", "watch"), 400, "BadRequestData");
}

TEST_F(ApiTest, TellsWhatThereIs) {
  make_rooms(2);
  make(R"({"id":"urn:h","type":["Hall","Room"],"name":"Saal","of":{"object":"urn:x"}})");
  EXPECT_THAT(ask("GET", "/types").body, HasSubstr(R"("typeList":["Hall","Room"])"));
  EXPECT_THAT(ask("GET", "/types?details=true").body,
              HasSubstr(R"("typeName":"Hall","attributeNames":["name","of"])"));
  const std::string room = ask("GET", "/types/Room").body;
  EXPECT_THAT(room, HasSubstr(R"("entityCount":3)"));
  EXPECT_THAT(room, HasSubstr(R"("attributeName":"seats","attributeTypes":["Property"])"));
  EXPECT_THAT(ask("GET", "/attributes").body,
              HasSubstr(R"("attributeList":["name","of","seats"])"));
  EXPECT_THAT(ask("GET", "/attributes?details=true").body,
              HasSubstr(R"("attributeName":"of","typeNames":["Hall","Room"])"));
  EXPECT_THAT(ask("GET", "/attributes/of").body, HasSubstr(R"("attributeTypes":["Relationship"])"));
  expect_error(ask("GET", "/types/None"), 404, "ResourceNotFound");
  expect_error(ask("GET", "/attributes/none"), 404, "ResourceNotFound");
  expect_error(ask("GET", "/types?details=perhaps"), 400, "details");
}

}  // namespace
}  // namespace revier::context
