// SPDX-License-Identifier: EUPL-1.2
// Slices: what reads many rows lets other work of its thread run every millisecond, and ends with
// kTooComplexQuery when it has had its time.
//
// Thread safety: a Pace belongs to one task.
#pragma once
#include <cstdint>

#include "base/task.h"
#include "base/time.h"
#include "net/server.h"

namespace revier::history::detail {

class Pace {
 public:
  Pace(std::int64_t slice_us, std::int64_t cpu_ms_max)
      : slice_us_(slice_us), left_us_(cpu_ms_max * 1'000), start_us_(monotonic_us()) {}

  // After each row; true: rest() is due.
  [[nodiscard]] bool is_due() {
    return ++rows_ % kLookEvery == 0 && monotonic_us() - start_us_ >= slice_us_;
  }

  [[nodiscard]] Task<Result<>> rest() {
    left_us_ -= monotonic_us() - start_us_;
    if (left_us_ <= 0) {
      co_return fail(Code::kTooComplexQuery,
                     "the query reads too much history; name a type, attributes or a shorter time");
    }
    // On a thread without an executor (tests, tools) the slices follow each other at once.
    if (Executor::current() != nullptr) co_await net::yield_now();
    start_us_ = monotonic_us();
    co_return Result<>{};
  }

 private:
  static constexpr std::uint64_t kLookEvery = 64;
  const std::int64_t slice_us_;
  std::int64_t left_us_;
  std::int64_t start_us_;
  std::uint64_t rows_ = 0;
};

}  // namespace revier::history::detail
