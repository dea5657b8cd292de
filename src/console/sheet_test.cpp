// SPDX-License-Identifier: EUPL-1.2
#include "console/sheet.h"

#include <gtest/gtest.h>

namespace revier::console {
namespace {

Sheet example() {
  return {
      .name = "liste",
      .columns = {{"Name", 20}, {"Plätze", 8}, {"Wann", 20}},
      .rows = {{"=1+1", std::int64_t{3}, *parse_iso8601("2025-01-20T08:30:00Z")}, {"Ada", {}, {}}}};
}

TEST(Sheet, OneDefinitionGivesBothFiles) {
  EXPECT_EQ(to_csv(example()),
            "\xEF\xBB\xBF\"Name\";\"Plätze\";\"Wann\"\r\n\"'=1+1\";3;2025-01-20 09:30\r\n"
            "\"Ada\";\"\";\"\"\r\n");
  const auto book = to_xlsx(example());
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_TRUE(book->starts_with("PK"));
  EXPECT_NE(book->find("xl/worksheets/sheet1.xml"), std::string::npos);
}

TEST(Sheet, HostileTextsMakeNoWrongFile) {
  Sheet sheet{.name = std::string(100, 'x'), .columns = {{"", 10}}, .rows = {}};
  for (const std::string& text :
       {std::string("\xC3\xA4\x01<&>]]>"), std::string(100'000, 'a') + "ä",
        std::string("+cmd|' /C"), std::string()}) {
    sheet.rows.push_back({text});
  }
  EXPECT_TRUE(to_xlsx(sheet));
}

TEST(Sheet, TheAnswerIsAFileThatIsNotKept) {
  const auto answer = sheet_response(example(), SheetFormat::kXlsx);
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->compressible);
  std::string all;
  for (const auto& [name, value] : answer->headers) all += name + ": " + value + "\n";
  EXPECT_NE(all.find("filename=\"liste.xlsx\""), std::string::npos);
  EXPECT_NE(all.find("Cache-Control: no-store"), std::string::npos);
}

}  // namespace
}  // namespace revier::console
