// SPDX-License-Identifier: EUPL-1.2
// The list in force: replaced whole, kept, published.
#include <gtest/gtest.h>

#include "base/run_task.h"
#include "fibre/areas.h"
#include "fibre/lists.h"
#include "fibre/plot.h"
#include "support/test_records.h"

namespace revier::fibre {
namespace {

ReadList list_of(std::string_view csv) {
  auto list =
      read_list(std::string("strasse;hausnummer;bezirk;status;seit;lat;lon\n").append(csv), "");
  if (!list) std::abort();
  return std::move(*list);
}

constexpr std::string_view kFirst =
    "Ahornweg;1;Wanne;planned;;51.5;7.2\nAhornweg;2;Wanne;planned;;51.5;7.4\n";
constexpr std::string_view kSecond =
    "Ahornweg;1;Wanne;available;2025-01;51.5;7.2\nBuchenweg;1;Eickel;;;;\n";

class ListsTest : public testing::TestWithParam<std::string> {
 protected:
  ListsTest() : records_(GetParam()) { reopen(); }

  void reopen() {
    lists_.reset();
    database_.reset();
    database_ = records_.open(Lists::migrations());
    auto opened = Lists::open({.database = *database_,
                               .civil_clock = clock_,
                               .also = [this](records::Session&, const Directory& before,
                                              const Directory& after) -> Result<> {
                                 if (refuse_) return fail(Code::kInternalError, "no");
                                 told_ = changes(before.streets(), after.streets()).size();
                                 return {};
                               },
                               .publish = [this](DirectoryPtr list) -> Task<Result<>> {
                                 if (broker_down_) co_return fail(Code::kUnavailable, "later");
                                 published_.push_back(list->head().id);
                                 co_return Result<>{};
                               }});
    ASSERT_TRUE(opened) << opened.error().message;
    lists_ = std::move(*opened);
  }
  Result<DirectoryPtr> replace(std::string_view csv, std::string as_of) {
    return run_task(lists_->replace(
        list_of(csv), {.source = "Stadt", .as_of = std::move(as_of), .imported_by = "test"}));
  }

  tests::TestRecords records_;
  ManualClock clock_{parse_iso8601("2025-02-05T10:00:00Z").value()};
  bool refuse_ = false;
  bool broker_down_ = false;
  std::size_t told_ = 0;
  std::vector<std::int64_t> published_;
  std::unique_ptr<records::Database> database_;
  std::unique_ptr<Lists> lists_;
};

TEST_P(ListsTest, TheNextListTakesThePlaceOfTheOneBefore) {
  EXPECT_EQ(lists_->now()->head().id, 0);
  ASSERT_TRUE(replace(kFirst, "2024-06-30"));
  const DirectoryPtr first = lists_->now();
  ASSERT_TRUE(replace(kSecond, "2025-01-31"));
  EXPECT_EQ(told_, 3U) << "one changed, one gone, one new";
  EXPECT_EQ(first->streets().size(), 1U) << "who still reads the first list has it whole";
  reopen();
  const DirectoryPtr now = lists_->now();
  EXPECT_EQ(now->head().id, 2);
  EXPECT_EQ(now->head().as_of, "2025-01-31");
  EXPECT_EQ(now->head().source, "Stadt");
  ASSERT_EQ(now->streets().size(), 2U);
  const Answer answer = now->ask({"Ahornweg 1"});
  ASSERT_EQ(answer.found, Found::kAddress);
  EXPECT_EQ(answer.address->state, State::kAvailable);
  EXPECT_EQ(to_string(answer.address->since), "2025-01");
  ASSERT_TRUE(answer.address->place);
  EXPECT_DOUBLE_EQ(answer.address->place->longitude, 7.2);
  EXPECT_EQ(now->ask({"Ahornweg 2"}).found, Found::kNotInStreet);
  EXPECT_EQ(difference(*first, now->streets()).changed, 1);
}

TEST_P(ListsTest, WhatFailsLeavesTheListInForce) {
  ASSERT_TRUE(replace(kFirst, "2024-06-30"));
  refuse_ = true;
  EXPECT_FALSE(replace(kSecond, "2025-01-31"));
  EXPECT_EQ(lists_->now()->head().id, 1);
  refuse_ = false;
  reopen();
  EXPECT_EQ(lists_->now()->head().id, 1);
  EXPECT_EQ(lists_->now()->ask({"Ahornweg 2"}).found, Found::kAddress);
}

TEST_P(ListsTest, RefusesOldOnesAndWrongDays) {
  ASSERT_TRUE(replace(kFirst, "2025-01-31"));
  EXPECT_EQ(replace(kSecond, "2024-12-31").error().code, Code::kConflict);
  EXPECT_EQ(replace(kSecond, "2025-02-06").error().field, "as_of") << "in the future";
  EXPECT_EQ(replace(kSecond, "2025-02").error().field, "as_of");
  EXPECT_EQ(replace(kSecond, "").error().field, "as_of");
  EXPECT_TRUE(replace(kSecond, "2025-01-31")) << "the same day again: a correction";
  EXPECT_TRUE(run_task(lists_->replace(
      list_of(kFirst), {.source = "Stadt", .as_of = "2024-01-01", .older_too = true})));
  EXPECT_EQ(run_task(lists_->replace(list_of(kFirst), {.source = "", .as_of = "2025-02-01"}))
                .error()
                .field,
            "source");
}

TEST_P(ListsTest, EntitiesFollowLaterWhereTheyCouldNotAtOnce) {
  broker_down_ = true;
  ASSERT_TRUE(replace(kFirst, "2024-06-30")) << "the list is in force all the same";
  reopen();
  broker_down_ = false;
  ASSERT_TRUE(lists_->tick());
  EXPECT_EQ(published_, (std::vector<std::int64_t>{1}));
  ASSERT_TRUE(lists_->tick());
  reopen();
  ASSERT_TRUE(lists_->tick());
  EXPECT_EQ(published_.size(), 1U) << "once is enough";
}

INSTANTIATE_TEST_SUITE_P(Records, ListsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& each) { return each.param; });

TEST(Areas, TellCountsAndTheMiddle) {
  const Directory list({.id = 3, .source = "Stadt", .as_of = "2024-06-30", .invented = true},
                       list_of(kFirst).streets);
  const std::vector<AreaEntity> areas = area_entities(list, "Herne");
  ASSERT_EQ(areas.size(), 2U);
  EXPECT_EQ(areas[0].id, kWholeArea);
  EXPECT_EQ(areas[1].id, "urn:ngsi-ld:FibreArea:wanne");
  EXPECT_NE(areas[1].json.find("[7.3,51.5]"), std::string::npos) << areas[1].json;
  EXPECT_NE(areas[1].json.find("2024-06-30T12:00:00Z"), std::string::npos);
  EXPECT_TRUE(area_entities(Directory(), "Herne").empty());
}

TEST(Plots, AreDrawnFromTheEvolution) {
  const auto points = coverage_of(
      R"({"urn:revier:ns:coverage":[
           {"type":"Property","value":12.5,"observedAt":"2025-01-31T12:00:00Z"},
           {"type":"Property","value":4,"observedAt":"2024-06-30T12:00:00Z"}],
          "urn:revier:ns:availableCount":{"type":"Property","value":7,
           "observedAt":"2025-01-31T12:00:00Z"}})");
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 2U);
  const Plot plot = draw(*points, web::Language::kDe);
  EXPECT_EQ(plot.dots.size(), 2U);
  EXPECT_GT(plot.dots[0].y, plot.dots[1].y) << "more is higher";
  EXPECT_EQ(plot.last, "12,5 %");
  EXPECT_EQ(plot.table.rows[1][0].text, "31. Januar 2025");
  EXPECT_EQ(plot.table.rows[1][2].text, "7");
  EXPECT_TRUE(draw({points->front()}, web::Language::kDe).empty()) << "one point is no course";
}

}  // namespace
}  // namespace revier::fibre
