// SPDX-License-Identifier: EUPL-1.2
#include "records/records.h"

#include <algorithm>

#include "base/check.h"

namespace revier::records {

const Value& Row::at(std::string_view column) const {
  const auto found = std::find(names_->begin(), names_->end(), column);
  RV_CHECK(found != names_->end());
  return values_[static_cast<std::size_t>(found - names_->begin())];
}

bool Row::is_null(std::string_view column) const {
  return std::holds_alternative<std::nullptr_t>(at(column));
}

std::int64_t Row::integer(std::string_view column) const {
  const auto* value = std::get_if<std::int64_t>(&at(column));
  RV_CHECK(value != nullptr);
  return *value;
}

double Row::number(std::string_view column) const {
  const Value& value = at(column);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&value);
  RV_CHECK(number != nullptr);
  return *number;
}

const std::string& Row::text(std::string_view column) const {
  const auto* value = std::get_if<std::string>(&at(column));
  RV_CHECK(value != nullptr);
  return *value;
}

std::string Row::text_or(std::string_view column, std::string_view fallback) const {
  return is_null(column) ? std::string(fallback) : text(column);
}

std::optional<std::int64_t> Row::maybe_integer(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<std::string> Row::maybe_text(std::string_view column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

Result<Row> Session::one(std::string_view sql, Parameters parameters) {
  RV_ASSIGN(auto rows, query(sql, parameters, 1));
  if (rows.empty()) return fail(Code::kResourceNotFound, "no such record");
  return std::move(rows.front());
}

}  // namespace revier::records
