// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/translation.h"

#include <algorithm>

#include "ngsi/detail/draft.h"
#include "ngsi/instance.h"

namespace revier::ngsi {
namespace {

// The instance with all that is in it, to any depth, under other numbers.
Result<detail::Instance> renumbered(const AttributeView& view, Translation& translation) {
  detail::Instance instance = detail::thawed(view);
  // The scope in history has no name (instance.h).
  if (view.name != kNoName) {
    RV_ASSIGN(instance.name, translation.name(view.name));
  }
  instance.members.clear();
  for (const AttributeView& member : view.attributes()) {
    RV_ASSIGN(instance.members.emplace_back(), renumbered(member, translation));
  }
  return instance;
}

}  // namespace

Result<NameId> Translation::name(NameId of_from) {
  if (const auto at = known_.find(of_from); at != known_.end()) return at->second;
  const std::string iri = from_.iri(of_from);
  if (iri.empty()) return fail(Code::kCorrupt, "a type or an attribute has no name");
  RV_ASSIGN(const NameId number, to_.intern(iri));
  known_.emplace(of_from, number);
  return number;
}

Result<EntityPtr> Translation::entity(const Entity& version, const Projection& shown,
                                      const EntityPtr& before) {
  detail::Draft draft;
  draft.id = version.id();
  draft.created_at = version.created_at();
  draft.modified_at = version.modified_at();
  draft.expires_at = version.expires_at();
  for (const NameId type : version.types()) {
    RV_ASSIGN(draft.types.emplace_back(), name(type));
  }
  if (shown.shows_scope()) {
    for (const std::string_view scope : version.scopes()) draft.scopes.emplace_back(scope);
  }
  for (const AttributeView& view : version.attributes()) {
    if (!shown.shows(view.name) || !shown.shows_instance(view.dataset_id)) continue;
    RV_ASSIGN(draft.added.emplace_back(), renumbered(view, *this));
  }
  if (before) {
    const std::size_t own = draft.added.size();
    for (const AttributeView& view : before->attributes()) {
      const auto same = [&view](const detail::Instance& instance) {
        return instance.name == view.name && instance.dataset_id == view.dataset_id;
      };
      const auto end = draft.added.begin() + static_cast<std::ptrdiff_t>(own);
      if (std::find_if(draft.added.begin(), end, same) != end) continue;
      Translation same_names(to_, to_);
      RV_ASSIGN(draft.added.emplace_back(), renumbered(view, same_names));
    }
    if (draft.scopes.empty()) {
      for (const std::string_view scope : before->scopes()) draft.scopes.emplace_back(scope);
    }
  }
  return detail::freeze(std::move(draft));
}

Result<std::string> Translation::instance(std::string_view form) {
  RV_ASSIGN(const AttributeView view, read_instance(form));
  RV_ASSIGN(detail::Instance made, renumbered(view, *this));
  detail::Draft draft;
  draft.id = "urn:x";
  draft.created_at = draft.modified_at = made.created_at;
  draft.types = {1};
  draft.added.push_back(std::move(made));
  RV_ASSIGN(const EntityPtr lender, detail::freeze(std::move(draft)));
  std::string out;
  append_instance(out, *lender->attributes().begin());
  return out;
}

}  // namespace revier::ngsi
