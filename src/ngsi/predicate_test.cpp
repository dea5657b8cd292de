// SPDX-License-Identifier: EUPL-1.2
// The predicate against a second evaluator that walks parsed JSON, on random entities and queries.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ngsi/predicate.h"
#include "ngsi/q.h"
#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::World;

// What a query means, said as simply as it can be; slow.
class Reference {
 public:
  explicit Reference(const json::Value& entity) : entity_(entity) {}

  [[nodiscard]] bool holds(const Query& query) const {
    if (query.kind == Query::Kind::kTerm) return term(query.term);
    const bool all = query.kind == Query::Kind::kAll;
    for (const Query& child : query.children) {
      if (holds(child) != all) return !all;
    }
    return all;
  }

 private:
  [[nodiscard]] bool term(const QueryTerm& term) const {
    std::vector<json::Value> targets;
    targets.push_back(entity_);
    for (const std::string& name : term.path) {
      std::vector<json::Value> next;
      for (const json::Value& target : targets) {
        const auto found = target.find(name);
        if (!found) continue;
        if (!found->is_array()) next.push_back(*found);
        for (const json::Value one : found->elements()) next.push_back(one);
      }
      targets = next;
    }
    return std::any_of(targets.begin(), targets.end(),
                       [&](const json::Value& target) { return instance(term, target); });
  }

  static bool instance(const QueryTerm& term, const json::Value& attribute) {
    const auto value = attribute.find("value");
    const auto object = attribute.find("object");
    const auto map = attribute.find("languageMap");
    if (map && term.trail.empty()) return any_language(term, *map);
    json::Value target = map ? *map : value ? *value : *object;
    for (const std::string& name : term.trail) {
      const auto inner = target.find(name);
      if (!inner) return false;
      target = *inner;
    }
    const bool equality =
        term.comparator == Comparator::kEqual || term.comparator == Comparator::kUnequal;
    if (object && !equality && term.comparator != Comparator::kExists) return false;
    return compared(term, target);
  }

  static bool any_language(const QueryTerm& term, const json::Value& map) {
    if (term.comparator == Comparator::kExists) return true;
    QueryTerm positive = term;
    const bool negative = term.comparator == Comparator::kUnequal;
    if (negative) positive.comparator = Comparator::kEqual;
    bool any = false;
    for (const auto& [tag, text] : map.members()) any = any || compared(positive, text);
    return any != negative;
  }

  static bool compared(const QueryTerm& term, const json::Value& target) {
    switch (term.comparator) {
      case Comparator::kExists:
        return true;
      case Comparator::kEqual:
        return equal(term, target);
      case Comparator::kUnequal:
        return !equal(term, target);
      case Comparator::kGreater:
        return order(target, term.values[0]) == 1;
      case Comparator::kGreaterEqual:
        return order(target, term.values[0]).value_or(-1) >= 0;
      case Comparator::kLess:
        return order(target, term.values[0]) == -1;
      case Comparator::kLessEqual:
        return order(target, term.values[0]).value_or(1) <= 0;
      default:
        return false;
    }
  }

  static bool equal(const QueryTerm& term, const json::Value& target) {
    if (target.is_array()) {
      for (const json::Value element : target.elements()) {
        if (!element.is_array() && equal(term, element)) return true;
      }
      return false;
    }
    if (term.range) {
      return order(target, term.values[0]).value_or(-1) >= 0 &&
             order(target, term.values[1]).value_or(1) <= 0;
    }
    return std::any_of(term.values.begin(), term.values.end(), [&](const Literal& literal) {
      if (literal.kind == Literal::Kind::kBool) return target.as_bool() == literal.truth;
      return order(target, literal) == 0;
    });
  }

  static std::optional<int> order(const json::Value& target, const Literal& literal) {
    const auto sign = [](auto a, auto b) { return a < b ? -1 : a > b ? 1 : 0; };
    if (literal.kind == Literal::Kind::kNumber && target.is_number()) {
      return sign(*target.as_number(), literal.number);
    }
    const auto text = target.as_string();
    if (!text) return std::nullopt;
    if (literal.kind == Literal::Kind::kText || literal.kind == Literal::Kind::kWord) {
      return sign(*text, std::string_view(literal.text));
    }
    const auto instant = parse_iso8601(*text);
    if (literal.kind != Literal::Kind::kDateTime || !instant) return std::nullopt;
    return sign(instant->us, literal.instant_us);
  }

  const json::Value& entity_;
};

rc::Gen<std::string> pick(std::vector<std::string> choices) {
  return rc::gen::elementOf(std::move(choices));
}

rc::Gen<std::string> any_attribute() {
  return pick({"1", "2", "2.5", "-1", "true", "false", R"("red")", R"("a\"b")",
               R"("2025-01-20T08:00:00Z")", R"([1,"red"])", R"([2,[3]])",
               R"({"x":1,"y":{"x":"red"}})", R"({"x":[1,2]})", R"({"object":"urn:b:1"})",
               R"({"object":["urn:b:1","urn:b:2"]})",
               R"({"languageMap":{"de":"red","en":["blue","a\"b"]}})",
               R"({"value":2,"s":{"value":1},"t":{"value":"red"}})",
               R"([{"value":1},{"value":"blue","datasetId":"urn:d:1"}])"});
}

rc::Gen<std::string> any_entity() {
  return rc::gen::map(
      rc::gen::tuple(any_attribute(), any_attribute(), any_attribute()), [](const auto& parts) {
        const auto& [a, b, c] = parts;
        return fmt::format(R"({{"id":"urn:a:1","type":"T","a":{},"b":{},"c":{}}})", a, b, c);
      });
}

rc::Gen<std::string> any_term() {
  const auto path = pick({"a", "b", "c", "a.s", "b.t", "a[x]", "b[y.x]", "c[de]", "d"});
  const auto comparison = pick({"",
                                "==1",
                                "==2",
                                "!=1",
                                ">1",
                                ">=2",
                                "<2",
                                "<=2.5",
                                "==\"red\"",
                                "!=\"red\"",
                                ">\"a\"",
                                "==\"a\\\"b\"",
                                "==1,\"red\"",
                                "!=1,2",
                                "==1..2",
                                "!=2..3",
                                "==true",
                                "==urn:b:1",
                                "!=urn:b:2",
                                "==2025-01-20T08:00:00Z",
                                "<2026-01-01T00:00:00Z"});
  return rc::gen::map(rc::gen::pair(path, comparison),
                      [](const auto& parts) { return parts.first + parts.second; });
}

rc::Gen<std::string> any_query() {
  const auto form = pick({"{0}", "{0};{1}", "{0}|{1}", "{0};{1}|{2}", "{0};({1}|{2})"});
  return rc::gen::map(rc::gen::tuple(form, any_term(), any_term(), any_term()),
                      [](const auto& parts) {
                        const auto& [how, a, b, c] = parts;
                        return fmt::format(fmt::runtime(how), a, b, c);
                      });
}

// Whether the hints let this entity through.
bool let_through(const Hints& hints, const Entity& entity) {
  if (hints.nothing) return false;
  for (const NameId name : hints.attributes) {
    if (!entity.has(name)) return false;
  }
  for (const Hints::Comparison& c : hints.comparisons) {
    bool found = false;
    for_each_scalar(entity, [&](const Scalar& scalar) {
      if (scalar.attribute != c.attribute || scalar.scalar != c.scalar) return;
      found = found ||
              (c.scalar == Hints::Class::kNumber && c.low <= scalar.number &&
               scalar.number <= c.high) ||
              (c.scalar == Hints::Class::kInstant && c.earliest <= scalar.instant &&
               scalar.instant <= c.latest) ||
              (c.scalar == Hints::Class::kText &&
               std::find(c.texts.begin(), c.texts.end(), scalar.text) != c.texts.end());
    });
    if (!found) return false;
  }
  return true;
}

RC_GTEST_PROP(PredicateLaws, agree_with_the_reference_and_keep_their_hints, ()) {
  World w;
  const EntityPtr entity = w.created(*any_entity());
  const auto shown = json::Document::parse(w.rendered(*entity));
  RC_ASSERT(shown);
  int matches = 0;
  for (int i = 0; i < 20; ++i) {
    const std::string q = *any_query();
    const auto query = parse_query(q);
    const auto predicate = Predicate::compile({.q = q}, w.names, w.context());
    RC_ASSERT(query && predicate);
    const bool expected = Reference(shown->root()).holds(*query);
    RC_ASSERT(predicate->matches(*entity) == expected);
    RC_ASSERT(!expected || let_through(predicate->hints(), *entity));
    matches += expected ? 1 : 0;
  }
  RC_CLASSIFY(matches > 0, "some match");
}

RC_GTEST_PROP(PredicateLaws, printing_and_parsing_a_query_gives_it_again, ()) {
  const auto query = parse_query(*any_query());
  RC_ASSERT(query);
  const auto again = parse_query(print_query(*query));
  RC_ASSERT(again);
  RC_ASSERT(print_query(*again) == print_query(*query));
  RC_ASSERT(*again == *query);
}

// A long edge is a great circle for near; the bounds that an index is made of hold it too.
TEST(Predicates, bounds_hold_what_is_near) {
  World w;
  const EntityPtr line = w.created(
      R"({"id":"urn:a:1","type":"T","location":{"type":"LineString","coordinates":[[0,50],[20,50]]}})");
  const double peak = std::atan(std::tan(50 * M_PI / 180) / std::cos(10 * M_PI / 180)) * 180 / M_PI;
  const auto predicate = Predicate::compile({.georel = "near;maxDistance==10",
                                             .geometry = "Point",
                                             .coordinates = fmt::format("[10,{}]", peak)},
                                            w.names, w.context());
  ASSERT_TRUE(predicate);
  EXPECT_TRUE(predicate->matches(*line));
  const auto geometry = read_geometry(line->find(w.name("location"))->value);
  EXPECT_GT(peak, 50.4);
  EXPECT_GE(bounds_of(*geometry).high.latitude, peak - 1e-9);
  EXPECT_EQ(bounds_of(*geometry).low.latitude, 50);
}

}  // namespace
}  // namespace revier::ngsi
