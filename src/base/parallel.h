// SPDX-License-Identifier: EUPL-1.2
// Work spread over threads, for the start of the program and for tools: the caller blocks.
//
// Thread safety: from any thread that may block.
#pragma once
#include <cstddef>
#include <functional>

namespace revier {

// Calls work(i) once for each i below `n`, on at most `threads` threads (0: one a core), this one
// included; returns when all are done. Order is not told. `work` must not throw.
void parallel_for(std::size_t n, unsigned threads, const std::function<void(std::size_t)>& work);

}  // namespace revier
