// SPDX-License-Identifier: EUPL-1.2
// Ids of the entities that a query may mean, in their order: named ones, those that have or had one
// of its types (rows T), else all (rows E).
//
// Thread safety: used by one task.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ngsi/predicate.h"
#include "store/store.h"

namespace revier::history::detail {

class Candidates {
 public:
  Candidates(const store::Store& store, std::string_view tenant, const ngsi::Hints& hints,
             bool descending);

  // Each id once; nullopt at the end. Errors: kCorrupt.
  [[nodiscard]] Result<std::optional<std::string>> next();

 private:
  struct Run {
    std::unique_ptr<store::Cursor> rows;
    std::string prefix;
    bool of_type = false;  // rows T; else rows E
  };
  [[nodiscard]] std::string_view id_of(const Run& run) const;
  void pass(Run& run, std::string_view id) const;

  const bool descending_;
  std::vector<std::string> ids_;  // the next one last
  bool by_ids_ = false;
  std::vector<Run> runs_;
};

}  // namespace revier::history::detail
