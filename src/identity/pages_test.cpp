// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>

#include "identity/routes.h"
#include "support/test_records.h"

namespace revier::identity {
namespace {

// Runs one task on this thread until it ends.
class Loop final : public Executor {
 public:
  void post(std::coroutine_handle<> handle) override {
    const std::lock_guard lock(mutex_);
    ready_.push_back(handle);
    wake_.notify_one();
  }
  net::Response run(Task<net::Response> task) {
    std::optional<net::Response> answer;
    set_current(this);
    start(std::move(task), [&](net::Response response) { answer = std::move(response); });
    while (!answer) next().resume();
    set_current(nullptr);
    return std::move(*answer);
  }

 private:
  std::coroutine_handle<> next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !ready_.empty(); });
    const auto handle = ready_.front();
    ready_.pop_front();
    return handle;
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::coroutine_handle<>> ready_;
};

constexpr std::string_view kOrigin = "http://localhost";

class PagesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Identity::open(*database_, clock_, random_, {.attempts_max = 2});
    ASSERT_TRUE(opened) << opened.error().message;
    identity_ = std::move(*opened);
    site_.name = "Test";
    add_pages(router_, {*identity_, pool_, site_, clock_});
    link_ = start_path(**identity_->first_link());
  }

  net::Response send(net::Method method, const std::string& target, const std::string& body,
                     std::string_view origin = kOrigin, std::string_view referer = {}) {
    net::Request request;
    request.method = method;
    request.target = target;
    request.path = request.target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) {
      request.query = request.target.substr(request.path.size() + 1);
    }
    request.host = "localhost";
    request.client_address = "10.0.0.1";
    std::vector<net::Field> fields{{"Host", "localhost"}, {"Cookie", cookie_}};
    if (method == net::Method::kPost) {
      fields.push_back({"Origin", origin});
      fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    }
    if (!referer.empty()) fields.push_back({"Referer", referer});
    request.fields = fields;
    request.body = body;
    auto match = router_.match(method, request.path);
    EXPECT_TRUE(match && match->route != nullptr) << target;
    request.params = match->params;
    if (match->route->handler) return match->route->handler(request);
    return loop_.run(match->route->async_handler(request));
  }
  net::Response get(const std::string& target) { return send(net::Method::kGet, target, ""); }
  net::Response post(const std::string& target, const std::string& body,
                     std::string_view origin = kOrigin) {
    return send(net::Method::kPost, target, body, origin);
  }
  static std::string html(const net::Response& response) {
    const auto* text = std::get_if<std::string>(&response.body);
    return text == nullptr ? "" : *text;
  }
  static std::string header(const net::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (net::equals_ignoring_case(key, name)) return value;
    }
    return "";
  }
  void administrator() {
    const auto made = post(link_, "name=admin&password=correct+horse&repeat=correct+horse");
    ASSERT_EQ(made.status, 303) << html(made);
    EXPECT_EQ(header(made, "Location"), "/console/anmelden?grund=konto");
    EXPECT_NE(html(get("/console/anmelden?grund=konto")).find("Ihr Konto ist angelegt"),
              std::string::npos);
  }
  void sign_in() {
    const auto in = post(std::string(kSignInPage), "name=admin&password=correct+horse");
    ASSERT_EQ(in.status, 303) << html(in);
    const std::string set = header(in, "Set-Cookie");
    cookie_ = set.substr(0, set.find(';'));
  }
  static std::size_t count_of(const net::Response& response, std::string_view part) {
    const std::string& text = std::get<std::string>(response.body);
    std::size_t count = 0;
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
    return count;
  }
  static std::string csrf_of(const net::Response& response) {
    const std::string page = html(response);
    const std::string_view mark = "name=\"csrf\" value=\"";
    const std::size_t at = page.find(mark);
    if (at == std::string::npos) return "";
    return page.substr(at + mark.size(), page.find('"', at + mark.size()) - at - mark.size());
  }

  tests::TestRecords place_{"sqlite"};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
  ManualClock clock_{Instant{1'700'000'000'000'000}};
  SeededRandom random_{1};
  std::unique_ptr<Identity> identity_;
  net::Pool pool_{1, 10};
  web::Site site_;
  net::Router router_;
  Loop loop_;
  std::string link_;
  std::string cookie_ = "a=b";
};

TEST_F(PagesTest, TheLinkSetsThePasswordOnPostOnly) {
  for (int i = 0; i < 2; ++i) {
    const auto page = get(link_);
    EXPECT_EQ(page.status, 200);
    EXPECT_NE(html(page).find("Erstes Konto anlegen"), std::string::npos);
    EXPECT_EQ(header(page, "Cache-Control"), "no-store");
  }
  const auto other = post(link_, "name=admin&password=correct+horse&repeat=correct+hors");
  EXPECT_EQ(other.status, 422);
  EXPECT_NE(html(other).find("stimmen nicht überein"), std::string::npos);
  EXPECT_EQ(html(other).find("correct hors"), std::string::npos);
  EXPECT_EQ(post(link_, "name=admin&password=short&repeat=short").status, 422);
  EXPECT_EQ(post(link_, "name=a+b&password=correct+horse&repeat=correct+horse").status, 422);
  const std::string right = "name=admin&password=correct+horse&repeat=correct+horse";
  EXPECT_EQ(post(link_, right, "https://evil.example").status, 403);
  administrator();
  EXPECT_EQ(get(link_).status, 410);
  EXPECT_EQ(post(link_, right).status, 410);
}

TEST_F(PagesTest, SigningInLeadsWhereItWasToGo) {
  administrator();
  const auto page = get("/en/console/anmelden?weiter=/en/console/x");
  EXPECT_NE(html(page).find("Sign-in name"), std::string::npos);
  EXPECT_NE(html(page).find("/en/console/anmelden?weiter=/en/console/x"), std::string::npos);
  const std::string right = "name=admin&password=correct+horse";
  const auto where = [&](const std::string& next) {
    return header(post("/console/anmelden?weiter=" + next, right), "Location");
  };
  EXPECT_EQ(where("/en/console/x%3Fq=1"), "/en/console/x?q=1");
  for (const char* bad : {"//evil.example", "https://evil.example", "/console", "/x",
                          "/console/%0d%0aX:y", "/console/%5cevil", ""}) {
    EXPECT_EQ(where(bad), "/console/") << bad;
  }
  sign_in();
  EXPECT_EQ(header(get("/console/anmelden?weiter=/console/y"), "Location"), "/console/y");
}

TEST_F(PagesTest, AFormAfterTheSessionSaysThatNothingIsKept) {
  administrator();
  const auto where = [&](const std::string& referer) {
    return header(send(net::Method::kPost, "/en/console/passwort", "csrf=x", kOrigin, referer),
                  "Location");
  };
  const std::string told = "/en/console/anmelden?grund=abgelaufen";
  EXPECT_EQ(where("http://localhost/en/console/x?q=1"),
            told + "&weiter=%2Fen%2Fconsole%2Fx%3Fq%3D1");
  for (const char* other : {"", "http://localhost", "http://localhost/programm",
                            "http://localhost.evil.example/console/x",
                            "http://localhost//evil.example/console/", "https://evil.example/"}) {
    EXPECT_EQ(where(other), told) << other;
  }
  EXPECT_NE(html(get("/console/anmelden?grund=abgelaufen&weiter=/console/x"))
                .find("Ihre Sitzung ist abgelaufen"),
            std::string::npos);
  EXPECT_EQ(html(get("/console/anmelden?grund=x")).find("abgelaufen"), std::string::npos);
}

TEST_F(PagesTest, WrongCredentialsAreToldAndStopped) {
  administrator();
  for (int i = 0; i < 2; ++i) {
    const auto wrong = post("/console/anmelden", "name=admin&password=wrong");
    EXPECT_EQ(wrong.status, 401);
    EXPECT_NE(html(wrong).find("stimmt nicht"), std::string::npos);
  }
  EXPECT_EQ(post("/console/anmelden", "name=admin&password=correct+horse").status, 429);
  EXPECT_EQ(post("/console/anmelden", "name=").status, 422);
}

TEST_F(PagesTest, ADeviceIsKnownAgainWhereOthersWereStopped) {
  administrator();
  const std::string right = "name=admin&password=correct+horse";
  const auto in = post("/console/anmelden", right);
  ASSERT_EQ(in.status, 303);
  std::string device;
  for (const auto& [name, value] : in.headers) {
    if (value.starts_with(std::string(kDeviceCookie) + "=")) device = value;
  }
  EXPECT_NE(device.find("; HttpOnly; SameSite=Lax"), std::string::npos) << device;
  for (int i = 0; i < 2; ++i) (void)post("/console/anmelden", "name=admin&password=wrong");
  EXPECT_EQ(post("/console/anmelden", right).status, 429);
  cookie_ = device.substr(0, device.find(';'));
  EXPECT_EQ(post("/console/anmelden", right).status, 303);
}

TEST_F(PagesTest, SigningOutNeedsTheSessionsForm) {
  administrator();
  EXPECT_EQ(get("/console/abmelden").status, 303);
  sign_in();
  const auto page = get("/console/abmelden");
  EXPECT_NE(html(page).find("admin"), std::string::npos);
  EXPECT_EQ(post("/console/abmelden", "csrf=wrong").status, 403);
  // A browser sends every field of the form: there is one, and it is filled.
  EXPECT_EQ(count_of(page, "name=\"csrf\""), 1U);
  const auto out = post("/console/abmelden", "csrf=" + csrf_of(page));
  EXPECT_EQ(out.status, 303);
  EXPECT_NE(header(out, "Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(get("/console/abmelden").status, 303);
}

TEST_F(PagesTest, ThePasswordIsChangedByItsOwnerOnly) {
  administrator();
  EXPECT_EQ(header(get("/console/passwort"), "Location"),
            "/console/anmelden?weiter=%2Fconsole%2Fpasswort");
  sign_in();
  const std::string csrf = "csrf=" + csrf_of(get("/console/passwort"));
  const std::string fresh = "&password=another+password&repeat=another+password";
  EXPECT_EQ(post("/console/passwort", "csrf=x&old_password=correct+horse" + fresh).status, 403);
  const auto wrong = post("/console/passwort", csrf + "&old_password=wrong" + fresh);
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(html(wrong).find("bisherige Passwort stimmt nicht"), std::string::npos);
  EXPECT_EQ(post("/console/passwort", csrf + "&old_password=correct+horse" + fresh).status, 303);
  EXPECT_TRUE(identity_->sign_in("admin", "another password", "10.0.0.2"));
}

}  // namespace
}  // namespace revier::identity
