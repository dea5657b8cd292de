// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/q_match.h"

#include <algorithm>

#include "ngsi/detail/form.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/literal.h"
#include "ngsi/difference.h"

namespace revier::ngsi::detail {
namespace {

bool is_order(Comparator comparator) {
  return comparator == Comparator::kGreater || comparator == Comparator::kGreaterEqual ||
         comparator == Comparator::kLess || comparator == Comparator::kLessEqual;
}

template <class T>
bool in_order(const T& have, Comparator comparator, const T& wanted) {
  switch (comparator) {
    case Comparator::kGreater:
      return have > wanted;
    case Comparator::kGreaterEqual:
      return have >= wanted;
    case Comparator::kLess:
      return have < wanted;
    case Comparator::kLessEqual:
      return have <= wanted;
    default:
      return have == wanted;
  }
}

std::optional<std::int64_t> time_in(Literal::Kind kind, std::string_view text) {
  switch (kind) {
    case Literal::Kind::kDateTime:
      return parse_instant(text);
    case Literal::Kind::kDate:
      return parse_date(text);
    case Literal::Kind::kTime:
      return parse_time(text);
    default:
      return std::nullopt;
  }
}

// One comparison of a scalar's JSON text; false where the types differ.
bool compare(std::string_view json, Comparator comparator, const Wanted& wanted, bool vocab) {
  const Literal& literal = wanted.literal;
  if (literal.kind == Literal::Kind::kNumber) {
    const auto number = number_in(json);
    return number && in_order(*number, comparator, literal.number);
  }
  if (literal.kind == Literal::Kind::kBool) {
    return json == (literal.truth ? "true" : "false") && comparator == Comparator::kEqual;
  }
  if (!json.starts_with('"')) return false;
  const auto& spellings = vocab ? wanted.vocab_quoted : wanted.quoted;
  if (comparator == Comparator::kEqual && !spellings.empty()) {
    return std::find(spellings.begin(), spellings.end(), json) != spellings.end();
  }
  std::string storage;
  const std::string_view text = unquoted(json, storage);
  if (literal.kind == Literal::Kind::kText || literal.kind == Literal::Kind::kWord) {
    return in_order(text, comparator, std::string_view(literal.text));
  }
  const auto time = time_in(literal.kind, text);
  return time && in_order(*time, comparator, literal.instant_us);
}

// {"@type": ..., "@value": x} is x.
std::string_view bare(std::string_view json) {
  if (!json.starts_with("{\"@")) return json;
  const std::string_view inner = member_of(json, "@value");
  return inner.empty() ? json : inner;
}

template <class Test>
bool any_element(std::string_view json, Test test) {
  if (!json.starts_with('[')) return test(bare(json));
  for (TextCursor cursor(json); cursor.next();) {
    if (test(bare(cursor.value()))) return true;
  }
  return false;
}

// The value behind a trailing path; empty where there is none.
std::string_view follow(std::string_view json, const std::vector<std::string>& trail) {
  for (const std::string& name : trail) json = member_of(json, name);
  return json;
}

}  // namespace

bool ReadyQuery::matches(const Entity& entity, const LinkedEntities* linked) const {
  const auto holds = [&](const ReadyQuery& child) { return child.matches(entity, linked); };
  switch (kind) {
    case Query::Kind::kTerm:
      return term->matches(entity, linked);
    case Query::Kind::kAll:
      return std::all_of(children.begin(), children.end(), holds);
    case Query::Kind::kAny:
      break;
  }
  return std::any_of(children.begin(), children.end(), holds);
}

std::size_t ReadyQuery::link_levels() const {
  std::size_t levels = term ? term->links.size() : 0;
  for (const ReadyQuery& child : children) levels = std::max(levels, child.link_levels());
  return levels;
}

bool ReadyTerm::matches(const Entity& entity, const LinkedEntities* linked) const {
  if (links.empty()) return matches_here(entity);
  return linked != nullptr && matches_behind(entity, *linked, 0);
}

bool ReadyTerm::matches_behind(const Entity& entity, const LinkedEntities& linked,
                               std::size_t depth) const {
  if (depth == links.size()) return matches_here(entity);
  const ReadyLink& link = links[depth];
  const auto leads_to_match = [&](std::string_view quoted) {
    std::string storage;
    const EntityPtr target = linked.find(unquoted(quoted, storage));
    if (!target) return false;
    const bool of_type = link.any || std::any_of(link.types.begin(), link.types.end(),
                                                 [&](NameId t) { return target->has_type(t); });
    return of_type && matches_behind(*target, linked, depth + 1);
  };
  const AttributeRange all = entity.attributes();
  for (auto at = all.find(link.relationship); !(at == all.end()) && at->name == link.relationship;
       ++at) {
    if (is_relationship(at->kind) && any_element(at->value, leads_to_match)) return true;
  }
  return false;
}

bool ReadyTerm::matches_here(const Entity& entity) const {
  if (!path.empty()) return matches_path(entity.attributes(), 0);
  if (member == Member::kCreatedAt) return matches_instant(entity.created_at());
  if (member == Member::kModifiedAt) return matches_instant(entity.modified_at());
  return member == Member::kExpiresAt && matches_instant(entity.expires_at());
}

bool ReadyTerm::matches_path(AttributeRange from, std::size_t depth) const {
  const NameId name = path[depth];
  if (name == kNoName) return false;
  for (auto at = from.find(name); !(at == from.end()) && at->name == name; ++at) {
    const bool last = depth + 1 == path.size();
    if (last ? matches_instance(*at) : matches_path(at->attributes(), depth + 1)) return true;
  }
  return false;
}

bool ReadyTerm::matches_instance(const AttributeView& view) const {
  if (member != Member::kValue) return matches_member(view);
  if (view.kind == Kind::kLanguageProperty) return matches_language(view.value);
  const std::string_view json = follow(view.value, trail);
  if (json.empty()) return false;
  if (comparator == Comparator::kExists) return true;
  if (is_relationship(view.kind) && comparator != Comparator::kEqual &&
      comparator != Comparator::kUnequal) {
    return false;
  }
  return matches_json(json, view.kind == Kind::kVocabProperty);
}

bool ReadyTerm::matches_language(std::string_view map) const {
  const bool all_tags = trail.empty() || (trail.size() == 1 && trail.front() == "*");
  if (!all_tags) {
    const std::string_view json = follow(map, trail);
    if (json.empty()) return false;
    return comparator == Comparator::kExists || matches_json(json, false);
  }
  if (comparator == Comparator::kExists) return true;
  const bool every = comparator == Comparator::kUnequal || comparator == Comparator::kNotPattern;
  for (TextCursor cursor(map); cursor.next();) {
    if (matches_json(cursor.value(), false) != every) return !every;
  }
  return every;
}

bool ReadyTerm::matches_member(const AttributeView& view) const {
  switch (member) {
    case Member::kObservedAt:
      return matches_instant(view.observed_at);
    case Member::kCreatedAt:
      return matches_instant(view.created_at);
    case Member::kModifiedAt:
      return matches_instant(view.modified_at);
    case Member::kExpiresAt:
      return matches_instant(view.expires_at);
    case Member::kUnitCode:
    case Member::kDatasetId:
    case Member::kValue:
      break;
  }
  const std::string_view text = member == Member::kUnitCode ? view.unit_code : view.dataset_id;
  if (text.empty() || !trail.empty()) return false;
  return comparator == Comparator::kExists || matches_json(fmt::format("\"{}\"", text), false);
}

bool ReadyTerm::matches_instant(std::optional<Instant> instant) const {
  if (!instant || !trail.empty()) return false;
  if (comparator == Comparator::kExists) return true;
  if (pattern) return false;
  const auto holds = [&](const Wanted& one, Comparator how) {
    return one.instant && in_order(instant->us, how, *one.instant);
  };
  if (is_order(comparator)) return holds(wanted.front(), comparator);
  const bool equal = range ? holds(wanted[0], Comparator::kGreaterEqual) &&
                                 holds(wanted[1], Comparator::kLessEqual)
                           : std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& one) {
                               return holds(one, Comparator::kEqual);
                             });
  return equal == (comparator == Comparator::kEqual);
}

bool ReadyTerm::matches_json(std::string_view json, bool vocab) const {
  if (pattern) {
    const std::string_view text = bare(json);
    const auto found = [this](std::string_view quoted) {
      std::string storage;
      return pattern->found_in(unquoted(quoted, storage));
    };
    if (!text.starts_with('"')) return false;
    return found(text) == (comparator == Comparator::kPattern);
  }
  if (is_order(comparator)) return compare(bare(json), comparator, wanted.front(), vocab);
  return equals(json, vocab) == (comparator == Comparator::kEqual);
}

bool ReadyTerm::equals(std::string_view json, bool vocab) const {
  return any_element(json, [&](std::string_view scalar) { return equals_scalar(scalar, vocab); });
}

bool ReadyTerm::equals_scalar(std::string_view json, bool vocab) const {
  if (range) {
    return compare(json, Comparator::kGreaterEqual, wanted[0], vocab) &&
           compare(json, Comparator::kLessEqual, wanted[1], vocab);
  }
  return std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& one) {
    return compare(json, Comparator::kEqual, one, vocab);
  });
}

// The other side of Hints::Comparison: what equals() and compare() may look at.
namespace {

struct ScalarTaker {
  TakeScalar take;
  void* context;
  std::string storage;

  void scalar(NameId attribute, std::string_view json) {
    json = bare(json);
    Scalar scalar;
    scalar.attribute = attribute;
    if (const auto number = number_in(json)) {
      scalar.number = *number;
      take(context, scalar);
    }
    if (!json.starts_with('"')) return;
    scalar.scalar = Hints::Class::kText;
    scalar.text = unquoted(json, storage);
    take(context, scalar);
    if (const auto instant = parse_instant(scalar.text)) {
      scalar.scalar = Hints::Class::kInstant;
      scalar.instant = {*instant};
      take(context, scalar);
    }
  }
  void value(NameId attribute, std::string_view json) {
    if (!json.starts_with('[')) return scalar(attribute, json);
    for (TextCursor cursor(json); cursor.next();) scalar(attribute, cursor.value());
  }
};

}  // namespace

void for_each_scalar(const AttributeView& instance, TakeScalar take, void* context) {
  ScalarTaker taker{take, context, {}};
  if (instance.kind != Kind::kLanguageProperty) return taker.value(instance.name, instance.value);
  for (TextCursor cursor(instance.value); cursor.next();) {
    taker.value(instance.name, cursor.value());
  }
}

void for_each_scalar(const Entity& entity, TakeScalar take, void* context) {
  for (const AttributeView& instance : entity.attributes()) {
    for_each_scalar(instance, take, context);
  }
}

}  // namespace revier::ngsi::detail
