// SPDX-License-Identifier: EUPL-1.2
// What SQLite and PostgreSQL do not do alike, below SOCI: settings, reading typed columns, errors.
//
// Columns are read by the native handles that SOCI hands out: SOCI takes a column's type from its
// declaration, which an expression such as COUNT(*) does not have.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <soci/soci.h>

#include "base/result.h"
#include "records/records.h"

namespace revier::records::detail {

// Where the records are, taken apart.
struct Target {
  bool sqlite = true;
  std::string connect;  // for SOCI
  std::string file;     // SQLite only
  std::string vfs;      // SQLite only, may be empty
};
// Errors: kInvalidRequest with the forms that are understood.
[[nodiscard]] Result<Target> parse_target(const Options& options);

enum class Access : std::uint8_t { kWrite, kRead };

// What is wrong, and whether the connection can be used again.
struct Failure {
  Error error;
  bool connection_lost = false;
};

// One per session. What SOCI throws goes through its functions.
class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual const soci::backend_factory& factory() const = 0;
  // Sets and asserts the settings that durability, integrity and privacy stand on.
  [[nodiscard]] virtual Result<> configure(soci::session& session, Access access) = 0;
  [[nodiscard]] virtual const char* begin(Access access) const = 0;
  // How many different parameters the prepared statement asks for.
  [[nodiscard]] virtual std::size_t parameter_count(soci::statement& statement) const = 0;
  [[nodiscard]] virtual std::vector<std::string> column_names(soci::statement& statement) const = 0;
  // The row the statement stands on.
  virtual void read_row(soci::statement& statement, std::vector<Value>& values) const = 0;
  // Ends an execution: locks and memory of its result are free afterwards.
  virtual void finish(soci::statement& statement) const = 0;
  [[nodiscard]] virtual Failure describe(const soci::soci_error& error) const = 0;
  // Pages in the write-ahead log after the last commit; 0 where the system cares itself.
  [[nodiscard]] virtual std::int64_t log_pages() const { return 0; }
};

[[nodiscard]] std::unique_ptr<Dialect> make_sqlite();
[[nodiscard]] std::unique_ptr<Dialect> make_postgresql();

// Errors: kInternalError when the setting is not as wanted.
[[nodiscard]] Result<> assert_setting(soci::session& session, const std::string& sql,
                                      const std::string& wanted);

}  // namespace revier::records::detail
