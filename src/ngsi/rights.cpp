// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/rights.h"

#include <algorithm>

#include "json/json.h"
#include "ngsi/detail/draft.h"
#include "ngsi/parse.h"

namespace revier::ngsi {
namespace {

using About = RightsRule::About;

constexpr std::size_t kNamesOfRuleMax = 256;

constexpr std::uint8_t bit_of(Operation operation) { return static_cast<std::uint8_t>(operation); }
constexpr std::uint8_t kAnyWrite =
    bit_of(Operation::kCreate) | bit_of(Operation::kUpdate) | bit_of(Operation::kDelete);

tl::unexpected<Error> wrong(std::string_view what) {
  return fail(Code::kBadRequestData, std::string(what));
}

Result<std::uint8_t> operation_bits(std::string_view name) {
  if (name == "read") return bit_of(Operation::kRead);
  if (name == "create") return bit_of(Operation::kCreate);
  if (name == "update") return bit_of(Operation::kUpdate);
  if (name == "delete") return bit_of(Operation::kDelete);
  if (name == "write") return kAnyWrite;
  return wrong("operations are read, create, update, delete, and write for the last three");
}

Result<std::vector<std::string>> strings_of(const json::Value& list, std::string_view member) {
  std::vector<std::string> out;
  for (const json::Value each : list.elements()) {
    const auto text = each.as_string();
    if (text) out.emplace_back(*text);
  }
  if (out.empty() || out.size() != list.size() || out.size() > kNamesOfRuleMax) {
    return wrong(fmt::format("{} is an array of 1 to {} strings", member, kNamesOfRuleMax));
  }
  return out;
}

Result<std::vector<std::string>> names_of(const json::Value& list, std::string_view member,
                                          const jsonld::Context& core) {
  RV_ASSIGN(std::vector<std::string> names, strings_of(list, member));
  for (std::string& name : names) {
    RV_ASSIGN(name, expand_checked(name, core));
  }
  return names;
}

Result<std::string> text_of(const json::Value& value, std::string_view member) {
  const auto text = value.as_string();
  if (text && !text->empty()) return std::string(*text);
  return wrong(fmt::format("{} is a text", member));
}

class RuleReader {
 public:
  explicit RuleReader(const jsonld::Context& core) : core_(core) {}

  Result<RightsRule> read(const json::Value& value) {
    if (!value.is_object()) return wrong("a rule is an object");
    for (const auto& [key, member] : value.members()) RV_TRY(take(key, member));
    if (rule_.operations == 0) return wrong("operations are missing");
    return std::move(rule_);
  }

 private:
  Result<> take(std::string_view key, const json::Value& value) {
    if (key == "operations") return take_operations(value);
    if (key == "types") return take_types(value);
    if (key == "attributes") return take_attributes(value, About::kThese, key);
    if (key == "except") return take_attributes(value, About::kOthers, key);
    if (key == "area") return take_area(value);
    if (key == "idPattern") {
      RV_ASSIGN(rule_.selection.id_pattern, text_of(value, key));
      return {};
    }
    if (key == "scopeQ") {
      RV_ASSIGN(rule_.selection.scope_q, text_of(value, key));
      return {};
    }
    return wrong(
        fmt::format("\"{}\" is none of operations, types, idPattern, scopeQ, area, "
                    "attributes and except",
                    key));
  }
  Result<> take_operations(const json::Value& value) {
    RV_ASSIGN(const auto names, strings_of(value, "operations"));
    for (const std::string& name : names) {
      RV_ASSIGN(const std::uint8_t bits, operation_bits(name));
      rule_.operations |= bits;
    }
    return {};
  }
  Result<> take_types(const json::Value& value) {
    RV_ASSIGN(const auto names, names_of(value, "types", core_));
    for (const std::string& name : names) {
      if (name.find_first_of("();|,") != std::string::npos) {
        return wrong("a type has none of the signs ( ) ; | ,");
      }
      if (!rule_.selection.type.empty()) rule_.selection.type += '|';
      rule_.selection.type += name;
    }
    return {};
  }
  Result<> take_attributes(const json::Value& value, About about, std::string_view key) {
    if (rule_.about != About::kAll) return wrong("attributes and except exclude each other");
    rule_.about = about;
    RV_ASSIGN(rule_.attributes, names_of(value, key, core_));
    std::sort(rule_.attributes.begin(), rule_.attributes.end());
    return {};
  }
  Result<> take_area(const json::Value& value) {
    const auto type = value.find("type");
    const auto coordinates = value.find("coordinates");
    if (!type || !type->as_string() || !coordinates) {
      return wrong("area is a GeoJSON geometry, an object with type and coordinates");
    }
    rule_.selection.georel = "within";
    rule_.selection.geometry = std::string(*type->as_string());
    rule_.selection.coordinates = json::to_text(*coordinates);
    return {};
  }

  const jsonld::Context& core_;
  RightsRule rule_;
};

bool holds(RightsRule::About about, bool listed) {
  return about == About::kAll || listed == (about == About::kThese);
}

bool changes_something(const Mutated& what) {
  return what.after != what.before || !what.changes.empty();
}

tl::unexpected<Error> not_covered(std::string_view what) {
  return fail(Code::kForbidden, fmt::format("the rights of this token do not cover {}", what));
}

}  // namespace

bool RightsRule::is_about(std::string_view attribute) const {
  return holds(about, std::binary_search(attributes.begin(), attributes.end(), attribute));
}

bool Sight::Rule::is_about(NameId attribute) const {
  if (about == About::kAll) return true;
  return attribute < unknown_from &&
         holds(about, std::binary_search(attributes.begin(), attributes.end(), attribute));
}

bool Sight::Rule::covers(Operation operation, const Mutated& what) const {
  return (operations & bit_of(operation)) != 0 &&
         (!what.before || predicate.matches(*what.before)) &&
         (!what.after || predicate.matches(*what.after));
}

bool Sight::knows(const Entity& entity) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return rule.predicate.matches(entity); });
}

bool Sight::shows(const Entity& entity, NameId attribute) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    const bool reads = (rule.operations & bit_of(Operation::kRead)) != 0;
    return reads && rule.is_about(attribute) && rule.predicate.matches(entity);
  });
}

EntityPtr Sight::seen(const EntityPtr& entity) const {
  if (!entity) return nullptr;
  std::vector<const Rule*> fitting;
  for (const Rule& rule : rules_) {
    const bool reads = (rule.operations & bit_of(Operation::kRead)) != 0;
    if (!reads || !rule.predicate.matches(*entity)) continue;
    if (rule.about == About::kAll) return entity;
    fitting.push_back(&rule);
  }
  if (fitting.empty()) return nullptr;
  const auto hidden = [&fitting](NameId attribute) {
    return std::none_of(fitting.begin(), fitting.end(),
                        [&](const Rule* rule) { return rule->is_about(attribute); });
  };
  bool all = true;
  for (const AttributeView& view : entity->attributes()) all = all && !hidden(view.name);
  if (all) return entity;
  detail::Draft draft = detail::draft_of(*entity);
  for (detail::Instance& instance : draft.instances) instance.gone = hidden(instance.name);
  auto shown = detail::freeze(std::move(draft));
  return shown ? *std::move(shown) : nullptr;  // it is smaller than one that fitted
}

Result<> Sight::check_members(const Mutated& what, Operation operation) const {
  const bool types = what.before && what.after && what.types_changed;
  const bool scopes = what.before && what.after && what.scopes_changed;
  const bool expiry = what.before && what.after && changes_something(what) &&
                      what.before->expires_at() != what.after->expires_at();
  if (!types && !scopes && !expiry) return {};
  for (const Rule& rule : rules_) {
    if (rule.about == About::kAll && rule.covers(operation, what)) return {};
  }
  return not_covered("a change of the entity's type, scope or expiresAt");
}

Result<> Sight::check(const Mutated& what) const {
  const Operation operation = !what.before  ? Operation::kCreate
                              : !what.after ? Operation::kDelete
                                            : Operation::kUpdate;
  std::vector<const Rule*> covering;
  for (const Rule& rule : rules_) {
    if (rule.covers(operation, what)) covering.push_back(&rule);
  }
  if (covering.empty()) {
    return not_covered(operation == Operation::kCreate ? "creating this entity"
                       : operation == Operation::kDelete
                           ? "deleting this entity"
                           : "this entity, or what would become of it");
  }
  const auto is_covered = [&covering](NameId attribute) {
    return std::any_of(covering.begin(), covering.end(),
                       [&](const Rule* rule) { return rule->is_about(attribute); });
  };
  for (const AttributeChange& change : what.changes) {
    if (!is_covered(change.name)) return not_covered("all attributes that this would change");
  }
  if (operation == Operation::kDelete) {
    for (const AttributeView& view : what.before->attributes()) {
      if (!is_covered(view.name)) return not_covered("all attributes of this entity");
    }
  }
  return check_members(what, operation);
}

Result<Rights> Rights::parse(std::string_view text, jsonld::ContextPtr core) {
  RV_ASSIGN(const json::Document document,
            json::Document::parse(text, {.bytes_max = kBytesMax, .depth_max = 16}));
  const json::Value list = document.root();
  if (!list.is_array() || list.size() == 0 || list.size() > kRulesMax) {
    return wrong(fmt::format("rights are an array of 1 to {} rules", kRulesMax));
  }
  Rights rights;
  const Names none;
  for (const json::Value each : list.elements()) {
    auto rule = RuleReader(*core).read(each);
    Result<> fits;
    if (rule) {
      auto compiled = Predicate::compile(rule->selection, none, *core);
      if (!compiled) fits = fail(compiled.error());
    } else {
      fits = fail(rule.error());
    }
    if (!fits) {
      return fail(Code::kBadRequestData,
                  fmt::format("rule {}: {}", rights.rules_.size() + 1, fits.error().message));
    }
    rights.rules_.push_back(*std::move(rule));
  }
  rights.core_ = std::move(core);
  return rights;
}

bool Rights::allow(Operation operation) const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [&](const RightsRule& rule) { return rule.has(operation); });
}

bool Rights::allow_writing() const {
  return std::any_of(rules_.begin(), rules_.end(),
                     [](const RightsRule& rule) { return (rule.operations & kAnyWrite) != 0; });
}

bool Rights::are_about(std::uint8_t operations, std::string_view attribute) const {
  return std::any_of(rules_.begin(), rules_.end(), [&](const RightsRule& rule) {
    return (rule.operations & operations) != 0 && rule.is_about(attribute);
  });
}

std::shared_ptr<const Sight> Rights::over(const Names& names) const {
  auto sight = std::make_shared<Sight>();
  bool any_type = false;
  const NameId unknown_from = names.next_id();  // before any name is looked up
  for (const RightsRule& rule : rules_) {
    auto predicate = Predicate::compile(rule.selection, names, *core_);
    if (!predicate) continue;  // parse() has looked: a rule that is none allows nothing
    Sight::Rule& made = sight->rules_.emplace_back();
    made.predicate = *std::move(predicate);
    made.operations = rule.operations;
    made.about = rule.about;
    made.unknown_from = unknown_from;
    for (const std::string& attribute : rule.attributes) {
      const NameId name = names.find(attribute);
      if (name != kNoName) made.attributes.push_back(name);
    }
    std::sort(made.attributes.begin(), made.attributes.end());
    if (!rule.has(Operation::kRead) || made.predicate.hints().nothing) continue;
    const auto& types = made.predicate.hints().types;
    any_type = any_type || types.empty();
    sight->types_.insert(sight->types_.end(), types.begin(), types.end());
  }
  std::sort(sight->types_.begin(), sight->types_.end());
  sight->types_.erase(std::unique(sight->types_.begin(), sight->types_.end()), sight->types_.end());
  if (any_type) sight->types_.clear();
  return sight;
}

}  // namespace revier::ngsi
