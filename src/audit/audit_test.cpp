// SPDX-License-Identifier: EUPL-1.2
#include "audit/audit.h"

#include <gtest/gtest.h>

#include "support/test_records.h"

namespace revier::audit {
namespace {

class AuditTest : public testing::TestWithParam<std::string> {
 protected:
  void write(std::string action, std::string name, std::int64_t civil_s) {
    const Line line{.civil = {civil_s * 1'000'000},
                    .real = {5},
                    .actor = Actor::kAccount,
                    .actor_id = "a1",
                    .actor_name = std::move(name),
                    .action = std::move(action),
                    .kind = "thing",
                    .object = "o1"};
    const auto done = database_->writer().run_blocking(
        [&](records::Session& session) { return audit::write(session, line); });
    ASSERT_TRUE(done) << done.error().message;
  }
  std::vector<Line> list(const Filter& filter) {
    std::vector<Line> lines;
    const auto done = database_->read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(lines, audit::list(session, filter));
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return lines;
  }

  tests::TestRecords place_{GetParam()};
  std::unique_ptr<records::Database> database_ = place_.open(migrations());
};
INSTANTIATE_TEST_SUITE_P(On, AuditTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(AuditTest, LinesAreFoundNewestFirst) {
  write("account.invite", "Anna", 10);
  write("token.create", "Bert_%", 20);
  write("account.invite", "anna", 30);
  ASSERT_EQ(list({}).size(), 3U);
  EXPECT_EQ(list({}).front().civil.us, 30'000'000);
  EXPECT_EQ(list({}).front().real.us, 5);
  EXPECT_EQ(list({}).front().actor, Actor::kAccount);
  EXPECT_EQ(list({}).front().outcome, Outcome::kDone);
  EXPECT_EQ(list({.actor = "ANN"}).size(), 2U);
  EXPECT_EQ(list({.actor = "_%"}).size(), 1U);
  EXPECT_EQ(list({.action = "token.create"}).size(), 1U);
  EXPECT_EQ(list({.object = "none"}).size(), 0U);
  EXPECT_EQ(list({.from = Instant{20'000'000}, .until = Instant{30'000'000}}).size(), 1U);
  EXPECT_EQ(list({.before_id = list({}).front().id, .limit = 1}).front().actor_name, "Bert_%");
}

TEST_P(AuditTest, LongTextsAreCutBetweenCharacters) {
  std::string name(199, 'x');
  write("a", name + "ää", 1);
  EXPECT_EQ(list({}).front().actor_name, name);
}

TEST_P(AuditTest, LinesGoWhenTheirTimeIsOver) {
  write("a", "x", 10);
  write("b", "x", 20);
  const auto gone = database_->writer().run_blocking(
      [](records::Session& session) { return purge(session, Instant{20'000'000}); });
  ASSERT_TRUE(gone);
  EXPECT_EQ(*gone, 1);
  write("c", "x", 30);
  const auto done = database_->read([](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto names, actions(session));
    EXPECT_EQ(names, (std::vector<std::string>{"b", "c"}));
    return {};
  });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace revier::audit
