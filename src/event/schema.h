// SPDX-License-Identifier: EUPL-1.2
// The public things of an event, as one table: what kinds there are, their fields, how a field is
// written in the API and in the entity.
//
// An entity carries one attribute a field, named by schema.org where a term exists. A field named
// in an item's `example` list is no published fact; its attribute says so with a sub-attribute.
//
// Thread safety: constants.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace revier::event {

inline constexpr std::string_view kSchemaOrg = "https://schema.org/";
inline constexpr std::string_view kOwnTerms = "urn:revier:ns:";
inline constexpr std::string_view kExampleTerm = "urn:revier:ns:isExample";
inline constexpr std::string_view kExamplesTerm = "urn:revier:ns:examples";
inline constexpr std::string_view kSourcesTerm = "https://schema.org/isBasedOn";
inline constexpr std::string_view kIdPrefix = "urn:ngsi-ld:";

enum class FieldKind : std::uint8_t {
  kText,        // "..."                         Property
  kLocalised,   // {"de": "...", "en": "..."}    LanguageProperty
  kTexts,       // ["...", ...]                  Property (array)
  kDate,        // "2025-02-05"                  Property
  kInstant,     // "2025-02-05T09:00:00+01:00"   Property
  kInteger,     // 30                            Property
  kNumber,      // 51.42                         Property
  kBool,        // true                          Property
  kUrl,         // "https://..."                 Property
  kPoint,       // GeoJSON Point                 GeoProperty
  kReference,   // id of an item of `target`     Relationship
  kReferences,  // [id, ...]                     Relationship (array)
  kEntities,    // ["urn:...", ...]              Relationship (array), entities of any type
  kParts,       // [{...}, ...] small objects    JsonProperty; read by the kind's own code
  kHours,       // opening hours: types.h        JsonProperty
};

struct FieldSpec {
  std::string_view name;  // in the API
  std::string_view term;  // IRI of the attribute, or a term of the core context
  FieldKind kind;
  bool required = false;
  std::string_view target{};  // kReference(s): path of the kind
};

struct KindSpec {
  std::string_view path;  // "sessions": /api/v1/sessions
  std::string_view name;  // "Session": part of the entity's id
  std::string_view type;  // IRI of the entity's type
  std::span<const FieldSpec> fields;

  [[nodiscard]] const FieldSpec* find(std::string_view field) const;
};

[[nodiscard]] std::span<const KindSpec> kinds();
// nullptr where there is none.
[[nodiscard]] const KindSpec* find_kind(std::string_view path);

// "urn:ngsi-ld:Session:scd25-d1-01" and back ("" where it is no id of that kind).
[[nodiscard]] std::string entity_id(const KindSpec& kind, std::string_view id);
[[nodiscard]] std::string_view item_id(const KindSpec& kind, std::string_view entity_id);

}  // namespace revier::event
