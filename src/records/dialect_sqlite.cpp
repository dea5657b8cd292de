// SPDX-License-Identifier: EUPL-1.2
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "records/detail/dialect.h"

namespace revier::records::detail {
namespace {

using sqlite_api::sqlite3_stmt;

constexpr const char* kBusyTimeoutMs = "5000";

soci::sqlite3_statement_backend& sqlite(soci::statement& statement) {
  return static_cast<soci::sqlite3_statement_backend&>(*statement.get_backend());
}

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite_api::sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return nullptr;
    case SQLITE_INTEGER:
      return static_cast<std::int64_t>(sqlite_api::sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return sqlite_api::sqlite3_column_double(statement, index);
    default: {
      const auto* text = sqlite_api::sqlite3_column_text(statement, index);
      const int size = sqlite_api::sqlite3_column_bytes(statement, index);
      return std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    }
  }
}

Code code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
      return Code::kConflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
      return Code::kUnavailable;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Code::kCorrupt;
    case SQLITE_READONLY:
      return Code::kReadOnly;
    case SQLITE_FULL:
      return Code::kInsufficientStorage;
    case SQLITE_TOOBIG:
      return Code::kTooLarge;
    default:
      return Code::kInternalError;
  }
}

int note_log_pages(void* pages, sqlite_api::sqlite3*, const char*, int count) {
  *static_cast<std::int64_t*>(pages) = count;
  return SQLITE_OK;
}

class Sqlite final : public Dialect {
 public:
  const soci::backend_factory& factory() const override { return soci::sqlite3; }

  Result<> configure(soci::session& session, Access access) override {
    // Every one holds for the connection only, but for the journal mode.
    RV_TRY(assert_setting(session, std::string("PRAGMA busy_timeout=") + kBusyTimeoutMs,
                          kBusyTimeoutMs));
    // FULL, and the folder is synced when the journal of the change to WAL goes: a journal that
    // came back after a power loss would undo everything since.
    RV_TRY(set(session, "synchronous", "EXTRA", "3"));
    RV_TRY(assert_setting(session, "PRAGMA journal_mode=WAL", "wal"));
    RV_TRY(set(session, "foreign_keys", "ON", "1"));
    RV_TRY(set(session, "secure_delete", "ON", "1"));
    RV_TRY(set(session, "temp_store", "MEMORY", "2"));
    RV_TRY(set(session, "trusted_schema", "OFF", "0"));
    RV_TRY(set(session, "cache_size", "-8000", "-8000"));
    // The writer checkpoints by itself: SQLite's own checkpoint hides a failed sync.
    RV_TRY(set(session, "wal_autocheckpoint", "0", "0"));
    if (access == Access::kRead) RV_TRY(set(session, "query_only", "ON", "1"));
    auto* backend = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    if (access == Access::kWrite) {
      sqlite_api::sqlite3_wal_hook(backend->conn_, note_log_pages, &log_pages_);
    }
    return {};
  }

  const char* begin(Access access) const override {
    return access == Access::kWrite ? "BEGIN IMMEDIATE" : "BEGIN";
  }

  std::size_t parameter_count(soci::statement& statement) const override {
    const int count = sqlite_api::sqlite3_bind_parameter_count(sqlite(statement).stmt_);
    return static_cast<std::size_t>(count);
  }

  std::vector<std::string> column_names(soci::statement& statement) const override {
    sqlite3_stmt* handle = sqlite(statement).stmt_;
    std::vector<std::string> names;
    for (int i = 0; i < sqlite_api::sqlite3_column_count(handle); ++i) {
      names.emplace_back(sqlite_api::sqlite3_column_name(handle, i));
    }
    return names;
  }

  void read_row(soci::statement& statement, std::vector<Value>& values) const override {
    sqlite3_stmt* handle = sqlite(statement).stmt_;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = column(handle, static_cast<int>(i));
    }
  }

  void finish(soci::statement& statement) const override {
    sqlite_api::sqlite3_reset(sqlite(statement).stmt_);
  }

  Failure describe(const soci::soci_error& error) const override {
    const auto* own = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
    const Code code = own == nullptr ? Code::kInternalError : code_of(own->result());
    return {{code, error.get_error_message(), {}}, false};
  }

  std::int64_t log_pages() const override { return log_pages_; }

 private:
  static Result<> set(soci::session& session, const std::string& name, const std::string& value,
                      const std::string& wanted) {
    session << "PRAGMA " + name + "=" + value;
    return assert_setting(session, "PRAGMA " + name, wanted);
  }

  std::int64_t log_pages_ = 0;
};

}  // namespace

std::unique_ptr<Dialect> make_sqlite() { return std::make_unique<Sqlite>(); }

}  // namespace revier::records::detail
