// SPDX-License-Identifier: EUPL-1.2
#include "web/letter.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace revier::web {
namespace {

constexpr std::string_view kSite = "https://event.example";

TEST(Letter, HasParagraphsListsAndLinks) {
  const LetterView letter = read_letter("Ihr Ticket",
                                        "Guten Tag <Ada>,\n\nSie sind dabei:\n- Tag 1\n- Tag 2\n\n"
                                        "Ihr Ticket:\nhttps://event.example/ticket/1?a=1&b=2\n",
                                        kSite);
  ASSERT_EQ(letter.blocks.size(), 4U);
  EXPECT_EQ(letter.blocks[2].lines, (std::vector<std::string>{"Tag 1", "Tag 2"}));
  EXPECT_EQ(letter.blocks[3].href, "https://event.example/ticket/1?a=1&b=2");
  const std::string html = letter_html(Language::kDe, letter);
  EXPECT_NE(html.find("Guten Tag &lt;Ada&gt;,"), std::string::npos);
  EXPECT_NE(html.find("href=\"https://event.example/ticket/1?a=1&amp;b=2\">Ihr Ticket"),
            std::string::npos);
  EXPECT_NE(html.find("<html lang=\"de\">"), std::string::npos);
}

TEST(Letter, OnlyThisSiteBecomesALink) {
  for (const char* line : {"https://evil.example/x", "https://event.example.evil/x",
                           "https://event.example", "https://event.example/x y"}) {
    const LetterView letter = read_letter("", std::string("Hier:\n") + line, kSite);
    EXPECT_EQ(letter.blocks[0].href, "") << line;
  }
}

TEST(Letter, AddressesOfPagesBecomeLinksWhereABlockSaysSo) {
  const auto html = [](std::string_view line) { return with_links(line).markup(); };
  EXPECT_EQ(html("Plan: https://a.example/b?c=1&d=<e>."),
            "Plan: <a href=\"https://a.example/b?c=1&amp;d=\">https://a.example/b?c=1&amp;d=</a>"
            "&lt;e&gt;.");
  EXPECT_EQ(html("(http://a.example), „https://b.example“!"),
            "(<a href=\"http://a.example\">http://a.example</a>), "
            "„<a href=\"https://b.example\">https://b.example</a>“!");
  EXPECT_EQ(html("https:// javascript:alert(1) www.a.example"),
            "https:// javascript:alert(1) www.a.example");
  LetterView letter = read_letter("", "Seht https://a.example\n\n- https://b.example", kSite);
  EXPECT_EQ(letter_html(Language::kDe, letter).find("<a "), std::string::npos);
  for (LetterBlock& block : letter.blocks) block.has_links = true;
  EXPECT_NE(letter_html(Language::kDe, letter).find("<li><a href=\"https://b.example\">"),
            std::string::npos);
}

RC_GTEST_PROP(Letter, AddressesAreEscapedToo, (const std::string& text)) {
  const std::string html = with_links("https://" + text + " http://" + text).markup();
  std::size_t tags = 0;
  for (const char* tag : {"<a href=\"", "</a>"}) {
    for (std::size_t at = 0; (at = html.find(tag, at)) != std::string::npos; ++at) ++tags;
  }
  RC_ASSERT(static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) == tags);
}

RC_GTEST_PROP(Letter, AnyTextStaysText, (const std::string& text)) {
  const std::string html = letter_html(Language::kEn, read_letter(text, text, kSite));
  const std::size_t body = html.find("<main>");
  std::size_t tags = 0;
  for (const char* tag : {"<p", "</p>", "<br>", "<ul>", "</ul>", "<li>", "</li>", "<main>",
                          "</main>", "</body>", "</html>", "<a ", "</a>"}) {
    for (std::size_t at = body; (at = html.find(tag, at)) != std::string::npos; ++at) ++tags;
  }
  RC_ASSERT(static_cast<std::size_t>(std::count(html.begin() + static_cast<std::ptrdiff_t>(body),
                                                html.end(), '<')) == tags);
}

}  // namespace
}  // namespace revier::web
