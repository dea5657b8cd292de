// SPDX-License-Identifier: EUPL-1.2
// Who is asked (Host) and who asks (peer, or what a configured proxy says of it).
//
// Thread safety: constant after their making.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace revier::net::detail {

// "host:port", "[v6]:port", either without port. `host` keeps the brackets.
struct Authority {
  std::string_view host;
  std::string_view port;  // may be empty
};
[[nodiscard]] std::optional<Authority> parse_authority(std::string_view text);

// An IPv4 or IPv6 address, IPv4 as ::ffff:a.b.c.d.
using Address = std::array<std::uint8_t, 16>;
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const Address& address);

// True of what is not on the internet: loopback, private, link-local, shared and reserved ranges,
// multicast, and IPv6 forms that carry such an IPv4 address (RFC 6890, RFC 4193, RFC 6052).
[[nodiscard]] bool is_private(const Address& address);

class HostNames {
 public:
  // `names` as configured; where they are empty: localhost, the loopback addresses and `listen`
  // (an address without port; for 0.0.0.0 and [::] all of this machine's, and its name).
  HostNames(const std::vector<std::string>& names, std::string_view listen);
  [[nodiscard]] bool contains(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // lower case
};

// Addresses and ranges of them.
class Networks {
 public:
  // Addresses or CIDR ranges. Errors: kInvalidRequest naming the wrong one.
  [[nodiscard]] static Result<Networks> parse(const std::vector<std::string>& texts);
  [[nodiscard]] bool contains(const Address& address) const;
  [[nodiscard]] bool empty() const { return ranges_.empty(); }

 private:
  struct Range {
    Address address;
    unsigned bits;
  };
  std::vector<Range> ranges_;
};

// What proxies say of the client, for a request that comes from one.
struct Forwarded {
  std::optional<Address> client;  // the last hop that is no proxy of ours
  std::string_view authority;     // X-Forwarded-Host, may be empty
  bool secure = false;            // X-Forwarded-Proto is https
};
[[nodiscard]] Forwarded read_forwarded(const Request& request, const Networks& proxies);

}  // namespace revier::net::detail
