// SPDX-License-Identifier: EUPL-1.2
// Direct writes of history (5.6.11 to 5.6.16). All that can fail stands before the first row: what
// fails leaves nothing behind.
#include <algorithm>
#include <map>

#include "history/detail/forms.h"
#include "history/detail/stored_history.h"
#include "ngsi/mutate.h"

namespace revier::history::detail {
namespace {

constexpr std::string_view kScope = "scope";
// Rows taken out by one job.
constexpr std::size_t kEraseMax = 10'000;

tl::unexpected<Error> no_evolution() {
  return fail(Code::kResourceNotFound, "there is no temporal evolution of this id");
}
tl::unexpected<Error> no_attribute() {
  return fail(Code::kResourceNotFound, "the temporal evolution has no such attribute");
}
tl::unexpected<Error> no_instance() {
  return fail(Code::kResourceNotFound, "the attribute has no instance of this instanceId");
}

std::vector<std::string> iris(const ngsi::Names& names, const std::vector<ngsi::NameId>& types) {
  std::vector<std::string> out;
  for (const ngsi::NameId type : types) out.push_back(names.iri(type));
  return out;
}

std::string series_key(std::string_view tenant, std::string_view id, ngsi::NameId name) {
  std::string key = entity_prefix('I', tenant, id);
  append_be(key, name);
  return key;
}

}  // namespace

Result<std::optional<Lifecycle>> StoredHistory::known(std::string_view tenant,
                                                      std::string_view id) const {
  RV_ASSIGN(auto life, read_lifecycle(needs_.store, tenant, id));
  if (!life || !life->forgotten) return life;
  const auto rows = needs_.store.scan(kColumn, entity_prefix('I', tenant, id));
  return rows->valid() ? std::move(life) : std::nullopt;
}

// As for current state (context/broker.h): what a domain owns, it alone writes.
Result<> StoredHistory::check_owner(const std::vector<std::string>& types) const {
  for (const std::string& type : types) {
    for (const context::OwnedType& owned : needs_.broker.options().owned_types) {
      if (owned.type != type) continue;
      return fail(Code::kForbidden,
                  fmt::format("entities of type {} are written by {} only", type, owned.route),
                  "type");
    }
    const auto& unkept = needs_.options.unkept_types;
    if (std::find(unkept.begin(), unkept.end(), type) == unkept.end()) continue;
    return fail(Code::kForbidden, fmt::format("no history is kept of entities of type {}", type),
                "type");
  }
  return {};
}

Result<std::vector<StoredHistory::Form>> StoredHistory::forms_of(const ngsi::Fragment& fragment,
                                                                 ngsi::Names& names,
                                                                 Instant now) const {
  std::vector<Form> forms;
  if (fragment.scopes.value) {
    forms.push_back({ngsi::scope_instance(*fragment.scopes.value, {now, now, now}), false});
  }
  for (const ngsi::FragmentAttribute& attribute : fragment.attributes) {
    if (attribute.name == kScope) {
      const auto values = ngsi::scopes_in(attribute.value);
      forms.push_back({ngsi::scope_instance(values, {now, now, attribute.observed_at.value}),
                       attribute.removed});
      continue;
    }
    RV_ASSIGN(std::string form, form_of(names, attribute, now, now));
    forms.push_back({std::move(form), attribute.removed});
  }
  return forms;
}

Result<> StoredHistory::put_fragment(std::string_view tenant, const std::string& id,
                                     const ngsi::Fragment& fragment,
                                     const std::optional<Lifecycle>& life, ngsi::Names& names,
                                     Instant now, store::Batch& batch) {
  RV_TRY(check_owner(fragment.types));
  if (life) RV_TRY(check_owner(iris(names, life->types)));
  if (const auto entity = needs_.broker.find(tenant, id)) {
    RV_TRY(check_owner(iris(names, entity->types())));
  }
  std::vector<ngsi::NameId> added;
  for (const std::string& type : fragment.types) {
    RV_ASSIGN(const ngsi::NameId name, names.intern(type));
    if (!life || std::find(life->types.begin(), life->types.end(), name) == life->types.end()) {
      added.push_back(name);
    }
  }
  RV_ASSIGN(const auto forms, forms_of(fragment, names, now));
  const Rows::Subject subject = Rows::subject(tenant, id);
  if (!added.empty()) rows_.put_event(subject, id, Event::kKnown, added, now, batch);
  for (const Form& form : forms) {
    if (const auto same = same_observation(needs_.store, subject, form.bytes)) {
      RV_TRY(put_again(subject, *same, form, now, batch));
    } else {
      rows_.put_form(subject, form.bytes, form.deletion, batch);
    }
  }
  return {};
}

// What was observed at one time in one dataset is one instance: sending it again corrects it.
Result<> StoredHistory::put_again(const Rows::Subject& subject, const Same& same, const Form& form,
                                  Instant now, store::Batch& batch) {
  const std::string again = ngsi::with_times(form.bytes, same.created_at, now);
  batch.erase(kColumn, same.key);
  rows_.put_numbered(subject, again, form.deletion, same.number, batch);
  return {};
}

Task<Result<bool>> StoredHistory::upsert(std::string_view tenant, ngsi::Fragment fragment) {
  bool created = false;
  const std::string id = fragment.id;
  const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
    RV_ASSIGN(const auto life, known(tenant, id));
    created = !life;
    return put_fragment(tenant, id, fragment, life, names, now, batch);
  };
  RV_CO_TRY(co_await needs_.broker.write_beside(tenant, job));
  co_return created;
}

Task<Result<>> StoredHistory::add(std::string_view tenant, std::string id,
                                  ngsi::Fragment fragment) {
  const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
    RV_ASSIGN(const auto life, known(tenant, id));
    if (!life) return no_evolution();
    return put_fragment(tenant, id, fragment, life, names, now, batch);
  };
  co_return co_await needs_.broker.write_beside(tenant, job);
}

void StoredHistory::erase_row(std::string_view tenant, std::string_view id, const std::string& key,
                              store::Batch& batch) {
  const Rows::Subject subject = Rows::subject(tenant, id);
  const auto place = read_instance_key(std::string_view(key).substr(subject.instances.size()));
  if (place) rows_.mark(subject, *place, batch);
  batch.erase(kColumn, key);
}

Task<Result<std::vector<std::string>>> StoredHistory::keys_of(std::string_view tenant,
                                                              std::string_view id,
                                                              ngsi::NameId name,
                                                              std::string_view dataset_id) const {
  Pace pace = this->pace();
  Series series(needs_.store, tenant, id);
  std::vector<std::string> keys;
  RV_CO_TRY(co_await series.read(name, {}, pace, [&](const Stored& row) {
    if (row.view.dataset_id == dataset_id) {
      keys.push_back(series.prefix());
      append_instance_key(keys.back(), row.key);
    }
    return keys.size() < kEraseMax;
  }));
  co_return keys;
}

Task<Result<>> StoredHistory::delete_attribute(std::string_view tenant, std::string id,
                                               std::string name, ngsi::DeleteOptions options) {
  const ngsi::NameId number =
      name == kScope ? ngsi::kNoName : needs_.broker.names(tenant).find(name);
  const std::string all = series_key(tenant, id, number);
  bool any = false;
  for (bool whole = false; !whole;) {
    std::vector<std::string> keys;
    if (!options.delete_all) {
      RV_CO_ASSIGN(keys, co_await keys_of(tenant, id, number, options.dataset_id));
      if (keys.empty() && any) break;
    }
    whole = options.delete_all || keys.size() < kEraseMax;
    const auto job = [&](ngsi::Names& names, Instant, store::Batch& batch) -> Result<> {
      RV_ASSIGN(const auto life, known(tenant, id));
      if (!life) return no_evolution();
      RV_TRY(check_owner(iris(names, life->types)));
      const bool there = number != ngsi::kNoName || name == kScope;
      if (!there || !needs_.store.scan(kColumn, all)->valid()) return no_attribute();
      if (options.delete_all) {
        for (const char kind : {'I', 'S'}) {
          batch.erase_prefix(kColumn, kind + all.substr(1));
        }
        rows_.marks().forget('D' + all.substr(1), batch);
        return {};
      }
      if (keys.empty()) return no_attribute();
      for (const std::string& key : keys) erase_row(tenant, id, key, batch);
      return {};
    };
    RV_CO_TRY(co_await needs_.broker.write_beside(tenant, job));
    any = true;
  }
  co_return Result<>{};
}

Task<Result<Series::Found>> StoredHistory::find(std::string_view tenant,
                                                const Instance& which) const {
  RV_CO_ASSIGN(const auto life, known(tenant, which.id));
  if (!life) co_return no_evolution();
  RV_CO_TRY(check_owner(iris(needs_.broker.names(tenant), life->types)));
  const bool is_scope = which.name == kScope;
  const ngsi::NameId name = is_scope ? ngsi::kNoName : needs_.broker.names(tenant).find(which.name);
  const bool there = is_scope || name != ngsi::kNoName;
  if (!there || !needs_.store.scan(kColumn, series_key(tenant, which.id, name))->valid()) {
    co_return no_attribute();
  }
  const auto number = instance_number(which.instance_id);
  if (!number) co_return no_instance();
  Pace pace = this->pace();
  Series series(needs_.store, tenant, which.id);
  RV_CO_ASSIGN(auto found, co_await series.find(name, *number, pace));
  if (!found) co_return no_instance();
  co_return *std::move(found);
}

Task<Result<>> StoredHistory::replace_instance(std::string_view tenant, Instance which,
                                               ngsi::FragmentAttribute by) {
  RV_CO_ASSIGN(const Series::Found found, co_await find(tenant, which));
  RV_CO_ASSIGN(const auto before, ngsi::read_instance(std::string_view(found.value).substr(1)));
  const Instant created = before.created_at;
  const Rows::Subject subject = Rows::subject(tenant, which.id);
  const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
    if (!needs_.store.get(kColumn, found.key)) return no_instance();
    RV_ASSIGN(const std::string form, form_of(names, by, created, std::max(now, created)));
    erase_row(tenant, which.id, found.key, batch);
    rows_.put_numbered(subject, form, by.removed, *instance_number(which.instance_id), batch);
    return {};
  };
  co_return co_await needs_.broker.write_beside(tenant, job);
}

Task<Result<>> StoredHistory::delete_instance(std::string_view tenant, Instance which) {
  RV_CO_ASSIGN(const Series::Found found, co_await find(tenant, which));
  const auto job = [&](ngsi::Names&, Instant, store::Batch& batch) -> Result<> {
    if (!needs_.store.get(kColumn, found.key)) return no_instance();
    erase_row(tenant, which.id, found.key, batch);
    return {};
  };
  co_return co_await needs_.broker.write_beside(tenant, job);
}

Task<Result<>> StoredHistory::remove(std::string_view tenant, std::string id) {
  const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
    RV_ASSIGN(const auto life, known(tenant, id));
    if (!life) return no_evolution();
    RV_TRY(check_owner(iris(names, life->types)));
    for (const char kind : {'E', 'I', 'S'}) {
      batch.erase_prefix(kColumn, entity_prefix(kind, tenant, id));
    }
    rows_.marks().forget(entity_prefix('D', tenant, id), batch);
    for (const ngsi::NameId type : life->types) {
      std::string key = tenant_prefix('T', tenant);
      append_be(key, type);
      batch.erase(kColumn, key.append(id));
    }
    // What it does from now on is told again, under the types that it has.
    if (const auto entity = needs_.broker.find(tenant, id)) {
      rows_.put_event(Rows::subject(tenant, id), id, Event::kForgotten, entity->types(), now,
                      batch);
    }
    return {};
  };
  co_return co_await needs_.broker.write_beside(tenant, job);
}

// A deletion in current state of what only history knows.
Task<Result<>> StoredHistory::end_attribute(std::string_view tenant, std::string id,
                                            std::string name, ngsi::DeleteOptions options) {
  const ngsi::NameId number =
      name == kScope ? ngsi::kNoName : needs_.broker.names(tenant).find(name);
  RV_CO_ASSIGN(const auto life, known(tenant, id));
  if (!life) co_return no_evolution();
  if (number == ngsi::kNoName && name != kScope) co_return no_attribute();
  Pace pace = this->pace();
  Series series(needs_.store, tenant, id);
  std::map<std::string, std::pair<InstanceKey, Form>> latest;  // by dataset
  RV_CO_TRY(co_await series.read(number, {}, pace, [&](const Stored& row) {
    if (!options.delete_all && row.view.dataset_id != options.dataset_id) return true;
    auto& [key, form] = latest[std::string(row.view.dataset_id)];
    if (!form.bytes.empty() && row.key.number < key.number) return true;
    key = row.key;
    form = {std::string(row.form), row.deletion};
    return true;
  }));
  std::erase_if(latest, [](const auto& one) { return one.second.second.deletion; });
  if (latest.empty()) co_return no_attribute();
  const Rows::Subject subject = Rows::subject(tenant, id);
  const auto job = [&](ngsi::Names& names, Instant now, store::Batch& batch) -> Result<> {
    RV_TRY(check_owner(iris(names, life->types)));
    for (const auto& [dataset_id, one] : latest) {
      RV_ASSIGN(const auto view, ngsi::read_instance(one.second.bytes));
      const std::string form = number == ngsi::kNoName
                                   ? ngsi::scope_instance({}, {view.created_at, now, {}})
                                   : ngsi::deletion_of(view, now);
      rows_.put_form(subject, form, true, batch);
    }
    return {};
  };
  co_return co_await needs_.broker.write_beside(tenant, job);
}

}  // namespace revier::history::detail
