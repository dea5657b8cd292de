// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/names.h"

#include <algorithm>
#include <atomic>

#include "ngsi/entity.h"

namespace revier::ngsi {
namespace {

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> serial{0};
  return ++serial;
}

// The numbers an entity holds, each once.
std::vector<NameId> numbers_in(const Entity& entity) {
  std::vector<NameId> ids = entity.types();
  const auto walk = [&ids](const auto& self, AttributeRange range) -> void {
    for (const AttributeView& attribute : range) {
      ids.push_back(attribute.name);
      if (!attribute.members.empty()) self(self, attribute.attributes());
    }
  };
  walk(walk, entity.attributes());
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

}  // namespace

Names::Names(std::size_t names_max) : names_max_(names_max), serial_(next_serial()) {}

Result<NameId> Names::intern(std::string_view iri) {
  const Lock lock(mutex_);
  if (const auto at = ids_.find(iri); at != ids_.end()) return at->second;
  if (ids_.size() >= names_max_) {
    return fail(Code::kInsufficientStorage,
                fmt::format("the tenant has {} names of types and attributes already; {} would be "
                            "one more",
                            names_max_, iri));
  }
  const NameId id = next_++;
  ids_.emplace(iri, id);
  names_.emplace(id, Name{std::string(iri)});
  return id;
}

NameId Names::find(std::string_view iri) const {
  const Lock lock(mutex_);
  const auto at = ids_.find(iri);
  return at == ids_.end() ? kNoName : at->second;
}

std::string Names::iri(NameId id) const {
  const Lock lock(mutex_);
  const auto at = names_.find(id);
  return at == names_.end() ? std::string() : at->second.iri;
}

Result<> Names::restore(NameId id, std::string_view iri) {
  const Lock lock(mutex_);
  if (id == kNoName || names_.contains(id) || ids_.contains(iri)) {
    return fail(Code::kCorrupt, fmt::format("the name {} stands under two numbers", iri));
  }
  ids_.emplace(iri, id);
  names_.emplace(id, Name{std::string(iri)});
  next_ = std::max(next_, id + 1);
  return {};
}

std::vector<Names::Entry> Names::interned_since(NameId first) const {
  const Lock lock(mutex_);
  std::vector<Entry> entries;
  for (NameId id = first; id < next_; ++id) {
    const auto at = names_.find(id);
    if (at != names_.end() && !at->second.forgotten) entries.push_back({id, at->second.iri});
  }
  return entries;
}

NameId Names::next_id() const {
  const Lock lock(mutex_);
  return next_;
}

std::size_t Names::size() const {
  const Lock lock(mutex_);
  return ids_.size();
}

bool Names::count(const Entity& entity, int difference) {
  const std::vector<NameId> ids = numbers_in(entity);
  const Lock lock(mutex_);
  bool all = true;
  for (const NameId id : ids) {
    const auto at = names_.find(id);
    if (at != names_.end()) at->second.uses += difference;
    all = all && at != names_.end();
  }
  return all;
}

void Names::keep(NameId id) {
  const Lock lock(mutex_);
  if (const auto at = names_.find(id); at != names_.end()) ++at->second.uses;
}

std::vector<NameId> Names::unused(std::size_t max) const {
  const Lock lock(mutex_);
  std::vector<NameId> ids;
  for (const auto& [id, name] : names_) {
    if (name.uses <= 0 && !name.forgotten) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  if (ids.size() > max) ids.resize(max);
  return ids;
}

void Names::forget(NameId id) {
  const Lock lock(mutex_);
  const auto at = names_.find(id);
  if (at == names_.end() || at->second.forgotten) return;
  ids_.erase(at->second.iri);
  at->second.forgotten = true;
  forgotten_.push_back(id);
  while (forgotten_.size() > kForgottenKept) {
    names_.erase(forgotten_.front());
    forgotten_.pop_front();
  }
}

}  // namespace revier::ngsi
