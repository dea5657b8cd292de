// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/predicate.h"

#include <algorithm>

#include "ngsi/detail/geo_match.h"
#include "ngsi/detail/pattern.h"
#include "ngsi/detail/q_match.h"
#include "ngsi/detail/selections.h"
#include "ngsi/parse.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kIdsMax = 10'000;
constexpr std::size_t kAttrsMax = 1'000;

}  // namespace

// Parts that are not asked for are empty. matches() asks the cheap ones first.
struct Predicate::State {
  std::vector<std::string> ids;  // sorted
  std::optional<detail::Pattern> id_pattern;
  std::optional<detail::TypeSelection> types;
  std::optional<std::vector<NameId>> attrs;
  std::optional<detail::ReadyQuery> q;
  std::optional<detail::ScopeQuery> scopes;
  std::shared_ptr<const detail::GeoMatch> geo;
  NameId geo_attribute = kNoName;
  Hints hints;

  [[nodiscard]] Result<> compile(const Selection& selection, const Names& names,
                                 const jsonld::Context& context);
  [[nodiscard]] bool matches(const Entity& entity) const;

 private:
  [[nodiscard]] Result<> take_ids(const Selection& selection);
  [[nodiscard]] Result<> take_attrs(const Selection& selection, const Names& names,
                                    const jsonld::Context& context);
  [[nodiscard]] Result<> take_geo(const Selection& selection, const Names& names,
                                  const jsonld::Context& context);
  void make_hints(const Selection& selection);
};

Result<> Predicate::State::take_ids(const Selection& selection) {
  if (selection.ids.size() > kIdsMax) {
    return fail(Code::kBadRequestData, fmt::format("id may name at most {} entities", kIdsMax),
                "id");
  }
  for (const std::string& id : selection.ids) {
    if (auto checked = check_uri(id, "id"); !checked) {
      return fail(Code::kBadRequestData, checked.error().message, "id");
    }
  }
  ids = selection.ids;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (selection.id_pattern.empty()) return {};
  RV_ASSIGN(id_pattern, detail::Pattern::compile(selection.id_pattern, "idPattern"));
  return {};
}

Result<> Predicate::State::take_attrs(const Selection& selection, const Names& names,
                                      const jsonld::Context& context) {
  if (selection.attrs.empty()) return {};
  if (selection.attrs.size() > kAttrsMax) {
    return fail(Code::kBadRequestData, fmt::format("at most {} attributes", kAttrsMax), "attrs");
  }
  attrs.emplace();
  for (const std::string& name : selection.attrs) {
    auto iri = expand_checked(name, context);
    if (!iri) {
      return fail(Code::kBadRequestData, fmt::format("attrs: {}: {}", name, iri.error().message),
                  "attrs");
    }
    if (const NameId id = names.find(*iri); id != kNoName) attrs->push_back(id);
  }
  return {};
}

Result<> Predicate::State::take_geo(const Selection& selection, const Names& names,
                                    const jsonld::Context& context) {
  if (selection.georel.empty()) {
    if (selection.geometry.empty() && selection.coordinates.empty() &&
        selection.geoproperty.empty()) {
      return {};
    }
    return fail(Code::kBadRequestData, "geometry, coordinates and geoproperty need georel",
                "georel");
  }
  RV_ASSIGN(geo, detail::GeoMatch::compile(selection));
  const std::string name = selection.geoproperty.empty() ? "location" : selection.geoproperty;
  auto iri = expand_checked(name, context);
  if (!iri) {
    return fail(Code::kBadRequestData, fmt::format("geoproperty: {}", iri.error().message),
                "geoproperty");
  }
  geo_attribute = names.find(*iri);
  return {};
}

Result<> Predicate::State::compile(const Selection& selection, const Names& names,
                                   const jsonld::Context& context) {
  RV_TRY(take_ids(selection));
  if (!selection.type.empty() && selection.type != "*") {
    RV_ASSIGN(types, detail::TypeSelection::compile(selection.type, names, context));
  }
  RV_TRY(take_attrs(selection, names, context));
  if (!selection.q.empty()) {
    RV_ASSIGN(const Query query, parse_query(selection.q));
    RV_ASSIGN(q, detail::make_ready(query, names, context, selection.expand_values));
  }
  if (!selection.scope_q.empty()) {
    RV_ASSIGN(scopes, detail::ScopeQuery::compile(selection.scope_q));
  }
  RV_TRY(take_geo(selection, names, context));
  make_hints(selection);
  return {};
}

void Predicate::State::make_hints(const Selection& selection) {
  if (!selection.ids.empty()) hints.ids = ids;
  bool single_types = true;
  if (types) {
    for (const auto& group : types->groups()) {
      hints.types.push_back(group.front());
      single_types = single_types && group.size() == 1;
    }
    hints.nothing = types->groups().empty();
  }
  if (attrs) {
    if (attrs->size() == 1) hints.attributes = *attrs;
    hints.nothing = hints.nothing || attrs->empty();
  }
  if (q) q->add_hints(hints);
  if (geo) {
    hints.nothing = hints.nothing || geo_attribute == kNoName;
    if (auto area = geo->area()) {
      area->attribute = geo_attribute;
      hints.area = std::move(area);
    }
    hints.attributes.push_back(geo_attribute);
  }
  std::sort(hints.types.begin(), hints.types.end());
  hints.types.erase(std::unique(hints.types.begin(), hints.types.end()), hints.types.end());
  hints.type_is_all = single_types && ids.empty() && !id_pattern && !attrs && !q && !scopes && !geo;
}

bool Predicate::State::matches(const Entity& entity) const {
  if (types && !types->matches(entity)) return false;
  if (!ids.empty() && !std::binary_search(ids.begin(), ids.end(), entity.id(), std::less<>())) {
    return false;
  }
  if (attrs && std::none_of(attrs->begin(), attrs->end(),
                            [&entity](NameId name) { return entity.has(name); })) {
    return false;
  }
  if (scopes && !scopes->matches(entity)) return false;
  if (q && !q->matches(entity)) return false;
  if (id_pattern && !id_pattern->found_in(entity.id())) return false;
  if (!geo) return true;
  const AttributeRange range = entity.attributes();
  for (auto at = range.find(geo_attribute); !(at == range.end()) && at->name == geo_attribute;
       ++at) {
    if (at->kind != Kind::kGeoProperty) continue;
    const auto target = read_geometry(at->value);
    if (target && geo->matches(*target)) return true;
  }
  return false;
}

Predicate::Predicate() {
  auto state = std::make_shared<State>();
  state->hints.type_is_all = true;
  state_ = std::move(state);
}
Predicate::Predicate(std::shared_ptr<const State> state) : state_(std::move(state)) {}

Result<Predicate> Predicate::compile(const Selection& selection, const Names& names,
                                     const jsonld::Context& context) {
  auto state = std::make_shared<State>();
  RV_TRY(state->compile(selection, names, context));
  return Predicate(std::move(state));
}

bool Predicate::matches(const Entity& entity) const { return state_->matches(entity); }
const Hints& Predicate::hints() const { return state_->hints; }

}  // namespace revier::ngsi
