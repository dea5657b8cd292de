// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/difference.h"

#include <algorithm>

#include "ngsi/detail/bytes.h"

namespace revier::ngsi {
namespace {

using detail::ByteReader;

// All instances of one name.
struct Group {
  std::uint64_t name = kNoName;
  std::string_view bytes;
};

// The groups of stored instances, one after the other; an empty one at the end. Looks at nothing
// but lengths and names.
class Groups {
 public:
  explicit Groups(std::string_view stored) : in_(stored.data(), stored.data() + stored.size()) {
    read_instance();
    next();
  }
  [[nodiscard]] const Group& now() const { return group_; }
  void next() {
    const char* const start = start_;
    group_ = {name_, {}};
    const char* end = start;
    while (start_ != nullptr && name_ == group_.name) {
      end = in_.at();
      read_instance();
    }
    group_.bytes = {start, static_cast<std::size_t>(end - start)};
  }

 private:
  // The one that the next group begins with; no start at the end.
  void read_instance() {
    start_ = in_.left() > 0 ? in_.at() : nullptr;
    const std::string_view body = in_.text();
    name_ = ByteReader(body.data(), body.data() + body.size()).varint();
  }

  ByteReader in_;
  Group group_;
  const char* start_ = nullptr;
  std::uint64_t name_ = kNoName;
};

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

// Whether both hold as many instances of that name, and these the same names inside.
bool same_names_of(const AttributeRange& before, const AttributeRange& after, NameId name) {
  auto was = before.find(name);
  auto is = after.find(name);
  const auto here = [name](const auto& at, const AttributeRange& range) {
    return !(at == range.end()) && at->name == name;
  };
  for (; here(was, before) && here(is, after); ++was, ++is) {
    if (was->members.empty() && is->members.empty()) continue;
    std::vector<NameId> old_names;
    std::vector<NameId> new_names;
    append_names(*was, old_names);
    append_names(*is, new_names);
    if (old_names != new_names) return false;
  }
  return !here(was, before) && !here(is, after);
}

}  // namespace

std::string_view detail::stored_attributes(const Entity& entity) {
  const AttributeRange range = entity.attributes();
  if (range.empty()) return {};
  const char* const begin = range.begin()->raw.data();
  const std::string_view bytes = entity.bytes();
  return {begin, static_cast<std::size_t>(bytes.data() + bytes.size() - begin)};
}

std::vector<NameId> changed_attributes(const Entity& before, const Entity& after) {
  const bool comparable = before.created_at() == after.created_at();  // times count from it
  Groups old_groups(detail::stored_attributes(before));
  Groups new_groups(detail::stored_attributes(after));
  std::vector<NameId> changed;
  for (;;) {
    const Group& was = old_groups.now();
    const Group& is = new_groups.now();
    if (was.bytes.empty() && is.bytes.empty()) return changed;
    const bool gone = is.bytes.empty() || (!was.bytes.empty() && was.name < is.name);
    const bool added = was.bytes.empty() || (!is.bytes.empty() && is.name < was.name);
    if (gone || added || !comparable || was.bytes != is.bytes) {
      changed.push_back(static_cast<NameId>(gone ? was.name : is.name));
    }
    if (!added) old_groups.next();
    if (!gone) new_groups.next();
  }
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
  const AttributeRange old_range = before.attributes();
  const AttributeRange new_range = after.attributes();
  return before.types() == after.types() &&
         std::all_of(changed.begin(), changed.end(),
                     [&](NameId name) { return same_names_of(old_range, new_range, name); });
}

}  // namespace revier::ngsi
