// SPDX-License-Identifier: EUPL-1.2
#include "context/write_log.h"

#include <gtest/gtest.h>

#include "context/writes.h"
#include "identity/access.h"
#include "support/context_world.h"

namespace revier::context {
namespace {

using test::World;

std::string room(std::string_view id) {
  return fmt::format(R"({{"id":"urn:room:{}","type":"Room"}})", id);
}

identity::Caller caller(const char* name) {
  auto subject = std::make_shared<identity::Caller::Subject>();
  subject->id = "t1";
  subject->name = name;
  return {identity::Caller::Kind::kToken, std::move(subject)};
}

class WriteLogTest : public testing::Test {
 protected:
  void open(WriteLog::Options options = {}) {
    log_ = *WriteLog::open(world_.store(), world_.clock(), real_, options);
    world_.broker().set_witness(*log_);
  }
  void write(const char* name, std::vector<Write> writes) {
    const identity::Caller by = caller(name);
    ASSERT_TRUE(world_.broker().write_blocking(
        "", std::move(writes), {.owner = {}, .caller = &by, .operation = "POST /x"}));
  }
  void create_one(const char* name, std::string_view id) {
    std::vector<Write> writes;
    writes.push_back(create(world_.parsed(room(id))));
    write(name, std::move(writes));
  }
  std::vector<WriteLine> lines(const WriteLog::Filter& filter = {}) {
    const auto found = log_->list(filter);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->lines : std::vector<WriteLine>{};
  }

  World world_;
  ManualClock real_{Instant{5'000'000}};
  std::unique_ptr<WriteLog> log_;
};

TEST_F(WriteLogTest, SaysWhoDidWhatToWhich) {
  open();
  create_one("sensors", "a");
  std::vector<Write> writes;
  writes.push_back(create(world_.parsed(room("a"))));  // is there: nothing done
  writes.push_back(remove("urn:room:a"));
  writes.push_back(create(world_.parsed(room("b"))));
  write("cleaner", std::move(writes));
  writes.clear();
  writes.push_back(create(world_.parsed(room("b"))));
  write("cleaner", std::move(writes));  // changed nothing: no line
  writes.clear();
  writes.push_back(create(world_.parsed(room("c"))));
  ASSERT_TRUE(world_.broker().write_blocking("", std::move(writes), Origin::domain("event")));

  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].actor_name, "cleaner");
  EXPECT_EQ(all[0].kind, "token");
  EXPECT_EQ(all[0].actor_id, "t1");
  EXPECT_EQ(all[0].operation, "POST /x");
  EXPECT_EQ(all[0].real.us, 5'000'000);
  ASSERT_EQ(all[0].entities.size(), 2U);
  EXPECT_EQ(all[0].entities[0].id, "urn:room:a");
  EXPECT_EQ(all[0].entities[0].what, 'd');
  EXPECT_EQ(all[0].entities[1].what, 'c');
  EXPECT_EQ(lines({.entity = "urn:room:a"}).size(), 2U);
  EXPECT_EQ(lines({.entity = "urn:room:b"}).size(), 1U);
  EXPECT_EQ(lines({.actor = "sens"}).size(), 1U);
  EXPECT_EQ(lines({.before = all[0].number}).front().actor_name, "sensors");
  const auto one = log_->list({.limit = 1});
  EXPECT_EQ(one->next, all[0].number);
}

TEST_F(WriteLogTest, GoesOnAfterARestartAndNamesNoMoreThanItSays) {
  open();
  std::vector<Write> writes;
  for (std::size_t i = 0; i < WriteLog::kIdsMax + 3; ++i) {
    writes.push_back(create(world_.parsed(room(std::to_string(i)))));
  }
  write("import", std::move(writes));
  world_.reopen();
  open();
  create_one("later", "x");
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].number, all[1].number + 1);
  EXPECT_EQ(all[1].entities.size(), WriteLog::kIdsMax);
  EXPECT_EQ(all[1].more, 3U);
}

TEST_F(WriteLogTest, OldLinesAndTooManyGo) {
  const WriteLog::Options options{.keep = Duration::days(1), .lines_max = 300};
  open(options);
  const auto create_many = [this](const char* name, int count) {
    for (int i = 0; i < count; ++i) create_one(name, fmt::format("{}{}", name, i));
  };
  const auto count = [this] { return lines({.limit = 10'000}).size(); };
  create_many("a", 900);
  ASSERT_TRUE(log_->tidy());
  // Numbers begin at 256: blocks end at 511, 767, 1023.
  EXPECT_EQ(count(), 388U);
  EXPECT_EQ(lines({.entity = "urn:room:a0"}).size(), 0U);
  EXPECT_EQ(lines({.entity = "urn:room:a899"}).size(), 1U);
  world_.clock().set(world_.clock().now() + Duration::hours(25));
  create_many("b", 3);
  ASSERT_TRUE(log_->tidy());
  EXPECT_EQ(count(), 135U) << "the block that is written stays";
  world_.reopen();
  open(options);
  create_many("c", 140);
  EXPECT_EQ(count(), 275U);
  ASSERT_TRUE(log_->tidy());
  EXPECT_EQ(count(), 275U) << "its newest line is not old";
  ASSERT_TRUE(log_->tidy());
  EXPECT_EQ(lines().front().entities.front().id, "urn:room:c139");
}

TEST_F(WriteLogTest, CanBeSwitchedOff) {
  open({.lines_max = 0});
  create_one("s", "a");
  EXPECT_TRUE(lines().empty());
  EXPECT_TRUE(log_->tidy());
}

}  // namespace
}  // namespace revier::context
