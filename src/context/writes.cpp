// SPDX-License-Identifier: EUPL-1.2
#include "context/writes.h"

namespace revier::context {
namespace {

using ngsi::EntityPtr;
using ngsi::Fragment;
using ngsi::Mutated;
using ngsi::Names;

tl::unexpected<Error> no_entity() {
  return fail(Code::kResourceNotFound, "there is no entity of this id");
}

// A write whose `step` needs a version before.
template <class Step>
Write on_existing(std::string id, Step step) {
  return {std::move(id),
          [step = std::move(step)](Names& names, const EntityPtr& before,
                                   Instant now) -> Result<Mutated> {
            if (!before) return no_entity();
            return step(names, before, now);
          }};
}

// A write that creates, or runs `step` where there is a version before.
template <class Step>
Write create_or(Fragment fragment, Step step) {
  std::string id = fragment.id;
  return {std::move(id),
          [fragment = std::move(fragment), step](Names& names, const EntityPtr& before,
                                                 Instant now) -> Result<Mutated> {
            if (!before) return ngsi::create(names, fragment, now);
            return step(names, before, fragment, now);
          }};
}

}  // namespace

Write create(Fragment fragment) {
  return create_or(std::move(fragment),
                   [](Names&, const EntityPtr&, const Fragment&, Instant) -> Result<Mutated> {
                     return fail(Code::kAlreadyExists, "there is an entity of this id");
                   });
}

Write put(Fragment fragment) {
  return create_or(std::move(fragment),
                   [](Names& names, const EntityPtr& before, const Fragment& part, Instant now) {
                     return ngsi::replace_entity(names, before, part, now);
                   });
}

Write upsert(Fragment fragment) {
  return create_or(std::move(fragment),
                   [](Names& names, const EntityPtr& before, const Fragment& part, Instant now) {
                     return ngsi::update_attributes(names, before, part, now);
                   });
}

Write replace(std::string id, Fragment fragment) {
  return on_existing(std::move(id), [fragment = std::move(fragment)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::replace_entity(names, before, fragment, now);
  });
}

Write merge(std::string id, Fragment fragment, ngsi::MergeOptions options) {
  return on_existing(std::move(id), [fragment = std::move(fragment), options = std::move(options)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::merge(names, before, fragment, options, now);
  });
}

Write append(std::string id, Fragment fragment, bool overwrite) {
  return on_existing(std::move(id), [fragment = std::move(fragment), overwrite](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::append_attributes(names, before, fragment, overwrite, now);
  });
}

Write update(std::string id, Fragment fragment) {
  return on_existing(std::move(id), [fragment = std::move(fragment)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::update_attributes(names, before, fragment, now);
  });
}

Write remove(std::string id) {
  return on_existing(std::move(id),
                     [](Names&, const EntityPtr& before, Instant) -> Result<Mutated> {
                       Mutated gone;
                       gone.before = before;
                       return gone;
                     });
}

Write update_attribute(std::string id, ngsi::FragmentAttribute fragment) {
  return on_existing(std::move(id), [fragment = std::move(fragment)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::update_attribute(names, before, fragment, now);
  });
}

Write replace_attribute(std::string id, ngsi::FragmentAttribute fragment) {
  return on_existing(std::move(id), [fragment = std::move(fragment)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::replace_attribute(names, before, fragment, now);
  });
}

Write remove_attribute(std::string id, std::string name_iri, ngsi::DeleteOptions options) {
  return on_existing(std::move(id), [name_iri = std::move(name_iri), options = std::move(options)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::delete_attribute(names, before, name_iri, options, now);
  });
}

Write remove_scopes(std::string id) {
  return on_existing(std::move(id), [](Names&, const EntityPtr& before, Instant now) {
    return ngsi::delete_scopes(before, now);
  });
}

Write reduce(std::string id, ngsi::Reduction reduction) {
  return on_existing(std::move(id), [reduction = std::move(reduction)](
                                        Names& names, const EntityPtr& before, Instant now) {
    return ngsi::reduce(names, before, reduction, now);
  });
}

Write only_matching(Write write, ngsi::Predicate predicate) {
  Mutation inner = std::move(write.mutation);
  write.mutation = [inner = std::move(inner), predicate = std::move(predicate)](
                       Names& names, const EntityPtr& before, Instant now) -> Result<Mutated> {
    if (!before || !predicate.matches(*before)) return no_entity();
    return inner(names, before, now);
  };
  return write;
}

}  // namespace revier::context
