// SPDX-License-Identifier: EUPL-1.2
#include "ticket/open_holds.h"

#include "base/attempts.h"

namespace revier::ticket {

std::string holding_network(std::string_view client_address) {
  if (client_address.starts_with("127.") || client_address == "::1") return {};
  return network_of(client_address);
}

// A hold whose commit failed is in no sweep: it goes here when its time is over.
std::int64_t OpenHolds::count(const std::string& network, Instant now) {
  const auto found = ends_.find(network);
  if (found == ends_.end()) return 0;
  std::erase_if(found->second, [&](const auto& hold) {
    if (hold.second > now) return false;
    networks_.erase(hold.first);
    return true;
  });
  const auto open = static_cast<std::int64_t>(found->second.size());
  if (open == 0) ends_.erase(found);
  return open;
}

void OpenHolds::add(const std::string& network, const std::string& booking, Instant ends) {
  ends_[network][booking] = ends;
  networks_[booking] = network;
}

void OpenHolds::extend(const std::string& booking, Instant ends) {
  const auto found = networks_.find(booking);
  if (found != networks_.end()) ends_[found->second][booking] = ends;
}

void OpenHolds::remove(const std::string& booking) {
  const auto found = networks_.find(booking);
  if (found == networks_.end()) return;
  const auto of_network = ends_.find(found->second);
  of_network->second.erase(booking);
  if (of_network->second.empty()) ends_.erase(of_network);
  networks_.erase(found);
}

}  // namespace revier::ticket
