// SPDX-License-Identifier: EUPL-1.2
#include "base/attempts.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace revier {

void Attempts::make_room(Instant now) {
  if (windows_.size() < keys_max_) return;
  std::erase_if(windows_, [&](const auto& entry) { return now - entry.second.start >= window_; });
  if (windows_.size() < keys_max_) return;
  windows_.erase(
      std::ranges::min_element(windows_, {}, [](const auto& entry) { return entry.second.start; }));
}

bool Attempts::take(const std::string& key, unsigned max, Instant now) {
  const Lock lock(mutex_);
  auto found = windows_.find(key);
  if (found == windows_.end()) {
    make_room(now);
    found = windows_.emplace(key, Window{now, 0}).first;
  }
  Window& window = found->second;
  if (now - window.start >= window_) window = {now, 0};
  if (window.count >= max) return false;
  ++window.count;
  return true;
}

bool Attempts::exhausted(const std::string& key, unsigned max, Instant now) {
  const Lock lock(mutex_);
  const auto found = windows_.find(key);
  return found != windows_.end() && now - found->second.start < window_ &&
         found->second.count >= max;
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

std::string network_of(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  std::array<char, INET6_ADDRSTRLEN> network{};
  inet_ntop(AF_INET6, bytes.data(), network.data(), network.size());
  return std::string(network.data()) + "/64";
}

}  // namespace revier
