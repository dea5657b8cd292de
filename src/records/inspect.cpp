// SPDX-License-Identifier: EUPL-1.2
#include "records/inspect.h"

#include <memory>

#include <sqlite3.h>

#include "base/percent.h"
#include "records/detail/sqlite_handle.h"

namespace revier::records {
namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Texts = std::vector<std::string>;

tl::unexpected<Error> broken(const std::string& file, const std::string& what) {
  return fail(Code::kCorrupt, file + ": " + what);
}

// As a URI: immutable, so that no log is made beside it.
std::string uri_of(const std::string& file) {
  return "file:" + percent_encoded(file, "/") + "?mode=ro&immutable=1";
}

// First column of every row, as text.
Result<Texts> column(sqlite3* database, const std::string& file, const std::string& sql) {
  sqlite3_stmt* handle = nullptr;
  int code = sqlite3_prepare_v2(database, sql.c_str(), -1, &handle, nullptr);
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(handle);
  Texts texts;
  while (code == SQLITE_OK || code == SQLITE_ROW) {
    code = sqlite3_step(handle);
    if (code != SQLITE_ROW) break;
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle, 0));
    texts.emplace_back(text == nullptr ? "" : text);
  }
  if (code != SQLITE_DONE) return broken(file, sqlite3_errmsg(database));
  return texts;
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

}  // namespace

Result<std::map<std::string, std::uint64_t>> inspect(const std::string& file) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri_of(file).c_str(), &handle,
                                   SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr);
  const detail::SqliteHandle database(handle);
  if (code != SQLITE_OK) return fail(Code::kUnavailable, "cannot open " + file);
  RV_ASSIGN(const Texts integrity, column(handle, file, "PRAGMA integrity_check(1)"));
  if (integrity != Texts{"ok"}) return broken(file, integrity.empty() ? "" : integrity.front());
  RV_ASSIGN(const Texts keys, column(handle, file, "PRAGMA foreign_key_check"));
  if (!keys.empty()) return broken(file, "a row of " + keys.front() + " refers to none");
  RV_ASSIGN(const Texts tables,
            column(handle, file,
                   "SELECT name FROM sqlite_master WHERE type = 'table'"
                   " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"));
  std::map<std::string, std::uint64_t> counts;
  for (const std::string& table : tables) {
    RV_ASSIGN(const Texts count, column(handle, file, "SELECT COUNT(*) FROM " + quoted(table)));
    counts[table] = std::stoull(count.at(0));
  }
  return counts;
}

}  // namespace revier::records
