// SPDX-License-Identifier: EUPL-1.2
// Names and literals of a query, resolved; what they tell the planner.
#include <algorithm>

#include "json/json.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/literal.h"
#include "ngsi/detail/q_match.h"
#include "ngsi/parse.h"

namespace revier::ngsi::detail {

Member member_named(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Member>, 6> kMembers = {{
      {"observedAt", Member::kObservedAt},
      {"createdAt", Member::kCreatedAt},
      {"modifiedAt", Member::kModifiedAt},
      {"expiresAt", Member::kExpiresAt},
      {"unitCode", Member::kUnitCode},
      {"datasetId", Member::kDatasetId},
  }};
  for (const auto& [known, member] : kMembers) {
    if (known == name) return member;
  }
  return Member::kValue;
}

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

void add_once(std::vector<std::string>& all, std::string text) {
  if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(std::move(text));
}

Wanted wanted_of(const Literal& literal, const jsonld::Context& context, bool expand) {
  Wanted wanted;
  wanted.literal = literal;
  const bool text = literal.kind == Literal::Kind::kText || literal.kind == Literal::Kind::kWord;
  if (literal.kind == Literal::Kind::kDateTime) wanted.instant = literal.instant_us;
  if (!text) return wanted;
  wanted.instant = parse_instant(literal.text);
  wanted.quoted.push_back(quoted(literal.text));
  if (expand) {
    if (const auto iri = context.expand_name(literal.text)) {
      add_once(wanted.quoted, quoted(*iri));
      add_once(wanted.quoted, quoted(context.compact_name(*iri)));
    }
  }
  wanted.vocab_quoted = wanted.quoted;
  return wanted;
}

Result<NameId> number_of(const std::string& name, const Names& names,
                         const jsonld::Context& context) {
  auto iri = expand_checked(name, context);
  if (iri) return names.find(*iri);
  return fail(Code::kBadRequestData, fmt::format("q: {}: {}", name, iri.error().message), "q");
}

Result<ReadyLink> ready_link(const LinkStep& step, const Names& names,
                             const jsonld::Context& context) {
  ReadyLink link;
  link.any = step.types.empty();
  RV_ASSIGN(link.relationship, number_of(step.relationship, names, context));
  for (const std::string& type : step.types) {
    RV_ASSIGN(link.types.emplace_back(), number_of(type, names, context));
  }
  return link;
}

Result<ReadyTerm> ready_term(const QueryTerm& term, const Names& names,
                             const jsonld::Context& context,
                             const std::vector<std::string>& expand_values) {
  ReadyTerm ready;
  for (const LinkStep& step : term.links) {
    RV_ASSIGN(ReadyLink link, ready_link(step, names, context));
    ready.links.push_back(std::move(link));
  }
  ready.member = member_named(term.path.back());
  const std::size_t attributes = term.path.size() - (ready.member == Member::kValue ? 0 : 1);
  for (std::size_t i = 0; i < attributes; ++i) {
    RV_ASSIGN(ready.path.emplace_back(), number_of(term.path[i], names, context));
  }
  ready.trail = term.trail;
  ready.comparator = term.comparator;
  ready.range = term.range;
  const bool expand = std::find(expand_values.begin(), expand_values.end(), term.path.front()) !=
                      expand_values.end();
  for (const Literal& literal : term.values) {
    ready.wanted.push_back(wanted_of(literal, context, expand));
  }
  if (term.comparator == Comparator::kPattern || term.comparator == Comparator::kNotPattern) {
    RV_ASSIGN(ready.pattern, Pattern::compile(term.pattern, "q"));
  }
  return ready;
}

using Hint = Hints::Comparison;

// Bounds of the numbers or instants; false where they have none in common.
bool bound(const ReadyTerm& term, Hint& hint) {
  using K = Literal::Kind;
  const Literal& first = term.wanted.front().literal;
  const bool numbers = first.kind == K::kNumber;
  if (!numbers && first.kind != K::kDateTime) return false;
  hint.scalar = numbers ? Hints::Class::kNumber : Hints::Class::kInstant;
  const auto [low, high] = std::minmax_element(
      term.wanted.begin(), term.wanted.end(), [numbers](const Wanted& a, const Wanted& b) {
        return numbers ? a.literal.number < b.literal.number
                       : a.literal.instant_us < b.literal.instant_us;
      });
  const Comparator c = term.comparator;
  if (c == Comparator::kEqual || c == Comparator::kGreater || c == Comparator::kGreaterEqual) {
    if (numbers) hint.low = low->literal.number;
    if (!numbers) hint.earliest = {low->literal.instant_us};
  }
  if (c == Comparator::kEqual || c == Comparator::kLess || c == Comparator::kLessEqual) {
    if (numbers) hint.high = high->literal.number;
    if (!numbers) hint.latest = {high->literal.instant_us};
  }
  return true;
}

bool list_texts(const ReadyTerm& term, Hint& hint) {
  if (term.comparator != Comparator::kEqual || term.range) return false;
  hint.scalar = Hints::Class::kText;
  std::string storage;
  for (const Wanted& wanted : term.wanted) {
    for (const auto* spellings : {&wanted.quoted, &wanted.vocab_quoted}) {
      for (const std::string& text : *spellings) {
        add_once(hint.texts, std::string(unquoted(text, storage)));
      }
    }
  }
  return true;
}

std::optional<Hint> hint_of(const ReadyTerm& term) {
  const Comparator c = term.comparator;
  const bool compares = c == Comparator::kEqual || c == Comparator::kGreater ||
                        c == Comparator::kGreaterEqual || c == Comparator::kLess ||
                        c == Comparator::kLessEqual;
  if (!compares || term.path.size() != 1 || !term.trail.empty() || term.member != Member::kValue) {
    return std::nullopt;
  }
  const auto is = [&term](auto... kinds) {
    return std::all_of(term.wanted.begin(), term.wanted.end(), [&](const Wanted& wanted) {
      return ((wanted.literal.kind == kinds) || ...);
    });
  };
  Hint hint;
  hint.attribute = term.path.front();
  using K = Literal::Kind;
  if (is(K::kNumber) || is(K::kDateTime))
    return bound(term, hint) ? std::optional(hint) : std::nullopt;
  if (is(K::kText, K::kWord)) return list_texts(term, hint) ? std::optional(hint) : std::nullopt;
  return std::nullopt;
}

}  // namespace

Result<ReadyQuery> make_ready(const Query& query, const Names& names,
                              const jsonld::Context& context,
                              const std::vector<std::string>& expand_values) {
  ReadyQuery ready;
  ready.kind = query.kind;
  if (query.kind == Query::Kind::kTerm) {
    RV_ASSIGN(ready.term, ready_term(query.term, names, context, expand_values));
    return ready;
  }
  for (const Query& child : query.children) {
    RV_ASSIGN(ReadyQuery ready_child, make_ready(child, names, context, expand_values));
    ready.children.push_back(std::move(ready_child));
  }
  return ready;
}

void ReadyQuery::add_hints(Hints& hints) const {
  if (kind == Query::Kind::kAll) {
    for (const ReadyQuery& child : children) child.add_hints(hints);
  }
  if (kind != Query::Kind::kTerm) return;
  if (!term->links.empty()) {
    // Of what is behind the link the entity's own indexes know nothing.
    hints.nothing = hints.nothing || term->links.front().relationship == kNoName;
    hints.attributes.push_back(term->links.front().relationship);
    return;
  }
  if (term->path.empty()) return;
  if (std::find(term->path.begin(), term->path.end(), kNoName) != term->path.end()) {
    hints.nothing = true;
    return;
  }
  hints.attributes.push_back(term->path.front());
  if (auto hint = hint_of(*term)) hints.comparisons.push_back(*std::move(hint));
}

}  // namespace revier::ngsi::detail
