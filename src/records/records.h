// SPDX-License-Identifier: EUPL-1.2
// Personal records: SQL on SQLite (embedded) or PostgreSQL (grown), one code path.
//
// Columns are BIGINT, DOUBLE PRECISION and TEXT only: instants as BIGINT microseconds, booleans
// 0/1, JSON as TEXT. Statements use named parameters (:name) and what both systems understand.
// Texts are UTF-8 without NUL. Statements should be constant texts: prepared ones are kept by text.
// Writing goes through one writer thread with group commit (base/group_commit.h): each job stands
// in a savepoint of its own, one COMMIT a group, durable when answered (SQLite: WAL, synchronous
// FULL and the folder too). Reading takes a session from a small pool and blocks: call it on
// net::Pool, not on an io thread.
//
// Errors: kConflict for a refused constraint (unique, foreign key, check) on both systems;
// kUnavailable when no session is free; kReadOnly after a failed sync; kCorrupt. What the system
// itself says of a statement goes to the log alone.
//
// Thread safety: Database from any thread; a Session by one thread at a time.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/group_commit.h"
#include "base/result.h"
#include "base/time.h"

namespace revier::records {

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

// One named parameter: {"id", 5}, {"name", text}, {"at", clock.now()}, {"note", nullptr},
// {"mail", optional}. Text is viewed, not copied: it must live until the call returns.
struct Parameter {
  using View = std::variant<std::nullptr_t, std::int64_t, double, std::string_view>;

  Parameter(std::string_view n, std::nullptr_t) : name(n), value(nullptr) {}
  template <std::integral T>
  Parameter(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
  Parameter(std::string_view n, double v) : name(n), value(v) {}
  Parameter(std::string_view n, Instant v) : name(n), value(v.us) {}
  Parameter(std::string_view n, std::string_view v) : name(n), value(v) {}
  Parameter(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Parameter(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  template <class T>
  Parameter(std::string_view n, const std::optional<T>& v) : Parameter(n, nullptr) {
    if (v) value = Parameter(n, *v).value;
  }

  std::string_view name;  // without the colon
  View value;
};

// The parameters of one call: a braced list, or a vector that was filled in a loop.
class Parameters {
 public:
  Parameters() = default;
  Parameters(std::initializer_list<Parameter> list) : begin_(list.begin()), size_(list.size()) {}
  Parameters(const std::vector<Parameter>& list) : begin_(list.data()), size_(list.size()) {}
  [[nodiscard]] const Parameter* begin() const { return begin_; }
  [[nodiscard]] const Parameter* end() const { return begin_ + size_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  const Parameter* begin_ = nullptr;
  std::size_t size_ = 0;
};

// One row of an answer. Asking a column for another type than it has is a programmer's error.
class Row {
 public:
  Row(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values)
      : names_(std::move(names)), values_(std::move(values)) {}
  [[nodiscard]] bool is_null(std::string_view column) const;
  [[nodiscard]] std::int64_t integer(std::string_view column) const;
  [[nodiscard]] double number(std::string_view column) const;
  [[nodiscard]] const std::string& text(std::string_view column) const;
  [[nodiscard]] std::string text_or(std::string_view column, std::string_view fallback) const;
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(std::string_view column) const;
  [[nodiscard]] std::optional<std::string> maybe_text(std::string_view column) const;

 private:
  [[nodiscard]] const Value& at(std::string_view column) const;
  std::shared_ptr<const std::vector<std::string>> names_;
  std::vector<Value> values_;
};

// After a failed statement all further ones of the same job or step fail: what may fail is written
// so that it does not (INSERT ... ON CONFLICT DO NOTHING and a look at the rows changed).
class Session {
 public:
  virtual ~Session() = default;
  // Rows changed.
  [[nodiscard]] virtual Result<std::int64_t> execute(std::string_view sql,
                                                     Parameters parameters = {}) = 0;
  // At most `rows_max` rows; more is kTooManyResults.
  [[nodiscard]] virtual Result<std::vector<Row>> query(std::string_view sql,
                                                       Parameters parameters = {},
                                                       std::size_t rows_max = 10'000) = 0;
  // Exactly one row, or kResourceNotFound.
  [[nodiscard]] Result<Row> one(std::string_view sql, Parameters parameters = {});
};

// One step of a domain's schema. Append-only: a released step is never edited; the checksum of what
// was applied is stored and held against the code at start.
struct Migration {
  std::string_view name;  // "ticket-0001-registrations"
  std::string_view sql;   // statements separated by ';'
};

struct Options {
  // "sqlite:DIR/records.db" or "postgresql://..." (libpq)
  std::string url;
  unsigned read_sessions = 4;
  std::string vfs;  // SQLite VFS to use; seam for the power-loss test
};

using Writer = GroupCommit<Session>;

class Database {
 public:
  // Opens, makes a backup copy beside the file when a migration is pending (SQLite), migrates.
  // Errors: kNewerFormat when the database knows migrations that we do not; kCorrupt when one that
  // was applied has been edited; kUnavailable.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(
      const Options& options, std::span<const Migration> migrations);
  virtual ~Database() = default;

  [[nodiscard]] virtual Writer& writer() = 0;
  // Runs `step` with a reading session: one consistent state, no writing; blocks.
  [[nodiscard]] virtual Result<> read(const std::function<Result<>(Session&)>& step) = 0;
  // Consistent copy while writing goes on (SQLite backup API; not for PostgreSQL).
  [[nodiscard]] virtual Result<> backup(const std::string& file) = 0;
  // PRAGMA integrity_check, or a trivial query on PostgreSQL.
  [[nodiscard]] virtual Result<> verify() = 0;
  // False after a failed commit or sync: nothing is written any more until the next start.
  [[nodiscard]] virtual bool writable() const = 0;
  // Empties SQLite's write-ahead log, so that deleted content is gone from the files too.
  // Errors: kUnavailable while a reader keeps it.
  [[nodiscard]] virtual Result<> truncate_log() = 0;
};

}  // namespace revier::records
