// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/change.h"

#include <algorithm>

#include "base/check.h"
#include "ngsi/detail/form.h"

namespace revier::ngsi::detail {

using What = AttributeChange::What;

Change::Change(Names& names, EntityPtr before, Instant now)
    : writable_(&names), names_(names), now_(now) {
  if (before) draft_ = draft_of(*before);
  out_.before = std::move(before);
}

Change::Change(const Names& names, EntityPtr before, Instant now)
    : writable_(nullptr), names_(names), now_(now), draft_(draft_of(*before)) {
  out_.before = std::move(before);
}

Result<NameId> Change::intern(std::string_view iri) {
  RV_CHECK(writable_ != nullptr);
  return writable_->intern(iri);
}

Result<Instance*> Change::find(const FragmentAttribute& attribute) {
  RV_ASSIGN(const NameId name, intern(attribute.name));
  return find_instance(draft_.instances, name, attribute.dataset_id);
}

void Change::set_metadata(Instance& instance, const FragmentAttribute& attribute) const {
  if (attribute.observed_at.named) instance.observed_at = attribute.observed_at.value;
  if (attribute.expires_at.named) instance.expires_at = attribute.expires_at.value;
  if (attribute.unit_code.named) instance.unit_code = attribute.unit_code.value.value_or("");
  if (attribute.value_type.named) instance.value_type = attribute.value_type.value.value_or("");
}

Result<Instance> Change::made(const FragmentAttribute& attribute) {
  if (!attribute.has_value) {
    return fail(Code::kBadRequestData,
                fmt::format("attribute {} must have the member {}", attribute.name,
                            value_member(attribute.kind)),
                attribute.name);
  }
  Instance instance;
  RV_ASSIGN(instance.name, intern(attribute.name));
  instance.dataset_id = attribute.dataset_id;
  instance.kind = attribute.kind;
  instance.created_at = now_;
  instance.modified_at = now_;
  instance.value = attribute.value;
  // Only a merged fragment has Nulls inside its values; there they mean nothing where all is new.
  if (instance.kind != Kind::kJsonProperty && instance.value.find(kNullUri) != std::string::npos) {
    instance.value = merged_json("{}", instance.value);
  }
  set_metadata(instance, attribute);
  for (const FragmentAttribute& member : attribute.members) {
    if (member.removed) continue;
    RV_ASSIGN(Instance inner, made(member));
    instance.members.push_back(std::move(inner));
  }
  return instance;
}

Result<> Change::add(const FragmentAttribute& attribute) {
  RV_ASSIGN(Instance instance, made(attribute));
  note(What::kCreated, instance, attribute.name);
  draft_.added.push_back(std::move(instance));
  return {};
}

Result<> Change::add_merged(const FragmentAttribute& attribute) {
  RV_ASSIGN(Instance instance, made(attribute));
  if (instance.kind == Kind::kLanguageProperty && instance.value == "{}") return {};
  note(What::kCreated, instance, attribute.name);
  draft_.added.push_back(std::move(instance));
  return {};
}

Result<> Change::replace(Instance& there, const FragmentAttribute& attribute) {
  RV_ASSIGN(Instance instance, made(attribute));
  instance.created_at = view_of(there).created_at;
  note(What::kUpdated, instance, attribute.name);
  there = std::move(instance);
  return {};
}

AttributeView Change::view_of(const Instance& instance) const {
  // A raw instance is one of the version before, at the same place.
  const AttributeRange::Iterator at(instance.raw.data(), instance.raw.data() + instance.raw.size(),
                                    draft_.created_at);
  return *at;
}

Result<> Change::update(Instance& there, const FragmentAttribute& attribute) {
  Instance instance = thawed(view_of(there));
  if (attribute.kind_given && attribute.kind != instance.kind) {
    return fail(Code::kBadRequestData,
                fmt::format("attribute {} is a {} and cannot become a {}", attribute.name,
                            kind_name(instance.kind), kind_name(attribute.kind)),
                attribute.name);
  }
  if (attribute.has_value) {
    RV_ASSIGN(instance.value, value_for(instance.kind, attribute, {}));
  }
  set_metadata(instance, attribute);
  RV_TRY(patch_members(instance, attribute, nullptr));
  instance.modified_at = now_;
  note(What::kUpdated, instance, attribute.name);
  there = std::move(instance);
  return {};
}

// Sub-attributes that are given take the place of those that are there, are merged, or deleted.
Result<> Change::patch_members(Instance& instance, const FragmentAttribute& attribute,
                               const MergeOptions* merging) {
  std::vector<Instance> added;
  for (const FragmentAttribute& member : attribute.members) {
    RV_ASSIGN(const NameId name, intern(member.name));
    Instance* there = find_instance(instance.members, name, member.dataset_id);
    if (member.removed) {
      if (there != nullptr) there->gone = true;
      continue;
    }
    if (there != nullptr && merging != nullptr) {
      Instance inner = thawed(view_of(*there));
      RV_TRY(merge_fields(inner, member, *merging));
      *there = std::move(inner);
      continue;
    }
    RV_ASSIGN(Instance inner, made(member));
    if (there == nullptr) {
      added.push_back(std::move(inner));
    } else {
      inner.created_at = view_of(*there).created_at;
      *there = std::move(inner);
    }
  }
  std::move(added.begin(), added.end(), std::back_inserter(instance.members));
  return {};
}

// Without the members that the new kind does not have.
void Change::become(Instance& instance, Kind kind) {
  if (!takes_unit(kind)) instance.unit_code.clear();
  const bool of_language =
      kind == Kind::kLanguageProperty || instance.kind == Kind::kLanguageProperty;
  if (of_language || is_relationship(kind) != is_relationship(instance.kind)) {
    instance.value_type.clear();
  }
  instance.kind = kind;
}

Result<> Change::merge_fields(Instance& instance, const FragmentAttribute& attribute,
                              const MergeOptions& options) {
  if (!options.keeps_kind && attribute.kind_given && attribute.has_value &&
      attribute.kind != instance.kind) {
    become(instance, attribute.kind);
    instance.value = merged_json("{}", attribute.value);
  } else if (attribute.has_value) {
    RV_ASSIGN(const std::string value, value_for(instance.kind, attribute, options.lang));
    const bool whole = instance.kind == Kind::kGeoProperty;
    instance.value = whole ? value : merged_json(instance.value, value);
  }
  const bool observed = instance.observed_at.has_value();
  set_metadata(instance, attribute);
  if (observed && !attribute.observed_at.named && options.observed_at) {
    instance.observed_at = options.observed_at;
  }
  instance.modified_at = now_;
  return patch_members(instance, attribute, &options);
}

Result<> Change::merge(Instance& there, const FragmentAttribute& attribute,
                       const MergeOptions& options) {
  Instance instance = thawed(view_of(there));
  RV_TRY(merge_fields(instance, attribute, options));
  if (instance.kind == Kind::kLanguageProperty && instance.value == "{}") {
    remove(there);
    return {};
  }
  note(What::kUpdated, instance, attribute.name);
  there = std::move(instance);
  return {};
}

void Change::remove(Instance& there) {
  there.gone = true;
  note(What::kDeleted, there, names_.iri(there.name));
}

Result<> Change::replace_all(const std::vector<FragmentAttribute>& attributes) {
  std::vector<Instance> old = std::move(draft_.instances);
  draft_.instances.clear();
  for (const FragmentAttribute& attribute : attributes) {
    RV_ASSIGN(Instance instance, made(attribute));
    Instance* there = find_instance(old, instance.name, instance.dataset_id);
    note(there == nullptr ? What::kCreated : What::kUpdated, instance, attribute.name);
    if (there != nullptr) there->gone = true;
    draft_.added.push_back(std::move(instance));
  }
  for (Instance& instance : old) {
    if (!instance.gone) remove(instance);
  }
  changed_ = true;
  return {};
}

Result<> Change::add_types(const Fragment& fragment) {
  for (const std::string& iri : fragment.types) {
    RV_ASSIGN(const NameId type, intern(iri));
    auto& types = draft_.types;
    if (std::find(types.begin(), types.end(), type) == types.end()) types.push_back(type);
  }
  const std::vector<NameId> before = out_.before ? out_.before->types() : std::vector<NameId>();
  if (draft_.types == before) return {};
  out_.types_changed = true;
  updated("type");
  return {};
}

void Change::set_scopes(const std::vector<std::string>& scopes) {
  if (draft_.scopes == scopes) return;
  draft_.scopes = scopes;
  out_.scopes_changed = true;
  updated("scope");
}

void Change::add_scopes(const std::vector<std::string>& scopes) {
  std::vector<std::string> all = draft_.scopes;
  for (const std::string& scope : scopes) {
    if (std::find(all.begin(), all.end(), scope) == all.end()) all.push_back(scope);
  }
  set_scopes(all);
}

void Change::set_expiry(const Given<Instant>& expires_at) {
  if (!expires_at.named || draft_.expires_at == expires_at.value) return;
  draft_.expires_at = expires_at.value;
  changed_ = true;
}

void Change::leave(std::string_view attribute, std::string_view reason) {
  out_.result.not_updated.push_back({std::string(attribute), std::string(reason)});
}

void Change::note(What what, const Instance& instance, std::string_view iri) {
  out_.changes.push_back({what, instance.name, instance.dataset_id});
  updated(iri);
}

void Change::updated(std::string_view name) {
  changed_ = true;
  auto& all = out_.result.updated;
  if (all.empty() || all.back() != name) all.emplace_back(name);
}

Result<Mutated> Change::finish() && {
  if (!changed_ && out_.before) {
    out_.after = out_.before;
    return std::move(out_);
  }
  draft_.modified_at = now_;
  RV_ASSIGN(out_.after, freeze(std::move(draft_)));
  return std::move(out_);
}

}  // namespace revier::ngsi::detail
