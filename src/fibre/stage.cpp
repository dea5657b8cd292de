// SPDX-License-Identifier: EUPL-1.2
#include "fibre/stage.h"

#include <algorithm>

namespace revier::fibre {

std::string Stage::put(StagedList staged) {
  const Instant now = clock_.now();
  const Lock lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.until <= now; });
  if (entries_.size() >= kStagedMax) entries_.erase(entries_.begin());
  entries_.push_back(
      {.id = random_id(random_), .until = now + kStageKeep, .staged = std::move(staged)});
  return entries_.back().id;
}

Result<StagedList> Stage::take(std::string_view id, std::string_view owner) {
  const Instant now = clock_.now();
  const Lock lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
    return entry.id == id && entry.staged.owner == owner && entry.until > now;
  });
  if (found == entries_.end()) {
    return fail(Code::kGone, "this list is not kept any more, read the file again");
  }
  StagedList staged = std::move(found->staged);
  entries_.erase(found);
  return staged;
}

}  // namespace revier::fibre
