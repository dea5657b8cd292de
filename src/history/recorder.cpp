// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/recorder.h"

#include <algorithm>

namespace revier::history::detail {
namespace {

std::vector<std::string> texts(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

}  // namespace

void Recorder::stage(std::string_view tenant, const ngsi::Names& names,
                     const std::vector<Result<context::Change>>& outcomes, store::Batch& batch) {
  for (const auto& outcome : outcomes) {
    if (!outcome || outcome->what.before == outcome->what.after) continue;
    if (is_kept(names, outcome->what)) record(tenant, *outcome, batch);
  }
}

void Recorder::record_beginning(std::string_view tenant, const ngsi::Names& names,
                                const ngsi::EntityPtr& entity, store::Batch& batch) {
  context::Change change{std::string(tenant), std::string(entity->id()), {}};
  change.what.after = entity;
  for (const ngsi::AttributeView& view : entity->attributes()) {
    change.what.changes.push_back(
        {ngsi::AttributeChange::What::kCreated, view.name, std::string(view.dataset_id)});
  }
  if (is_kept(names, change.what)) record(tenant, change, batch);
}

bool Recorder::is_kept(const ngsi::Names& names, const ngsi::Mutated& what) const {
  const ngsi::Entity& entity = what.after ? *what.after : *what.before;
  return std::none_of(unkept_.begin(), unkept_.end(), [&](const std::string& iri) {
    const ngsi::NameId type = names.find(iri);
    return type != ngsi::kNoName && entity.has_type(type);
  });
}

void Recorder::record(std::string_view tenant, const context::Change& change, store::Batch& batch) {
  const Rows::Subject subject = Rows::subject(tenant, change.id);
  const ngsi::Mutated& what = change.what;
  if (!what.after) return record_end(subject, change, batch);
  const Instant now = what.after->modified_at();
  if (!what.before) {
    rows_.put_event(subject, change.id, Event::kCreated, what.after->types(),
                    what.after->created_at(), batch);
  } else if (what.types_changed) {
    rows_.put_event(subject, change.id, Event::kTypes, what.after->types(), now, batch);
  }
  record_scopes(subject, what, now, batch);
  for (const ngsi::AttributeChange& one : what.changes) {
    if (one.what == ngsi::AttributeChange::What::kDeleted) {
      if (!what.before) continue;  // had expired when it was written
      const auto view = what.before->find(one.name, one.dataset_id);
      if (view) rows_.put_form(subject, ngsi::deletion_of(*view, now), true, batch);
    } else if (const auto view = what.after->find(one.name, one.dataset_id)) {
      rows_.put_instance(subject, *view, batch);
    }
  }
}

void Recorder::record_end(const Rows::Subject& subject, const context::Change& change,
                          store::Batch& batch) {
  const ngsi::Entity& before = *change.what.before;
  const Instant now = std::max(clock_.now(), before.modified_at());
  rows_.put_event(subject, change.id, Event::kDeleted, {}, now, batch);
  for (const ngsi::AttributeView& view : before.attributes()) {
    rows_.put_form(subject, ngsi::deletion_of(view, now), true, batch);
  }
  if (before.has_scopes()) {
    rows_.put_form(subject, ngsi::scope_instance({}, {before.created_at(), now, {}}), true, batch);
  }
}

// "the observedAt sub-Property should be set as a copy of the modifiedAt sub-Property" (4.5.6).
void Recorder::record_scopes(const Rows::Subject& subject, const ngsi::Mutated& what, Instant now,
                             store::Batch& batch) {
  const bool had = what.before && what.before->has_scopes();
  const bool has = what.after->has_scopes();
  if (what.before ? !what.scopes_changed : !has) return;
  const Instant created = what.after->created_at();
  if (has) {
    const auto scopes = texts(what.after->scopes());
    rows_.put_form(subject, ngsi::scope_instance(scopes, {created, now, now}), false, batch);
  } else if (had) {
    rows_.put_form(subject, ngsi::scope_instance({}, {created, now, {}}), true, batch);
  }
}

}  // namespace revier::history::detail
