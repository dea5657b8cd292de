// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/predicate.h"

#include <algorithm>

#include "ngsi/detail/geo_match.h"
#include "ngsi/detail/q_match.h"
#include "ngsi/detail/selections.h"
#include "ngsi/parse.h"
#include "ngsi/pattern.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kIdsMax = 10'000;
constexpr std::size_t kAttrsMax = 1'000;
constexpr std::size_t kSelectorsMax = 256;

}  // namespace

namespace {

// Ids, pattern and types of which all that are given have to fit.
struct Selector {
  std::vector<std::string> ids;  // sorted
  std::optional<Pattern> id_pattern;
  std::optional<detail::TypeSelection> types;

  [[nodiscard]] static Result<Selector> compile(const EntitySelector& given, const Names& names,
                                                const jsonld::Context& context);

  [[nodiscard]] bool matches(const Entity& entity) const {
    if (types && !types->matches(entity)) return false;
    if (!ids.empty() && !std::binary_search(ids.begin(), ids.end(), entity.id(), std::less<>())) {
      return false;
    }
    return !id_pattern || id_pattern->found_in(entity.id());
  }
};

Result<Selector> Selector::compile(const EntitySelector& given, const Names& names,
                                   const jsonld::Context& context) {
  Selector selector;
  if (given.ids.size() > kIdsMax) {
    return fail(Code::kBadRequestData, fmt::format("id may name at most {} entities", kIdsMax),
                "id");
  }
  for (const std::string& id : given.ids) {
    if (auto checked = check_uri(id, "id"); !checked) {
      return fail(Code::kBadRequestData, checked.error().message, "id");
    }
  }
  selector.ids = given.ids;
  std::sort(selector.ids.begin(), selector.ids.end());
  selector.ids.erase(std::unique(selector.ids.begin(), selector.ids.end()), selector.ids.end());
  if (!given.id_pattern.empty()) {
    RV_ASSIGN(selector.id_pattern, Pattern::compile(given.id_pattern, "idPattern"));
  }
  if (!given.type.empty() && given.type != "*") {
    RV_ASSIGN(selector.types, detail::TypeSelection::compile(given.type, names, context));
  }
  return selector;
}

}  // namespace

// Parts that are not asked for are empty. matches() asks the cheap ones first.
struct Predicate::State {
  Selector all;
  std::vector<Selector> any_of;
  std::optional<std::vector<NameId>> attrs;
  bool or_scope = false;
  std::optional<detail::ReadyQuery> q;
  std::optional<detail::ScopeQuery> scopes;
  std::shared_ptr<const detail::GeoMatch> geo;
  NameId geo_attribute = kNoName;
  Hints hints;

  [[nodiscard]] Result<> compile(const Selection& selection, const Names& names,
                                 const jsonld::Context& context);
  [[nodiscard]] bool matches(const Entity& entity, const LinkedEntities* linked) const;

 private:
  [[nodiscard]] Result<> take_attrs(const Selection& selection, const Names& names,
                                    const jsonld::Context& context);
  [[nodiscard]] Result<> take_geo(const Selection& selection, const Names& names,
                                  const jsonld::Context& context);
  void hint_any_of();
  void make_hints();
};

Result<> Predicate::State::take_attrs(const Selection& selection, const Names& names,
                                      const jsonld::Context& context) {
  if (selection.attrs.empty() && !selection.or_scope) return {};
  or_scope = selection.or_scope;
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
    if (selection.geometry.empty() && selection.coordinates.empty()) return {};
    return fail(Code::kBadRequestData, "geometry and coordinates need georel", "georel");
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
  RV_ASSIGN(all, Selector::compile({selection.ids, selection.id_pattern, selection.type}, names,
                                   context));
  if (selection.any_of.size() > kSelectorsMax) {
    return fail(Code::kBadRequestData, fmt::format("at most {} entity selectors", kSelectorsMax),
                "entities");
  }
  for (const EntitySelector& given : selection.any_of) {
    RV_ASSIGN(any_of.emplace_back(), Selector::compile(given, names, context));
  }
  RV_TRY(take_attrs(selection, names, context));
  if (!selection.q.empty()) {
    RV_ASSIGN(const Query query, parse_query(selection.q));
    std::vector<std::string> expanded = selection.expand_values;
    std::erase_if(expanded, [&keys = selection.json_keys](const std::string& name) {
      return std::find(keys.begin(), keys.end(), name) != keys.end();
    });
    RV_ASSIGN(q, detail::make_ready(query, names, context, expanded));
  }
  if (!selection.scope_q.empty()) {
    RV_ASSIGN(scopes, detail::ScopeQuery::compile(selection.scope_q));
  }
  RV_TRY(take_geo(selection, names, context));
  make_hints();
  return {};
}

// What any one of several selectors lets through, as far as types and ids say it.
void Predicate::State::hint_any_of() {
  if (any_of.empty()) return;
  const auto every = [this](auto has) { return std::all_of(any_of.begin(), any_of.end(), has); };
  if (!hints.ids && every([](const Selector& s) { return !s.ids.empty(); })) {
    hints.ids.emplace();
    for (const Selector& s : any_of) {
      hints.ids->insert(hints.ids->end(), s.ids.begin(), s.ids.end());
    }
  }
  if (!hints.types.empty() || !every([](const Selector& s) { return s.types.has_value(); })) return;
  for (const Selector& s : any_of) {
    for (const auto& group : s.types->groups()) hints.types.push_back(group.front());
  }
  hints.nothing = hints.nothing || hints.types.empty();
}

void Predicate::State::make_hints() {
  if (!all.ids.empty()) hints.ids = all.ids;
  bool single_types = true;
  if (all.types) {
    for (const auto& group : all.types->groups()) {
      hints.types.push_back(group.front());
      single_types = single_types && group.size() == 1;
    }
    hints.nothing = all.types->groups().empty();
  }
  hint_any_of();
  if (attrs && !or_scope) {
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
  hints.type_is_all = single_types && all.ids.empty() && !all.id_pattern && any_of.empty() &&
                      !attrs && !q && !scopes && !geo;
}

bool Predicate::State::matches(const Entity& entity, const LinkedEntities* linked) const {
  if (!all.matches(entity)) return false;
  if (!any_of.empty() &&
      std::none_of(any_of.begin(), any_of.end(),
                   [&entity](const Selector& selector) { return selector.matches(entity); })) {
    return false;
  }
  if (attrs && !(or_scope && entity.has_scopes()) &&
      std::none_of(attrs->begin(), attrs->end(),
                   [&entity](NameId name) { return entity.has(name); })) {
    return false;
  }
  if (scopes && !scopes->matches(entity)) return false;
  if (q && !q->matches(entity, linked)) return false;
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

bool Predicate::matches(const Entity& entity, const LinkedEntities* linked) const {
  return state_->matches(entity, linked);
}
std::size_t Predicate::link_levels() const { return state_->q ? state_->q->link_levels() : 0; }
const Hints& Predicate::hints() const { return state_->hints; }

}  // namespace revier::ngsi
