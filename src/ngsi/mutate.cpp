// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/mutate.h"

#include <algorithm>

#include "base/check.h"
#include "ngsi/detail/change.h"

namespace revier::ngsi {

using detail::Change;
using detail::Instance;
using What = AttributeChange::What;

Result<Mutated> create(Names& names, const Fragment& fragment, Instant now) {
  RV_CHECK(!fragment.id.empty() && !fragment.types.empty());
  Change change(names, nullptr, now);
  change.draft().id = fragment.id;
  change.draft().created_at = now;
  change.draft().expires_at = fragment.expires_at.value;
  RV_TRY(change.add_types(fragment));
  change.set_scopes(fragment.scopes.value.value_or(std::vector<std::string>{}));
  for (const FragmentAttribute& attribute : fragment.attributes) RV_TRY(change.add(attribute));
  return std::move(change).finish();
}

Result<Mutated> replace_entity(Names& names, const EntityPtr& before, const Fragment& fragment,
                               Instant now) {
  Change change(names, before, now);
  change.set_expiry({.named = true, .value = fragment.expires_at.value});
  if (!fragment.types.empty()) {
    change.draft().types.clear();
    RV_TRY(change.add_types(fragment));
  }
  change.set_scopes(fragment.scopes.value.value_or(std::vector<std::string>{}));
  RV_TRY(change.replace_all(fragment.attributes));
  return std::move(change).finish();
}

Result<Mutated> append_attributes(Names& names, const EntityPtr& before, const Fragment& fragment,
                                  bool overwrite, Instant now) {
  Change change(names, before, now);
  for (const FragmentAttribute& attribute : fragment.attributes) {
    RV_ASSIGN(Instance * there, change.find(attribute));
    if (there == nullptr) {
      RV_TRY(change.add(attribute));
    } else if (overwrite) {
      RV_TRY(change.replace(*there, attribute));
    } else {
      change.leave(attribute.name, "the attribute is there already and must not be overwritten");
    }
  }
  RV_TRY(change.add_types(fragment));
  if (fragment.scopes.value && overwrite) change.set_scopes(*fragment.scopes.value);
  if (fragment.scopes.value && !overwrite) change.add_scopes(*fragment.scopes.value);
  if (overwrite) change.set_expiry(fragment.expires_at);
  return std::move(change).finish();
}

Result<Mutated> update_attributes(Names& names, const EntityPtr& before, const Fragment& fragment,
                                  Instant now) {
  Change change(names, before, now);
  for (const FragmentAttribute& attribute : fragment.attributes) {
    RV_ASSIGN(Instance * there, change.find(attribute));
    if (attribute.removed && there == nullptr) {
      change.leave(attribute.name, "there is no such attribute to be deleted");
    } else if (attribute.removed) {
      change.remove(*there);
    } else if (!attribute.has_value) {
      return fail(Code::kBadRequestData,
                  fmt::format("attribute {} must have a value", attribute.name), attribute.name);
    } else if (there == nullptr) {
      RV_TRY(change.add(attribute));
    } else {
      RV_TRY(change.replace(*there, attribute));
    }
  }
  RV_TRY(change.add_types(fragment));
  // "if [...] the target entity includes scope, replace the scope [...], otherwise ignore it"
  if (fragment.scopes.named && before->has_scopes()) {
    change.set_scopes(fragment.scopes.value.value_or(std::vector<std::string>{}));
  }
  change.set_expiry(fragment.expires_at);
  return std::move(change).finish();
}

Result<Mutated> merge(Names& names, const EntityPtr& before, const Fragment& fragment,
                      const MergeOptions& options, Instant now) {
  Change change(names, before, now);
  for (const FragmentAttribute& attribute : fragment.attributes) {
    RV_ASSIGN(Instance * there, change.find(attribute));
    if (attribute.removed) {
      if (there != nullptr) change.remove(*there);
    } else if (there != nullptr) {
      RV_TRY(change.merge(*there, attribute, options));
    } else {
      RV_TRY(change.add_merged(attribute));
    }
  }
  RV_TRY(change.add_types(fragment));
  if (fragment.scopes.named) {
    change.set_scopes(fragment.scopes.value.value_or(std::vector<std::string>{}));
  }
  change.set_expiry(fragment.expires_at);
  return std::move(change).finish();
}

namespace {

tl::unexpected<Error> no_instance(std::string_view name, std::string_view dataset_id) {
  const std::string which =
      dataset_id.empty() ? std::string() : fmt::format(" with datasetId {}", dataset_id);
  return fail(Code::kResourceNotFound, fmt::format("the entity has no attribute {}{}", name, which),
              std::string(name));
}

}  // namespace

Result<Mutated> update_attribute(Names& names, const EntityPtr& before,
                                 const FragmentAttribute& fragment, Instant now) {
  Change change(names, before, now);
  RV_ASSIGN(Instance * there, change.find(fragment));
  if (there == nullptr) return no_instance(fragment.name, fragment.dataset_id);
  if (fragment.removed) {
    change.remove(*there);
  } else {
    RV_TRY(change.update(*there, fragment));
  }
  return std::move(change).finish();
}

Result<Mutated> replace_attribute(Names& names, const EntityPtr& before,
                                  const FragmentAttribute& fragment, Instant now) {
  Change change(names, before, now);
  RV_ASSIGN(Instance * there, change.find(fragment));
  if (there == nullptr) return no_instance(fragment.name, fragment.dataset_id);
  RV_TRY(change.replace(*there, fragment));
  return std::move(change).finish();
}

Result<Mutated> delete_attribute(const Names& names, const EntityPtr& before,
                                 std::string_view name_iri, const DeleteOptions& options,
                                 Instant now) {
  Change change(names, before, now);
  const NameId name = names.find(name_iri);
  bool found = false;
  for (Instance& instance : change.draft().instances) {
    if (instance.name != name) continue;
    if (!options.delete_all && instance.dataset_id != options.dataset_id) continue;
    change.remove(instance);
    found = true;
  }
  if (!found) return no_instance(name_iri, options.delete_all ? "" : options.dataset_id);
  return std::move(change).finish();
}

Result<Mutated> delete_scopes(const EntityPtr& before, Instant now) {
  if (!before->has_scopes()) {
    return fail(Code::kResourceNotFound, "the entity has no scope", "scope");
  }
  const Names none(0);
  Change change(none, before, now);
  change.set_scopes({});
  return std::move(change).finish();
}

Result<Mutated> reduce(const Names& names, const EntityPtr& before, const Reduction& reduction,
                       Instant now) {
  std::vector<NameId> named;
  for (const std::string& iri : reduction.names_of) named.push_back(names.find(iri));
  Change change(names, before, now);
  for (Instance& instance : change.draft().instances) {
    const bool is_named = std::find(named.begin(), named.end(), instance.name) != named.end();
    if (is_named != reduction.keep) change.remove(instance);
  }
  return std::move(change).finish();
}

Result<Mutated> put_property(Names& names, const EntityPtr& before, std::string_view name_iri,
                             std::string_view value_json, Instant now) {
  Change change(names, before, now);
  FragmentAttribute attribute;
  attribute.name = name_iri;
  attribute.value = value_json;
  attribute.has_value = true;
  RV_ASSIGN(Instance * there, change.find(attribute));
  if (there == nullptr) {
    RV_TRY(change.add(attribute));
  } else {
    RV_TRY(change.replace(*there, attribute));
  }
  return std::move(change).finish();
}

}  // namespace revier::ngsi
