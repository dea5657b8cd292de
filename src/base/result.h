// SPDX-License-Identifier: EUPL-1.2
// Result<T>: a value or an Error. Functions that return one are [[nodiscard]].
//
// tl::expected stands in until libstdc++ 13's std::expected is the floor; use only what both have
// (value, error, and_then, transform, or_else).
#pragma once
#include <string>
#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace revier {

template <class T = void>
using Result = tl::expected<T, Error>;

// Makes the failed side of any Result: `return fail(Code::kResourceNotFound, "no entity ...");`
[[nodiscard]] inline tl::unexpected<Error> fail(Code code, std::string message,
                                                std::string field = {}) {
  return tl::unexpected<Error>(Error{code, std::move(message), std::move(field)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace revier

#define RV_CONCAT_INNER(a, b) a##b
#define RV_CONCAT(a, b) RV_CONCAT_INNER(a, b)

// RV_TRY(expression);  leaves the function with the error of a failed Result.
#define RV_TRY(expression)                                 \
  do {                                                     \
    if (auto rv_result = (expression); !rv_result)         \
      return ::revier::fail(std::move(rv_result).error()); \
  } while (false)

// RV_ASSIGN(auto value, expression);  the same, and keeps the value otherwise.
#define RV_ASSIGN(declaration, expression) \
  RV_ASSIGN_INNER(RV_CONCAT(rv_result_, __LINE__), declaration, expression)
#define RV_ASSIGN_INNER(name, declaration, expression)       \
  auto name = (expression);                                  \
  if (!name) return ::revier::fail(std::move(name).error()); \
  declaration = std::move(*name)

// The same two inside a coroutine.
#define RV_CO_TRY(expression)                                 \
  do {                                                        \
    if (auto rv_result = (expression); !rv_result)            \
      co_return ::revier::fail(std::move(rv_result).error()); \
  } while (false)
#define RV_CO_ASSIGN(declaration, expression) \
  RV_CO_ASSIGN_INNER(RV_CONCAT(rv_result_, __LINE__), declaration, expression)
#define RV_CO_ASSIGN_INNER(name, declaration, expression)       \
  auto name = (expression);                                     \
  if (!name) co_return ::revier::fail(std::move(name).error()); \
  declaration = std::move(*name)
