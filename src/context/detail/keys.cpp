// SPDX-License-Identifier: EUPL-1.2
// What an entity is found by, and the other side: what a hint of a predicate looks for.
#include <algorithm>

#include "context/detail/table.h"
#include "ngsi/difference.h"

namespace revier::context::detail {
namespace {

// Of one attribute, entered one by one; more go under kOther.
constexpr std::size_t kScalarsMax = 64;

template <class Key>
void sort_unique(std::vector<Key>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

std::uint64_t key_of(const ngsi::Scalar& scalar) {
  switch (scalar.scalar) {
    case ngsi::Hints::Class::kNumber:
      return number_key(scalar.number);
    case ngsi::Hints::Class::kInstant:
      return instant_key(scalar.instant);
    case ngsi::Hints::Class::kText:
      break;
  }
  return text_key(scalar.text);
}

// A list of thousands would hold the index lock for long: its entity becomes a candidate of every
// look into the attribute instead.
void fold_long_lists(std::vector<ScalarKey>& keys) {
  std::vector<ScalarKey> folded;
  for (auto first = keys.begin(); first != keys.end();) {
    const auto end = std::find_if(first, keys.end(), [first](const ScalarKey& key) {
      return key.attribute != first->attribute;
    });
    if (static_cast<std::size_t>(end - first) > kScalarsMax) {
      folded.push_back({first->attribute, KeyClass::kOther, 0});
    } else {
      folded.insert(folded.end(), first, end);
    }
    first = end;
  }
  keys = std::move(folded);
}

Cells cells_of(const ngsi::Geometry& geometry) {
  if (geometry.positions.size() == 1) return cells_of_point(geometry.positions.front());
  return cells_of_bounds(ngsi::bounds_of(geometry));
}

void add_keys(const ngsi::AttributeView& instance, IndexKeys& keys) {
  keys.attributes.push_back(instance.name);
  const auto take = [](void* list, const ngsi::Scalar& scalar) {
    static_cast<IndexKeys*>(list)->scalars.push_back(
        {scalar.attribute, key_class_of(scalar.scalar), key_of(scalar)});
  };
  ngsi::detail::for_each_scalar(instance, take, &keys);
  if (instance.kind != ngsi::Kind::kGeoProperty) return;
  const auto geometry = ngsi::read_geometry(instance.value);
  if (!geometry) return;
  for (const std::uint64_t cell : cells_of(*geometry)) keys.cells.push_back({instance.name, cell});
}

void sort_keys(IndexKeys& keys) {
  sort_unique(keys.types);
  sort_unique(keys.attributes);
  sort_unique(keys.scalars);
  sort_unique(keys.cells);
  if (keys.scalars.size() > kScalarsMax) fold_long_lists(keys.scalars);
}

}  // namespace

KeyClass key_class_of(ngsi::Hints::Class scalar) {
  switch (scalar) {
    case ngsi::Hints::Class::kNumber:
      return KeyClass::kNumber;
    case ngsi::Hints::Class::kInstant:
      return KeyClass::kInstant;
    case ngsi::Hints::Class::kText:
      break;
  }
  return KeyClass::kText;
}

IndexKeys keys_of(const ngsi::Entity& entity) {
  IndexKeys keys;
  keys.types = entity.types();
  for (const ngsi::AttributeView& instance : entity.attributes()) add_keys(instance, keys);
  sort_keys(keys);
  return keys;
}

IndexKeys keys_of(const ngsi::Entity& entity, const std::vector<NameId>& attributes) {
  IndexKeys keys;
  keys.types = entity.types();
  const ngsi::AttributeRange range = entity.attributes();
  for (const NameId name : attributes) {
    for (auto at = range.find(name); !(at == range.end()) && at->name == name; ++at) {
      add_keys(*at, keys);
    }
  }
  sort_keys(keys);
  return keys;
}

Cells cells_of_area(const ngsi::Hints::Area& area) {
  if (area.reference.positions.size() == 1) {
    return cells_of_cap(area.reference.positions.front(), area.distance_m);
  }
  return cells_of_bounds(ngsi::bounds_of(area.reference), area.distance_m);
}

}  // namespace revier::context::detail
