// SPDX-License-Identifier: EUPL-1.2
#include "records/detail/sql_session.h"

#include <algorithm>

#include <soci/soci.h>

#include "base/log.h"

namespace revier::records::detail {
namespace {

// Statements kept by one session; texts are constants, so this is only reached by generated ones.
constexpr std::size_t kStatementsMax = 512;

constexpr std::string_view kUndone = "the records could not do this";

std::string plain_words(Code code) {
  switch (code) {
    case Code::kConflict:
      return "this contradicts what the records hold";
    case Code::kBadRequestData:
      return "the records do not take this value";
    case Code::kUnavailable:
      return "the records cannot be used now, try again";
    case Code::kInsufficientStorage:
      return "the records have no room left";
    case Code::kCorrupt:
      return "the records are damaged";
    case Code::kReadOnly:
      return "the records are read-only";
    case Code::kTooLarge:
      return "this is too large for the records";
    default:
      return std::string(kUndone);
  }
}

struct Slot {
  std::string name;
  std::size_t kind = 0;  // index in Parameter::View
  long long integer = 0;
  double number = 0;
  std::string text;
  soci::indicator indicator = soci::i_ok;
};

}  // namespace

// A statement with the variables that it is bound to; their addresses must not change.
class Prepared {
 public:
  Prepared(soci::session& session, const std::string& sql, const Parameters& parameters)
      : statement(session), slots_(parameters.size()) {
    statement.alloc();
    std::transform(parameters.begin(), parameters.end(), slots_.begin(),
                   [](const Parameter& p) { return Slot{std::string(p.name), p.value.index()}; });
    for (Slot& slot : slots_) exchange(slot);
    statement.prepare(sql);
    statement.define_and_bind();
  }

  // Whether these parameters can be bound: same names, same types; a null fits every type.
  [[nodiscard]] bool fits(const Parameters& parameters) const {
    return std::equal(slots_.begin(), slots_.end(), parameters.begin(), parameters.end(),
                      [](const Slot& slot, const Parameter& p) {
                        const bool type = p.value.index() == slot.kind || p.value.index() == 0;
                        return type && slot.name == p.name;
                      });
  }

  void bind(const Parameters& parameters) {
    const Parameter* parameter = parameters.begin();
    for (Slot& slot : slots_) assign(slot, (parameter++)->value);
  }

  [[nodiscard]] std::size_t size() const { return slots_.size(); }

  soci::statement statement;
  std::shared_ptr<const std::vector<std::string>> names;

 private:
  void exchange(Slot& slot) {
    switch (slot.kind) {
      case 1:
        statement.exchange(soci::use(slot.integer, slot.indicator, slot.name));
        break;
      case 2:
        statement.exchange(soci::use(slot.number, slot.indicator, slot.name));
        break;
      default:
        statement.exchange(soci::use(slot.text, slot.indicator, slot.name));
    }
  }

  static void assign(Slot& slot, const Parameter::View& value) {
    slot.indicator = value.index() == 0 ? soci::i_null : soci::i_ok;
    switch (value.index()) {
      case 0:
        break;
      case 1:
        slot.integer = std::get<1>(value);
        break;
      case 2:
        slot.number = std::get<2>(value);
        break;
      default:
        slot.text = std::get<3>(value);
    }
  }

  std::vector<Slot> slots_;
};

SqlSession::SqlSession(Access access, std::unique_ptr<Dialect> dialect)
    : access_(access), dialect_(std::move(dialect)) {}

SqlSession::~SqlSession() = default;

template <class Step>
auto SqlSession::guarded(Step step) -> std::invoke_result_t<Step&> {
  if (failed_) {
    return fail(Code::kInternalError, "a statement of this transaction failed before");
  }
  failed_ = true;  // until the step has ended well
  try {
    auto done = step();
    failed_ = !done;
    return done;
  } catch (const soci::soci_error& error) {
    return fail(failure(error));
  } catch (const std::exception& error) {
    log_event(Level::kWarn, "records.refused", {{"reason", error.what()}});
    return fail(Code::kInternalError, std::string(kUndone));
  }
}

Result<std::unique_ptr<SqlSession>> SqlSession::open(const Target& target, Access access) {
  std::unique_ptr<SqlSession> made(
      new SqlSession(access, target.sqlite ? make_sqlite() : make_postgresql()));
  const auto opened = made->guarded([&]() -> Result<> {
    made->session_.open(made->dialect_->factory(), target.connect);
    return made->dialect_->configure(made->session_, access);
  });
  made->is_open_ = opened.has_value();
  if (opened) return made;
  return fail(opened.error().code == Code::kCorrupt ? Code::kCorrupt : Code::kUnavailable,
              "cannot open the records: " + opened.error().message);
}

// What the system says names tables and columns: that is for the log, where values would be wrong
// in turn, and for whoever starts the program, but not for those who ask it.
Error SqlSession::failure(const soci::soci_error& error) {
  Failure told = dialect_->describe(error);
  if (told.connection_lost) connection_lost_ = true;
  if (!is_open_) return std::move(told.error);
  const Code code = told.error.code;
  const bool may_hold_values = code == Code::kBadRequestData;
  log_event(Level::kWarn, "records.refused",
            {{"code", describe(code).name},
             {"reason", may_hold_values ? std::string() : told.error.message}});
  return {code, plain_words(code), {}};
}

namespace {
// PostgreSQL ends a text at NUL without a word.
Result<> check_texts(const Parameters& parameters) {
  for (const Parameter& p : parameters) {
    const auto* text = std::get_if<std::string_view>(&p.value);
    if (text != nullptr && text->find('\0') != std::string_view::npos) {
      return fail(Code::kBadRequestData, "texts must not contain NUL", std::string(p.name));
    }
  }
  return {};
}

// Leaves no statement open behind an exception.
class Finish {
 public:
  Finish(const Dialect& dialect, soci::statement& statement)
      : dialect_(dialect), statement_(statement) {}
  ~Finish() { dialect_.finish(statement_); }
  Finish(const Finish&) = delete;
  Finish& operator=(const Finish&) = delete;

 private:
  const Dialect& dialect_;
  soci::statement& statement_;
};
}  // namespace

Result<Prepared*> SqlSession::prepared(std::string_view sql, const Parameters& parameters) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    if (statements_.size() >= kStatementsMax) statements_.clear();
    found = statements_.emplace(std::string(sql), Variants()).first;
  }
  for (const auto& variant : found->second) {
    if (variant->fits(parameters)) return variant.get();
  }
  auto made = std::make_unique<Prepared>(session_, found->first, parameters);
  if (dialect_->parameter_count(made->statement) != parameters.size()) {
    return fail(Code::kInternalError, "the statement asks for other parameters than were given");
  }
  return found->second.emplace_back(std::move(made)).get();
}

Result<std::int64_t> SqlSession::execute(std::string_view sql, Parameters parameters) {
  RV_TRY(check_texts(parameters));
  return guarded([&]() -> Result<std::int64_t> {
    RV_ASSIGN(Prepared * ready, prepared(sql, parameters));
    const Finish finish(*dialect_, ready->statement);
    ready->bind(parameters);
    ready->statement.execute(true);
    return ready->statement.get_affected_rows();
  });
}

std::vector<Row> SqlSession::rows_of(Prepared& ready, std::size_t rows_max, bool& more) {
  std::vector<Row> rows;
  auto* backend = ready.statement.get_backend();
  while (backend->fetch(1) == soci::details::statement_backend::ef_success) {
    more = rows.size() == rows_max;
    if (more) return rows;
    if (!ready.names) {
      ready.names =
          std::make_shared<const std::vector<std::string>>(dialect_->column_names(ready.statement));
    }
    std::vector<Value> values(ready.names->size());
    dialect_->read_row(ready.statement, values);
    rows.emplace_back(ready.names, std::move(values));
  }
  return rows;
}

Result<std::vector<Row>> SqlSession::query(std::string_view sql, Parameters parameters,
                                           std::size_t rows_max) {
  RV_TRY(check_texts(parameters));
  bool more = false;
  RV_ASSIGN(auto rows, guarded([&]() -> Result<std::vector<Row>> {
              RV_ASSIGN(Prepared * ready, prepared(sql, parameters));
              const Finish finish(*dialect_, ready->statement);
              ready->bind(parameters);
              ready->statement.execute(false);
              return rows_of(*ready, rows_max, more);
            }));
  if (!more) return rows;
  return fail(Code::kTooManyResults,
              "the answer has more than " + std::to_string(rows_max) + " rows");
}

Result<> SqlSession::begin() {
  RV_TRY(execute(dialect_->begin(access_)));
  return {};
}

Result<> SqlSession::run(const std::string& sql) {
  return guarded([&]() -> Result<> {
    session_ << sql;
    return {};
  });
}

Result<> assert_setting(soci::session& session, const std::string& sql, const std::string& wanted) {
  std::string value;
  soci::indicator indicator = soci::i_null;
  session << sql, soci::into(value, indicator);
  if (indicator == soci::i_ok && value == wanted) return {};
  return fail(Code::kInternalError,
              "\"" + sql + "\" answers \"" + value + "\", not \"" + wanted + "\"");
}

}  // namespace revier::records::detail
