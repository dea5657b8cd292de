// SPDX-License-Identifier: EUPL-1.2
#include "web/page.h"

#include <gtest/gtest.h>

#include "web/asset.h"
#include "web/kern.h"
#include "web/pages.h"

namespace revier::web {
namespace {

Site make_site() {
  Site site;
  site.name = "Smart City Days";
  site.owner = "Stadt Herne";
  site.navigation = {{"Programm", "/programm"}, {"Anreise", "/anreise"}};
  site.notice = [](Language) { return std::string("Demo <1>"); };
  return site;
}

struct Sent {
  std::vector<net::Field> fields;
  net::Request request;
  explicit Sent(std::string_view path, std::vector<net::Field> headers = {})
      : fields(std::move(headers)) {
    request.path = path;
    request.target = path;
    request.host = "localhost";
    request.fields = fields;
  }
};

std::string header(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (net::equals_ignoring_case(key, name)) return value;
  }
  return {};
}

std::string frame_of(Page page) {
  Html out(page.language);
  render_frame(out, page, [&] { out.literal("<h1>x</h1>"); });
  return std::move(out).take();
}

void expect_part(const std::string& html, std::string_view part) {
  EXPECT_NE(html.find(part), std::string::npos) << part << "\n" << html;
}

TEST(Page, FrameInBothLanguages) {
  const Site site = make_site();
  Sent sent("/en/programm/x");
  sent.request.query = "tag=\"1\"&b";
  Page page = site.page(sent.request, "A & B");
  EXPECT_EQ(page.language, Language::kEn);
  page.has_errors = true;
  const std::string html = frame_of(page);
  expect_part(html, R"(<html lang="en">)");
  expect_part(html, "<title>Error: A &amp; B – Smart City Days</title>");
  expect_part(html,
              R"(href="/programm/x?tag=&quot;1&quot;&amp;b" hreflang="de" lang="de">Deutsch)");
  expect_part(html, R"(href="/en/programm" aria-current="true">Programm)");
  expect_part(html, "Demo &lt;1&gt;");
  expect_part(html, R"(<a class="rv-skip" href="#inhalt">Skip to content</a>)");
  EXPECT_EQ(html.find(" style="), std::string::npos);
}

TEST(Page, TheOtherLanguageIsOnTheSameHost) {
  const Site site = make_site();
  for (const char* address : {"/en//evil.example/", "/en/\\evil.example/", "/en///evil.example/",
                              "//evil.example/", "/\\/evil.example/"}) {
    const Page page = site.page(Sent(address).request, "x");
    EXPECT_EQ(page.address, "/evil.example/") << address;
    EXPECT_EQ(frame_of(page).find("href=\"//"), std::string::npos) << address;
  }
  EXPECT_EQ(site.page(Sent("/en/").request, "x").address, "/");
}

TEST(Page, ResponsesAreProtected) {
  Html out(Language::kEn);
  out.text("x");
  const net::Response response = html_response(std::move(out));
  EXPECT_EQ(header(response, "content-language"), "en");
  EXPECT_EQ(header(response, "cache-control"), "no-cache");
  const std::string policy = header(response, "content-security-policy");
  EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(header(html_response(Html(Language::kDe), 200, Caching::kNever), "cache-control"),
            "no-store");
  EXPECT_EQ(header(html_response(Html(Language::kDe), 404), "cache-control"), "no-store");
}

TEST(Page, ErrorsArePagesForPeopleAndProblemsForPrograms) {
  const Site site = make_site();
  const Error error{Code::kQuotaFull, "no seat <left>", {}};
  const net::Response page = error_page(site, Sent("/anmeldung").request, error);
  EXPECT_EQ(page.status, 409);
  expect_part(std::get<std::string>(page.body), "Alle Plätze sind vergeben");
  EXPECT_EQ(std::get<std::string>(page.body).find("no seat"), std::string::npos);
  for (const Sent& sent : {Sent("/api/v1/holds"), Sent("/ngsi-ld/v1/entities"),
                           Sent("/x", {{"Accept", "application/json"}})}) {
    EXPECT_EQ(header(error_page(site, sent.request, error), "content-type"),
              "application/problem+json");
  }
}

TEST(Page, AnErrorOfTheConsoleStaysInIt) {
  const Site site = make_site();
  const Error error{Code::kForbidden, "x", {}};
  const net::Response inside = error_page(site, Sent("/en/console/personen").request, error);
  expect_part(std::get<std::string>(inside.body), "ask an administrator");
  expect_part(std::get<std::string>(inside.body), "href=\"/en/console/\"");
  const net::Response outside = error_page(site, Sent("/konsole").request, error);
  expect_part(std::get<std::string>(outside.body), "Zur Startseite");
}

TEST(Page, EveryErrorHasItsPage) {
  const Site site = make_site();
  for (int code = 0; code <= static_cast<int>(Code::kReadOnly); ++code) {
    const Error error{static_cast<Code>(code), "x", {}};
    const auto page = error_page(site, Sent("/").request, error);
    EXPECT_EQ(page.status, describe(error.code).status);
    const bool is_internal = describe(error.code).page_key == "error.internal";
    const std::string& html = std::get<std::string>(page.body);
    EXPECT_EQ(html.find("Bei uns ist ein Fehler") != std::string::npos, is_internal) << code;
  }
}

TEST(Page, OnlyOwnPagesMayWrite) {
  const auto passes = [](std::vector<net::Field> fields) {
    return same_origin(Sent("/x", std::move(fields)).request);
  };
  const std::string own = Sent("/x", {{"Host", "localhost"}}).request.origin();
  EXPECT_TRUE(passes({{"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(passes({{"Sec-Fetch-Site", "none"}}));
  EXPECT_FALSE(passes({{"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(passes({{"Sec-Fetch-Site", "same-site"}}));
  EXPECT_TRUE(passes({{"Host", "localhost"}, {"Origin", own}}));
  EXPECT_FALSE(passes({{"Host", "localhost"}, {"Origin", "https://evil.example"}}));
  EXPECT_FALSE(passes({{"Host", "localhost"}, {"Origin", "null"}}));
  EXPECT_TRUE(passes({}));
  EXPECT_FALSE(passes({{"Cookie", "session=1"}}));
}

TEST(Page, Pagination) {
  EXPECT_EQ(page_numbers({.current = 5, .last = 9}), (std::vector<int>{1, 0, 4, 5, 6, 0, 9}));
  EXPECT_EQ(page_numbers({.current = 1, .last = 1}), (std::vector<int>{1}));
  EXPECT_EQ(page_address({.address = "/a?b=1"}, 2), "/a?b=1&seite=2");
  EXPECT_EQ(page_address({.address = "/a"}, 2), "/a?seite=2");
}

TEST(Components, ACardWithHostileText) {
  Html out(Language::kDe);
  kern::card(out, {.title = "<i>", .href = "javascript:alert(1)"}, [&] { out.text("</article>"); });
  const std::string html = std::move(out).take();
  expect_part(html, R"(<a class="kern-link kern-link--stretched" href="#">&lt;i&gt;</a>)");
  expect_part(html, "&lt;/article&gt;");
}

TEST(Assets, AreFoundAndServed) {
  const Asset* css = find_asset("site.css");
  ASSERT_NE(css, nullptr);
  EXPECT_EQ(find_asset("site.cs"), nullptr);
  EXPECT_LT(css->br.size(), 15'000u);
  EXPECT_TRUE(css->url.starts_with("/a/") && css->url.ends_with("/site.css"));
  for (const char* part :
       {".kern-alert--danger", ".kern-form-check__radio", ".rv-header", ".rv-programme",
        "prefers-color-scheme", "forced-colors", "@media print"}) {
    EXPECT_NE(css->raw.find(part), std::string_view::npos) << part;
  }
  EXPECT_EQ(css->raw.find("data:"), std::string_view::npos);
  // No address of a file that is not there, nothing inline.
  for (std::size_t at = css->raw.find("url("); at != std::string_view::npos;
       at = css->raw.find("url(", at + 1)) {
    const std::string_view inner = css->raw.substr(at + 4, css->raw.find(')', at) - at - 4);
    const std::string_view bare = inner.substr(inner.starts_with('"') ? 1 : 0);
    const std::string_view address = bare.substr(0, bare.find('"'));
    const Asset* target = find_asset(address.substr(address.rfind('/') + 1));
    ASSERT_NE(target, nullptr) << address;
    EXPECT_EQ(target->url, address);
  }
}

net::Response asset_response(std::string path, std::string_view accepted) {
  net::Router router;
  add_asset_routes(router);
  Sent sent(path, {{"Accept-Encoding", accepted}});
  auto match = router.match(net::Method::kGet, path).value();
  sent.request.params = match.params;
  return match.route->handler(sent.request);
}

TEST(Assets, CodingsAndCaching) {
  const std::string url(asset_url("site.css"));
  EXPECT_EQ(header(asset_response(url, "gzip, br"), "content-encoding"), "br");
  EXPECT_EQ(header(asset_response(url, "gzip, br;q=0"), "content-encoding"), "gzip");
  EXPECT_EQ(header(asset_response(url, "gzip;q=0.5"), "content-encoding"), "gzip");
  EXPECT_EQ(header(asset_response(url, ""), "content-encoding"), "");
  EXPECT_NE(header(asset_response(url, "br"), "cache-control").find("immutable"),
            std::string::npos);
  EXPECT_EQ(header(asset_response("/a/00000000/site.css", "br"), "cache-control"), "no-cache");
  EXPECT_EQ(asset_response("/a/00000000/none.css", "br").status, 404);
}

}  // namespace
}  // namespace revier::web
