// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/difference.h"

namespace revier::ngsi {
namespace {

using Iterator = AttributeRange::Iterator;

// All instances of the name at `at`, as they are stored; `at` is moved behind them.
std::string_view take_group(Iterator& at, const Iterator& end) {
  const NameId name = at->name;
  const char* const begin = at->raw.data();
  std::size_t size = 0;
  for (; !(at == end) && at->name == name; ++at) size += at->raw.size();
  return {begin, size};
}

// As often as they stand there.
void append_names(const AttributeView& instance, std::vector<NameId>& names) {
  names.push_back(instance.name);
  for (const AttributeView& member : instance.attributes()) append_names(member, names);
}

std::vector<NameId> names_in(const Entity& entity, const std::vector<NameId>& attributes) {
  std::vector<NameId> names;
  const AttributeRange range = entity.attributes();
  for (const NameId name : attributes) {
    for (Iterator at = range.find(name); !(at == range.end()) && at->name == name; ++at) {
      append_names(*at, names);
    }
  }
  return names;
}

}  // namespace

std::vector<NameId> changed_attributes(const Entity& before, const Entity& after) {
  const bool comparable = before.created_at() == after.created_at();  // times count from it
  const AttributeRange old_range = before.attributes();
  const AttributeRange new_range = after.attributes();
  const Iterator old_end = old_range.end();
  const Iterator new_end = new_range.end();
  Iterator old_at = old_range.begin();
  Iterator new_at = new_range.begin();
  std::vector<NameId> changed;
  while (!(old_at == old_end) || !(new_at == new_end)) {
    const bool in_old = !(old_at == old_end) && (new_at == new_end || old_at->name <= new_at->name);
    const bool in_new = !(new_at == new_end) && (old_at == old_end || new_at->name <= old_at->name);
    const NameId name = in_old ? old_at->name : new_at->name;
    const std::string_view was = in_old ? take_group(old_at, old_end) : std::string_view();
    const std::string_view is = in_new ? take_group(new_at, new_end) : std::string_view();
    if (!comparable || was != is) changed.push_back(name);
  }
  return changed;
}

bool same_names(const Entity& before, const Entity& after, const std::vector<NameId>& changed) {
  return before.types() == after.types() && names_in(before, changed) == names_in(after, changed);
}

}  // namespace revier::ngsi
