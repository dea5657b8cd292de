// SPDX-License-Identifier: EUPL-1.2
#include "lan/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

namespace revier::lan {
namespace {

struct FreeList {
  void operator()(ifaddrs* list) const { freeifaddrs(list); }
};

bool is_private(const in_addr& address) {
  const std::uint32_t number = ntohl(address.s_addr);
  return (number >> 24) == 10 || (number >> 20) == 0xAC1 || (number >> 16) == 0xC0A8 ||
         (number >> 16) == 0xA9FE;
}

// Unique local addresses. Link-local ones need a zone, which no browser takes.
bool is_private(const in6_addr& address) { return (address.s6_addr[0] & 0xFE) == 0xFC; }

template <class Address>
std::string text_of(int family, const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, &address, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string host_name() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  const std::string whole = name.data();
  return whole.substr(0, whole.find('.'));
}

}  // namespace

Names machine_names() {
  Names names{.host = host_name(), .addresses = {}};
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return names;
  const std::unique_ptr<ifaddrs, FreeList> list(first);
  std::vector<std::string> v6;
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto& address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
      if (is_private(address)) names.addresses.push_back(text_of(AF_INET, address));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto& address = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
      if (is_private(address)) v6.push_back(text_of(AF_INET6, address));
    }
  }
  std::sort(names.addresses.begin(), names.addresses.end());
  std::sort(v6.begin(), v6.end());
  names.addresses.insert(names.addresses.end(), v6.begin(), v6.end());
  return names;
}

std::string url_of(const std::string& scheme, const std::string& address, const std::string& port) {
  const bool v6 = address.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, v6 ? "[" : "", address, v6 ? "]" : "", port);
}

}  // namespace revier::lan
