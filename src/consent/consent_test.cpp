// SPDX-License-Identifier: EUPL-1.2
#include "consent/consent.h"

#include <gtest/gtest.h>

#include "support/test_records.h"

namespace revier::consent {
namespace {

using records::Session;

class ConsentTest : public testing::TestWithParam<std::string> {
 protected:
  // Runs `step` in a transaction; what fails inside is the test's failure.
  void in(const std::function<void(Session&)>& step) {
    const auto done = database_->writer().run_blocking([&](Session& session) -> Result<> {
      step(session);
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
  }
  static Entry entry(bool given, std::int64_t at_us, const char* purpose = "photo") {
    return {"registration:1", purpose, given, Instant{at_us}, "web", "photo", 1, "de", "",
            Instant{1'000}};
  }
  void SetUp() override {
    in([](Session& session) { EXPECT_TRUE(put_wording(session, {"photo", 1, "de", "Ja"})); });
  }

  tests::TestRecords place_{GetParam()};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
};
INSTANTIATE_TEST_SUITE_P(On, ConsentTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(ConsentTest, AChangedWordingIsANewVersion) {
  in([](Session& session) {
    EXPECT_TRUE(put_wording(session, {"photo", 1, "de", "Ja"}));
    EXPECT_EQ(put_wording(session, {"photo", 1, "de", "Ja!"}).error().code, Code::kConflict);
    EXPECT_TRUE(put_wording(session, {"photo", 2, "de", "Ja!"}));
    EXPECT_EQ(newest_wording(session, "photo", "de")->text, "Ja!");
    EXPECT_EQ(wording(session, "photo", 1, "de")->text, "Ja");
    EXPECT_EQ(newest_wording(session, "photo", "en").error().code, Code::kResourceNotFound);
  });
}

TEST_P(ConsentTest, TheLatestEntryTellsWhatHolds) {
  in([](Session& session) {
    EXPECT_FALSE(*stands(session, "registration:1", "photo"));
    EXPECT_TRUE(record(session, entry(true, 10)));
    EXPECT_TRUE(*stands(session, "registration:1", "photo"));
    EXPECT_TRUE(record(session, entry(false, 10)));
    EXPECT_FALSE(*stands(session, "registration:1", "photo"));
    EXPECT_TRUE(record(session, entry(true, 20, "newsletter")));
    EXPECT_FALSE(*stands(session, "registration:1", "photo"));
    EXPECT_FALSE(*stands(session, "registration:2", "newsletter"));
    const auto list = entries(session, "registration:1");
    ASSERT_EQ(list->size(), 3U);
    EXPECT_TRUE(list->at(0).given);
    EXPECT_EQ(list->at(0).wording_language, "de");
    EXPECT_FALSE(list->at(1).given);
    EXPECT_EQ(list->at(2).purpose, "newsletter");
    EXPECT_EQ(list->at(2).at, Instant{20});
  });
}

TEST_P(ConsentTest, AnUnknownWordingIsRefused) {
  const auto done = database_->writer().run_blocking([](Session& session) {
    Entry unknown = entry(true, 1);
    unknown.wording_version = 9;
    return record(session, unknown);
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
}

TEST_P(ConsentTest, EntriesLeaveWhenTheirRetentionEnds) {
  in([](Session& session) {
    EXPECT_TRUE(record(session, entry(true, 1)));
    EXPECT_EQ(*erase_ended(session, Instant{999}), 0);
    EXPECT_EQ(*erase_ended(session, Instant{1'000}), 1);
    EXPECT_TRUE(entries(session, "registration:1")->empty());
  });
}

}  // namespace
}  // namespace revier::consent
