// SPDX-License-Identifier: EUPL-1.2
#include "app/civil_time.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "app/files.h"
#include "support/temporary_folder.h"

namespace revier::app {
namespace {

class CivilTime : public ::testing::Test {
 protected:
  const test::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  const Instant real = parse_iso8601("2030-05-05T12:00:00Z").value();
};

TEST_F(CivilTime, DemoStartIsNineInBerlin) {
  EXPECT_EQ(to_iso8601(kDemoStart), "2025-01-20T08:00:00Z");
}

TEST_F(CivilTime, GoesOnOverRestarts) {
  const Duration first = civil_difference(folder, real, {}, kDemoStart).value();
  EXPECT_EQ(real + first, kDemoStart);
  const Instant later = real + Duration::hours(3);
  EXPECT_EQ(civil_difference(folder, later, {}, kDemoStart).value(), first);
  EXPECT_EQ(civil_difference(folder, later, {}, {}).value(), first);
}

TEST_F(CivilTime, AFolderWithoutDemoKeepsTheRealTime) {
  EXPECT_EQ(civil_difference(folder, real, {}, {}).value().us, 0);
  EXPECT_EQ(civil_difference(folder, real, {}, kDemoStart).value().us, 0);
}

TEST_F(CivilTime, GoesForwardNeverBack) {
  const Instant event = parse_iso8601("2025-02-05T08:00:00Z").value();
  ASSERT_TRUE(civil_difference(folder, real, {}, kDemoStart).has_value());
  EXPECT_EQ(real + civil_difference(folder, real, event, {}).value(), event);
  const auto back = civil_difference(folder, real, kDemoStart, {});
  EXPECT_EQ(back.error().code, Code::kConflict);
  EXPECT_EQ(real + civil_difference(folder, real, {}, {}).value(), event);
}

TEST_F(CivilTime, RefusesAFileThatIsNotOurs) {
  ASSERT_TRUE(write_private_file(folder + "/civil-clock", "12 hours").has_value());
  EXPECT_EQ(civil_difference(folder, real, {}, {}).error().code, Code::kCorrupt);
}

TEST_F(CivilTime, OneProcessAFolder) {
  {
    const auto lock = FolderLock::take(folder);
    ASSERT_TRUE(lock.has_value());
    EXPECT_EQ(FolderLock::take(folder).error().code, Code::kConflict);
  }
  EXPECT_TRUE(FolderLock::take(folder).has_value());
}

TEST_F(CivilTime, WhatRootMadeInTheFolderIsItsOwners) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  constexpr uid_t kOwner = 65534;
  const auto owner_of = [](const std::string& path) {
    struct stat found{};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found.st_uid;
  };
  ASSERT_TRUE(make_directory(folder + "/store"));
  ASSERT_TRUE(write_private_file(folder + "/outside", "x"));
  ASSERT_TRUE(write_private_file(folder + "/store/row", "x"));
  const std::string root = folder + "/store";
  ASSERT_EQ(::symlink((folder + "/outside").c_str(), (root + "/link").c_str()), 0);
  ASSERT_EQ(::chown(root.c_str(), kOwner, kOwner), 0);
  {
    const auto lock = FolderLock::take(root).value();
  }
  EXPECT_EQ(owner_of(root + "/row"), kOwner);
  EXPECT_EQ(owner_of(root + "/lock"), kOwner);
  EXPECT_EQ(owner_of(root + "/link"), kOwner);
  EXPECT_EQ(owner_of(folder + "/outside"), 0U);
}

}  // namespace
}  // namespace revier::app
