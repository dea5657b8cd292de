// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/run_task.h"
#include "consent/consent.h"
#include "console/csv.h"
#include "console/entity_rows.h"
#include "console/routes.h"
#include "context/writes.h"
#include "door/store.h"
#include "jsonld/catalogue.h"
#include "ngsi/parse.h"
#include "store/store.h"
#include "support/test_records.h"
#include "ticket/booking_store.h"

namespace revier::console {
namespace {

constexpr std::string_view kPassword = "correct horse";

constexpr std::string_view kSensor =
    R"({"id":"urn:ngsi-ld:Air:1","type":"AirQualityObserved",)"
    R"("temperature":{"type":"Property","value":21.5,"unitCode":"CEL",)"
    R"("observedAt":"2025-01-20T08:00:00Z","accuracy":{"type":"Property","value":0.5}},)"
    R"("https://schema.org/name":{"type":"LanguageProperty","languageMap":{"de":"Luft <1>"}},)"
    R"("location":{"type":"GeoProperty","value":{"type":"Point","coordinates":[7.25,51.5]}},)"
    R"("address":{"type":"Property","value":{"postalCode":"44623","tags":[]}},)"
    R"("refDevice":{"type":"Relationship","object":"urn:ngsi-ld:Device:1"}})";

TEST(EntityRows, JsonOverSeveralLines) {
  EXPECT_EQ(indented_json(R"({"a":[],"b":{"c":[1,2],"d":"x\"{,"}})"),
            "{\n  \"a\": [],\n  \"b\": {\n    \"c\": [\n      1,\n      2\n    ],\n"
            "    \"d\": \"x\\\"{,\"\n  }\n}");
}

RC_GTEST_PROP(EntityRows, IndentsChangeNothing, (const std::vector<std::string>& texts)) {
  std::string json = "{\"all\":[";
  for (const std::string& text : texts) {
    std::string ascii;
    for (const char c : text) ascii += static_cast<char>(c & 127);
    if (json.back() != '[') json += ',';
    json::append_quoted(json, ascii);
  }
  json += "]}";
  const auto again = json::Document::parse(indented_json(json));
  RC_ASSERT(again.has_value());
  RC_ASSERT(json::to_text(again->root()) == json);
}

TEST(Csv, QuotesEverythingAndDisarmsFormulas) {
  EXPECT_EQ(csv_cell("Ada Lovelace"), "\"Ada Lovelace\"");
  EXPECT_EQ(csv_cell("Ada,=1+1"), "\"Ada,=1+1\"");  // for readers that part cells by commas
  EXPECT_EQ(csv_cell("a;b \"c\"\nd"), "\"a;b \"\"c\"\"\nd\"");
  EXPECT_EQ(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
  for (const char* start : {"+49", "-1", "@x", "\tx", "\rx"}) {
    EXPECT_EQ(csv_cell(start), "\"'" + std::string(start) + "\"");
  }
  std::string row;
  append_csv_row(row, std::vector<std::string>{"a", "", "c;d"});
  EXPECT_EQ(row, "\"a\";\"\";\"c;d\"\r\n");
  EXPECT_EQ(csv_cell("2025-02-01 11:00"), "2025-02-01 11:00");
  EXPECT_EQ(csv_cell("17"), "17");
}

RC_GTEST_PROP(Csv, ACellNeitherEndsTheRowNorIsAFormula, (const std::string& value)) {
  const std::string cell = csv_cell(value);
  bool quoted = false;
  for (const char c : cell) {
    if (c == '"') quoted = !quoted;
    RC_ASSERT(quoted || c == '"' || std::string("0123456789 :.-").find(c) != std::string::npos);
  }
  RC_ASSERT(!quoted);
  RC_ASSERT(cell.empty() || std::string("=+-@\t\r").find(cell[0]) == std::string::npos);
}

std::vector<records::Migration> all_migrations() {
  std::vector<records::Migration> all;
  for (const auto part :
       {consent::migrations(), mail::migrations(), publication::migrations(),
        ticket::rows::migrations(), door::rows::migrations(), identity::migrations()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

struct Answer {
  int status = 0;
  std::string location;
  std::string body;
};

// The console over real records: one day with two seats, one registration.
class ConsoleTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = identity::Identity::open(*database_, clock_, random_, {});
    ASSERT_TRUE(opened);
    identity_ = std::move(*opened);
    auto registrations = ticket::Registrations::open(
        {.database = *database_,
         .civil_clock = clock_,
         .random = random_,
         .publisher = publisher_,
         .letter = [](const ticket::LetterOrder& order) {
           return mail::Message{.key = ticket::letter_key(order),
                                .purpose = "registration",
                                .to = order.booking.mail,
                                .subject = "Ihr <Ticket>",
                                .text = order.booking.code,
                                .delete_after = order.booking.delete_after};
         }});
    ASSERT_TRUE(registrations);
    registrations_ = std::move(*registrations);
    register_ada();
    open_broker();
    ticket::Domain domain{*database_, *registrations_, links_, keys_,
                          *identity_, pool_,           pool_,  clock_};
    Needs needs{.tickets = domain, .site = site_};
    needs.version = "1.2.3";
    needs.store_writable = [] { return true; };
    needs.broker = broker_.get();
    needs.context = catalogue_->core();
    needs.catalogue = catalogue_.get();
    add_routes(router_, needs);
  }

  void register_ada() {
    const Instant day = *parse_iso8601("2025-02-05T08:00:00Z");
    ASSERT_TRUE(run_task(registrations_->put_quotas({{.id = "tag-2025-02-05",
                                                      .event = "scd",
                                                      .kind = ticket::QuotaKind::kDay,
                                                      .entity = "urn:ngsi-ld:x:1",
                                                      .title_de = "Erster Tag",
                                                      .title_en = "First day",
                                                      .starts_at = day,
                                                      .ends_at = day + Duration::hours(8),
                                                      .opens_at = {0},
                                                      .closes_at = day,
                                                      .capacity = 2,
                                                      .seats_a_person_max = 2}})));
    const auto held = run_task(registrations_->hold({.wanted = {{.quota = "tag-2025-02-05"}}}));
    ASSERT_TRUE(held) << held.error().message;
    const auto booked = run_task(registrations_->complete(
        {.booking = held->id, .name = "=Ada <b>", .mail = "ada@example.org"}));
    ASSERT_TRUE(booked) << booked.error().message;
    ada_ = *booked;
  }

  void open_broker() {
    auto store = store::Store::open({.directory = folder_.file("store")});
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    auto broker = context::Broker::open(*store_, clock_, {});
    ASSERT_TRUE(broker) << broker.error().message;
    broker_ = std::move(*broker);
    const auto document = json::Document::parse(kSensor);
    auto fragment = ngsi::parse_entity(document->root(), *catalogue_->core(), ngsi::kParseWhole);
    ASSERT_TRUE(fragment) << fragment.error().message;
    std::vector<context::Write> writes;
    writes.push_back(context::put(std::move(*fragment)));
    ASSERT_TRUE(broker_->write_blocking("", std::move(writes), context::Origin::api()));
  }

  // Signs a new user with this role in; the cookie goes with all that is sent then.
  void sign_in(const std::string& role, const std::string& event = "") {
    const auto scope = event.empty() ? identity::ScopeKind::kInstance : identity::ScopeKind::kEvent;
    const std::vector<identity::RoleGrant> grants{{role, scope, event, ""}};
    const std::string name = role + event;
    const auto link = identity_->create_user(name, grants);
    ASSERT_TRUE(link) << link.error().message;
    ASSERT_TRUE(identity_->use_link(*link, "", kPassword));
    const auto session = identity_->sign_in(name, kPassword, "10.0.0.1");
    ASSERT_TRUE(session);
    cookie_ = std::string(identity::kSessionCookie) + "=" + session->cookie_secret;
  }

  Answer get(std::string_view path, std::string_view query = {}) {
    return send(net::Method::kGet, path, query, {});
  }
  Answer post(std::string_view path, std::string_view query, const std::string& body) {
    return send(net::Method::kPost, path, query, body);
  }
  // With the session's CSRF field.
  Answer post_own(std::string_view path, std::string_view query, const std::string& body) {
    return post(path, query, body + "&csrf=" + std::string(caller().csrf()));
  }
  identity::Caller caller() {
    net::Request request;
    const std::vector<net::Field> fields{{"Cookie", cookie_}};
    request.fields = fields;
    return identity_->authenticate(request);
  }

  Answer send(net::Method method, std::string_view path, std::string_view query,
              const std::string& body) {
    net::Request request;
    const std::vector<net::Field> fields{{"Cookie", cookie_},
                                         {"Sec-Fetch-Site", "same-origin"},
                                         {"Content-Type", "application/x-www-form-urlencoded"}};
    request.method = method;
    request.path = path;
    request.target = path;
    request.query = query;
    request.fields = fields;
    request.body = body;
    request.host = "localhost";
    auto match = router_.match(method, path);
    if (!match || match->route == nullptr) return {404, {}, {}};
    request.params = match->params;
    return read(match->route->handler ? match->route->handler(request)
                                      : run_task(match->route->async_handler(request)));
  }
  static Answer read(const net::Response& response) {
    Answer answer{.status = response.status, .location = {}, .body = {}};
    for (const auto& [name, value] : response.headers) {
      if (net::equals_ignoring_case(name, "Location")) answer.location = value;
    }
    if (const auto* text = std::get_if<std::string>(&response.body)) answer.body = *text;
    return answer;
  }
  static bool has(const Answer& answer, std::string_view part) {
    return answer.body.find(part) != std::string::npos;
  }

  tests::TempDir folder_;
  std::unique_ptr<jsonld::Catalogue> catalogue_ = *jsonld::Catalogue::make();
  tests::TestRecords place_{"sqlite"};
  std::unique_ptr<records::Database> database_ = place_.open(all_migrations());
  ManualClock clock_{*parse_iso8601("2025-02-01T10:00:00Z")};
  SeededRandom random_{7};
  publication::Publisher publisher_{[](const publication::Item&) { return Result<>{}; }};
  ticket::SecretLinks links_{ticket::SecretLinks::Key{}};
  ticket::TicketKeys keys_ =
      *ticket::TicketKeys::parse(ticket::TicketKeys::with_new_key("", random_, clock_.now()));
  net::Pool pool_{1, 16};
  web::Site site_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<context::Broker> broker_;
  std::unique_ptr<identity::Identity> identity_;
  std::unique_ptr<ticket::Registrations> registrations_;
  net::Router router_;
  ticket::Booking ada_;
  std::string cookie_ = "a=b";
};

TEST_F(ConsoleTest, StrangersAreLedToTheSignInPage) {
  for (const net::Router::Route* route : router_.routes()) {
    if (route->pattern.ends_with("/console")) continue;  // leads to /console/
    // What a desk keeps without network, and its script: they know nobody.
    if (route->pattern.ends_with("/ohne-netz") || route->pattern.ends_with("/worker.js")) continue;
    const Answer answer = send(route->method, route->pattern, {}, "csrf=x");
    EXPECT_EQ(answer.status, 303) << route->pattern;
    EXPECT_NE(answer.location.find("/console/anmelden"), std::string::npos) << route->pattern;
  }
  cookie_ = std::string(identity::kSessionCookie) + "=ended";
  EXPECT_EQ(get("/console/einlass").status, 303);
}

TEST_F(ConsoleTest, EachPageAsksForItsRight) {
  sign_in("viewer");
  EXPECT_EQ(get("/console/").status, 200);
  for (const char* page :
       {"/console/einlass", "/console/anmeldungen", "/console/anmeldungen.csv",
        "/console/anmeldungen/x", "/console/postausgang", "/en/console/postausgang/1"}) {
    const Answer answer = get(page);
    EXPECT_EQ(answer.status, 403) << page;
    EXPECT_FALSE(has(answer, "ada@")) << page;
  }
  EXPECT_EQ(post_own("/console/einlass", "tag=2025-02-05", "code=" + ada_.code).status, 403);
  EXPECT_FALSE(has(get("/console/"), "/console/einlass"));
  sign_in("desk");
  EXPECT_TRUE(has(get("/console/"), "/console/einlass"));
  EXPECT_EQ(post_own("/console/anmeldungen/" + ada_.id + "/stornieren", "", "").status, 403);
}

TEST_F(ConsoleTest, ARoleOnOneEventReachesThatEventOnly) {
  const std::string one = "/console/anmeldungen/" + ada_.id;
  const std::string code = "code=" + ada_.code;
  sign_in("desk", "other");
  EXPECT_TRUE(has(get("/console/"), "/console/einlass"));
  EXPECT_FALSE(has(get("/console/einlass"), "2025-02-05"));
  EXPECT_EQ(get("/console/einlass", "tag=2025-02-05").status, 403);
  EXPECT_EQ(post_own("/console/einlass", "tag=2025-02-05", code).status, 403);
  EXPECT_FALSE(has(get("/console/anmeldungen"), "ada@"));
  EXPECT_FALSE(has(get("/console/anmeldungen.csv"), "ada@"));
  EXPECT_EQ(get(one).status, 403);
  sign_in("organiser", "scd");
  EXPECT_FALSE(has(get("/console/"), "/console/postausgang"));
  EXPECT_TRUE(has(get("/console/anmeldungen"), one));
  EXPECT_TRUE(has(get("/console/anmeldungen.csv"), "ada@"));
  EXPECT_EQ(post_own("/console/einlass", "tag=2025-02-05", code).status, 200);
  EXPECT_EQ(post_own(one + "/stornieren", "", "").status, 303);
}

TEST_F(ConsoleTest, OverviewCounts) {
  sign_in("administrator");
  const Answer page = get("/en/console/");
  EXPECT_TRUE(has(page, "First day"));
  EXPECT_TRUE(has(page, "Revier 1.2.3"));
  EXPECT_TRUE(has(page, "Data store: writable"));
}

TEST_F(ConsoleTest, ATicketIsTakenOnceAndTheSecondTimeSaysWhenAndWhere) {
  sign_in("desk");
  const std::string query = "tag=2025-02-05&platz=Tor%20%22A%22";
  EXPECT_TRUE(has(get("/console/einlass"), "value=\"2025-02-05\" checked"));
  EXPECT_TRUE(has(get("/console/einlass", query), "0 von 1"));
  EXPECT_EQ(post("/console/einlass", query, "code=" + ada_.code + "&csrf=wrong").status, 403);

  const Answer first = post_own("/console/einlass", query, "code=" + ada_.code);
  EXPECT_EQ(first.status, 200);
  EXPECT_TRUE(has(first, "Angenommen"));
  EXPECT_TRUE(has(first, "=Ada &lt;b&gt;"));
  EXPECT_TRUE(has(first, "Mittwoch, 5. Februar 2025"));
  EXPECT_TRUE(has(first, "1 von 1"));

  const Answer second = post_own("/console/einlass", "tag=2025-02-05", "code=" + ada_.code);
  EXPECT_EQ(second.status, 409);
  EXPECT_TRUE(has(second, "Schon benutzt"));
  EXPECT_TRUE(has(second, "1. Februar 2025, 11:00 Uhr, Standort: Tor &quot;A&quot;"));
}

TEST_F(ConsoleTest, TheDaysListShowsAndTakesBack) {
  sign_in("desk");
  const std::string_view day = "tag=2025-02-05";
  EXPECT_TRUE(has(get("/console/einlass/liste", day), "Noch niemand"));
  (void)post_own("/console/einlass", "tag=2025-02-05&platz=Tor", "code=" + ada_.code);
  const Answer list = get("/console/einlass/liste", day);
  EXPECT_TRUE(has(list, "=Ada &lt;b&gt;"));
  EXPECT_TRUE(has(list, "Jedes Ticket wurde nur einmal angenommen"));
  EXPECT_TRUE(has(get("/console/einlass/viertelstunden.csv", day), "2025-02-01 11:00;1"));
  const std::string id = list.body.substr(list.body.find("name=\"id\" value=\"") + 17, 16);
  EXPECT_EQ(post("/console/einlass/zuruecknehmen", day, "id=" + id + "&csrf=no").status, 403);
  EXPECT_EQ(post_own("/console/einlass/zuruecknehmen", day, "id=none").status, 404);
  EXPECT_EQ(post_own("/console/einlass/zuruecknehmen", day, "id=" + id).status, 303);
  EXPECT_TRUE(has(get("/console/einlass/liste", day), "zurückgenommen um"));
  EXPECT_EQ(post_own("/console/einlass", std::string(day), "code=" + ada_.code).status, 200);
}

TEST_F(ConsoleTest, WhatWasTakenBackIsNotInTheListOfWhoWasThere) {
  sign_in("administrator");
  const std::string_view day = "tag=2025-02-05";
  const std::string_view file = "/console/einlass.csv";
  const std::string one = "/console/anmeldungen/" + ada_.id;
  (void)post_own("/console/einlass", "tag=2025-02-05&platz=Tor", "code=" + ada_.code);
  EXPECT_TRUE(has(get(file), "\"Tor\";\"" + ada_.code + "\""));
  EXPECT_FALSE(has(get(one), "zurückgenommen"));
  const Answer list = get("/console/einlass/liste", day);
  const std::string id = list.body.substr(list.body.find("name=\"id\" value=\"") + 17, 16);
  EXPECT_EQ(post_own("/console/einlass/zuruecknehmen", day, "id=" + id).status, 303);
  EXPECT_FALSE(has(get(file), ada_.code));
  EXPECT_TRUE(has(get(one), "zurückgenommen am 1. Februar 2025, 11:00 Uhr"));

  door::CheckIn wrong{.id = "villa-1",
                      .booking = ada_.id,
                      .code = ada_.code,
                      .day = "2025-02-05",
                      .desk = "Villa",
                      .at = clock_.now(),
                      .received_at = clock_.now(),
                      .problem = door::Problem::kNotBooked};
  ASSERT_TRUE(database_->writer().run_blocking(
      [&](records::Session& session) { return door::rows::insert(session, wrong); }));
  EXPECT_TRUE(has(get(file), "\"für diesen Tag nicht gebucht\""));
  EXPECT_TRUE(has(get(one), "für diesen Tag nicht gebucht"));
}

TEST_F(ConsoleTest, WhatADeskKeepsKnowsNobody) {
  sign_in("desk");
  const Answer page = get("/console/einlass/ohne-netz");
  EXPECT_EQ(page.status, 200);
  EXPECT_TRUE(has(page, "rv-desk"));
  EXPECT_FALSE(has(page, "Angemeldet als"));
  EXPECT_FALSE(has(page, caller().csrf()));
  EXPECT_EQ(get("/console/einlass/worker.js").status, 200);
}

TEST_F(ConsoleTest, TheDoorSaysThatTheDayIsNotToday) {
  sign_in("administrator");
  EXPECT_TRUE(
      has(get("/console/einlass", "tag=2025-02-05"),
          "Heute ist Samstag, 1. Februar 2025. Sie lassen für Mittwoch, 5. Februar 2025 ein."));
  clock_.advance(Duration::days(4));
  sign_in("desk");
  EXPECT_TRUE(has(get("/console/einlass", "tag=2025-02-05"), "data-part=\"other-day\" hidden"));
}

TEST_F(ConsoleTest, RefusedTicketsSayWhy) {
  sign_in("administrator");
  const std::string_view day = "tag=2025-02-05";
  const Answer unknown = post_own("/console/einlass", day, "code=AAAA-AAAA-AAAA");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(has(unknown, "Es gibt kein Ticket mit dieser Nummer"));
  EXPECT_TRUE(has(unknown, "Eingegeben: AAAA-AAAA-AAAA"));
  EXPECT_FALSE(
      has(post_own("/console/einlass", day, "code=" + std::string(100, 'a')), "Eingegeben: a"))
      << "what a scanner read is no slip of the fingers";
  EXPECT_EQ(post_own("/console/einlass", day, "code=").status, 422);
  EXPECT_EQ(post_own("/console/einlass", "tag=2025-02-09", "code=" + ada_.code).status, 422);
  ASSERT_TRUE(run_task(registrations_->cancel(ada_.id)));
  const Answer cancelled = post_own("/console/einlass", day, "code=" + ada_.code);
  EXPECT_EQ(cancelled.status, 410);
  EXPECT_TRUE(has(cancelled, "wurde storniert"));
}

TEST_F(ConsoleTest, RegistrationsAreFoundShownAndCancelled) {
  sign_in("organiser");
  const std::string one = "/console/anmeldungen/" + ada_.id;
  EXPECT_TRUE(has(post_own("/console/anmeldungen", "", "suche=ADA%40"), one));
  EXPECT_FALSE(has(post_own("/console/anmeldungen", "", "suche=bob"), one));
  EXPECT_TRUE(has(get("/console/anmeldungen", "suche=bob"), one)) << "no name in an address";
  EXPECT_EQ(post("/console/anmeldungen", "", "csrf=&suche=ada").status, 403);
  const Answer all = post_own("/console/anmeldungen", "", "suche=&kontingent=x");
  EXPECT_EQ(all.location, "/console/anmeldungen?kontingent=x");
  EXPECT_FALSE(has(get("/console/anmeldungen", "kontingent=x"), one));
  EXPECT_TRUE(has(get("/console/anmeldungen", "seite=999"), one));
  EXPECT_TRUE(has(get(one), ada_.code));
  EXPECT_EQ(get("/console/anmeldungen/none").status, 404);
  const std::string correction = one + "/berichtigen";
  EXPECT_TRUE(has(get(correction), "ada@example.org"));
  EXPECT_EQ(post(correction, "", "csrf=&name=Ada&mail=a@example.org").status, 403);
  EXPECT_EQ(post_own(correction, "", "name=Ada&mail=wrong").status, 422);
  EXPECT_EQ(post_own(correction, "", "name=Ada+Neu&mail=neu@example.org").location, one);
  EXPECT_TRUE(has(get(one), "neu@example.org"));
  EXPECT_EQ(post(one + "/stornieren", "", "csrf=").status, 403);
  const Answer done = post_own(one + "/stornieren", "", "");
  EXPECT_EQ(done.status, 303);
  EXPECT_EQ(done.location, one);
  EXPECT_TRUE(has(get(one), "storniert"));
  EXPECT_EQ(registrations_->quota("tag-2025-02-05")->figures.taken, 0);
}

TEST_F(ConsoleTest, TheListAsAFile) {
  sign_in("organiser");
  const Answer file = get("/console/anmeldungen.csv");
  EXPECT_EQ(file.status, 200);
  EXPECT_TRUE(file.body.starts_with("\xEF\xBB\xBF\"Ticketnummer\";\"Name\";\"E-Mail\";"));
  EXPECT_TRUE(
      has(file, "\r\n\"" + ada_.code + "\";\"'=Ada <b>\";\"ada@example.org\";1;\"angemeldet\";"));
  EXPECT_FALSE(has(get("/console/anmeldungen.csv", "kontingent=x"), "ada@"));
}

// Which session, who with how many seats, in an order that a finger can follow.
TEST_F(ConsoleTest, AListForTheDoor) {
  for (const auto& [name, mail] :
       {std::pair{"Zoe Abel", "zoe@example.org"}, std::pair{"Carl Ömer", "carl@example.org"}}) {
    const auto held =
        run_task(registrations_->hold({.wanted = {{.quota = "tag-2025-02-05", .may_wait = true}}}));
    ASSERT_TRUE(held) << held.error().message;
    ASSERT_TRUE(
        run_task(registrations_->complete({.booking = held->id, .name = name, .mail = mail})));
  }
  sign_in("organiser");
  const std::string wish = "kontingent=tag-2025-02-05&ordnung=name";
  const Answer list = get("/console/anmeldungen", wish);
  EXPECT_TRUE(has(list, "<h2 class=\"kern-heading-medium\">Erster Tag, "));
  EXPECT_TRUE(has(list, "2 Anmeldungen mit 2 Plätzen, 1 weitere nur auf der Warteliste"));
  EXPECT_TRUE(has(list, "nur Warteliste"));
  EXPECT_LT(list.body.find("Ada"), list.body.find("Zoe Abel"));
  EXPECT_LT(list.body.find("Zoe Abel"), list.body.find("Carl Ömer")) << "who waits comes last";
  EXPECT_TRUE(has(list, "/console/anmeldungen.csv?kontingent=tag-2025-02-05&amp;ordnung=name"));
  EXPECT_TRUE(
      has(get("/console/anmeldungen.csv", wish), "\"carl@example.org\";0;\"nur Warteliste\";"));
  EXPECT_TRUE(has(get("/console/"), "<dd class=\"rv-value\">2</dd>")) << "who waits has no ticket";
}

TEST_F(ConsoleTest, TheOutboxShowsLettersAsText) {
  sign_in("organiser");
  const Answer list = get("/console/postausgang");
  EXPECT_TRUE(has(list, "Ihr &lt;Ticket&gt;"));
  EXPECT_TRUE(has(list, "/console/postausgang/1"));
  EXPECT_TRUE(has(get("/console/postausgang/1"), "<pre class=\"rv-pre\">" + ada_.code));
  EXPECT_EQ(get("/console/postausgang/77").status, 404);
  EXPECT_EQ(get("/console/postausgang/x").status, 404);
}

TEST_F(ConsoleTest, DataForPeople) {
  sign_in("viewer");
  EXPECT_TRUE(has(get("/console/daten"), "AirQualityObserved"));
  const Answer entity = get("/console/daten/entitaet", "id=urn:ngsi-ld:Air:1");
  for (const char* part :
       {"21,5", "°C (CEL)", "20. Januar 2025, 9:00 Uhr", "temperature › ", "Luft &lt;1&gt;",
        "title=\"https://schema.org/name\">name<", "51,5° Breite, 7,25° Länge",
        "/console/daten/entitaet?id=urn%3Angsi-ld%3ADevice%3A1", "&quot;44623&quot;",
        "/ngsi-ld/v1/entities/urn%3Angsi-ld%3AAir%3A1"}) {
    EXPECT_TRUE(has(entity, part)) << part << entity.body;
  }
  EXPECT_EQ(get("/console/daten/entitaet", "id=urn:x:none").status, 404);
  EXPECT_EQ(get("/console/daten", "mandant=none").status, 404);
}

TEST_F(ConsoleTest, EntitiesAreFilteredAndAWrongExpressionIsTold) {
  sign_in("viewer");
  const std::string id = "id=urn%3Angsi-ld%3AAir%3A1";
  const std::string page = "/console/daten/entitaeten";
  EXPECT_TRUE(has(get(page, "text=AIR%3A1"), id));
  EXPECT_FALSE(has(get(page, "text=A.r"), id));
  EXPECT_TRUE(has(get(page, "q=temperature%3E20"), id));
  EXPECT_FALSE(has(get(page, "q=temperature%3E30"), id));
  EXPECT_FALSE(has(get(page, "typ=Room"), id));
  const Answer wrong = get(page, "q=temperature%3E%3E");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "id=\"q-error\"") || has(wrong, "aria-invalid=\"true\""));
  EXPECT_FALSE(has(wrong, id));
}

TEST_F(ConsoleTest, EntitiesNearAPlace) {
  sign_in("viewer");
  const std::string id = "id=urn%3Angsi-ld%3AAir%3A1";
  const std::string page = "/console/daten/entitaeten";
  EXPECT_TRUE(has(get(page, "nahe=51.5%2C+7.25"), id));
  EXPECT_TRUE(has(get(page, "nahe=51.5+7.3&umkreis=5000"), id));
  EXPECT_FALSE(has(get(page, "nahe=51.5+7.3"), id));
  for (const char* wrong : {"nahe=51.5", "nahe=91+7", "nahe=51.5+7.25+1", "nahe=x",
                            "nahe=51.5+7.25&umkreis=-1", "nahe=51.5+7.25&umkreis=nan"}) {
    const Answer answer = get(page, wrong);
    EXPECT_EQ(answer.status, 422) << wrong;
    EXPECT_TRUE(has(answer, "id=\"nahe-error\"")) << wrong;
    EXPECT_FALSE(has(answer, id)) << wrong;
  }
}

TEST_F(ConsoleTest, AnExpressionTakesTheNamesThatThePageShows) {
  sign_in("viewer");
  const std::string id = "id=urn%3Angsi-ld%3AAir%3A1";
  const std::string page = "/console/daten/entitaeten";
  EXPECT_TRUE(has(get(page, "q=name"), id)) << "https://schema.org/name";
  EXPECT_TRUE(has(get(page, "q=name%3D%3D%22Luft+%3C1%3E%22%3Btemperature%3E20"), id));
  EXPECT_TRUE(has(get(page, "q=name&typ=AirQualityObserved"), id));
  EXPECT_FALSE(has(get(page, "q=nam"), id));
  EXPECT_FALSE(has(get(page, "q=%21name"), id));
}

TEST_F(ConsoleTest, FaultsOfAnExpressionAreToldInThePagesLanguage) {
  sign_in("viewer");
  const std::string page = "/console/daten/entitaeten";
  EXPECT_TRUE(has(get(page, "q=h%C3%B6he%3E%3E1"),
                  "Ab Zeichen 6 ist der Ausdruck nicht zu lesen: "
                  "„&gt;1“"));
  EXPECT_TRUE(has(get("/en" + page, "q=a%3D%3D"),
                  "ends too early: something is missing at "
                  "character 4"));
  EXPECT_TRUE(has(get(page, "q=a~%3D%22%28%22"), "regulärer Ausdruck"));
}

}  // namespace
}  // namespace revier::console
