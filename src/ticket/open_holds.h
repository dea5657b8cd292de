// SPDX-License-Identifier: EUPL-1.2
// How many holds are open from one network, so that nobody takes all seats by holding them over and
// over. In memory only: addresses of people are not written down, and a restart forgives.
//
// Thread safety: none; it belongs to the records' writer thread.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"

namespace revier::ticket {

// As what a client's address counts. Empty for this machine itself, which is not counted: there a
// proxy asks that is not named as one, for everybody.
[[nodiscard]] std::string holding_network(std::string_view client_address);

class OpenHolds {
 public:
  // Of a network at an instant.
  [[nodiscard]] std::int64_t count(const std::string& network, Instant now);
  void add(const std::string& network, const std::string& booking, Instant ends);
  // Another end; of one that is not known: nothing.
  void extend(const std::string& booking, Instant ends);
  // Given back, ended or registered; what is not known is no error.
  void remove(const std::string& booking);

 private:
  std::unordered_map<std::string, std::map<std::string, Instant>> ends_;  // network, booking
  std::unordered_map<std::string, std::string> networks_;                 // booking
};

}  // namespace revier::ticket
