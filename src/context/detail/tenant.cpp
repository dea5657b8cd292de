// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/tenant.h"

namespace revier::context::detail {
namespace {

std::string keyed(std::string_view prefix, std::string_view tenant, std::string_view rest) {
  std::string key;
  key.reserve(prefix.size() + tenant.size() + 1 + rest.size());
  key.append(prefix).append(tenant).push_back('\0');
  return key.append(rest);
}

}  // namespace

std::string entity_key(std::string_view tenant, std::string_view id) {
  return keyed({}, tenant, id);
}

std::string name_key(std::string_view tenant, NameId id) {
  // Greatest byte first: rows come in the order of the ids.
  const std::array<char, 4> bytes{static_cast<char>(id >> 24), static_cast<char>(id >> 16),
                                  static_cast<char>(id >> 8), static_cast<char>(id)};
  return keyed({}, tenant, {bytes.data(), bytes.size()});
}

NameId name_of_key(std::string_view rest) {
  if (rest.size() != 4) return ngsi::kNoName;
  NameId id = 0;
  for (const char c : rest) id = id << 8 | static_cast<unsigned char>(c);
  return id;
}

std::string publication_key(std::string_view tenant, std::string_view entity,
                            std::string_view attribute) {
  std::string rest(entity);
  rest.push_back('\0');
  return keyed(kPublicationPrefix, tenant, rest.append(attribute));
}

void append_u64(std::string& out, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(number >> shift));
}

std::optional<std::uint64_t> take_u64(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  bytes.remove_prefix(8);
  return number;
}

}  // namespace revier::context::detail
