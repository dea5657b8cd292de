// SPDX-License-Identifier: EUPL-1.2
#include "casework/attachments.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/run_task.h"
#include "casework/case_store.h"
#include "casework/test_cases.h"

namespace revier::casework {
namespace {

TEST(ShownName, KeepsWhatPeopleCallAFile) {
  EXPECT_EQ(shown_name("Menü.pdf", kPdf), "Menü.pdf");
  EXPECT_EQ(shown_name("свидетельство.jpeg", kJpeg), "свидетельство.jpg");
  EXPECT_EQ(shown_name("C:\\tmp\\Foto\x01(1).jpg.exe", kPng), "Foto(1).png");
  EXPECT_EQ(shown_name("....", kPdf), "datei.pdf");
}

TEST(ShownName, IsCutBehindAWholeCharacter) {
  std::string sent;
  std::string kept;
  for (int n = 0; n < 60; ++n) sent += "ü";
  for (int n = 0; n < 47; ++n) kept += "ü";
  EXPECT_EQ(shown_name(sent, kPdf), kept + ".pdf");
}

struct FakeScanner final : Scanner {
  Result<bool> is_clean(std::string_view bytes) override {
    if (down) return fail(Code::kUnavailable, "down");
    ++asked;
    if (hangs && bytes.find("HANG") != std::string_view::npos) {
      return fail(Code::kBadGateway, "no answer in time");
    }
    return bytes.find("EICAR") == std::string_view::npos;
  }
  bool down = true;
  bool hangs = true;  // on files that say so
  int asked = 0;
};

class AttachmentsTest : public CasesTest {};
INSTANTIATE_TEST_SUITE_P(Records, AttachmentsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

class ScanTest : public CasesTest {
 protected:
  void SetUp() override {
    CasesTest::SetUp();
    scanner_.down = false;
    draft_ = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  }
  void add(const std::string& bytes, int how_many = 1) {
    std::vector<NewFile> files;
    for (int n = 0; n < how_many; ++n) {
      files.push_back(files_.prepare("schein", "a.pdf", {std::string(kPdf), bytes}));
    }
    EXPECT_TRUE(database_->writer().run_blocking([&](records::Session& session) -> Result<> {
      return rows::add_files(session, draft_.id, 0, files);
    }));
    clock_.advance(Duration::seconds(1));
  }
  std::int64_t count(Scan state) {
    std::int64_t found = 0;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(const auto list, rows::attachments(session, draft_.id));
      found = std::ranges::count(list, state, &Attachment::scan);
      return {};
    }));
    return found;
  }
  // How many files were sent to the scanner by one round.
  int scan() {
    const int before = scanner_.asked;
    EXPECT_TRUE(files_.scan_waiting());
    return scanner_.asked - before;
  }

  FakeScanner scanner_;
  Attachments files_{
      {.database = *database_, .civil_clock = clock_, .random = random_, .scanner = &scanner_}};
  Case draft_;
};
INSTANTIATE_TEST_SUITE_P(Records, ScanTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& system) { return system.param; });

TEST_P(ScanTest, AFileWithoutAnAnswerHoldsUpNoOther) {
  add("%PDF HANG");
  add("%PDF good");
  EXPECT_EQ(scan(), 2);
  EXPECT_EQ(count(Scan::kClean), 1);
  EXPECT_EQ(scan(), 0) << "not at once again";
  clock_.advance(Duration::minutes(1));
  EXPECT_EQ(scan(), 1);
  clock_.advance(Duration::minutes(1));
  EXPECT_EQ(scan(), 1);
  clock_.advance(Duration::minutes(1));
  EXPECT_EQ(scan(), 0) << "after three tries it waits longer";
  scanner_.hangs = false;
  clock_.advance(Duration::hours(1));
  EXPECT_EQ(scan(), 1);
  EXPECT_EQ(count(Scan::kClean), 2);
}

TEST_P(ScanTest, ManyFilesWithoutAnAnswerHoldUpNoOther) {
  add("%PDF HANG", 210);
  for (int n = 0; n < 70; ++n) EXPECT_EQ(scan(), 3) << "a scanner that hangs ends the round";
  add("%PDF good");
  EXPECT_EQ(scan(), 1);
  EXPECT_EQ(count(Scan::kClean), 1);
  clock_.advance(Duration::minutes(2));
  add("%PDF better");
  EXPECT_EQ(scan(), 4) << "what is new comes first";
  EXPECT_EQ(count(Scan::kClean), 2);
}

TEST_P(AttachmentsTest, NoFileIsHandedOutBeforeItIsScanned) {
  FakeScanner scanner;
  Attachments files(
      {.database = *database_, .civil_clock = clock_, .random = random_, .scanner = &scanner});
  const Field field{.name = "schein", .kind = Kind::kFiles, .items_max = 2};
  const Case draft = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  const Case other = run_task(cases_.begin("hund-anmelden", web::Language::kDe)).value();
  const auto add = [&](const char* name, std::string bytes) {
    return run_task(files.add(
        draft.id, field, files.prepare("schein", name, {std::string(kPdf), std::move(bytes)})));
  };
  const auto listed = [&] {
    std::vector<Attachment> list;
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(list, rows::attachments(session, draft.id));
      return {};
    }));
    return list;
  };
  const auto content = [&](const std::string& case_id, const std::string& id) {
    Result<rows::FileContent> found = fail(Code::kInternalError, "not read");
    EXPECT_TRUE(database_->read([&](records::Session& session) -> Result<> {
      found = rows::file_content(session, case_id, id);
      return {};
    }));
    return found;
  };
  const std::string good("%PDF-\0\xFF good", 13);
  ASSERT_TRUE(add("../../Schein\".pdf.exe", good));
  ASSERT_TRUE(add("b.pdf", "%PDF EICAR"));
  EXPECT_EQ(add("c.pdf", "x").error().field, "count");
  EXPECT_EQ(listed().front().name, "Schein.pdf");
  const std::string first = listed()[0].bytes == 13 ? listed()[0].id : listed()[1].id;
  const std::string second = listed()[0].id == first ? listed()[1].id : listed()[0].id;
  EXPECT_EQ(content(draft.id, first).error().code, Code::kUnavailable);
  EXPECT_EQ(files.scan_waiting().error().code, Code::kUnavailable);
  EXPECT_EQ(content(draft.id, first).error().code, Code::kUnavailable) << "never unscanned";
  scanner.down = false;
  ASSERT_TRUE(files.scan_waiting());
  EXPECT_EQ(content(draft.id, first)->bytes, good);
  EXPECT_EQ(content(draft.id, second).error().code, Code::kGone);
  EXPECT_EQ(content(other.id, first).error().code, Code::kResourceNotFound) << "of another case";
  EXPECT_EQ(counts_of(listed()).at("schein"), 1U);
  ASSERT_TRUE(run_task(files.remove(other.id, first)));
  EXPECT_TRUE(content(draft.id, first)) << "another case's link removes nothing";
  ASSERT_TRUE(run_task(files.remove(draft.id, second)));
  EXPECT_EQ(listed().size(), 1U);
  EXPECT_EQ(add("big.pdf", std::string(kCaseBytesMax, 'x')).error().code, Code::kTooLarge);
  ASSERT_TRUE(run_task(cases_.withdraw(draft.id)));
  EXPECT_TRUE(listed().empty()) << "gone with the case";
  EXPECT_EQ(content(draft.id, first).error().code, Code::kResourceNotFound);
}

TEST_P(AttachmentsTest, AFileIsJudgedAndPreparedByItsContent) {
  const Attachments files({.database = *database_, .civil_clock = clock_, .random = random_});
  const std::vector<std::string> types{std::string(kPdf)};
  const std::string pdf = "%PDF-1.4\n%%EOF";
  const auto good = run_task(files.take_in("schein", "a.exe", pdf, types));
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->row.name, "a.pdf");
  EXPECT_EQ(good->row.field, "schein");
  EXPECT_EQ(run_task(files.take_in("", "a.pdf", "MZ", types)).error().field, "type");
}

TEST(CheckTotal, IsOfAllFilesOfACase) {
  const std::vector<Attachment> files{{.bytes = kCaseBytesMax - 10}};
  EXPECT_TRUE(check_total(files, 10));
  EXPECT_EQ(check_total(files, 11).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace revier::casework
