// SPDX-License-Identifier: EUPL-1.2
// A model of rights by entity for property tests: what the rights show of an entity by the test's
// own reckoning, and not by the rights' text. A test gives a broker the rights and all entities,
// another broker only what the model shows of them, and compares what the two answer or tell.
//
//   const KnownRights rights = some_rights(dice);   // rights.text goes to what is under test
//   whole.put(entity_text(thing));
//   if (const auto left = shown_text(thing, rights)) part.put(*left);
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "support/dice.h"

namespace revier::test {

struct Thing {
  std::string id;     // urn:a:NUMBER or urn:b:NUMBER
  std::string type;   // Tree, Lamp or Bench
  std::string scope;  // /north, /north/park or /south
  int number = 0;
  int secret = -1;     // under 0: it has none
  double east = -1;    // degrees, 0 to 1; under 0: it has no place
  double north = 0.5;  // degrees, 0 to 1
  std::string near{};  // the id of a Thing; empty: it leads to none
};

// One with all that a Thing can have. Put first into each broker, it gives names their numbers in
// the same order everywhere, so that members are shown in the same.
inline Thing first_thing() { return {"urn:first", "Tree", "/north", 1, 1, 1, 1, "urn:b:1"}; }

struct Shown {
  bool number = true;
  bool secret = true;
  bool place = true;
  bool near = true;
};

// What the test knows of one rule.
struct Rule {
  std::vector<std::string> types;  // empty: any
  std::string prefix;              // of the id
  std::string scope;               // and below
  double east_max = 2;             // over 1: anywhere, without a place as well
  Shown shown;
  std::string text;

  [[nodiscard]] bool fits(const Thing& one) const {
    const bool type =
        types.empty() || std::find(types.begin(), types.end(), one.type) != types.end();
    const bool within = east_max > 1 || (one.east >= 0 && one.east < east_max);
    return type && within && one.id.starts_with(prefix) && one.scope.starts_with(scope);
  }
};

struct KnownRights {
  std::vector<Rule> rules;
  std::string text;  // as a token has them
};

inline Rule some_rule(Dice& dice) {
  Rule rule;
  rule.text = R"({"operations":["read"])";
  if (dice.one_in(2)) {
    rule.types = {dice.of({"Tree", "Lamp", "Bench"}), dice.of({"Tree", "Lamp"})};
    rule.text += fmt::format(R"(,"types":["{}","{}"])", rule.types[0], rule.types[1]);
  }
  if (dice.one_in(3)) {
    rule.prefix = dice.of({"urn:a:", "urn:b:", "urn:b:1"});
    rule.text += fmt::format(R"(,"idPattern":"^{}")", rule.prefix);
  }
  if (dice.one_in(3)) {
    rule.scope = dice.of({"/north", "/south"});
    rule.text += fmt::format(R"(,"scopeQ":"{}/#")", rule.scope);
  }
  if (dice.one_in(3)) {
    rule.east_max = (dice.below(80) + 10.5) / 100;
    rule.text += fmt::format(
        R"(,"area":{{"type":"Polygon","coordinates":[[[-0.5,-1],[{0},-1],[{0},2],[-0.5,2],[-0.5,-1]]]}})",
        rule.east_max);
  }
  switch (dice.below(3)) {
    case 0:
      rule.shown.secret = false;
      rule.text += R"(,"except":["secret"])";
      break;
    case 1:
      rule.shown.secret = rule.shown.place = false;
      rule.text += R"(,"attributes":["number","near"])";
      break;
    default:
      break;
  }
  rule.text += '}';
  return rule;
}

// One to three rules.
inline KnownRights some_rights(Dice& dice) {
  KnownRights rights;
  for (int n = 1 + dice.below(3); n > 0; --n) {
    rights.rules.push_back(some_rule(dice));
    rights.text += (rights.text.empty() ? "[" : ",") + rights.rules.back().text;
  }
  rights.text += "]";
  return rights;
}

// The entity with what is shown of it.
inline std::string entity_text(const Thing& one, const Shown& shown = {}) {
  std::string out =
      fmt::format(R"({{"id":"{}","type":"{}","scope":"{}")", one.id, one.type, one.scope);
  if (shown.number) out += fmt::format(R"(,"number":{})", one.number);
  if (shown.secret && one.secret >= 0) out += fmt::format(R"(,"secret":{})", one.secret);
  if (shown.place && one.east >= 0) {
    out +=
        fmt::format(R"(,"location":{{"type":"Point","coordinates":[{},{}]}})", one.east, one.north);
  }
  if (shown.near && !one.near.empty()) {
    out += fmt::format(R"(,"near":{{"type":"Relationship","object":"{}"}})", one.near);
  }
  return out + "}";
}

// nullopt: nothing of it is shown.
inline std::optional<std::string> shown_text(const Thing& one, const KnownRights& rights) {
  Shown shown{.number = false, .secret = false, .place = false, .near = false};
  bool any = false;
  for (const Rule& rule : rights.rules) {
    if (!rule.fits(one)) continue;
    any = true;
    shown.number |= rule.shown.number;
    shown.secret |= rule.shown.secret;
    shown.place |= rule.shown.place;
    shown.near |= rule.shown.near;
  }
  if (!any) return std::nullopt;
  return entity_text(one, shown);
}

}  // namespace revier::test
