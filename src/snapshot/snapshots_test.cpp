// SPDX-License-Identifier: EUPL-1.2
// Changes of snapshots that the writer takes together.
#include "snapshot/snapshots.h"

#include <gmock/gmock.h>

#include "support/one_group.h"
#include "support/subscription_world.h"

namespace revier::snapshot {
namespace {

using context::test::must;
using revier::test::good_of;
using revier::test::run_in_one_group;
using testing::HasSubstr;

constexpr std::size_t kTogether = 9;

class SnapshotsTogether : public testing::Test, protected subscription::test::SubscriptionWorld {
 protected:
  void SetUp() override {
    history_ = must(history::History::open({world.store(), world.broker(), world.clock(), {}}));
    snapshots_ = must(Snapshots::open(
        {.store = world.store(),
         .binding = {world.broker(), world.catalogue(), {}, {}, nullptr, nullptr, nullptr},
         .history = *history_,
         .subscriptions = subscriptions(),
         .client = *client_,
         .civil_clock = world.clock(),
         .unkept_types = {},
         .options = {}}));
  }
  void TearDown() override {
    snapshots_.reset();
    history_.reset();
  }

  Snapshot parsed_snapshot(std::string_view id) {
    const json::Document document = must(json::Document::parse(fmt::format(
        R"({{"id":"{}","type":"Snapshot","snapshotQueries":[{{"type":"Query","entities":[{{"type":"Room"}}]}}]}})",
        id)));
    return must(
        parse(document.root(),
              {.context = world.catalogue().core(), .now = world.clock().now(), .lifetimes = {}}));
  }

  std::unique_ptr<net::Client> client_ = must(net::Client::open({}));
  std::unique_ptr<history::History> history_;
  std::unique_ptr<Snapshots> snapshots_;
};

TEST_F(SnapshotsTogether, OfOneIdIsMadeOnceAndKeepsEveryChangeThatWasTaken) {
  std::vector<Task<Result<std::string>>> made;
  for (std::size_t i = 0; i < kTogether; ++i) {
    made.push_back(snapshots_->create(parsed_snapshot("urn:snap:1")));
  }
  EXPECT_EQ(good_of(run_in_one_group(world.store(), std::move(made))), 1U);
  std::vector<Task<Result<SnapshotPtr>>> changed;
  changed.push_back(snapshots_->update("", "urn:snap:1", R"({"snapshotPriority":7})"));
  changed.push_back(snapshots_->update("", "urn:snap:1", R"({"snapshotLifetime":"PT90M"})"));
  EXPECT_EQ(good_of(run_in_one_group(world.store(), std::move(changed))), 2U);
  const SnapshotPtr found = snapshots_->find("", "urn:snap:1");
  EXPECT_EQ(found->priority, 7);
  EXPECT_THAT(found->document, HasSubstr("PT90M"));
}

TEST_F(SnapshotsTogether, AreNoMoreThanATenantMayHave) {
  std::vector<Task<Result<std::string>>> made;
  for (std::size_t i = 0; i < 2 * Options{}.snapshots_max; ++i) {
    made.push_back(snapshots_->create(parsed_snapshot(fmt::format("urn:snap:{}", i))));
  }
  EXPECT_EQ(good_of(run_in_one_group(world.store(), std::move(made))), Options{}.snapshots_max);
}

}  // namespace
}  // namespace revier::snapshot
