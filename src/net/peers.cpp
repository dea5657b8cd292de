// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/peers.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <unistd.h>

#include <climits>

#include "base/ascii.h"
#include "net/detail/text.h"

namespace revier::net::detail {
namespace {

constexpr Address kMappedV4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_host_character(char c) { return is_alphanumeric(c) || c == '.' || c == '-' || c == '_'; }

bool is_v4(const Address& address) {
  return std::equal(address.begin(), address.begin() + 12, kMappedV4.begin());
}

std::string with_brackets(const Address& address) {
  const std::string text = to_string(address);
  return is_v4(address) ? text : "[" + text + "]";
}

Address from_v4(const in_addr& v4) {
  Address address = kMappedV4;
  std::memcpy(address.data() + 12, &v4, 4);
  return address;
}

void add_machine_names(std::vector<std::string>& names) {
  char name[HOST_NAME_MAX + 1] = {};
  if (gethostname(name, sizeof(name) - 1) == 0) names.push_back(lower_case(name));
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return;
  for (const ifaddrs* one = all; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      names.push_back(with_brackets(from_v4(v4->sin_addr)));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      Address address;
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      std::memcpy(address.data(), &v6->sin6_addr, address.size());
      names.push_back(with_brackets(address));
    }
  }
  freeifaddrs(all);
}

std::string_view last_value(const Request& request, std::string_view name) {
  std::string_view value;
  for (const Field& field : request.fields) {
    if (equals_ignoring_case(field.name, name)) value = field.value;
  }
  return value;
}

// The last piece of a list; `list` keeps what stands before it.
std::string_view last_piece(std::string_view& list) {
  const std::size_t comma = list.rfind(',');
  const std::string_view piece = comma == std::string_view::npos ? list : list.substr(comma + 1);
  list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
  return trim(piece);
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  std::size_t end = 0;
  if (text.starts_with('[')) {
    end = std::min(text.find(']'), text.size() - 1) + 1;
    if (!parse_address(text.substr(0, end))) return std::nullopt;
  } else {
    while (end < text.size() && is_host_character(text[end])) ++end;
  }
  authority.host = text.substr(0, end);
  if (authority.host.empty()) return std::nullopt;
  if (end == text.size()) return authority;
  authority.port = text.substr(end + 1);
  const auto port = parse_decimal(authority.port);
  if (text[end] != ':' || (!authority.port.empty() && (!port || *port > 65'535))) {
    return std::nullopt;
  }
  return authority;
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  const std::string copy(text);
  in_addr v4;
  if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) return from_v4(v4);
  Address address;
  if (inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4(address)) {
    inet_ntop(AF_INET, address.data() + 12, text, sizeof(text));
  } else {
    inet_ntop(AF_INET6, address.data(), text, sizeof(text));
  }
  return text;
}

bool is_private(const Address& address) {
  static const Networks kPrivate =
      Networks::parse(
          {"0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
           "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
           "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",    "::/96",
           "64:ff9b::/96",  "64:ff9b:1::/48",  "100::/64",       "2001::/32",      "2001:db8::/32",
           "2002::/16",     "fc00::/7",        "fe80::/10",      "fec0::/10",      "ff00::/8"})
          .value();
  return kPrivate.contains(address);
}

HostNames::HostNames(const std::vector<std::string>& names, std::string_view listen) {
  for (const std::string& name : names) names_.push_back(lower_case(name));
  if (!names_.empty()) return;
  names_ = {"localhost", "127.0.0.1", "[::1]"};
  const auto address = parse_address(listen);
  if (address && (*address == Address{} || *address == from_v4({INADDR_ANY}))) {
    add_machine_names(names_);
  } else {
    names_.push_back(address ? with_brackets(*address) : lower_case(listen));
  }
}

bool HostNames::contains(std::string_view host) const {
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& name) { return equals_ignoring_case(name, host); });
}

Result<Networks> Networks::parse(const std::vector<std::string>& texts) {
  Networks proxies;
  for (const std::string& text : texts) {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    const bool whole = slash == text.size();
    const auto bits = whole ? std::uint64_t{128} : parse_decimal(text.substr(slash + 1));
    const std::uint64_t most = address && is_v4(*address) && !whole ? 32 : 128;
    if (!address || !bits || *bits > most) {
      return fail(Code::kInvalidRequest,
                  fmt::format("\"{}\": expected an address or a network like 10.0.0.0/8", text));
    }
    proxies.ranges_.push_back({*address, static_cast<unsigned>(*bits + 128 - most)});
  }
  return proxies;
}

bool Networks::contains(const Address& address) const {
  return std::any_of(ranges_.begin(), ranges_.end(), [&](const Range& range) {
    for (unsigned bit = 0; bit < range.bits; ++bit) {
      if (((address[bit / 8] ^ range.address[bit / 8]) & (0x80U >> bit % 8)) != 0) return false;
    }
    return true;
  });
}

Forwarded read_forwarded(const Request& request, const Networks& proxies) {
  Forwarded out;
  out.authority = last_value(request, "X-Forwarded-Host");
  out.secure = equals_ignoring_case(last_value(request, "X-Forwarded-Proto"), "https");
  for (auto field = request.fields.rbegin(); field != request.fields.rend(); ++field) {
    if (!equals_ignoring_case(field->name, "X-Forwarded-For")) continue;
    std::string_view list = field->value;
    while (!list.empty()) {
      const auto hop = parse_address(last_piece(list));
      if (!hop) return out;
      out.client = hop;
      if (!proxies.contains(*hop)) return out;
    }
  }
  return out;
}

}  // namespace revier::net::detail
