// SPDX-License-Identifier: EUPL-1.2
// One connection with its prepared statements.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "records/detail/dialect.h"
#include "records/records.h"

namespace revier::records::detail {

class Prepared;

class SqlSession final : public Session {
 public:
  // Errors: kUnavailable, kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<SqlSession>> open(const Target& target,
                                                                Access access);
  ~SqlSession() override;

  [[nodiscard]] Result<std::int64_t> execute(std::string_view sql,
                                             Parameters parameters = {}) override;
  [[nodiscard]] Result<std::vector<Row>> query(std::string_view sql, Parameters parameters = {},
                                               std::size_t rows_max = 10'000) override;

  // BEGIN as the access needs it.
  [[nodiscard]] Result<> begin();
  // One unprepared statement without parameters (schema).
  [[nodiscard]] Result<> run(const std::string& sql);

  // After a failed statement every further one fails, as PostgreSQL does by itself, until the
  // caller has rolled back and calls this.
  void forget_failure() { failed_ = false; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool connection_lost() const { return connection_lost_; }
  [[nodiscard]] std::int64_t log_pages() const { return dialect_->log_pages(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  // Variants of one text differ in their parameters' types.
  using Variants = std::vector<std::unique_ptr<Prepared>>;

  SqlSession(Access access, std::unique_ptr<Dialect> dialect);
  [[nodiscard]] Result<Prepared*> prepared(std::string_view sql, const Parameters& parameters);
  [[nodiscard]] std::vector<Row> rows_of(Prepared& statement, std::size_t rows_max, bool& more);
  template <class Step>
  [[nodiscard]] auto guarded(Step step) -> std::invoke_result_t<Step&>;
  [[nodiscard]] Error failure(const soci::soci_error& error);

  const Access access_;
  std::unique_ptr<Dialect> dialect_;
  soci::session session_;
  std::unordered_map<std::string, Variants, TextHash, std::equal_to<>> statements_;
  bool failed_ = false;
  bool connection_lost_ = false;
  bool is_open_ = false;
};

}  // namespace revier::records::detail
