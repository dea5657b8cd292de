// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/merge.h"

#include <algorithm>
#include <numeric>

#include "ngsi/mutate.h"
#include "ngsi/parse.h"

namespace revier::federation::detail {
namespace {

std::optional<Instant> time_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->as_string() : std::nullopt;
  if (!text) return std::nullopt;
  const auto time = parse_iso8601(*text);
  return time ? std::optional(*time) : std::nullopt;
}

Times times_in(const json::Value& object) {
  Times times{time_member(object, "createdAt"), time_member(object, "modifiedAt")};
  if (const auto deleted = time_member(object, "deletedAt")) times.modified = deleted;
  return times;
}

// When each instance was written, by attribute and datasetId.
using TimesByInstance = std::map<std::pair<std::string, std::string>, Times>;
TimesByInstance times_of(const json::Value& entity, const jsonld::Context& context) {
  TimesByInstance out;
  const auto take = [&](const std::string& iri, const json::Value& instance) {
    out[{iri, std::string(instance.text("datasetId"))}] = times_in(instance);
  };
  for (const auto [key, value] : entity.members()) {
    const auto iri = context.expand_name(key);
    if (!iri) continue;
    if (value.is_object()) take(*iri, value);
    for (const json::Value instance : value.elements()) take(*iri, instance);
  }
  return out;
}

// Of an evolution: the times of the instances of each attribute, in their order.
std::map<std::string, std::vector<Times>> instance_times(const json::Value& entity,
                                                         const jsonld::Context& context) {
  std::map<std::string, std::vector<Times>> out;
  for (const auto [key, value] : entity.members()) {
    const auto iri = key == "scope" ? Result<std::string>("scope") : context.expand_name(key);
    if (!iri) continue;
    auto& all = out[*iri];
    if (value.is_object()) all.push_back(times_in(value));
    for (const json::Value instance : value.elements()) all.push_back(times_in(instance));
  }
  return out;
}

bool is_about(const Question::Reach& reach, const ngsi::Fragment& fragment) {
  if (reach.entity == nullptr) return true;
  const bool has_types = std::ranges::all_of(reach.entity->types, [&](const std::string& type) {
    return std::ranges::find(fragment.types, type) != fragment.types.end();
  });
  return has_types && reach.entity->takes(fragment.id);
}

// What of the question is about one entity: looked for once, since patterns take time.
using About = std::vector<const Question::Reach*>;

About about_of(const Question& question, const ngsi::Fragment& fragment) {
  About out;
  for (const Question::Reach& reach : question.reach) {
    if (is_about(reach, fragment)) out.push_back(&reach);
  }
  return out;
}

bool is_registered(const Question& question, const About& about,
                   const ngsi::FragmentAttribute& attribute) {
  const auto names = [&attribute](const Question::Reach* reach) {
    const auto& registered = reach->information->attributes;
    return registered.empty() || std::ranges::find(registered, attribute.name) != registered.end();
  };
  if (std::ranges::none_of(about, names)) return false;
  const auto& datasets = question.registration->dataset_ids;
  const std::string dataset = attribute.dataset_id.empty() ? "@none" : attribute.dataset_id;
  return datasets.empty() || std::ranges::find(datasets, dataset) != datasets.end();
}

// nullopt: the question is not about this entity.
Result<std::optional<Part>> part_of(const Question& question, const json::Value& entity,
                                    jsonld::Catalogue& catalogue) {
  jsonld::ContextPtr context = question.context;
  if (const auto own = entity.find("@context")) {
    RV_ASSIGN(context, catalogue.resolve(*own));
  }
  Part part;
  part.times = times_in(entity);
  if (question.of_past) {
    ngsi::ParseOptions options = ngsi::kParseWhole;
    options.temporal = true;
    RV_ASSIGN(ngsi::Fragment fragment, ngsi::parse_entity(entity, *context, options));
    const About about = about_of(question, fragment);
    if (about.empty()) return std::nullopt;
    auto times = instance_times(entity, *context);
    std::map<std::string, std::size_t> next;
    std::vector<ngsi::FragmentAttribute> kept;
    for (ngsi::FragmentAttribute& attribute : fragment.attributes) {
      const auto& all = times[attribute.name];
      const std::size_t at = next[attribute.name]++;
      if (!is_registered(question, about, attribute)) continue;
      part.attribute_times.push_back(at < all.size() ? all[at] : Times{});
      kept.push_back(std::move(attribute));
    }
    fragment.attributes = std::move(kept);
    part.fragment = std::move(fragment);
    return part;
  }
  RV_ASSIGN(part.fragment, ngsi::parse_entity(entity, *context, ngsi::kParseWhole));
  const About about = about_of(question, part.fragment);
  if (about.empty()) return std::nullopt;
  std::erase_if(part.fragment.attributes, [&](const ngsi::FragmentAttribute& attribute) {
    return !is_registered(question, about, attribute);
  });
  const TimesByInstance times = times_of(entity, *context);
  for (const ngsi::FragmentAttribute& attribute : part.fragment.attributes) {
    const auto found = times.find({attribute.name, attribute.dataset_id});
    part.attribute_times.push_back(found == times.end() ? Times{} : found->second);
  }
  return part;
}

// 4.5.5: "the one with the most recent observedAt ..., else modifiedAt".
bool is_newer(const ngsi::FragmentAttribute& other, const Times& times,
              const ngsi::AttributeView& known) {
  if (other.observed_at.value && known.observed_at) {
    return *other.observed_at.value > *known.observed_at;
  }
  if (other.observed_at.value || known.observed_at) return other.observed_at.value.has_value();
  return times.modified && *times.modified > known.modified_at;
}

Result<ngsi::EntityPtr> append(ngsi::Names& names, const ngsi::EntityPtr& before,
                               const ngsi::Fragment& fragment, Instant at) {
  RV_ASSIGN(const ngsi::Mutated done, ngsi::append_attributes(names, before, fragment, true, at));
  return done.after;
}

// The instance as its source has it: made at its createdAt, changed at its modifiedAt.
Result<ngsi::EntityPtr> with_instance(ngsi::Names& names, ngsi::EntityPtr entity,
                                      ngsi::FragmentAttribute attribute, const Times& times,
                                      Instant otherwise) {
  const Instant modified = times.modified.value_or(otherwise);
  const Instant created = times.created.value_or(modified);
  ngsi::Fragment one;
  one.attributes.push_back(std::move(attribute));
  if (created < modified) {
    RV_ASSIGN(entity, append(names, entity, one, created));
  }
  return append(names, entity, one, modified);
}

// Instances from the oldest to the newest, so that the entity's modifiedAt is the newest one's.
std::vector<std::size_t> by_age(const Part& part) {
  std::vector<std::size_t> order(part.attribute_times.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {},
                    [&](std::size_t i) { return std::tuple(part.attribute_times[i].modified, i); });
  return order;
}

// What an entity has of its own becomes what both have.
Result<ngsi::EntityPtr> base_of(ngsi::Names& names, ngsi::EntityPtr before, const Part& part,
                                const Merging& merging) {
  ngsi::Fragment own;
  own.id = part.fragment.id;
  own.types = part.fragment.types;
  if (before == nullptr) {
    own.scopes = part.fragment.scopes;
    own.expires_at = part.fragment.expires_at;
    RV_ASSIGN(const ngsi::Mutated made,
              ngsi::create(names, own, part.times.created.value_or(merging.now)));
    return made.after;
  }
  if (merging.auxiliary) return before;
  if (!before->has_scopes()) own.scopes = part.fragment.scopes;
  return append(names, before, own, before->modified_at());
}

}  // namespace

Result<Parts> parts_of(const Question& question, const net::Reply& reply,
                       jsonld::Catalogue& catalogue) {
  Parts out;
  if (reply.body.empty()) return out;
  RV_ASSIGN(const json::Document document, json::Document::parse(reply.body));
  const json::Value root = document.root();
  const auto take = [&](const json::Value& entity) -> Result<> {
    if (entity.is_object() && entity.size() == 0) return {};
    ++out.entities;
    RV_ASSIGN(std::optional<Part> part, part_of(question, entity, catalogue));
    if (part) out.parts.push_back(*std::move(part));
    return {};
  };
  if (root.is_array()) {
    for (const json::Value entity : root.elements()) RV_TRY(take(entity));
  } else {
    RV_TRY(take(root));
  }
  return out;
}

Result<ngsi::EntityPtr> merged(ngsi::Names& names, ngsi::EntityPtr before, Part part,
                               const Merging& merging) {
  RV_ASSIGN(ngsi::EntityPtr entity, base_of(names, before, part, merging));
  const Instant otherwise = part.times.modified.value_or(merging.now);
  for (const std::size_t i : by_age(part)) {
    ngsi::FragmentAttribute& attribute = part.fragment.attributes[i];
    const ngsi::NameId name = names.find(attribute.name);
    if (before != nullptr && name != ngsi::kNoName) {
      const auto known = before->find(name, attribute.dataset_id);
      if (known && (merging.auxiliary || !is_newer(attribute, part.attribute_times[i], *known))) {
        continue;
      }
    }
    RV_ASSIGN(entity, with_instance(names, std::move(entity), std::move(attribute),
                                    part.attribute_times[i], otherwise));
  }
  return entity;
}

}  // namespace revier::federation::detail
