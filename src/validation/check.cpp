// SPDX-License-Identifier: EUPL-1.2
// Rules held against a value.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "base/utf8.h"
#include "validation/detail/rules.h"

namespace revier::validation::detail {
namespace {

constexpr std::size_t kPatternSteps = 20;    // what looking for a pattern counts for
constexpr std::size_t kTextBytes = 64;       // of a text that are looked at in one step
constexpr std::size_t kMembersStep = 16;     // members that are passed in one step
constexpr int kCheckDepthMax = 512;          // nodes within each other
constexpr std::size_t kQuotedBytesMax = 63;  // of a value in a message
constexpr std::size_t kNameBytesMax = 200;   // of a member's name in a message

unsigned bit_of(const json::Value& value) {
  switch (value.kind()) {
    case json::Kind::kNull:
      return kNullBit;
    case json::Kind::kBool:
      return kBoolBit;
    case json::Kind::kInteger:
      return kIntegerBit;
    case json::Kind::kDouble:
      return value.as_integer() ? kIntegerBit : kNumberBit;
    case json::Kind::kString:
      return kStringBit;
    case json::Kind::kArray:
      return kArrayBit;
    case json::Kind::kObject:
      return kObjectBit;
  }
  return 0;
}

std::string quoted(const json::Value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("an array of {}", value.size());
  return cut_text(json::to_text(value), kQuotedBytesMax);
}

bool is_multiple(double value, double of) {
  const double parts = value / of;
  if (!std::isfinite(parts)) return false;
  return std::abs(parts - std::round(parts)) <= 1e-9 * std::max(1.0, std::abs(parts));
}

class Checker {
 public:
  Checker(const Rules& rules, Budget& budget) : rules_(rules), budget_(budget) {}

  Report run(const json::Value& value) {
    (void)meets(rules_.root, value);
    return exhausted_ ? beyond_budget() : std::move(report_);
  }

 private:
  bool meets(NodeId id, const json::Value& value) {
    if (id == kAnything) return true;
    if (!spend(1)) return false;
    if (++depth_ > kCheckDepthMax) exhausted_ = true;
    const NodeId outer = std::exchange(at_, id);
    bool good = true;
    for (const Rule& rule : rules_.nodes[id].rules) {
      if (exhausted_ || full()) break;
      const std::size_t before = report_.violations.size();
      if (holds(rule, value)) continue;
      good = false;
      if (quiet_ > 0) break;
      // What lies within has told of itself.
      if (report_.violations.size() == before && !exhausted_) complain(rule, value);
    }
    at_ = outer;
    --depth_;
    return good && !exhausted_;
  }

  bool spend(std::size_t steps) {
    if (!budget_.spend(steps)) exhausted_ = true;
    return !exhausted_;
  }
  [[nodiscard]] bool full() const { return report_.violations.size() >= kViolationsMax; }

  bool holds(const Rule& rule, const json::Value& value) {
    if (!spend(1)) return false;
    if (rule.word <= Word::kEnum) return of_any(rule, value);
    if (rule.word <= Word::kDependentSchemas) return !value.is_object() || of_object(rule, value);
    if (rule.word <= Word::kUniqueItems) return !value.is_array() || of_array(rule, value);
    if (rule.word <= Word::kFormat) return !value.is_string() || of_text(rule, value);
    if (rule.word <= Word::kMultipleOf) return !value.is_number() || of_number(rule, value);
    return of_logic(rule, value);
  }

  bool of_any(const Rule& rule, const json::Value& value) {
    if (rule.word == Word::kType) return (bit_of(value) & rule.types) != 0;
    std::string text;
    append_canonical(text, value);
    return spend(text.size() / 16) && rule.any.contains(text);
  }

  bool of_object(const Rule& rule, const json::Value& value) {
    const auto size = static_cast<double>(value.size());
    switch (rule.word) {
      case Word::kProperties:
        return members_fit(rule, value);
      case Word::kPropertyNames:
        return names_fit(rule, value);
      case Word::kRequired:
        return spend_finding(rule.names.size(), value) && has_all(rule.names, value);
      case Word::kMinProperties:
        return size >= rule.number;
      case Word::kMaxProperties:
        return size <= rule.number;
      case Word::kDependents:
        return std::ranges::all_of(rule.others, [&](const auto& need) {
          if (!spend_finding(1 + need.second.size(), value)) return false;
          return !value.find(need.first) || has_all(need.second, value);
        });
      default:
        return std::ranges::all_of(rule.members, [&](const auto& need) {
          if (!spend_finding(1, value)) return false;
          return !value.find(need.first) || meets(need.second, value);
        });
    }
  }
  // A member is found by passing those before it.
  bool spend_finding(std::size_t names, const json::Value& value) {
    return spend(names * (1 + value.size() / kMembersStep));
  }
  static bool has_all(const std::vector<std::string>& names, const json::Value& value) {
    return std::ranges::all_of(
        names, [&](const std::string& name) { return value.find(name).has_value(); });
  }

  bool members_fit(const Rule& rule, const json::Value& value) {
    bool good = true;
    for (const auto& [name, member] : value.members()) {
      if (full() || (quiet_ > 0 && !good) || !spend(1 + name.size() / kTextBytes)) break;
      const std::size_t size = place_.size();
      enter(name);
      good = member_fits(rule, name, member) && good;
      place_.resize(size);
    }
    return good;
  }
  bool member_fits(const Rule& rule, std::string_view name, const json::Value& member) {
    bool good = true;
    bool known = false;
    if (const auto at = rule.members.find(name); at != rule.members.end()) {
      known = true;
      good = meets(at->second, member);
    }
    for (std::size_t i = 0; i < rule.patterns.size(); ++i) {
      if (!found_in(rule.patterns[i], name)) continue;
      known = true;
      good = meets(rule.nodes[i], member) && good;
    }
    if (known) return good;
    if (rule.rest != kNothing) return meets(rule.rest, member);
    if (quiet_ == 0) {
      add_violation(attribute(), rule.keyword, quoted_name(name) + " is not allowed");
    }
    return false;
  }
  bool names_fit(const Rule& rule, const json::Value& value) {
    const Quiet quiet(*this);
    for (const auto& [name, member] : value.members()) {
      if (!spend(1 + name.size() / kTextBytes)) return false;
      std::string text;
      json::append_quoted(text, name);
      const auto document = json::Document::parse(text);
      if (!document || !meets(rule.nodes.front(), document->root())) return false;
    }
    return true;
  }

  bool of_array(const Rule& rule, const json::Value& value) {
    const auto size = static_cast<double>(value.size());
    switch (rule.word) {
      case Word::kItems:
        return elements_fit(rule, value);
      case Word::kContains:
        return contains(rule, value);
      case Word::kMinItems:
        return size >= rule.number;
      case Word::kMaxItems:
        return size <= rule.number;
      default:
        return are_unique(value);
    }
  }
  bool elements_fit(const Rule& rule, const json::Value& value) {
    bool good = true;
    std::size_t index = 0;
    for (const json::Value element : value.elements()) {
      const NodeId id = index < rule.nodes.size() ? rule.nodes[index] : rule.rest;
      if (index >= rule.nodes.size() && id == kAnything) break;
      if (full() || (quiet_ > 0 && !good) || !spend(1)) break;
      const std::size_t size = place_.size();
      enter(std::to_string(index));
      if (id == kNothing) {
        if (quiet_ == 0) {
          add_violation(attribute(), rule.keyword, "no further element is allowed");
        }
        good = false;
      } else {
        good = meets(id, element) && good;
      }
      place_.resize(size);
      ++index;
    }
    return good;
  }
  bool contains(const Rule& rule, const json::Value& value) {
    const Quiet quiet(*this);
    double found = 0;
    for (const json::Value element : value.elements()) {
      if (exhausted_) return false;
      if (meets(rule.rest, element)) ++found;
    }
    return found >= rule.number && found <= rule.most;
  }
  bool are_unique(const json::Value& value) {
    std::unordered_set<std::string> seen;
    for (const json::Value element : value.elements()) {
      std::string text;
      append_canonical(text, element);
      if (!spend(1 + text.size() / 16) || !seen.insert(std::move(text)).second) return false;
    }
    return true;
  }

  bool of_text(const Rule& rule, const json::Value& value) {
    const std::string_view text = *value.as_string();
    if (!spend(1 + text.size() / kTextBytes)) return false;
    switch (rule.word) {
      case Word::kMinLength:
        return static_cast<double>(count_code_points(text)) >= rule.number;
      case Word::kMaxLength:
        return static_cast<double>(count_code_points(text)) <= rule.number;
      case Word::kPattern:
        return found_in(rule.patterns.front(), text);
      default:
        return has_format(text, rule.format);
    }
  }
  bool found_in(const ngsi::Pattern& pattern, std::string_view text) {
    if (!spend(kPatternSteps + text.size() / kTextBytes)) return false;
    const auto found = pattern.look_in(text);
    if (!found && --budget_.slow <= 0) exhausted_ = true;
    return found.value_or(false);
  }

  static bool of_number(const Rule& rule, const json::Value& value) {
    const double number = *value.as_number();
    switch (rule.word) {
      case Word::kMinimum:
        return number >= rule.number;
      case Word::kMaximum:
        return number <= rule.number;
      case Word::kExclusiveMinimum:
        return number > rule.number;
      case Word::kExclusiveMaximum:
        return number < rule.number;
      default:
        return is_multiple(number, rule.number);
    }
  }

  bool of_logic(const Rule& rule, const json::Value& value) {
    switch (rule.word) {
      case Word::kAllOf:
      case Word::kRef: {
        bool good = true;
        for (const NodeId id : rule.nodes) {
          if (exhausted_ || full() || (quiet_ > 0 && !good)) break;
          good = meets(id, value) && good;
        }
        return good;
      }
      case Word::kAnyOf:
        return fitting(rule, value, 1) == 1;
      case Word::kOneOf:
        return fitting(rule, value, 2) == 1;
      case Word::kNot: {
        const Quiet quiet(*this);
        return !meets(rule.nodes.front(), value);
      }
      default: {
        const bool then = fits_quietly(rule.nodes[0], value);
        return meets(rule.nodes[then ? 1 : 2], value);
      }
    }
  }
  bool fits_quietly(NodeId id, const json::Value& value) {
    const Quiet quiet(*this);
    return meets(id, value);
  }
  // How many of them fit; no more are looked for than `most`.
  int fitting(const Rule& rule, const json::Value& value, int most) {
    int found = 0;
    for (const NodeId id : rule.nodes) {
      if (exhausted_ || (fits_quietly(id, value) && ++found == most)) break;
    }
    return found;
  }

  // --- telling

  // Further into the value. What would not be told is not kept: names may be of any length.
  void enter(std::string_view token) {
    if (place_.size() <= kToldBytesMax) append_token(place_, cut_text(token, kToldBytesMax));
  }

  static std::string quoted_name(std::string_view name) {
    return fmt::format("\"{}\"", cut_text(name, kNameBytesMax));
  }

  class Quiet {
   public:
    explicit Quiet(Checker& checker) : checker_(checker) { ++checker_.quiet_; }
    ~Quiet() { --checker_.quiet_; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    Checker& checker_;
  };

  // The first token of the place.
  [[nodiscard]] std::string attribute() const {
    if (place_.empty()) return {};
    std::string token;
    for (std::size_t i = 1; i < place_.size() && place_[i] != '/'; ++i) {
      if (place_[i] == '~' && i + 1 < place_.size()) {
        token += place_[++i] == '1' ? '/' : '~';
      } else {
        token += place_[i];
      }
    }
    return token;
  }

  void add_violation(std::string_view attribute, std::string_view rule, std::string_view message) {
    if (full()) return;
    std::string rule_place = rules_.place_of(at_);
    if (rule_place == "/") rule_place.clear();
    append_token(rule_place, rule);
    report_.violations.push_back({.attribute = cut_text(attribute, kToldBytesMax),
                                  .rule = std::string(rule),
                                  .place = cut_text(place_, kToldBytesMax),
                                  .rule_place = cut_text(rule_place, kToldBytesMax),
                                  .message = cut_text(message, kToldBytesMax)});
  }

  void complain(const Rule& rule, const json::Value& value) {
    if (rule.word != Word::kRequired) {
      add_violation(attribute(), rule.keyword, words_of(rule, value));
      return;
    }
    for (const std::string& name : rule.names) {
      if (full()) return;
      if (value.find(name)) continue;
      add_violation(place_.empty() ? name : attribute(), rule.keyword,
                    quoted_name(name) + " is missing");
    }
  }

  static std::string words_of(const Rule& rule, const json::Value& value) {
    const std::string is = "is " + quoted(value) + ", ";
    switch (rule.word) {
      case Word::kType:
        return is + rule.shown + " is expected";
      case Word::kEnum:
        return is + (rule.keyword == "const" ? "" : "one of ") + rule.shown + " is expected";
      case Word::kMinimum:
        return is + "the least is " + rule.shown;
      case Word::kMaximum:
        return is + "the most is " + rule.shown;
      case Word::kExclusiveMinimum:
        return is + "more than " + rule.shown + " is expected";
      case Word::kExclusiveMaximum:
        return is + "less than " + rule.shown + " is expected";
      case Word::kMultipleOf:
        return is + "a multiple of " + rule.shown + " is expected";
      case Word::kMinLength:
        return is + "the shortest is " + rule.shown + " characters";
      case Word::kMaxLength:
        return is + "the longest is " + rule.shown + " characters";
      case Word::kPattern:
        return is + "a text like " + rule.shown + " is expected";
      case Word::kFormat:
        return is + "a " + rule.shown + " is expected";
      default:
        return words_of_many(rule, value);
    }
  }
  static std::string words_of_many(const Rule& rule, const json::Value& value) {
    switch (rule.word) {
      case Word::kMinItems:
        return fmt::format("has {} elements, the least is {}", value.size(), rule.shown);
      case Word::kMaxItems:
        return fmt::format("has {} elements, the most is {}", value.size(), rule.shown);
      case Word::kMinProperties:
        return fmt::format("has {} members, the least is {}", value.size(), rule.shown);
      case Word::kMaxProperties:
        return fmt::format("has {} members, the most is {}", value.size(), rule.shown);
      case Word::kUniqueItems:
        return "has an element twice";
      case Word::kContains:
        return "does not have the elements that are expected";
      case Word::kPropertyNames:
        return "has a member whose name is not allowed";
      case Word::kDependents:
        return "lacks a member that another one needs";
      case Word::kAnyOf:
        return fmt::format("is {}, which fits none of {} schemas", quoted(value),
                           rule.nodes.size());
      case Word::kOneOf:
        return fmt::format("is {}, which fits not exactly one of {} schemas", quoted(value),
                           rule.nodes.size());
      case Word::kNot:
        return fmt::format("is {}, which is not allowed", quoted(value));
      default:
        return "does not fit";
    }
  }

  const Rules& rules_;
  Budget& budget_;
  Report report_;
  std::string place_;
  NodeId at_ = kAnything;  // whose rules are looked at
  int quiet_ = 0;
  int depth_ = 0;
  bool exhausted_ = false;
};

}  // namespace
}  // namespace revier::validation::detail

namespace revier::validation {

Report beyond_budget() {
  Report report;
  report.violations.push_back(
      {{}, "limit", {}, "/limit", "checking it takes too many steps for this schema"});
  return report;
}

Report JsonSchema::check(const json::Value& value) const {
  Budget budget;
  return check(value, budget);
}
Report JsonSchema::check(const json::Value& value, Budget& budget) const {
  return detail::Checker(*rules_, budget).run(value);
}

}  // namespace revier::validation
