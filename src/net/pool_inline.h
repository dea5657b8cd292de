// SPDX-License-Identifier: EUPL-1.2
// The template half of Pool::run; included by net/server.h only.
#pragma once
#include <exception>

#include "base/completion.h"

namespace revier::net {

template <class Work>
auto Pool::run(Work work) -> Task<Result<std::invoke_result_t<Work&>>> {
  using Value = std::invoke_result_t<Work&>;
  // A library's exception ends here: the thread is not the caller's.
  const auto attempt = [&]() -> Result<Value> {
    try {
      if constexpr (std::is_void_v<Value>) {
        work();
        return {};
      } else {
        return Result<Value>(tl::in_place, work());
      }
    } catch (const std::exception& error) {
      return fail(failed(error.what()));
    }
  };
  Completion<Result<Value>> done;
  if (!post([&] { done.set(attempt()); })) {
    co_return fail(Code::kUnavailable, "the server is busy, try again in a moment");
  }
  co_return co_await done;
}

}  // namespace revier::net
