// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/candidates.h"

#include <algorithm>

#include "history/detail/keys.h"

namespace revier::history::detail {

Candidates::Candidates(const store::Store& store, std::string_view tenant, const ngsi::Hints& hints,
                       bool descending)
    : descending_(descending), by_ids_(hints.nothing || hints.ids.has_value()) {
  if (hints.nothing) return;
  if (hints.ids) {
    ids_ = *hints.ids;
    std::sort(ids_.begin(), ids_.end());
    ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
    if (!descending) std::reverse(ids_.begin(), ids_.end());
    return;
  }
  const auto add = [&](std::string prefix, bool of_type) {
    auto rows = store.scan(store::Column::kHistory, prefix);
    if (descending) rows->seek_back(prefix + '\xff');
    runs_.push_back({std::move(rows), std::move(prefix), of_type});
  };
  for (const ngsi::NameId type : hints.types) {
    std::string prefix = tenant_prefix('T', tenant);
    append_be(prefix, type);
    add(std::move(prefix), true);
  }
  if (hints.types.empty()) add(tenant_prefix('E', tenant), false);
}

std::string_view Candidates::id_of(const Run& run) const {
  const std::string_view rest = run.rows->key().substr(run.prefix.size());
  return run.of_type ? rest : rest.substr(0, rest.find('\0'));
}

// To the first row of another entity. Behind its id a key goes on with a NUL, and no id has a sign
// below '\x01'.
void Candidates::pass(Run& run, std::string_view id) const {
  if (run.of_type) {
    descending_ ? run.rows->prev() : run.rows->next();
  } else if (descending_) {
    run.rows->seek_back(run.prefix + std::string(id));
  } else {
    run.rows->seek(run.prefix + std::string(id) + '\x01');
  }
}

Result<std::optional<std::string>> Candidates::next() {
  if (by_ids_) {
    if (ids_.empty()) return std::nullopt;
    std::string id = std::move(ids_.back());
    ids_.pop_back();
    return id;
  }
  std::optional<std::string> best;
  for (const Run& run : runs_) {
    if (!run.rows->valid()) {
      RV_TRY(run.rows->status());
      continue;
    }
    const std::string_view id = id_of(run);
    if (!best || (descending_ ? id > *best : id < *best)) best = id;
  }
  if (!best) return std::nullopt;
  for (Run& run : runs_) {
    if (run.rows->valid() && id_of(run) == *best) pass(run, *best);
  }
  return best;
}

}  // namespace revier::history::detail
