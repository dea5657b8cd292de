// SPDX-License-Identifier: EUPL-1.2
#include "table/table.h"

#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "table/detail/xml.h"

namespace revier::table {
namespace {

using Cells = std::vector<std::string>;

std::vector<Cells> cells(const Result<std::vector<Row>>& rows) {
  std::vector<Cells> out;
  if (!rows) return {{rows.error().message}};
  for (const Row& row : *rows) out.push_back(row.cells);
  return out;
}

TEST(Csv, TakesTheSeparatorOfTheFirstLine) {
  EXPECT_EQ(cells(read_csv("a;b,c;d\n1;2;3\n")),
            (std::vector<Cells>{{"a", "b,c", "d"}, {"1", "2", "3"}}));
  EXPECT_EQ(cells(read_csv("a,b\n\"x,y\",z")), (std::vector<Cells>{{"a", "b"}, {"x,y", "z"}}));
  EXPECT_EQ(cells(read_csv("a\tb\n")), (std::vector<Cells>{{"a", "b"}}));
  EXPECT_EQ(cells(read_csv("\xEF\xBB\xBFTitel;Tag\r\nÜber;1\r\n")),
            (std::vector<Cells>{{"Titel", "Tag"}, {"Über", "1"}}));
}

TEST(Csv, LooksNoFurtherThanTheFirstLineBehindAByteOrderMark) {
  const auto rows = read_csv(
      "\xEF\xBB\xBF"
      "a,b\n;;x\n");
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->front().cells, (std::vector<std::string>{"a", "b"}));
}

TEST(Csv, CountsLinesOfTheFile) {
  const auto rows = read_csv("a;b\r\n\r\n\"two\nlines\";x\r\nlast;y\r\n");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[1].line, 3U);
  EXPECT_EQ((*rows)[1].cells[0], "two\nlines");
  EXPECT_EQ((*rows)[2].line, 5U);
}

TEST(Csv, SaysWhereItIsWrong) {
  EXPECT_NE(read_csv("a;b\nx;\xFF\n").error().message.find("line 2"), std::string::npos);
  EXPECT_EQ(read_csv("a;b\n\"x;y\n").error().code, Code::kUnprocessable);
  EXPECT_EQ(read_csv("a\nb\nc\n", {.rows_max = 2}).error().code, Code::kTooLarge);
  EXPECT_EQ(read_csv("a;b;c\n", {.cells_max = 2}).error().code, Code::kTooLarge);
}

TEST(Table, ReadsWhatWindowsProgramsWrite) {
  const std::string_view bytes = "Titel;Raum\r\nGru\xDFwort \x80;S\xE4le\r\n";
  EXPECT_TRUE(is_windows_text(bytes));
  EXPECT_FALSE(is_windows_text("Titel;Säle\n"));
  EXPECT_EQ(cells(read_table(bytes)),
            (std::vector<Cells>{{"Titel", "Raum"}, {"Grußwort €", "Säle"}}));
}

TEST(Table, SaysWhatIsNone) {
  for (const std::string_view bytes : {std::string_view("%PDF-1.7\nx"), std::string_view("a\0b", 3),
                                       std::string_view("PK\x03\x04x")}) {
    EXPECT_EQ(read_table(bytes).error().field, "table") << bytes;
  }
  EXPECT_EQ(read_table("a;b\n\"x;y\n").error().field, "quote");
}

RC_GTEST_PROP(Csv, IsTheSameInAnyParts, ()) {
  const auto signs =
      *rc::gen::container<std::string>(rc::gen::element('a', ';', '"', '\n', '\r', 'b'));
  const auto whole = read_csv(signs);
  std::vector<Row> rows;
  CsvReader reader({}, [&rows](Row row) -> Result<> {
    rows.push_back(std::move(row));
    return {};
  });
  Result<> done;
  for (const char sign : signs) {
    if (done) done = reader.feed(std::string_view(&sign, 1));
  }
  if (done) done = reader.finish();
  RC_ASSERT(done.has_value() == whole.has_value());
  if (!whole) return;
  RC_ASSERT(rows.size() == whole->size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    RC_ASSERT(rows[i].cells == (*whole)[i].cells);
    RC_ASSERT(rows[i].line == (*whole)[i].line);
  }
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(REVIER_TABLE_FILES) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Xlsx, ReadsTextsNumbersDatesAndStoredValues) {
  const auto rows = read_xlsx(file("programme.xlsx"));
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(cells(rows),
            (std::vector<Cells>{{"Titel", "Tag", "Beginn", "Plätze", "Summe"},
                                {"Über <Daten> & mehr", "2025-02-05", "09:30", "30", "60"},
                                {"=1+1", "2025-12-31", "23:45", "2.5", "kurz"}}));
}

TEST(Xlsx, BoundsWhatItUnpacks) {
  EXPECT_EQ(read_xlsx(file("programme.xlsx"), {.unpacked_bytes_max = 1'000}).error().code,
            Code::kTooLarge);
  EXPECT_EQ(read_xlsx(file("programme.xlsx"), {.rows_max = 1}).error().code, Code::kTooLarge);
}

TEST(Xlsx, RefusesWhatIsNone) {
  EXPECT_EQ(read_xlsx("PK\x03\x04 nothing").error().code, Code::kUnprocessable);
  EXPECT_EQ(read_xlsx("").error().code, Code::kUnprocessable);
  std::string cut = file("programme.xlsx");
  cut.resize(cut.size() / 2);
  EXPECT_FALSE(read_xlsx(cut));
}

TEST(Xml, TakesNoDtdAndNoDepth) {
  const detail::XmlEvents silent{
      .start = [](std::string_view, const detail::Attributes&) -> Result<> { return {}; },
      .end = [](std::string_view) -> Result<> { return {}; },
      .text = [](std::string_view) -> Result<> { return {}; }};
  EXPECT_TRUE(detail::read_xml("<a><b/></a>", silent));
  EXPECT_FALSE(detail::read_xml("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", silent));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_FALSE(detail::read_xml(deep, silent));
}

}  // namespace
}  // namespace revier::table
