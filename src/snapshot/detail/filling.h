// SPDX-License-Identifier: EUPL-1.2
// What a snapshot holds is put into its space: the yield of its queries (5.16.1.4), or all that
// another snapshot has (5.16.2.4).
//
// Thread safety: pure functions but for the broker and history; Tasks on any thread with an
// executor.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "context/binding.h"
#include "history/history.h"
#include "snapshot/types.h"

namespace revier::snapshot::detail {

struct FillingNeeds {
  const context::Binding& binding;  // broker, catalogue, contexts; distribution or nullptr
  history::History& history;
  const std::vector<std::string>& unkept_types;  // IRIs: their entities are left out
  std::size_t entities_max;                      // a snapshot
  std::size_t instances_max;                     // likewise
  const std::function<bool()>& stops;            // true: it ends with kUnavailable
};

// The snapshot as it is then: status and details.
[[nodiscard]] Task<Result<Snapshot>> filled(const FillingNeeds& needs, Snapshot snapshot);

}  // namespace revier::snapshot::detail
