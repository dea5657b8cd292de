// SPDX-License-Identifier: EUPL-1.2
#include "net/http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "net/detail/text.h"

namespace revier::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string escape_all(const std::string& text) {
  std::string out;
  for (const char c : text) out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return out;
}

// A code point as UTF-8.
std::string utf8(char32_t c) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

RC_GTEST_PROP(Text, EscapedTextComesBack, ()) {
  const auto points = *rc::gen::container<std::vector<std::uint32_t>>(
      rc::gen::suchThat(rc::gen::inRange<std::uint32_t>(1, 0x110000),
                        [](std::uint32_t c) { return c < 0xD800 || c > 0xDFFF; }));
  std::string text;
  for (const std::uint32_t point : points) text += utf8(point);
  RC_ASSERT(detail::percent_decode(escape_all(text), false).value() == text);
  RC_ASSERT(detail::decode_query("k=" + escape_all(text)).value().front().second == text);
}

RC_GTEST_PROP(Text, WhatDecodesIsUtf8, (const std::string& bytes)) {
  const auto decoded = detail::percent_decode(escape_all(bytes), false);
  if (decoded) RC_ASSERT(*decoded == bytes);
  RC_ASSERT(decoded.has_value() ==
            (detail::is_utf8(bytes) && bytes.find('\0') == std::string::npos));
}

TEST(Text, RefusesWrongUtf8) {
  for (const std::string_view good :
       {"a", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(detail::is_utf8(good)) << good;
  }
  for (const std::string_view bad :
       {"\x80", "\xC0\xAF", "\xC3", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFF"}) {
    EXPECT_FALSE(detail::is_utf8(bad));
  }
}

TEST(Text, RefusesWrongEscapes) {
  for (const std::string_view bad : {"%", "%4", "%G0", "%0G", "%00", "%FF", "a%2"}) {
    EXPECT_FALSE(detail::percent_decode(bad, false)) << bad;
  }
  EXPECT_EQ(detail::percent_decode("a+b%2B%20", false).value(), "a+b+ ");
  EXPECT_EQ(detail::percent_decode("a+b%2B", true).value(), "a b+");
}

TEST(Text, DecodesQueries) {
  EXPECT_THAT(detail::decode_query("a=1&&b&=x&c=d=e&a=%C3%A4").value(),
              ElementsAre(Pair("a", "1"), Pair("b", ""), Pair("", "x"), Pair("c", "d=e"),
                          Pair("a", "\xC3\xA4")));
}

TEST(Request, FindsFieldsCookiesAndParameters) {
  const Field fields[] = {{"hOsT", "x"}, {"Cookie", "a=1; bb=2"}, {"COOKIE", "b=\"3\"; a=4"}};
  Request request;
  request.fields = fields;
  request.query = "q=a%20b&q=c";
  request.authority = "x:81";
  EXPECT_EQ(request.header("Host"), "x");
  EXPECT_EQ(request.header("Hos"), std::nullopt);
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("b"), "3");
  EXPECT_EQ(request.cookie("c"), std::nullopt);
  EXPECT_EQ(request.query_param("q"), "a b");
  EXPECT_EQ(request.query_params().size(), 2U);
  EXPECT_EQ(request.origin(), "http://x:81");
}

TEST(Response, TellsProblemsAsValidJson) {
  const Response response =
      Response::problem({Code::kBadRequestData, "a \"quote\"\n\xFF \xC3\xA4", "/x"});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(std::get<std::string>(response.body),
            R"({"type":"https://uri.etsi.org/ngsi-ld/errors/BadRequestData",)"
            R"("title":"Bad request data","status":400,)"
            "\"detail\":\"a \\\"quote\\\"\\u000a\xEF\xBF\xBD \xC3\xA4\",\"field\":\"/x\"}");
  EXPECT_THAT(Response::problem({Code::kUnavailable, ""}).headers,
              testing::Contains(Pair("Retry-After", "1")));
}

class RouterTest : public testing::Test {
 protected:
  void add(Method method, const std::string& pattern) {
    router_.add(method, pattern, [](Request&) { return Response::empty(204); });
  }
  // "pattern name=value ..." of the match, "allow: ..." or "none".
  std::string match(Method method, std::string_view path) {
    const auto found = router_.match(method, path);
    if (!found) return "error";
    if (found->route == nullptr) return found->allow.empty() ? "none" : "allow: " + found->allow;
    std::string text = found->route->pattern;
    for (const auto& [name, value] : found->params) text += fmt::format(" {}={}", name, value);
    return text;
  }
  Router router_;
};

TEST_F(RouterTest, PrefersLiteralsAndFallsBack) {
  add(Method::kGet, "/");
  add(Method::kGet, "/a/{id}");
  add(Method::kGet, "/a/new/x");
  add(Method::kPost, "/a/new");
  add(Method::kGet, "/a/{id}/attrs/{attr}");
  add(Method::kGet, "/files/{rest...}");
  EXPECT_EQ(match(Method::kGet, "/"), "/");
  EXPECT_EQ(match(Method::kGet, "/a/1"), "/a/{id} id=1");
  EXPECT_EQ(match(Method::kGet, "/a/new"), "/a/{id} id=new");
  EXPECT_EQ(match(Method::kPost, "/a/new"), "/a/new");
  EXPECT_EQ(match(Method::kGet, "/a/new/attrs/t"), "/a/{id}/attrs/{attr} id=new attr=t");
  EXPECT_EQ(match(Method::kGet, "/a/x%2Fy%C3%A4"), "/a/{id} id=x/y\xC3\xA4");
  EXPECT_EQ(match(Method::kGet, "/files/b/c%20d/"), "/files/{rest...} rest=b/c d/");
  EXPECT_EQ(match(Method::kGet, "/files/"), "/files/{rest...} rest=");
  EXPECT_EQ(match(Method::kGet, "/files"), "none");
  EXPECT_EQ(match(Method::kGet, "/a/"), "none");
  EXPECT_EQ(match(Method::kGet, "//a"), "none");
  EXPECT_EQ(router_.routes().size(), 6U);
}

TEST_F(RouterTest, AnswersHeadByGetAndNamesTheMethods) {
  add(Method::kGet, "/a/{id}");
  add(Method::kDelete, "/a/{name}");
  EXPECT_EQ(match(Method::kHead, "/a/1"), "/a/{id} id=1");
  EXPECT_EQ(match(Method::kDelete, "/a/1"), "/a/{name} name=1");
  EXPECT_EQ(match(Method::kPut, "/a/1"), "allow: GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(match(Method::kOptions, "/a/1"), "allow: GET, HEAD, DELETE, OPTIONS");
}

TEST_F(RouterTest, RefusesWaysOutAndWrongEscapes) {
  add(Method::kGet, "/files/{rest...}");
  for (const std::string_view path : {"/files/../x", "/files/%2e%2E/x", "/files/.", "/files/%zz",
                                      "/files/%FF", "/files/%00", "files"}) {
    EXPECT_EQ(match(Method::kGet, path), "error") << path;
  }
  EXPECT_EQ(match(Method::kGet, "/files" + std::string(65, '/')), "error");
}

TEST_F(RouterTest, ShowsErrorsByThePageThatWasSet) {
  Request request;
  EXPECT_EQ(router_.error_response(request, {Code::kResourceNotFound, "x"}).status, 404);
  router_.set_error_page([](const Request&, const Error& error) {
    return Response::text(describe(error.code).status, "text/html", error.message);
  });
  const Response page = router_.error_response(request, {Code::kGone, "over"});
  EXPECT_EQ(page.status, 410);
  EXPECT_EQ(std::get<std::string>(page.body), "over");
}

}  // namespace
}  // namespace revier::net
