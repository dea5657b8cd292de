// SPDX-License-Identifier: EUPL-1.2
#include "federation/detail/matching.h"

#include <algorithm>

#include "federation/document.h"
#include "ngsi/mutate.h"
#include "ngsi/parse.h"

namespace revier::federation::detail {
namespace {

constexpr std::string_view kAnyId = "urn:ngsi-ld:any";

Result<ngsi::EntityPtr> make_entity(ngsi::Names& names, std::string_view id,
                                    std::vector<std::string> types) {
  ngsi::Fragment fragment;
  fragment.id = id;
  fragment.types = std::move(types);
  if (fragment.types.empty()) fragment.types.emplace_back("urn:ngsi-ld:any");
  RV_ASSIGN(const ngsi::Mutated made, ngsi::create(names, fragment, Instant{}));
  return made.after;
}

// The location of a registration says where its entities may be: one that only touches what is
// asked for may have some that lie within.
std::string widened(const std::string& georel) {
  const bool exact =
      georel == "within" || georel == "contains" || georel == "equals" || georel == "overlaps";
  return exact ? "intersects" : georel;
}

bool overlap(const Interval& a, const Interval& b) {
  return (!b.end || a.start <= *b.end) && (!a.end || b.start <= *a.end);
}

bool share(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(
      a, [&](const std::string& text) { return std::ranges::find(b, text) != b.end(); });
}

}  // namespace

Result<Prepared> prepare(RegistrationPtr registration, ngsi::Names& names,
                         const jsonld::Context& core) {
  Prepared out;
  RV_ASSIGN(const auto document, json::Document::parse(as_entity(*registration)));
  RV_ASSIGN(const ngsi::Fragment fragment,
            ngsi::parse_entity(document.root(), core, ngsi::kParseWhole));
  RV_ASSIGN(const ngsi::Mutated made, ngsi::create(names, fragment, Instant{}));
  out.source = made.after;
  for (const Information& information : registration->information) {
    auto& entities = out.entities.emplace_back();
    for (const EntityInfo& info : information.entities) {
      Prepared::Entity& entity = entities.emplace_back();
      entity.has_id = !info.id.empty();
      RV_ASSIGN(entity.typed, make_entity(names, entity.has_id ? info.id : kAnyId, info.types));
      entity.has_pattern = !info.id_pattern.empty();
      if (!entity.has_pattern) continue;
      ngsi::Selection selection;
      selection.id_pattern = info.id_pattern;
      RV_ASSIGN(entity.pattern, ngsi::Predicate::compile(selection, names, core));
    }
  }
  out.registration = std::move(registration);
  return out;
}

Result<Matching> Matching::make(const Wanted& wanted, ngsi::Names& names,
                                const jsonld::Context& context) {
  Matching out(wanted);
  const ngsi::Selection& asked = wanted.selection;
  out.has_types_ = !asked.type.empty();
  ngsi::Selection types;
  types.type = asked.type;
  RV_ASSIGN(out.types_, ngsi::Predicate::compile(types, names, context));
  ngsi::Selection pattern;
  pattern.id_pattern = asked.id_pattern;
  RV_ASSIGN(out.id_pattern_, ngsi::Predicate::compile(pattern, names, context));
  ngsi::Selection source;
  source.q = asked.q;
  source.scope_q = asked.scope_q;
  source.georel = widened(asked.georel);
  source.geometry = asked.geometry;
  source.coordinates = asked.coordinates;
  source.geoproperty = asked.geoproperty;
  RV_ASSIGN(out.source_, ngsi::Predicate::compile(source, names, context));
  for (const std::string& id : asked.ids) {
    RV_TRY(ngsi::check_uri(id, "id"));
    RV_ASSIGN(out.ids_.emplace_back(), make_entity(names, id, {}));
  }
  return out;
}

bool Matching::fits_ids(const Prepared::Entity& entity) const {
  const bool asks = !ids_.empty() || !wanted_.selection.id_pattern.empty();
  if (!asks || (!entity.has_id && !entity.has_pattern)) return true;
  const bool by_pattern = !wanted_.selection.id_pattern.empty();
  if (entity.has_id) {
    const bool named = std::ranges::any_of(
        ids_, [&](const ngsi::EntityPtr& id) { return id->id() == entity.typed->id(); });
    return named || (by_pattern && ids_.empty() && id_pattern_.matches(*entity.typed));
  }
  const bool named = std::ranges::any_of(
      ids_, [&](const ngsi::EntityPtr& id) { return entity.pattern.matches(*id); });
  return named || (by_pattern && ids_.empty());
}

bool Matching::fits_entity(const Prepared::Entity& entity) const {
  return (!has_types_ || types_.matches(*entity.typed)) && fits_ids(entity);
}

bool Matching::fits_attributes(const Information& information) const {
  return wanted_.attributes.empty() || information.attributes.empty() ||
         share(wanted_.attributes, information.attributes);
}

bool Matching::fits_times(const Registration& registration) const {
  if (wanted_.any_times) return true;
  if (!wanted_.times) return !registration.is_temporal();
  const auto& interval =
      wanted_.times->by_observation ? registration.observation : registration.management_interval;
  return interval && overlap(*interval, wanted_.times->interval);
}

bool Matching::fits_datasets(const Registration& registration) const {
  return wanted_.dataset_ids.empty() || registration.dataset_ids.empty() ||
         share(wanted_.dataset_ids, registration.dataset_ids);
}

std::optional<Match> Matching::match(const Prepared& prepared) const {
  const Registration& registration = *prepared.registration;
  if (!fits_times(registration) || !fits_datasets(registration)) return std::nullopt;
  if (!source_.matches(*prepared.source)) return std::nullopt;
  Match out{prepared.registration, {}, {}};
  for (std::size_t i = 0; i < registration.information.size(); ++i) {
    const auto& entities = prepared.entities[i];
    std::vector<bool>& fitting = out.entities.emplace_back();
    for (const Prepared::Entity& entity : entities) fitting.push_back(fits_entity(entity));
    const bool any = entities.empty() || std::ranges::find(fitting, true) != fitting.end();
    out.information.push_back(any && fits_attributes(registration.information[i]));
  }
  if (std::ranges::find(out.information, true) == out.information.end()) return std::nullopt;
  return out;
}

}  // namespace revier::federation::detail
