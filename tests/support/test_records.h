// SPDX-License-Identifier: EUPL-1.2
// Records for tests: a temporary SQLite file, and PostgreSQL where tests/support/with_postgres has
// started one. Tests are parameterised by record_systems(); everything is gone with the object.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "records/records.h"

namespace revier::tests {

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "revier-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::vector<std::string> record_systems() {
  if (std::getenv("REVIER_TEST_POSTGRES") == nullptr) return {"sqlite"};
  return {"sqlite", "postgresql"};
}

// An empty place for records; on PostgreSQL a schema of its own.
class TestRecords {
 public:
  explicit TestRecords(const std::string& system) {
    if (system == "sqlite") {
      options_.url = "sqlite:" + dir_.file("records.db");
      return;
    }
    const std::string base = std::getenv("REVIER_TEST_POSTGRES");
    static int count = 0;
    const std::string schema = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    auto database = records::Database::open({.url = base, .read_sessions = 1}, {});
    if (!database) std::abort();
    const auto made = (*database)->writer().run_blocking(
        [&](records::Session& s) { return s.execute("CREATE SCHEMA " + schema); });
    if (!made) std::abort();
    options_.url = base + "&options=-csearch_path%3D" + schema;
  }

  [[nodiscard]] const records::Options& options() const { return options_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] bool sqlite() const { return options_.url.starts_with("sqlite:"); }

  // Opens; a failure ends the test program with the reason.
  [[nodiscard]] std::unique_ptr<records::Database> open(
      std::span<const records::Migration> migrations) const {
    auto database = records::Database::open(options_, migrations);
    if (!database) {
      ADD_FAILURE() << database.error().message;
      std::abort();
    }
    return std::move(*database);
  }

 private:
  TempDir dir_;
  records::Options options_;
};

}  // namespace revier::tests
