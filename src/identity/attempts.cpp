// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/attempts.h"

namespace revier::identity::detail {

bool Attempts::make_room(Instant now) {
  if (windows_.size() < keys_max_) return true;
  std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.start >= window_; });
  return windows_.size() < keys_max_;
}

bool Attempts::take(const std::string& key, unsigned max, Instant now) {
  const Lock lock(mutex_);
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    if (!make_room(now)) return false;
    found = windows_.emplace(key, Window{now, 0}).first;
  }
  Window& window = found->second;
  if (now - window.start >= window_) window = {now, 0};
  if (window.count >= max) return false;
  ++window.count;
  return true;
}

void Attempts::forget(const std::string& key) {
  const Lock lock(mutex_);
  windows_.erase(key);
}

void Attempts::give_back(const std::string& key) {
  const Lock lock(mutex_);
  const auto found = windows_.find(key);
  if (found != windows_.end() && found->second.count > 0) --found->second.count;
}

}  // namespace revier::identity::detail
