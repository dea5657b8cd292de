// SPDX-License-Identifier: EUPL-1.2
#include "records/records.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "records/copies.h"
#include "records/group_end.h"
#include "support/test_records.h"

namespace revier::records {
namespace {

constexpr Migration kFirst{"t-0001", R"(
    -- people; and what they said
    CREATE TABLE person (id BIGINT PRIMARY KEY, name TEXT UNIQUE, weight DOUBLE PRECISION,
                         CHECK (name <> ';'));
    CREATE TABLE remark (person BIGINT NOT NULL REFERENCES person (id), text TEXT DEFAULT '--;');
)"};
constexpr Migration kSecond{"t-0002", "ALTER TABLE person ADD COLUMN mail TEXT"};
constexpr std::array kOne{kFirst};
constexpr std::array kTwo{kFirst, kSecond};

class RecordsTest : public testing::TestWithParam<std::string> {
 protected:
  Result<std::int64_t> write(Database& database, std::string_view sql, Parameters parameters = {}) {
    return database.writer().run_blocking(
        [&](Session& session) { return session.execute(sql, parameters); });
  }
  std::int64_t count(Database& database, const std::string& table = "person") {
    std::int64_t n = -1;
    const auto done = database.read([&](Session& session) -> Result<> {
      RV_ASSIGN(const Row row, session.one("SELECT COUNT(*) AS n FROM " + table));
      n = row.integer("n");
      return {};
    });
    EXPECT_TRUE(done) << done.error().message;
    return n;
  }
  static Result<> put(Session& session, std::int64_t id, std::string_view name) {
    RV_TRY(session.execute("INSERT INTO person (id, name) VALUES (:id, :name)",
                           {{"id", id}, {"name", name}}));
    return {};
  }

  tests::TestRecords place_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(On, RecordsTest, testing::ValuesIn(tests::record_systems()),
                         [](const auto& info) { return info.param; });

TEST_P(RecordsTest, ValuesComeBackAsTheyWent) {
  auto database = place_.open(kOne);
  const std::optional<std::string> none;
  const std::string name = "Zoë \"ß\" 'x' :id; $1 \xF0\x9F\x8E\xAB";
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name, weight) VALUES (:id, :n, :w)",
                    {{"id", INT64_MIN}, {"n", name}, {"w", 0.1}}));
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name, weight) VALUES (:id, :n, :w)",
                    {{"id", true}, {"n", none}, {"w", nullptr}}));
  const auto done = database->read([&](Session& session) -> Result<> {
    RV_ASSIGN(const auto rows, session.query("SELECT id, name, weight, id + 1 AS next, "
                                             "(SELECT SUM(id) FROM person) AS total "
                                             "FROM person ORDER BY id"));
    EXPECT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].integer("id"), INT64_MIN);
    EXPECT_EQ(rows[0].text("name"), name);
    EXPECT_EQ(rows[0].number("weight"), 0.1);
    EXPECT_EQ(rows[0].integer("next"), INT64_MIN + 1);
    EXPECT_EQ(rows[0].integer("total"), INT64_MIN + 1);
    EXPECT_EQ(rows[1].integer("id"), 1);
    EXPECT_TRUE(rows[1].is_null("name"));
    EXPECT_EQ(rows[1].text_or("name", "-"), "-");
    EXPECT_EQ(rows[1].maybe_integer("id"), 1);
    EXPECT_TRUE(rows[1].is_null("weight"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
}

TEST_P(RecordsTest, OneStatementTakesChangingTypes) {
  auto database = place_.open(kOne);
  const std::string_view sql = "INSERT INTO person (id, name, weight) VALUES (:id, :name, :w)";
  ASSERT_TRUE(write(*database, sql, {{"id", 1}, {"name", nullptr}, {"w", 1}}));
  ASSERT_TRUE(write(*database, sql, {{"id", 2}, {"name", "b"}, {"w", 2.5}}));
  ASSERT_TRUE(write(*database, sql, {{"id", 3}, {"name", "c"}, {"w", nullptr}}));
  const std::vector<Parameter> list{{"a", 2.0}, {"b", 3.0}};
  const auto done = database->read([&](Session& session) -> Result<> {
    RV_ASSIGN(const Row row, session.one("SELECT name FROM person WHERE weight BETWEEN "
                                         ":a AND :b",
                                         list));
    EXPECT_EQ(row.text("name"), "b");
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
}

TEST_P(RecordsTest, WrongInputIsAnError) {
  auto database = place_.open(kOne);
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
  const auto code = [&](std::string_view sql, Parameters parameters = {}) {
    const auto done = write(*database, sql, parameters);
    return done ? Code::kGone : done.error().code;
  };
  EXPECT_EQ(code("INSERT INTO person (id, name) VALUES (1, 'b')"), Code::kConflict);
  EXPECT_EQ(code("INSERT INTO person (id, name) VALUES (2, 'a')"), Code::kConflict);
  EXPECT_EQ(code("INSERT INTO person (id, name) VALUES (2, ';')"), Code::kConflict);
  EXPECT_EQ(code("INSERT INTO remark (person) VALUES (9)"), Code::kConflict);
  EXPECT_EQ(code("INSERT INTO remark (person) VALUES (NULL)"), Code::kConflict);
  EXPECT_EQ(code("SELEKT"), Code::kInternalError);
  EXPECT_EQ(code("DELETE FROM person WHERE id = :id"), Code::kInternalError);
  EXPECT_EQ(code("DELETE FROM person WHERE name = :n", {{"n", std::string("a\0b", 3)}}),
            Code::kBadRequestData);
  EXPECT_EQ(count(*database), 1);
  EXPECT_TRUE(database->writable());
}

TEST_P(RecordsTest, ErrorsDoNotTellPersonalData) {
  auto database = place_.open(kOne);
  const std::string_view sql = "INSERT INTO person (id, name) VALUES (:id, :name)";
  ASSERT_TRUE(write(*database, sql, {{"id", 1}, {"name", "Erika Mustermann"}}));
  const auto refused = write(*database, sql, {{"id", 2}, {"name", "Erika Mustermann"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("Erika"), std::string::npos) << refused.error().message;
}

TEST_P(RecordsTest, ErrorsDoNotTellTheSchema) {
  auto database = place_.open(kOne);
  const auto refused = write(*database, "INSERT INTO remark (person) VALUES (9)");
  EXPECT_EQ(refused.error().message, "this contradicts what the records hold");
  const auto wrong = write(*database, "SELEKT secret");
  EXPECT_EQ(wrong.error().message.find("SELEKT"), std::string::npos) << wrong.error().message;
}

TEST_P(RecordsTest, AFailedJobLeavesNothingAndTheOthersStay) {
  auto database = place_.open(kOne);
  const auto job = [&](int id, bool fails) {
    return database->writer().run_blocking([=](Session& session) -> Result<> {
      RV_TRY(put(session, id, "n" + std::to_string(id)));
      if (fails) return fail(Code::kQuotaFull, "no");
      return {};
    });
  };
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const int id = t * 25 + i;
        const Result<> done = job(id, id % 3 == 0);
        EXPECT_EQ(done.has_value(), id % 3 != 0);
        if (!done) EXPECT_EQ(done.error().code, Code::kQuotaFull);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(count(*database), 66);
}

TEST_P(RecordsTest, AfterAFailedStatementTheJobFails) {
  auto database = place_.open(kOne);
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
  const auto done = database->writer().run_blocking([](Session& session) -> Result<> {
    EXPECT_FALSE(put(session, 1, "again"));
    return put(session, 2, "b");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(count(*database), 1);
  EXPECT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (3, 'c')"));
}

TEST_P(RecordsTest, AJobThatDoesNotHeedAFailureFailsAlone) {
  auto database = place_.open(kOne);
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        const bool heedless = (t + i) % 4 == 0;
        const auto done = database->writer().run_blocking([&](Session& session) -> Result<> {
          if (heedless) EXPECT_FALSE(put(session, 1, "again"));
          if (heedless) return {};
          return put(session, 100 * (t + 1) + i, "n" + std::to_string(100 * t + i));
        });
        EXPECT_EQ(done.has_value(), !heedless);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(count(*database), 61);
}

TEST_P(RecordsTest, AnExceptionInAJobIsItsError) {
  auto database = place_.open(kOne);
  const auto done = database->writer().run_blocking([](Session& session) -> Result<> {
    RV_TRY(put(session, 1, "a"));
    static_cast<void>(std::string().at(1));
    return {};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInternalError);
  EXPECT_EQ(count(*database), 0);
}

TEST_P(RecordsTest, TheEndOfAGroupIsInItsTransaction) {
  auto database = place_.open(kOne);
  int ends = 0;
  bool fails = false;
  {
    const GroupEnd end(*database, [&](Session& session) -> Result<> {
      ++ends;
      RV_TRY(put(session, 1000 + ends, "end " + std::to_string(ends)));
      if (fails) return fail(Code::kConflict, "not this group");
      return {};
    });
    ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(count(*database), 2);
    fails = true;
    const auto lost = write(*database, "INSERT INTO person (id, name) VALUES (2, 'b')");
    EXPECT_EQ(lost.error().code, Code::kConflict);
    EXPECT_EQ(count(*database), 2);
    EXPECT_TRUE(database->writable());
  }
  EXPECT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (3, 'c')"));
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(count(*database), 3);
}

TEST_P(RecordsTest, ReadingIsOneStateAndDoesNotWrite) {
  auto database = place_.open(kOne);
  const auto done = database->read([&](Session& session) -> Result<> {
    RV_TRY(session.one("SELECT COUNT(*) AS n FROM person"));
    EXPECT_TRUE(write(*database, "INSERT INTO person (id) VALUES (1)"));
    RV_ASSIGN(const Row row, session.one("SELECT COUNT(*) AS n FROM person"));
    EXPECT_EQ(row.integer("n"), 0);
    EXPECT_FALSE(session.execute("INSERT INTO person (id) VALUES (2)"));
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(count(*database), 1);
}

TEST_P(RecordsTest, AnswersAreBounded) {
  auto database = place_.open(kOne);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(write(*database, "INSERT INTO person (id) VALUES (:id)", {{"id", i}}));
  }
  const auto done = database->read([&](Session& session) -> Result<> {
    EXPECT_EQ(session.query("SELECT id FROM person", {}, 2).error().code, Code::kTooManyResults);
    EXPECT_EQ(session.query("SELECT id FROM person", {}, 3)->size(), 3U);
    EXPECT_EQ(session.one("SELECT id FROM person WHERE id = 7").error().code,
              Code::kResourceNotFound);
    return {};
  });
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_TRUE(database->verify());
}

TEST_P(RecordsTest, MigratesStepByStepAndKeepsTheData) {
  {
    auto database = place_.open(kOne);
    ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
  }
  {
    auto database = place_.open(kTwo);
    EXPECT_TRUE(write(*database, "UPDATE person SET mail = 'm'"));
  }
  const auto older = Database::open(place_.options(), kOne);
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Code::kNewerFormat);

  constexpr std::array kEdited{Migration{"t-0001", "CREATE TABLE person (id BIGINT)"}, kSecond};
  const auto edited = Database::open(place_.options(), kEdited);
  ASSERT_FALSE(edited);
  EXPECT_EQ(edited.error().code, Code::kCorrupt);

  constexpr std::array kBroken{
      kFirst, kSecond,
      Migration{"t-0003", "CREATE TABLE half (id BIGINT); CREATE TABLE half (id BIGINT)"}};
  EXPECT_FALSE(Database::open(place_.options(), kBroken));
  auto database = place_.open(kTwo);
  EXPECT_EQ(count(*database), 1);
  EXPECT_FALSE(write(*database, "INSERT INTO half (id) VALUES (1)"));
}

class SqliteTest : public RecordsTest {};
INSTANTIATE_TEST_SUITE_P(On, SqliteTest, testing::Values("sqlite"));

TEST_P(SqliteTest, ACopyStandsBesideTheFileBeforeAMigration) {
  const std::string copy = place_.dir().file("records.db.before-t-0002");
  {
    auto database = place_.open(kOne);
    ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, 'a')"));
    EXPECT_FALSE(std::filesystem::exists(copy));
  }
  {
    auto database = place_.open(kTwo);
  }
  auto before = Database::open({.url = "sqlite:" + copy}, kOne);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(count(**before), 1);
  before->reset();
  EXPECT_EQ(erase_old_copies(place_.options(), Duration::days(1)), 0);
  EXPECT_EQ(erase_old_copies(place_.options(), Duration{}), 1);
  EXPECT_FALSE(std::filesystem::exists(copy));
  EXPECT_EQ(count(*place_.open(kTwo)), 1);
}

TEST_P(SqliteTest, BackupIsOneStateWhileWritingGoesOn) {
  auto database = place_.open(kOne);
  std::atomic<bool> stop = false;
  std::jthread writer([&] {
    for (int i = 0; !stop; ++i) {
      const auto done = database->writer().run_blocking([i](Session& session) -> Result<> {
        RV_TRY(put(session, 2 * i, "a" + std::to_string(i)));
        return put(session, 2 * i + 1, "b" + std::to_string(i));
      });
      EXPECT_TRUE(done);
    }
  });
  while (count(*database) < 20) std::this_thread::yield();
  const std::string file = place_.dir().file("copy.db");
  EXPECT_TRUE(database->backup(file));
  stop = true;
  writer.join();
  auto copy = Database::open({.url = "sqlite:" + file}, kOne);
  ASSERT_TRUE(copy);
  EXPECT_TRUE((*copy)->verify());
  EXPECT_GE(count(**copy), 20);
  EXPECT_EQ(count(**copy) % 2, 0);
  EXPECT_FALSE(database->backup(place_.dir().file("none/copy.db")));
}

TEST_P(SqliteTest, FilesAreTheOwnersOnly) {
  auto database = place_.open(kOne);
  for (const char* name : {"records.db", "records.db-wal", "records.db-shm"}) {
    const auto mode = std::filesystem::status(place_.dir().file(name)).permissions();
    EXPECT_EQ(mode & std::filesystem::perms::mask,
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
  }
}

TEST_P(SqliteTest, DeletedTextIsGoneFromTheFiles) {
  auto database = place_.open(kOne);
  const std::string marker = "Mustermann-marker-7361";
  ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (1, :n)", {{"n", marker}}));
  const auto found = [&] {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(place_.dir().file(""))) {
      std::ifstream in(entry.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all.find(marker) != std::string::npos;
  };
  EXPECT_TRUE(found());
  ASSERT_TRUE(write(*database, "DELETE FROM person"));
  ASSERT_TRUE(database->truncate_log());
  EXPECT_FALSE(found());
}

TEST_P(SqliteTest, TheLogStaysShort) {
  auto database = place_.open(kOne);
  const std::string text(30'000, 'x');
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(write(*database, "INSERT INTO person (id, name) VALUES (:i, :n)",
                      {{"i", i}, {"n", text + std::to_string(i)}}));
  }
  EXPECT_LT(std::filesystem::file_size(place_.dir().file("records.db-wal")), 8U << 20);
}

TEST(Records, UnknownAddressesAreRefused) {
  for (const char* url : {"", "sqlite:", "mysql://x", "sqlite:a\"b"}) {
    const auto opened = Database::open({.url = url}, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kInvalidRequest);
  }
  EXPECT_FALSE(Database::open({.url = "sqlite:/nonexistent/records.db"}, {}));
  EXPECT_FALSE(Database::open({.url = "postgresql://u@/d?host=/nonexistent"}, {}));
}

TEST(Records, AFileThatIsNoDatabaseIsCorrupt) {
  const tests::TempDir dir;
  std::ofstream(dir.file("records.db")) << std::string(8'192, 'x');
  const auto opened = Database::open({.url = "sqlite:" + dir.file("records.db")}, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace revier::records
