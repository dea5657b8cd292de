// SPDX-License-Identifier: EUPL-1.2
#include "identity/detail/challenges.h"

#include <array>

namespace revier::identity::detail {
namespace {

constexpr std::size_t kOpenMax = 10'000;
constexpr unsigned kTriesMax = 5;

struct Mark {
  std::string_view part;
  std::string_view name;
};
// The first that fits: browsers name their ancestors too.
constexpr std::array kBrowsers{Mark{"Edg", "Edge"},
                               Mark{"OPR/", "Opera"},
                               Mark{"SamsungBrowser", "Samsung Internet"},
                               Mark{"Firefox/", "Firefox"},
                               Mark{"FxiOS", "Firefox"},
                               Mark{"CriOS", "Chrome"},
                               Mark{"Chrome/", "Chrome"},
                               Mark{"Safari/", "Safari"},
                               Mark{"curl/", "curl"}};
constexpr std::array kSystems{Mark{"iPhone", "iPhone"},   Mark{"iPad", "iPad"},
                              Mark{"Android", "Android"}, Mark{"Windows", "Windows"},
                              Mark{"Mac OS X", "macOS"},  Mark{"CrOS", "ChromeOS"},
                              Mark{"Linux", "Linux"}};

template <std::size_t N>
std::string_view find_in(std::string_view text, const std::array<Mark, N>& marks) {
  for (const Mark& mark : marks) {
    if (text.find(mark.part) != std::string_view::npos) return mark.name;
  }
  return {};
}

}  // namespace

void Challenges::put(const Digest& digest, Challenge challenge, Instant now) {
  const Lock lock(mutex_);
  if (open_.size() >= kOpenMax) {
    std::erase_if(open_, [&](const auto& entry) { return entry.second.expires <= now; });
  }
  // Full of living ones: whoever was first begins again.
  if (open_.size() >= kOpenMax) open_.erase(open_.begin());
  open_[digest] = std::move(challenge);
}

std::optional<Challenge> Challenges::take_try(const Digest& digest, Instant now) {
  const Lock lock(mutex_);
  const auto found = open_.find(digest);
  if (found == open_.end()) return std::nullopt;
  if (found->second.expires <= now || ++found->second.tries > kTriesMax) {
    open_.erase(found);
    return std::nullopt;
  }
  return found->second;
}

void Challenges::end(const Digest& digest) {
  const Lock lock(mutex_);
  open_.erase(digest);
}

std::string device_name(std::string_view user_agent) {
  const std::string_view head = user_agent.substr(0, 500);
  std::string name(find_in(head, kBrowsers));
  const std::string_view system = find_in(head, kSystems);
  if (!name.empty() && !system.empty()) name += ", ";
  return name + std::string(system);
}

}  // namespace revier::identity::detail
