// SPDX-License-Identifier: EUPL-1.2
#include "history/detail/forms.h"

#include "ngsi/mutate.h"

namespace revier::history::detail {

// The instance as an entity would hold it. `created` and `modified` become its times.
Result<std::string> form_of(ngsi::Names& names, const ngsi::FragmentAttribute& attribute,
                            Instant created, Instant modified) {
  if (attribute.removed) {
    RV_ASSIGN(const ngsi::NameId name, names.intern(attribute.name));
    return ngsi::deletion_of(name, attribute.kind, attribute.dataset_id,
                             {created, modified, attribute.observed_at.value});
  }
  ngsi::Fragment fragment;
  fragment.id = "urn:x";
  fragment.types = {attribute.name};  // an entity has one; this is a name that is there anyway
  fragment.attributes = {attribute};
  RV_ASSIGN(ngsi::Mutated made, ngsi::create(names, fragment, created));
  if (modified != created) {
    RV_ASSIGN(made, ngsi::replace_attribute(names, made.after, attribute, modified));
  }
  std::string form;
  ngsi::append_instance(form, *made.after->attributes().begin());
  return form;
}

std::optional<Same> same_observation(const store::Store& store, const Rows::Subject& subject,
                                     std::string_view form) {
  const auto view = ngsi::read_instance(form);
  if (!view || !view->observed_at) return std::nullopt;
  std::string run = subject.instances;
  append_be(run, view->name);
  run.push_back(static_cast<char>(Segment::kObserved));
  append_time(run, *view->observed_at);
  const auto rows = store.scan(kColumn, run);
  for (; rows->valid(); rows->next()) {
    const auto key = read_instance_key(rows->key().substr(subject.instances.size()));
    if (!key || rows->value().empty()) continue;
    const auto there = ngsi::read_instance(rows->value().substr(1));
    if (!there || there->dataset_id != view->dataset_id) continue;
    return Same{std::string(rows->key()), key->number, there->created_at};
  }
  return std::nullopt;
}

}  // namespace revier::history::detail
