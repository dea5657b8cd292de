// SPDX-License-Identifier: EUPL-1.2
// The permission matrix: every route of the program times every kind of caller, against
// permissions.txt. A route without a line there fails; docs/develop/permissions.md says how to add
// one.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "app/floors.h"
#include "app/site.h"
#include "base/run_task.h"
#include "identity/identity.h"
#include "json/json.h"
#include "support/test_records.h"
#include "ticket/booking_store.h"
#include "web/html.h"

namespace revier::app {
namespace {

using net::Method;

constexpr std::string_view kPassword = "correct horse";
constexpr std::string_view kFile = REVIER_SOURCE_DIR "/src/app/permissions.txt";
constexpr std::string_view kEveryone = "everyone";

// One column of the table.
struct Asker {
  std::string name;    // of the column, four letters
  std::string role;    // of an account with that role, empty for none
  std::string cookie;  // of its session
  std::string token;
};

struct Answer {
  int status = 0;
  std::string location;
  std::string body;
};

// "ok" whatever is no refusal: also 404 and 422, which only they hear who were let in.
std::string_view word_for(const Answer& answer) {
  if (answer.status == 401) return "401";
  if (answer.status == 403) return "403";
  const bool signs_in = answer.location.find("/console/anmelden") != std::string::npos;
  return answer.status == 303 && signs_in ? "in" : "ok";
}

// Without the language; the broker's resources without the slash that they may end in.
std::string_view bare(std::string_view pattern) {
  if (pattern.starts_with("/ngsi-ld/") && pattern.ends_with('/')) pattern.remove_suffix(1);
  return web::split_language(pattern).page;
}

class Permissions : public testing::Test {
 protected:
  void SetUp() override {
    const std::vector<Setting> settings{{"data", folder_.file("data"), "test"},
                                        {"listen", "127.0.0.1:0", "test"}};
    const auto options = Options::from(settings);
    ASSERT_TRUE(options);
    auto site = Site::open(*options);
    ASSERT_TRUE(site) << site.error().message;
    site_ = std::move(*site);
    auto accounts = open_accounts(*options);
    ASSERT_TRUE(accounts);
    accounts_ = std::move(*accounts);
    make_askers();
    site_->tick();
    make_event();
    read_file();
  }

  // --- who asks

  void make_askers() {
    askers_.push_back({.name = "anon"});
    add_account("none", "");
    for (const identity::Role& role : identity::roles()) {
      add_account(short_name(role.name), std::string(role.name));
    }
    // At the desk of this event, at the desk of another one.
    add_account("desE", "desk", "fest");
    add_account("desX", "desk", "other");
    using identity::Action;
    add_token("tokR", {Action::kDataRead});
    add_token("tokW", {Action::kDataRead, Action::kDataWrite});
    for (int i = 0; i < static_cast<int>(Action::kActionCount); ++i) {
      all_.push_back(static_cast<Action>(i));
    }
    organiser_ = add_token("", all_);
    askers_.pop_back();
  }

  static std::string short_name(std::string_view role) {
    if (role == "newsletter-approver") return "nlap";
    if (role == "newsletter-editor") return "nled";
    return std::string(role.substr(0, 4));
  }

  void add_account(const std::string& name, const std::string& role,
                   const std::string& event = "") {
    std::vector<identity::RoleGrant> grants;
    const auto scope = event.empty() ? identity::ScopeKind::kInstance : identity::ScopeKind::kEvent;
    if (!role.empty()) grants.push_back({role, scope, event, ""});
    const auto link = accounts_->identity->create_user(name, grants);
    ASSERT_TRUE(link) << link.error().message;
    ASSERT_TRUE(accounts_->identity->use_link(*link, "", kPassword));
    askers_.push_back({.name = name, .role = role, .cookie = sign_in(name)});
  }
  std::string sign_in(const std::string& name) {
    const auto in = accounts_->identity->sign_in(name, kPassword, "10.0.0.1");
    EXPECT_TRUE(in) << in.error().message;
    return std::string(identity::kSessionCookie) + "=" + (in ? in->cookie_secret : "");
  }
  std::string add_token(const std::string& name, const std::vector<identity::Action>& actions) {
    identity::TokenOptions wanted{.label = name.empty() ? "all" : name, .actions = actions};
    if (name.empty()) wanted.tenant.reset();
    const auto token = accounts_->identity->create_token(wanted);
    EXPECT_TRUE(token);
    askers_.push_back({.name = name, .token = token ? token->secret : ""});
    return askers_.back().token;
  }

  // A form that ends sessions must not end those of the next lines.
  void stay_signed_in(Asker& asker) {
    if (asker.cookie.empty()) return;
    EXPECT_TRUE(accounts_->identity->refresh());
    if (caller(asker).signed_in()) return;
    asker.cookie = sign_in(asker.name);
    site_->tick();
  }
  identity::Caller caller(const Asker& asker) {
    net::Request request;
    const std::vector<net::Field> fields{{"Cookie", asker.cookie}};
    request.fields = fields;
    return accounts_->identity->authenticate(request);
  }

  // --- asking

  Answer ask(const Asker& asker, Method method, std::string_view target, const std::string& body,
             std::string_view media, std::string_view query = {}) {
    net::Request request;
    const std::string bearer = "Bearer " + asker.token;
    std::vector<net::Field> fields{{"Host", "localhost"}, {"Content-Type", media}};
    if (!asker.token.empty()) fields.push_back({"Authorization", bearer});
    if (!asker.cookie.empty()) {
      fields.push_back({"Cookie", asker.cookie});
      fields.push_back({"Sec-Fetch-Site", "same-origin"});
    }
    request.method = method;
    request.target = target;
    request.path = target;
    request.query = query;
    request.fields = fields;
    request.body = body;
    request.host = "localhost";
    request.authority = "localhost";
    request.client_address = "10.0.0.1";
    const auto match = site_->router().match(method, target);
    if (!match || match->route == nullptr) return {.status = 404, .location = {}, .body = {}};
    request.params = match->params;
    request.route = match->route->pattern;
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
  Answer put(std::string_view path, const std::string& json) {
    const Asker all{.name = {}, .role = {}, .cookie = {}, .token = organiser_};
    return ask(all, Method::kPut, path, json, "application/json");
  }
  Answer post(std::string_view path, const std::string& json) {
    return ask({}, Method::kPost, path, json, "application/json");
  }

  // What names its event in the body.
  static std::string body_for(std::string_view pattern) {
    if (pattern == "/api/v1/check-ins") return R"({"code":"AAAA-AAAA-AAAA","day":"2096-02-05"})";
    if (pattern == "/api/v1/check-ins/search") return R"({"text":"nobody","day":"2096-02-05"})";
    return "{}";
  }

  // With an empty form or an empty object: enough to be let in or not.
  Answer ask(const Asker& asker, const net::Router::Route& route) {
    const std::string target = target_of(route.pattern);
    const bool gate = bare(route.pattern) == "/console/einlass";
    const std::string query = gate ? "tag=2096-02-05" : "";
    const bool api = target.starts_with("/api/") || target.starts_with("/ngsi-ld/");
    if (api) return ask(asker, route.method, target, body_for(route.pattern), "application/json");
    const std::string csrf(asker.cookie.empty() ? "" : caller(asker).csrf());
    return ask(asker, route.method, target, "csrf=" + csrf, "application/x-www-form-urlencoded",
               query);
  }

  // --- an event with one day and one registration

  void make_event() {
    const Answer place = put("/api/v1/places/hall", R"({"name":{"de":"Halle","en":"Hall"}})");
    ASSERT_LT(place.status, 300) << place.body;
    const Answer event =
        put("/api/v1/events/fest",
            R"({"name":{"de":"Fest","en":"Fest"},"starts_on":"2096-02-05","ends_on":"2096-02-05",)"
            R"("time_zone":"Europe/Berlin","venue":"hall","days":[{"date":"2096-02-05",)"
            R"("starts_at":"2096-02-05T08:00:00Z","ends_at":"2096-02-05T16:00:00Z",)"
            R"("capacity":10}]})");
    ASSERT_LT(event.status, 300) << event.body;
    Answer hold;
    for (int i = 0; i < 200 && hold.status != 201; ++i) {
      if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      hold = post("/api/v1/holds", R"({"quota":"tag-2096-02-05","seats":1})");
    }
    ASSERT_EQ(hold.status, 201) << hold.body;
    const auto document = json::Document::parse(hold.body);
    ASSERT_TRUE(document);
    const std::string secret(document->root().find("hold")->as_string().value_or(""));
    ASSERT_EQ(post("/api/v1/registrations",
                   R"({"hold":")" + secret + R"(","name":"Ada","mail":"ada@example.org"})")
                  .status,
              201);
    ASSERT_TRUE(accounts_->database->read([this](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto bookings, ticket::rows::search(session, {}));
      booking_ = bookings.at(0).id;
      return {};
    }));
  }

  // The pattern with its captures filled: "x" where nothing of the event is meant.
  std::string target_of(std::string_view pattern) const {
    std::string target(pattern);
    const bool registration = bare(pattern).starts_with("/console/anmeldungen/{id}");
    for (auto at = target.find('{'); at != target.npos; at = target.find('{')) {
      target.replace(at, target.find('}') - at + 1, registration ? booking_ : "x");
    }
    return target;
  }

  // --- the table

  void read_file() {
    std::ifstream file{std::string(kFile)};
    for (std::string line; std::getline(file, line);) {
      if (line.empty() || line.front() == '#') continue;
      std::istringstream words(line);
      std::string method;
      std::string pattern;
      words >> method >> pattern;
      std::string key = method + " " + pattern;
      std::string cells;
      for (std::string word; words >> word;) cells += (cells.empty() ? "" : " ") + word;
      EXPECT_TRUE(table_.emplace(key, cells).second) << "twice: " << key;
    }
  }

  std::string cells_of(const net::Router::Route& route) {
    std::string cells;
    bool everyone = true;
    for (Asker& asker : askers_) {
      if (route.method != Method::kGet) stay_signed_in(asker);
      const std::string_view word = word_for(ask(asker, route));
      everyone = everyone && word == "ok";
      cells += (cells.empty() ? "" : " ") + std::string(word);
    }
    return everyone ? std::string(kEveryone) : cells;
  }

  std::string line_of(std::string_view key, std::string_view cells) const {
    const std::size_t gap = key.find(' ');
    std::string line = fmt::format("{:<7}{:<46}", key.substr(0, gap), key.substr(gap + 1));
    std::istringstream words{std::string(cells)};
    for (std::string word; words >> word;) line += fmt::format(" {:<4}", word);
    while (line.ends_with(' ')) line.pop_back();
    return line;
  }
  std::string head_line() const {
    std::string names;
    for (const Asker& asker : askers_) names += asker.name + " ";
    return line_of("# ROUTE", names);
  }

  tests::TempDir folder_;
  std::unique_ptr<Site> site_;
  std::unique_ptr<Accounts> accounts_;
  std::vector<identity::Action> all_;
  std::vector<Asker> askers_;
  std::string organiser_;
  std::string booking_;
  std::map<std::string, std::string> table_;
};

TEST_F(Permissions, EveryRouteAnswersEveryCallerAsTheTableSays) {
  std::map<std::string, std::string> seen;
  // What only looks comes first: the others change what there is to see.
  std::vector<const net::Router::Route*> routes = site_->router().routes();
  std::partition(routes.begin(), routes.end(),
                 [](const net::Router::Route* route) { return route->method == Method::kGet; });
  for (const net::Router::Route* route : routes) {
    const std::string cells = cells_of(*route);
    const std::string key =
        std::string(net::to_string(route->method)) + " " + std::string(bare(route->pattern));
    const auto known = seen.emplace(key, cells);
    EXPECT_EQ(known.first->second, cells) << "another answer in the other language: " << key;
    const auto row = table_.find(key);
    if (row == table_.end()) {
      ADD_FAILURE() << "no line for this route: check each cell, then add\n"
                    << head_line() << "\n"
                    << line_of(key, cells);
      continue;
    }
    EXPECT_EQ(line_of(key, row->second), line_of(key, cells)) << head_line();
  }
  for (const auto& [key, cells] : table_) {
    EXPECT_TRUE(seen.contains(key)) << "there is no such route any more: " << key;
  }
  if (const char* file = std::getenv("REVIER_WRITE_PERMISSIONS")) {
    std::map<std::string, std::string> by_path;
    for (const auto& [key, cells] : seen) {
      by_path[key.substr(key.find(' ')) + key] = line_of(key, cells);
    }
    std::ofstream out(file);
    out << head_line() << "\n";
    for (const auto& [path, line] : by_path) out << line << "\n";
  }
}

// A form of the console that another site sends, or one of an older session, changes nothing.
TEST_F(Permissions, EveryFormOfTheConsoleNeedsItsSession) {
  const auto asker = std::find_if(askers_.begin(), askers_.end(),
                                  [](const Asker& a) { return a.role == "administrator"; });
  ASSERT_NE(asker, askers_.end());
  for (const net::Router::Route* route : site_->router().routes()) {
    const std::string_view page = bare(route->pattern);
    const bool own = page.starts_with("/console/") && !page.starts_with("/console/start/") &&
                     !page.starts_with("/console/anmelden");
    if (route->method == Method::kGet || !own) continue;
    stay_signed_in(*asker);
    const Answer answer = ask(*asker, route->method, target_of(route->pattern), "csrf=wrong",
                              "application/x-www-form-urlencoded");
    EXPECT_EQ(answer.status, 403) << route->pattern;
  }
}

// --- hostile bodies

std::string percent(char c, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

// The names of the fields of a page's forms.
std::vector<std::string> fields_of(std::string html) {
  std::vector<std::string> names;
  html.erase(0, html.find("<body"));
  constexpr std::string_view kName = " name=\"";
  for (auto at = html.find(kName); at != html.npos; at = html.find(kName, at + 1)) {
    const std::size_t from = at + kName.size();
    std::string name = html.substr(from, html.find('"', from) - from);
    if (name != "csrf" && name.size() < 100) names.push_back(std::move(name));
  }
  return names;
}

std::string form_body(const std::string& csrf, const std::vector<std::string>& fields,
                      std::string_view value) {
  std::string body = "csrf=" + csrf;
  for (const std::string& field : fields) body.append("&").append(field).append("=").append(value);
  return body;
}

std::string file_body(const std::string& csrf, const std::vector<std::string>& fields,
                      std::string_view bytes) {
  std::string body = "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + csrf + "\r\n";
  for (const std::string& field : fields) {
    body += fmt::format(
        "--b\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"../../a.xlsx\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n{}\r\n",
        field, bytes);
  }
  return body + "--b--\r\n";
}

const std::vector<std::string>& hostile_values() {
  static const std::vector<std::string> values{"",
                                               percent('\0', 3),
                                               percent('\xff', 4),
                                               std::string(70'000, 'A'),
                                               "-1",
                                               "99999999999999999999",
                                               "2025-02-31",
                                               "%3Cscript%3Ealert(1)%3C/script%3E",
                                               "%0D%0ABcc:%20x@example.org",
                                               "..%2F..%2Fetc%2Fpasswd"};
  return values;
}
// What is taken for a table, a picture, an archive, a page: and is none, or two at once.
const std::vector<std::string>& hostile_files() {
  using namespace std::string_literals;
  static const std::vector<std::string> files{
      "",
      "PK\x03\x04"s + std::string(200, '\xff'),
      "\x89PNG\r\n\x1a\n<script>alert(1)</script>"s,
      "\xff\xd8\xff\xe0%PDF-1.7"s,
      "\xef\xbb\xbf\"a;b\n;;\"\";\0"s,
      "{\"type\":\"FeatureCollection\",\"features\":[{\"geometry\":{\"type\":\"Point\"}}]}"s,
      std::string(5'000, '[')};
  return files;
}
const std::vector<std::string>& hostile_documents() {
  static const std::vector<std::string> documents{
      "",
      "null",
      "[]",
      "\"x\"",
      "{",
      "{\"a\":\"\xff\"}",
      "{\"id\":1,\"id\":2}",
      std::string(5'000, '[') + std::string(5'000, ']'),
      "[{},{},null]",
      R"({"id":{},"type":[],"name":{"de":1},"mail":"x\r\nBcc: y","starts_on":"2025-99-99",)"
      R"("days":[{"date":-1}],"capacity":1e300,"seats":-9223372036854775808,"text":null,)"
      R"("notification":[],"information":7,"entities":"x","label":[],"rights":[[[]]]})"};
  return documents;
}

// Input of strangers is refused or taken, and breaks nothing: no route answers with a fault.
TEST_F(Permissions, NoBodyBreaksAnyRoute) {
  const auto asker = std::find_if(askers_.begin(), askers_.end(),
                                  [](const Asker& a) { return a.role == "administrator"; });
  ASSERT_NE(asker, askers_.end());
  const Asker program{.name = {}, .role = {}, .cookie = {}, .token = organiser_};
  const auto expect_none_broke = [](const Answer& answer, const net::Router::Route& route,
                                    std::string_view body) {
    EXPECT_LT(answer.status, 500) << net::to_string(route.method) << " " << route.pattern << "\n"
                                  << body.substr(0, 200) << "\n"
                                  << answer.body.substr(0, 300);
  };
  for (const net::Router::Route* route : site_->router().routes()) {
    if (route->method == Method::kGet) continue;
    const std::string target = target_of(route->pattern);
    if (target.starts_with("/api/") || target.starts_with("/ngsi-ld/")) {
      for (const std::string& body : hostile_documents()) {
        expect_none_broke(ask(program, route->method, target, body, "application/json"), *route,
                          body);
      }
      continue;
    }
    stay_signed_in(*asker);
    const auto fields = fields_of(ask(*asker, Method::kGet, target, "", "").body);
    for (const std::string& value : hostile_values()) {
      stay_signed_in(*asker);
      const std::string body = form_body(std::string(caller(*asker).csrf()), fields, value);
      expect_none_broke(
          ask(*asker, route->method, target, body, "application/x-www-form-urlencoded"), *route,
          body);
    }
    for (const std::string& bytes : hostile_files()) {
      stay_signed_in(*asker);
      const std::string body = file_body(std::string(caller(*asker).csrf()), fields, bytes);
      expect_none_broke(ask(*asker, route->method, target, body, "multipart/form-data; boundary=b"),
                        *route, body);
    }
  }
}

}  // namespace
}  // namespace revier::app
