// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/cache.h"

namespace revier::jsonld::detail {

ContextPtr Cache::find(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->context;
}

ContextPtr Cache::put(std::string key, ContextPtr context, std::size_t bytes) {
  if (auto before = find(key)) return before;
  bytes += 2 * key.size() + sizeof(Entry);
  if (bytes > bytes_max_) return context;
  entries_.push_front({std::move(key), context, bytes});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > bytes_max_) {
    bytes_ -= entries_.back().bytes;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
  return context;
}

void Cache::clear() {
  by_key_.clear();
  entries_.clear();
  bytes_ = 0;
}

}  // namespace revier::jsonld::detail
