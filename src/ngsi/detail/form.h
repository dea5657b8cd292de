// SPDX-License-Identifier: EUPL-1.2
// Constants of the entity form (entity.cpp says what stands where). Stored: numbers must stay.
#pragma once
#include <cstddef>
#include <cstdint>

#include "ngsi/entity.h"

namespace revier::ngsi::detail {

inline constexpr std::uint8_t kFormVersion = 1;
inline constexpr std::uint8_t kEntityExpires = 1;  // flag of the entity

// Kind in the lower three bits of an instance's flags.
inline constexpr std::uint8_t kKindMask = 7;
inline constexpr std::uint8_t kHasDatasetId = 8;
inline constexpr std::uint8_t kHasObservedAt = 16;
inline constexpr std::uint8_t kHasExpiresAt = 32;
inline constexpr std::uint8_t kHasUnitCode = 64;
inline constexpr std::uint8_t kHasValueType = 128;

// Of one entity or of several.
[[nodiscard]] constexpr bool is_relationship(Kind kind) {
  return kind == Kind::kRelationship || kind == Kind::kListRelationship;
}
[[nodiscard]] constexpr bool takes_unit(Kind kind) {
  return kind == Kind::kProperty || kind == Kind::kGeoProperty || kind == Kind::kListProperty;
}

inline constexpr int kMembersDepthMax = 16;  // of sub-attributes in sub-attributes
inline constexpr int kValueDepthMax = 512;   // of JSON in a value
inline constexpr std::size_t kEntityFormBytesMax = std::size_t{64} << 20;

}  // namespace revier::ngsi::detail
