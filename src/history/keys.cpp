// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/keys.h"

#include <charconv>

#include <fmt/format.h>

namespace revier::history::detail {
namespace {

constexpr std::string_view kInstancePrefix = "urn:ngsi-ld:Instance:";
constexpr std::size_t kNumberDigits = 16;
constexpr std::size_t kInstanceKeyBytes = 4 + 1 + 8 + 8;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;  // negative times come first

template <class Number>
void append(std::string& out, Number number) {
  for (int shift = 8 * (static_cast<int>(sizeof(Number)) - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> shift));
  }
}

template <class Number>
Number read(std::string_view bytes) {
  Number number = 0;
  for (const char byte : bytes.substr(0, sizeof(Number))) {
    number = static_cast<Number>(number << 8) | static_cast<unsigned char>(byte);
  }
  return number;
}

}  // namespace

std::string tenant_prefix(char kind, std::string_view tenant) {
  std::string key;
  key.reserve(96);
  key.push_back(kind);
  key.append(tenant).push_back('\0');
  return key;
}

std::string entity_prefix(char kind, std::string_view tenant, std::string_view id) {
  std::string key = tenant_prefix(kind, tenant);
  key.append(id).push_back('\0');
  return key;
}

void append_be(std::string& out, std::uint32_t number) { append(out, number); }
void append_be(std::string& out, std::uint64_t number) { append(out, number); }
void append_time(std::string& out, Instant time) {
  append(out, static_cast<std::uint64_t>(time.us) ^ kSign);
}
std::uint32_t read_be32(std::string_view bytes) { return read<std::uint32_t>(bytes); }
std::uint64_t read_be64(std::string_view bytes) { return read<std::uint64_t>(bytes); }
Instant read_time(std::string_view bytes) {
  return {static_cast<std::int64_t>(read<std::uint64_t>(bytes) ^ kSign)};
}

void append_instance_key(std::string& out, const InstanceKey& key) {
  append(out, key.name);
  out.push_back(static_cast<char>(key.segment));
  append_time(out, key.time);
  append(out, key.number);
}

std::optional<InstanceKey> read_instance_key(std::string_view rest) {
  if (rest.size() != kInstanceKeyBytes) return std::nullopt;
  const auto segment = static_cast<std::uint8_t>(rest[4]);
  if (segment >= kSegments) return std::nullopt;
  return InstanceKey{read_be32(rest), static_cast<Segment>(segment), read_time(rest.substr(5)),
                     read_be64(rest.substr(13))};
}

std::string instance_id(std::uint64_t number) {
  return fmt::format("{}{:016x}", kInstancePrefix, number);
}

std::optional<std::uint64_t> instance_number(std::string_view id) {
  if (!id.starts_with(kInstancePrefix)) return std::nullopt;
  id.remove_prefix(kInstancePrefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number, 16);
  if (error != std::errc{} || end != id.data() + id.size() || id.size() != kNumberDigits) {
    return std::nullopt;
  }
  return number;
}

}  // namespace revier::history::detail
