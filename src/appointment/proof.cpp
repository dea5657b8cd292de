// SPDX-License-Identifier: EUPL-1.2
#include "appointment/proof.h"

#include <sodium.h>

#include <algorithm>
#include <vector>

#include "base/ascii.h"

namespace revier::appointment {

bool is_proof(std::string_view hold, std::string_view number) {
  constexpr std::size_t kDigitsMax = 20;
  if (number.size() > kDigitsMax || !is_all_digits(number)) return false;
  const std::string text = std::string(hold) + ":" + std::string(number);
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  static_assert(kProofBits == 16);
  return hash[0] == 0 && hash[1] == 0;
}

namespace {

// The eight groups of an IPv6 address, "::" filled up, in four digits each.
std::string spelled_out(std::string_view address) {
  constexpr std::size_t kGroups = 8, kDigits = 4;
  std::vector<std::string> groups;
  std::size_t gap = kGroups;
  while (true) {
    const std::size_t end = address.find(':');
    const std::string_view group = address.substr(0, end);
    if (!group.empty() && group.size() <= kDigits) {
      groups.push_back(std::string(kDigits - group.size(), '0') + std::string(group));
    } else if (gap == kGroups) {
      gap = groups.size();
    }
    if (end == std::string_view::npos) break;
    address.remove_prefix(end + 1);
  }
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i == gap && groups.size() < kGroups) {
      text += std::string((kGroups - groups.size()) * kDigits, '0');
    }
    text += groups[i];
  }
  return text;
}

}  // namespace

std::string network_of(std::string_view address) {
  constexpr std::size_t kNetworkDigits = 14;  // 56 bits
  const std::size_t dot = address.rfind('.');
  if (dot != std::string_view::npos) return std::string(address.substr(0, dot));
  return spelled_out(address).substr(0, kNetworkDigits);
}

HoldLimit::HoldLimit(const Clock& clock, std::int64_t holds_max)
    : clock_(clock), holds_max_(holds_max), swept_(clock.now()) {
  randombytes_buf(key_.data(), key_.size());
}

bool HoldLimit::take(std::string_view address) {
  const std::string network = network_of(address);
  std::array<unsigned char, 16> name{};
  crypto_generichash(name.data(), name.size(),
                     reinterpret_cast<const unsigned char*>(network.data()), network.size(),
                     key_.data(), key_.size());
  const Instant now = clock_.now();
  const Lock lock(mutex_);
  if (now - swept_ > kWindow) {
    std::erase_if(counts_, [&](const auto& each) { return now - each.second.since > kWindow; });
    swept_ = now;
  }
  Count& count = counts_[name];
  if (count.holds == 0 || now - count.since > kWindow) count = {.since = now, .holds = 0};
  return ++count.holds <= holds_max_;
}

}  // namespace revier::appointment
