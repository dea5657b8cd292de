// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/notice.h"

#include "ngsi/detail/draft.h"

namespace revier::ngsi {
namespace {

using What = AttributeChange::What;

bool differs(const AttributeView& a, const AttributeView& b);

bool members_differ(const AttributeView& a, const AttributeView& b) {
  auto left = a.attributes().begin();
  auto right = b.attributes().begin();
  const auto left_end = a.attributes().end();
  const auto right_end = b.attributes().end();
  for (; !(left == left_end) && !(right == right_end); ++left, ++right) {
    const bool same_place = left->name == right->name && left->dataset_id == right->dataset_id;
    if (!same_place || differs(*left, *right)) return true;
  }
  return !(left == left_end) || !(right == right_end);
}

bool differs(const AttributeView& a, const AttributeView& b) {
  return a.kind != b.kind || a.value != b.value || a.observed_at != b.observed_at ||
         a.expires_at != b.expires_at || a.unit_code != b.unit_code ||
         a.value_type != b.value_type || members_differ(a, b);
}

bool is_real(const Mutated& what, const AttributeChange& change) {
  if (change.what != What::kUpdated) return true;
  const auto before = what.before->find(change.name, change.dataset_id);
  const auto after = what.after->find(change.name, change.dataset_id);
  return !before || !after || differs(*before, *after);
}

std::string null_value(Kind kind) {
  const std::string null = fmt::format("\"{}\"", kNullUri);
  if (kind == Kind::kLanguageProperty) return fmt::format("{{\"@none\":{}}}", null);
  if (kind == Kind::kListProperty || kind == Kind::kListRelationship) return "[" + null + "]";
  return null;
}

detail::Instance nulled(const AttributeView& view, Instant at) {
  detail::Instance instance;
  instance.name = view.name;
  instance.dataset_id = view.dataset_id;
  instance.kind = view.kind;
  instance.created_at = view.created_at;
  instance.modified_at = at;
  instance.value = null_value(view.kind);
  return instance;
}

}  // namespace

std::vector<AttributeChange> real_changes(const Mutated& what) {
  std::vector<AttributeChange> out;
  if (!what.after) {
    for (const AttributeView& view : what.before->attributes()) {
      out.push_back({What::kDeleted, view.name, std::string(view.dataset_id)});
    }
    return out;
  }
  for (const AttributeChange& change : what.changes) {
    if (is_real(what, change)) out.push_back(change);
  }
  return out;
}

Result<EntityPtr> with_nulls(const EntityPtr& before, const EntityPtr& after,
                             const std::vector<AttributeChange>& changes, Instant at) {
  detail::Draft draft = detail::draft_of(after ? *after : *before);
  if (!after) draft.instances.clear();
  for (const AttributeChange& change : changes) {
    if (change.what != What::kDeleted || !before) continue;
    const auto view = before->find(change.name, change.dataset_id);
    if (view) draft.added.push_back(nulled(*view, at));
  }
  return detail::freeze(std::move(draft));
}

}  // namespace revier::ngsi
