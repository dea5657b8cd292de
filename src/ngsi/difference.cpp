// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/difference.h"

#include "ngsi/detail/bytes.h"

namespace revier::ngsi {
namespace {

using detail::ByteReader;

// All instances as they are stored: the end of the entity's bytes (entity.cpp tells the form).
std::string_view stored_attributes(const Entity& entity) {
  const AttributeRange range = entity.attributes();
  if (range.empty()) return {};
  const char* const begin = range.begin()->raw.data();
  const std::string_view bytes = entity.bytes();
  return {begin, static_cast<std::size_t>(bytes.data() + bytes.size() - begin)};
}

// All instances of one name.
struct Group {
  std::uint64_t name = kNoName;
  std::string_view bytes;
};

// Cuts the first name's off the front; an empty one at the end. Looks at nothing but lengths and
// names.
Group take_group(std::string_view& stored) {
  Group group;
  ByteReader in(stored.data(), stored.data() + stored.size());
  std::size_t size = 0;
  while (in.left() > 0) {
    const std::string_view body = in.text();
    const std::uint64_t name = ByteReader(body.data(), body.data() + body.size()).varint();
    if (size > 0 && name != group.name) break;
    group.name = name;
    size = static_cast<std::size_t>(in.at() - stored.data());
  }
  group.bytes = stored.substr(0, size);
  stored.remove_prefix(size);
  return group;
}

// As often as they stand there.
void append_names(const AttributeView& instance, std::vector<NameId>& names) {
  names.push_back(instance.name);
  for (const AttributeView& member : instance.attributes()) append_names(member, names);
}

bool expires(const AttributeView& instance) {
  if (instance.expires_at) return true;
  for (const AttributeView& member : instance.attributes()) {
    if (expires(member)) return true;
  }
  return false;
}

std::vector<NameId> names_in(const Entity& entity, const std::vector<NameId>& attributes) {
  std::vector<NameId> names;
  const AttributeRange range = entity.attributes();
  for (const NameId name : attributes) {
    for (auto at = range.find(name); !(at == range.end()) && at->name == name; ++at) {
      append_names(*at, names);
    }
  }
  return names;
}

}  // namespace

std::vector<NameId> changed_attributes(const Entity& before, const Entity& after) {
  const bool comparable = before.created_at() == after.created_at();  // times count from it
  std::string_view old_rest = stored_attributes(before);
  std::string_view new_rest = stored_attributes(after);
  Group was = take_group(old_rest);
  Group is = take_group(new_rest);
  std::vector<NameId> changed;
  while (!was.bytes.empty() || !is.bytes.empty()) {
    const bool gone = is.bytes.empty() || (!was.bytes.empty() && was.name < is.name);
    const bool added = was.bytes.empty() || (!is.bytes.empty() && is.name < was.name);
    if (gone || added || !comparable || was.bytes != is.bytes) {
      changed.push_back(static_cast<NameId>(gone ? was.name : is.name));
    }
    if (!added) was = take_group(old_rest);
    if (!gone) is = take_group(new_rest);
  }
  return changed;
}

bool any_expires(const Entity& entity, const std::vector<NameId>& attributes) {
  const AttributeRange range = entity.attributes();
  for (const NameId name : attributes) {
    for (auto at = range.find(name); !(at == range.end()) && at->name == name; ++at) {
      if (expires(*at)) return true;
    }
  }
  return false;
}

bool same_names(const Entity& before, const Entity& after, const std::vector<NameId>& changed) {
  return before.types() == after.types() && names_in(before, changed) == names_in(after, changed);
}

}  // namespace revier::ngsi
