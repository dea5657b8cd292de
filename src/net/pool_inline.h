// SPDX-License-Identifier: EUPL-1.2
// The template half of Pool::run; included by net/server.h only.
#pragma once
#include "base/completion.h"

namespace revier::net {

template <class Work>
auto Pool::run(Work work) -> Task<Result<std::invoke_result_t<Work&>>> {
  using Value = std::invoke_result_t<Work&>;
  if constexpr (std::is_void_v<Value>) {
    Completion<int> done;
    if (!post([&] { work(), done.set(0); })) {
      co_return fail(Code::kUnavailable, "the server is busy, try again in a moment");
    }
    co_await done;
    co_return Result<>{};
  } else {
    Completion<Value> done;
    if (!post([&] { done.set(work()); })) {
      co_return fail(Code::kUnavailable, "the server is busy, try again in a moment");
    }
    co_return co_await done;
  }
}

}  // namespace revier::net
