// SPDX-License-Identifier: EUPL-1.2
// RV_CHECK: a programmer's error stops the process, in release too. Never for input.
#pragma once

namespace revier::detail {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}

#define RV_CHECK(expression)     \
  (static_cast<bool>(expression) \
       ? void(0)                 \
       : ::revier::detail::check_failed(#expression, __FILE__, __LINE__))
