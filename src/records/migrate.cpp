// SPDX-License-Identifier: EUPL-1.2
#include "records/detail/migrate.h"

#include <map>
#include <set>

#include <fmt/core.h>

#include "base/check.h"
#include "base/log.h"
#include "base/time.h"

namespace revier::records::detail {
namespace {

using Applied = std::map<std::string, std::string, std::less<>>;  // name -> checksum

// FNV-1a: guards against an edit by accident, not against an attacker with access to the file.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return fmt::format("{:016x}", hash);
}

Result<Applied> applied_steps(SqlSession& session) {
  RV_TRY(
      session.run("CREATE TABLE IF NOT EXISTS revier_migration (name TEXT PRIMARY KEY, "
                  "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"));
  RV_ASSIGN(auto rows, session.query("SELECT name, checksum FROM revier_migration"));
  Applied applied;
  for (const Row& row : rows) applied.emplace(row.text("name"), row.text("checksum"));
  return applied;
}

Result<> check_known(const Applied& applied, std::span<const Migration> migrations) {
  std::set<std::string_view> known;
  for (const Migration& step : migrations) RV_CHECK(known.insert(step.name).second);
  for (const auto& [name, sum] : applied) {
    if (!known.contains(name)) {
      return fail(Code::kNewerFormat, "the records know the step \"" + name +
                                          "\" that this version does not: it was newer");
    }
  }
  for (const Migration& step : migrations) {
    const auto found = applied.find(step.name);
    if (found != applied.end() && found->second != checksum(step.sql)) {
      return fail(Code::kCorrupt, "the step \"" + std::string(step.name) +
                                      "\" is not the one that was applied to these records");
    }
  }
  return {};
}

Result<> apply(SqlSession& session, const Migration& step) {
  for (const std::string& sql : split_statements(step.sql)) {
    if (auto done = session.run(sql); !done) {
      return fail(done.error().code,
                  "the step \"" + std::string(step.name) + "\": " + done.error().message);
    }
  }
  RV_TRY(session.execute(
      "INSERT INTO revier_migration (name, checksum, applied_at) VALUES (:name, :sum, :at)",
      {{"name", step.name}, {"sum", checksum(step.sql)}, {"at", RealClock().now()}}));
  log_event(Level::kInfo, "records.migrated", {{"step", step.name}});
  return {};
}

std::vector<Migration> pending(const Applied& applied, std::span<const Migration> migrations) {
  std::vector<Migration> missing;
  for (const Migration& step : migrations) {
    if (!applied.contains(step.name)) missing.push_back(step);
  }
  return missing;
}

// Two processes that start at once migrate one after the other: BEGIN IMMEDIATE on SQLite, a lock
// that the transaction's end releases on PostgreSQL.
Result<> migrate_inside(SqlSession& session, bool sqlite, std::span<const Migration> migrations,
                        const std::function<Result<>(std::string_view)>& before) {
  if (!sqlite) RV_TRY(session.query("SELECT pg_advisory_xact_lock(7382467)"));
  RV_ASSIGN(const Applied applied, applied_steps(session));
  RV_TRY(check_known(applied, migrations));
  const std::vector<Migration> missing = pending(applied, migrations);
  if (missing.empty()) return {};
  if (!applied.empty()) RV_TRY(before(missing.front().name));
  for (const Migration& step : missing) RV_TRY(apply(session, step));
  return {};
}

}  // namespace

Result<> migrate(SqlSession& session, bool sqlite, std::span<const Migration> migrations,
                 const std::function<Result<>(std::string_view)>& before) {
  RV_TRY(session.begin());
  const Result<> done = migrate_inside(session, sqlite, migrations, before);
  session.forget_failure();
  RV_TRY(session.execute(done ? "COMMIT" : "ROLLBACK"));
  return done;
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements(1);
  char quote = 0;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote == 0 && sql.substr(i, 2) == "--") {
      i = std::min(sql.find('\n', i), sql.size());
      statements.back() += '\n';
    } else if (quote == 0 && c == ';') {
      statements.emplace_back();
    } else {
      if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
      statements.back() += c;
    }
  }
  std::erase_if(statements, [](const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
  });
  return statements;
}

}  // namespace revier::records::detail
