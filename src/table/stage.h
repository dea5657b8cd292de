// SPDX-License-Identifier: EUPL-1.2
// A file that was read and shown to somebody, until she says that it is to be in force.
//
// Kept in memory for kStageKeep, kStagedMax at once (the oldest goes first): a restart loses it,
// and the file is read again. Whoever has staged a file takes it, nobody else, and only once.
//
// Thread safety: all methods from any thread.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/thread_safety.h"
#include "base/time.h"

namespace revier::table {

inline constexpr Duration kStageKeep = Duration::minutes(30);
inline constexpr std::size_t kStagedMax = 3;

// T has a member `owner`, the id of an account.
template <class T>
class Stage {
 public:
  // `real_clock` and `random` outlive it.
  Stage(const Clock& real_clock, Random& random) : clock_(real_clock), random_(random) {}

  // Its id.
  [[nodiscard]] std::string put(T staged) {
    const Instant now = clock_.now();
    const Lock lock(mutex_);
    std::erase_if(entries_, [&](const Entry& entry) { return entry.until <= now; });
    if (entries_.size() >= kStagedMax) entries_.erase(entries_.begin());
    entries_.push_back(
        {.id = random_id(random_), .until = now + kStageKeep, .staged = std::move(staged)});
    return entries_.back().id;
  }

  // Errors: kGone where it ended, was taken, or is somebody else's.
  [[nodiscard]] Result<T> take(std::string_view id, std::string_view owner) {
    const Instant now = clock_.now();
    const Lock lock(mutex_);
    const auto found = std::ranges::find_if(entries_, [&](const Entry& entry) {
      return entry.id == id && entry.staged.owner == owner && entry.until > now;
    });
    if (found == entries_.end()) {
      return fail(Code::kGone, "this file is not kept any more, read it again");
    }
    T staged = std::move(found->staged);
    entries_.erase(found);
    return staged;
  }

 private:
  struct Entry {
    std::string id;
    Instant until;
    T staged;
  };
  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  std::vector<Entry> entries_ RV_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace revier::table
