// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "ngsi/test_fixture.h"

namespace revier::ngsi {
namespace {

using test::World;

class Ordering : public testing::Test {
 protected:
  void add(std::string_view members) {
    entities_.push_back(w_.created(
        fmt::format(R"({{"id":"urn:a:{}","type":"T"{}}})", entities_.size() + 1, members)));
  }
  // Ids in order, without what they have in common.
  std::string order(const OrderWish& wish) {
    const auto by = Order::compile(wish, w_.names, w_.context());
    EXPECT_TRUE(by) << by.error().message;
    std::vector<EntityPtr> all = entities_;
    std::sort(all.begin(), all.end(), [&](const EntityPtr& a, const EntityPtr& b) {
      const auto way = by->key_of(*a) <=> by->key_of(*b);
      return way == 0 ? a->id() < b->id() : way < 0;
    });
    std::string out;
    for (const EntityPtr& entity : all) out += entity->id().substr(6);
    return out;
  }
  std::string order(std::string_view terms, std::string collation = {}) {
    return order({.terms = *parse_order(terms), .collation = std::move(collation)});
  }
  bool fails(OrderWish wish) { return !Order::compile(wish, w_.names, w_.context()); }

  World w_;
  std::vector<EntityPtr> entities_;
};

TEST_F(Ordering, ranks_kinds_as_the_clause_lists_them) {
  add("");                                // 1: missing, last either way
  add(R"(,"x":"2025-01-20T08:00:00Z")");  // 2
  add(R"(,"x":"2025-01-20")");            // 3
  add(R"(,"x":"08:00:00Z")");             // 4
  add(R"(,"x":true)");                    // 5
  add(R"(,"x":[1])");                     // 6
  add(R"(,"x":{"value":{"y":1}})");       // 7
  add(R"(,"x":"text")");                  // 8
  add(R"(,"x":9)");                       // 9
  EXPECT_EQ(order("x"), "987654321");
  EXPECT_EQ(order("x;desc"), "234567891");
}

TEST_F(Ordering, texts_go_by_collation) {
  add(R"(,"t":"Zebra")");
  add(R"(,"t":"ähre")");
  add(R"(,"t":"Af")");
  EXPECT_EQ(order("t"), "321");
  EXPECT_EQ(order("t", "de-u-co-phonebk"), "231");  // ä is ae there
  EXPECT_EQ(order("t", "sv"), "312");               // and a letter of its own in Swedish
  EXPECT_TRUE(fails({.terms = *parse_order("t"), .collation = "!!nope"}));
  EXPECT_TRUE(fails({.terms = *parse_order("t"), .collation = "not a tag"}));
}

TEST_F(Ordering, paths_members_and_several_terms) {
  add(R"(,"a":{"value":{"c":"x"},"observedAt":"2025-01-20T08:00:00Z","s":2},"n":1)");
  add(R"(,"a":{"value":{"c":"y"},"observedAt":"2025-01-19T08:00:00Z","s":3},"n":1)");
  add(R"(,"a":{"value":{"c":"w"},"observedAt":"2025-01-21T08:00:00Z","s":1},"n":2)");
  EXPECT_EQ(order("a[c]"), "312");
  EXPECT_EQ(order("a.observedAt"), "213");
  EXPECT_EQ(order("a.s;desc"), "213");
  EXPECT_EQ(order("n;desc,a.s"), "312");
  EXPECT_EQ(order("id;desc"), "321");
  EXPECT_EQ(order("type,createdAt"), "123");
  EXPECT_TRUE(fails({.terms = *parse_order("a b")}));
}

TEST_F(Ordering, distances_come_before_what_is_no_place) {
  add(R"(,"p":{"type":"Point","coordinates":[8,51]})");
  add(R"(,"p":5)");
  add(R"(,"p":{"type":"LineString","coordinates":[[7.4,51],[7.6,51]]})");
  add(R"(,"p":{"type":"Point","coordinates":[7,51]})");
  const OrderWish near{.terms = *parse_order("p;dist-asc"), .coordinates = "[7.45,51]"};
  EXPECT_EQ(order(near), "3412");
  const OrderWish far{.terms = *parse_order("p;dist-desc"),
                      .geometry = "Polygon",
                      .coordinates = "[[[7.9,50],[8.1,50],[8.1,52],[7.9,52],[7.9,50]]]"};
  EXPECT_EQ(order(far), "2431");
  EXPECT_TRUE(fails({.terms = *parse_order("p;dist-asc")}));
  EXPECT_TRUE(fails({.terms = *parse_order("p;dist-asc"), .coordinates = "[7]"}));
}

TEST(OrderLanguage, refuses_what_is_no_term) {
  for (const std::string_view text :
       {"", ",", "a,", "a;", "a;up", "a;ascending", "a..b", "a[", "a[b", "a[]", "a]", "a{b}"}) {
    const auto terms = parse_order(text);
    ASSERT_FALSE(terms) << text;
    EXPECT_THAT(terms.error().message, testing::HasSubstr("orderBy: ")) << text;
  }
  EXPECT_FALSE(parse_order("a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"));
}

RC_GTEST_PROP(OrderLanguage, prints_what_parses_to_the_same, ()) {
  const auto name = rc::gen::element<std::string>("a", "größe", "geo:lat", "type", "x1");
  const auto names =
      rc::gen::nonEmpty(rc::gen::resize(3, rc::gen::container<std::vector<std::string>>(name)));
  const auto term = rc::gen::build<OrderTerm>(
      rc::gen::set(&OrderTerm::path, names),
      rc::gen::set(&OrderTerm::trail,
                   rc::gen::oneOf(rc::gen::just(std::vector<std::string>()), names)),
      rc::gen::set(&OrderTerm::descending), rc::gen::set(&OrderTerm::by_distance));
  const auto terms =
      *rc::gen::nonEmpty(rc::gen::resize(5, rc::gen::container<std::vector<OrderTerm>>(term)));
  const auto again = parse_order(print_order(terms));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == terms);
}

}  // namespace
}  // namespace revier::ngsi
