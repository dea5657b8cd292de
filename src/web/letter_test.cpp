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
