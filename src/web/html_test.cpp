// SPDX-License-Identifier: EUPL-1.2
#include "web/html.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace revier::web {
namespace {

template <class Write>
std::string written(Write write) {
  Html out(Language::kDe);
  write(out);
  return std::move(out).take();
}
std::string text(std::string_view value) {
  return written([&](Html& out) { out.text(value); });
}
std::string url(std::string_view value) {
  return written([&](Html& out) { out.url(value); });
}
std::string url_part(std::string_view value) {
  return written([&](Html& out) { out.url_part(value); });
}

TEST(Html, TextAndAttributes) {
  EXPECT_EQ(text("<script>alert('1')</script>"), "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
  EXPECT_EQ(text("a & b &amp; \"c\""), "a &amp; b &amp;amp; &quot;c&quot;");
  EXPECT_EQ(text(std::string_view("a\0b\x1b", 4)),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(text("Bürger*innen\n"), "Bürger*innen\n");
  EXPECT_EQ(written([](Html& out) { out.attribute("\" onclick=\"x"); }), "&quot; onclick=&quot;x");
  EXPECT_EQ(written([](Html& out) { out.text(std::uint64_t{18446744073709551615u}); }),
            "18446744073709551615");
  EXPECT_EQ(written([](Html& out) { out.text(SafeHtml::trusted("<b>x</b>")); }), "<b>x</b>");
}

TEST(Html, UrlsKeepToTheSchemesAllowed) {
  for (const char* good : {"/programm?tag=1", "https://herne.de/", "mailto:a@b.de", "tel:+49", "#a",
                           "seite/2", "?a=b:c", "webcal://x/y.ics", "HTTPS://x"}) {
    EXPECT_EQ(url(good), good);
  }
  for (const char* bad :
       {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
        "java\nscript:alert(1)", "java\tscript:alert(1)", "\x01javascript:alert(1)",
        "data:text/html,x", "vbscript:x", "javascript&colon;:x", "file:///etc/passwd", ":x",
        "\xC2\xA0javascript:x"}) {
    EXPECT_EQ(url(bad), "#") << bad;
  }
  EXPECT_EQ(url("/a?b=1&c=\"d\""), "/a?b=1&amp;c=&quot;d&quot;");
}

TEST(Html, PartsOfUrlsCannotLeaveTheirPlace) {
  EXPECT_EQ(url_part("../a b&c=d?e#f/g"), "..%2Fa%20b%26c%3Dd%3Fe%23f%2Fg");
  EXPECT_EQ(url_part("urn:ngsi-ld:A:ü"), "urn%3Angsi-ld%3AA%3A%C3%BC");
}

TEST(Html, JsonCannotEndItsScript) {
  EXPECT_EQ(written([](Html& out) { out.json(R"({"a":"</script><!--&"})"); }),
            R"({"a":"\u003c/script\u003e\u003c!--\u0026"})");
}

RC_GTEST_PROP(Html, NothingHostileIsLeft, (const std::string& value)) {
  for (const std::string& out : {text(value), url(value)}) {
    RC_ASSERT(out.find_first_of("<>\"'") == std::string::npos);
  }
  RC_ASSERT(url_part(value).find_first_not_of(
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%") ==
            std::string::npos);
}

}  // namespace
}  // namespace revier::web
