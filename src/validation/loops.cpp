// SPDX-License-Identifier: EUPL-1.2
// Loops of references: a subschema that comes back to itself asking the same value would never end.
#include <fmt/format.h>

#include "validation/detail/rules.h"

namespace revier::validation::detail {
namespace {

constexpr int kChainMax = 100;  // of subschemas that ask the same value

std::vector<NodeId> same_value(const Rule& rule) {
  switch (rule.word) {
    case Word::kAllOf:
    case Word::kAnyOf:
    case Word::kOneOf:
    case Word::kNot:
    case Word::kIf:
    case Word::kRef:
      return rule.nodes;
    case Word::kDependentSchemas: {
      std::vector<NodeId> nodes;
      for (const auto& [name, id] : rule.members) nodes.push_back(id);
      return nodes;
    }
    default:
      return {};
  }
}

class Walk {
 public:
  explicit Walk(const Rules& rules) : rules_(rules), seen_(rules.nodes.size(), Seen::kNot) {}

  Result<> from(NodeId id, int depth) {
    if (seen_[id] == Seen::kDone) return {};
    if (seen_[id] == Seen::kOpen) {
      return schema_fault(rules_.place_of(id), "it refers to itself without going into the value");
    }
    if (depth > kChainMax) {
      return schema_fault(rules_.place_of(id),
                          fmt::format("more than {} references one after the other", kChainMax));
    }
    seen_[id] = Seen::kOpen;
    for (const Rule& rule : rules_.nodes[id].rules) {
      for (const NodeId next : same_value(rule)) RV_TRY(from(next, depth + 1));
    }
    seen_[id] = Seen::kDone;
    return {};
  }

 private:
  enum class Seen : std::uint8_t { kNot, kOpen, kDone };
  const Rules& rules_;
  std::vector<Seen> seen_;
};

}  // namespace

Result<> check_loops(const Rules& rules) {
  Walk walk(rules);
  for (NodeId id = 0; id < rules.nodes.size(); ++id) RV_TRY(walk.from(id, 0));
  return {};
}

}  // namespace revier::validation::detail
