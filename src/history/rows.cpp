// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/rows.h"

#include <algorithm>

namespace revier::history::detail {

Result<> Rows::load(const store::Store& store, Instant now) {
  // Civil time does not go back, so these numbers are above all that were given before.
  next_number_ = static_cast<std::uint64_t>(std::max<std::int64_t>(now.us, 1));
  const auto rows = store.scan(kColumn, "N");
  for (; rows->valid(); rows->next()) {
    const std::string_view key = rows->key().substr(1);
    const std::size_t nul = key.find('\0');
    if (nul == std::string_view::npos || key.size() != nul + 5) {
      return fail(Code::kCorrupt, "a name of history is damaged");
    }
    const std::string_view tenant = key.substr(0, nul);
    const ngsi::NameId name = read_be32(key.substr(nul + 1));
    std::vector<bool>& kept = kept_of(tenant);
    if (kept.size() <= name) kept.resize(name + 1);
    kept[name] = true;
    broker_.keep_name(tenant, name);
  }
  return rows->status();
}

Rows::Subject Rows::subject(std::string_view tenant, std::string_view id) {
  return {std::string(tenant), entity_prefix('E', tenant, id), entity_prefix('I', tenant, id)};
}

std::vector<bool>& Rows::kept_of(std::string_view tenant) {
  const auto at = kept_.find(tenant);
  return at != kept_.end() ? at->second : kept_[std::string(tenant)];
}

void Rows::keep_one(std::vector<bool>& kept, std::string_view tenant, ngsi::NameId name,
                    store::Batch& batch) {
  if (name == ngsi::kNoName || (name < kept.size() && kept[name])) return;
  if (kept.size() <= name) kept.resize(name + 1);
  kept[name] = true;
  broker_.keep_name(tenant, name);
  std::string key = tenant_prefix('N', tenant);
  append_be(key, name);
  batch.put(kColumn, key, {});
}

void Rows::keep(const Subject& subject, const ngsi::AttributeView& view, store::Batch& batch) {
  std::vector<bool>& kept = kept_of(subject.tenant);
  if (view.members.empty()) {
    keep_one(kept, subject.tenant, view.name, batch);
    return;
  }
  for (const ngsi::NameId name : names_in(view)) keep_one(kept, subject.tenant, name, batch);
}

void Rows::put_event(const Subject& subject, std::string_view id, Event event,
                     const std::vector<ngsi::NameId>& types, Instant at, store::Batch& batch) {
  detail::put_event(batch, subject.events, event, types, at, next_number_++);
  std::vector<bool>& kept = kept_of(subject.tenant);
  for (const ngsi::NameId type : types) {
    keep_one(kept, subject.tenant, type, batch);
    std::string key = tenant_prefix('T', subject.tenant);
    append_be(key, type);
    key.append(id);
    batch.put(kColumn, key, {});
  }
}

void Rows::mark(const Subject& subject, const InstanceKey& key, store::Batch& batch) {
  if (key.segment == Segment::kObserved) {
    marks_.mark(subject.instances, key.name, key.time, batch);
  }
}

void Rows::put_row(const Subject& subject, const ngsi::AttributeView& view, bool deletion,
                   std::uint64_t number, store::Batch& batch) {
  InstanceKey key{view.name, Segment::kUnobserved, view.modified_at, number};
  if (view.observed_at) {
    key.segment = Segment::kObserved;
    key.time = *view.observed_at;
  } else if (deletion) {
    key.segment = Segment::kDeleted;
  }
  mark(subject, key, batch);
  key_.assign(subject.instances);
  append_instance_key(key_, key);
  batch.put(kColumn, key_, value_);
}

void Rows::put_instance(const Subject& subject, const ngsi::AttributeView& view,
                        store::Batch& batch) {
  keep(subject, view, batch);
  value_.assign(1, '\0');
  ngsi::append_instance(value_, view);
  put_row(subject, view, false, next_number_++, batch);
}

void Rows::drop_space(std::string_view space, store::Batch& batch) {
  for (const char kind : {'E', 'I', 'S', 'T', 'N'}) {
    batch.erase_prefix(kColumn, tenant_prefix(kind, space));
  }
  marks_.forget(tenant_prefix('D', space), batch);
  kept_.erase(std::string(space));
}

void Rows::put_form(const Subject& subject, std::string_view form, bool deletion,
                    store::Batch& batch) {
  put_numbered(subject, form, deletion, next_number_++, batch);
}

void Rows::put_numbered(const Subject& subject, std::string_view form, bool deletion,
                        std::uint64_t number, store::Batch& batch) {
  const auto view = ngsi::read_instance(form);
  if (!view) return;  // made here: it is one
  keep(subject, *view, batch);
  value_.assign(1, deletion ? static_cast<char>(kDeletion) : '\0');
  value_.append(form);
  put_row(subject, *view, deletion, number, batch);
}

}  // namespace revier::history::detail
