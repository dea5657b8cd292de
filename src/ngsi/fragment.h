// SPDX-License-Identifier: EUPL-1.2
// What a client sent of an entity or an attribute, validated and expanded, before it meets the
// stored version (mutate.h). Made on io threads; names are still IRIs.
//
// Thread safety: plain values.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ngsi/entity.h"

namespace revier::ngsi {

inline constexpr std::string_view kNullUri = "urn:ngsi-ld:null";

// A member beside the value: not named, named with a value, or named with the NGSI-LD Null.
template <class T>
struct Given {
  bool named = false;
  std::optional<T> value;  // nullopt with `named`: to be removed
};

struct FragmentAttribute {
  std::string name;  // IRI
  Kind kind = Kind::kProperty;
  // False where the kind was guessed from a bare value ("temperature": 20): merge then keeps the
  // kind of what is there.
  bool kind_given = true;
  bool removed = false;    // the value is the NGSI-LD Null: the instance is to be deleted
  bool has_value = false;  // false in fragments that name only members beside the value
  std::string dataset_id;  // empty: the default instance
  std::string value;       // JSON text as entity.h says; after Nulls::kMerge nulls may be inside
  std::string as_vocab;    // of a bare text: what it would be in a VocabProperty
  Given<Instant> observed_at;
  Given<Instant> expires_at;
  Given<std::string> unit_code;
  Given<std::string> value_type;           // as AttributeView::value_type
  std::vector<FragmentAttribute> members;  // sub-attributes
};

struct Fragment {
  std::string id;                  // empty where the body has none
  std::vector<std::string> types;  // IRIs
  Given<std::vector<std::string>> scopes;
  Given<Instant> expires_at;
  std::vector<FragmentAttribute> attributes;  // no two of one name and datasetId
};

}  // namespace revier::ngsi
