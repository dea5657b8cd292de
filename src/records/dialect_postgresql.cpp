// SPDX-License-Identifier: EUPL-1.2
#include <charconv>
#include <cstdlib>
#include <set>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include "records/detail/dialect.h"

namespace revier::records::detail {
namespace {

// Type numbers of pg_type that never change.
constexpr Oid kInt8 = 20, kInt2 = 21, kInt4 = 23, kOid = 26;
constexpr Oid kFloat4 = 700, kFloat8 = 701, kNumeric = 1700;

soci::postgresql_statement_backend& postgresql(soci::statement& statement) {
  return static_cast<soci::postgresql_statement_backend&>(*statement.get_backend());
}

Value integer_or_number(std::string_view text) {
  std::int64_t integer = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, integer);
  if (parsed.ec == std::errc() && parsed.ptr == end) return integer;
  double number = 0;
  std::from_chars(text.data(), end, number);
  return number;
}

Value column(const PGresult* result, int row, int index) {
  if (PQgetisnull(result, row, index) != 0) return nullptr;
  const std::string_view text(PQgetvalue(result, row, index),
                              static_cast<std::size_t>(PQgetlength(result, row, index)));
  switch (PQftype(result, index)) {
    // NUMERIC without a fraction is what SUM makes of BIGINT.
    case kInt8:
    case kInt4:
    case kInt2:
    case kOid:
    case kNumeric:
      return integer_or_number(text);
    case kFloat4:
    case kFloat8:
      return std::strtod(text.data(), nullptr);
    default:
      return std::string(text);
  }
}

Code code_of(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (group == "23") return Code::kConflict;
  if (group == "22") return Code::kBadRequestData;
  if (state == "25006") return Code::kReadOnly;
  if (group == "08" || group == "40" || group == "57" || group == "55" || group == "28") {
    return Code::kUnavailable;
  }
  if (group == "53") return Code::kInsufficientStorage;
  if (state == "XX001" || state == "XX002") return Code::kCorrupt;
  return Code::kInternalError;
}

class Postgresql final : public Dialect {
 public:
  const soci::backend_factory& factory() const override { return soci::postgresql; }

  Result<> configure(soci::session& session, Access access) override {
    auto* backend = static_cast<soci::postgresql_session_backend*>(session.get_backend());
    connection_ = backend->conn_;
    // The detail of a refused constraint tells the values: personal data.
    PQsetErrorVerbosity(connection_, PQERRORS_TERSE);
    RV_TRY(set(session, "client_encoding", "UTF8"));
    RV_TRY(set(session, "synchronous_commit", "on"));
    RV_TRY(set(session, "standard_conforming_strings", "on"));
    RV_TRY(set(session, "client_min_messages", "warning"));
    RV_TRY(assert_setting(session, "SHOW server_encoding", "UTF8"));
    RV_TRY(assert_setting(session, "SHOW fsync", "on"));
    RV_TRY(assert_setting(session, "SHOW full_page_writes", "on"));
    if (access == Access::kRead) RV_TRY(set(session, "default_transaction_read_only", "on"));
    return {};
  }

  const char* begin(Access access) const override {
    return access == Access::kWrite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ";
  }

  std::size_t parameter_count(soci::statement& statement) const override {
    const auto& names = postgresql(statement).names_;
    return std::set<std::string_view>(names.begin(), names.end()).size();
  }

  std::vector<std::string> column_names(soci::statement& statement) const override {
    const PGresult* result = postgresql(statement).result_;
    std::vector<std::string> names;
    for (int i = 0; i < PQnfields(result); ++i) names.emplace_back(PQfname(result, i));
    return names;
  }

  void read_row(soci::statement& statement, std::vector<Value>& values) const override {
    const auto& backend = postgresql(statement);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = column(backend.result_, backend.currentRow_, static_cast<int>(i));
    }
  }

  void finish(soci::statement& statement) const override { postgresql(statement).result_.reset(); }

  Failure describe(const soci::soci_error& error) const override {
    const auto* own = dynamic_cast<const soci::postgresql_soci_error*>(&error);
    const bool lost = connection_ == nullptr || PQstatus(connection_) == CONNECTION_BAD;
    Code code = own == nullptr ? Code::kInternalError : code_of(own->sqlstate());
    if (lost) code = Code::kUnavailable;
    return {{code, error.get_error_message(), {}}, lost};
  }

 private:
  static Result<> set(soci::session& session, const std::string& name, const std::string& value) {
    session << "SET " + name + " = '" + value + "'";
    return assert_setting(session, "SHOW " + name, value);
  }

  PGconn* connection_ = nullptr;
};

}  // namespace

std::unique_ptr<Dialect> make_postgresql() { return std::make_unique<Postgresql>(); }

}  // namespace revier::records::detail
