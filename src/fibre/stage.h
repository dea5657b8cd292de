// SPDX-License-Identifier: EUPL-1.2
// A list that was read and shown to somebody, until she says that it is to be in force.
//
// Kept in memory for kStageKeep, kStagedMax at once (the oldest goes first): a restart loses it,
// and the file is read again. Whoever has staged a list takes it, nobody else, and only once.
//
// Thread safety: all methods from any thread.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/thread_safety.h"
#include "fibre/lists.h"

namespace revier::fibre {

inline constexpr Duration kStageKeep = Duration::minutes(30);
inline constexpr std::size_t kStagedMax = 3;

struct StagedList {
  std::string owner;  // id of an account
  ReadList list;
  ListOrder order;
};

class Stage {
 public:
  // `real_clock` and `random` outlive it.
  Stage(const Clock& real_clock, Random& random) : clock_(real_clock), random_(random) {}

  // Its id.
  [[nodiscard]] std::string put(StagedList staged);
  // Errors: kGone where it ended, was taken, or is somebody else's.
  [[nodiscard]] Result<StagedList> take(std::string_view id, std::string_view owner);

 private:
  struct Entry {
    std::string id;
    Instant until;
    StagedList staged;
  };
  const Clock& clock_;
  Random& random_;
  Mutex mutex_;
  std::vector<Entry> entries_ RV_GUARDED_BY(mutex_);  // oldest first
};

}  // namespace revier::fibre
