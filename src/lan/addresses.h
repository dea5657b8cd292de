// SPDX-License-Identifier: EUPL-1.2
// By what the machine is reached in its own network.
//
// Thread safety: free functions.
#pragma once
#include <string>
#include <vector>

namespace revier::lan {

struct Names {
  std::string host;                    // "kasse": the machine's name without its domain
  std::vector<std::string> addresses;  // private ones, IPv4 first: "192.168.178.20", "fd00::1"
  friend bool operator==(const Names&, const Names&) = default;
};

// Private addresses only (RFC 1918, RFC 4193, RFC 3927): the certificate authority of `serve --lan`
// vouches for no others.
[[nodiscard]] Names machine_names();

// "https://192.168.178.20:8443"; an IPv6 address gets its brackets.
[[nodiscard]] std::string url_of(const std::string& scheme, const std::string& address,
                                 const std::string& port);

}  // namespace revier::lan
