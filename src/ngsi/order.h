// SPDX-License-Identifier: EUPL-1.2
// The entity ordering language (4.23): orderBy, collation, orderFrom and orderGeometry.
//
//   RV_ASSIGN(const Order order, Order::compile({.terms = terms, .collation = "de"}, names, ctx));
//   if (order.key_of(a) < order.key_of(b)) ...   // a comes first
//
// Values rank by kind: numbers, texts, objects, arrays, booleans, times, dates, date-times; what an
// entity does not have comes last, whichever the direction. Texts compare by ICU collation, of the
// root locale where none is named. Of several instances the default one counts, of a
// LanguageProperty its first text.
//
// Thread safety: an Order is used by one thread at a time; parsing is pure.
#pragma once
#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/names.h"

namespace revier::ngsi {

struct OrderTerm {
  std::vector<std::string> path;   // as QueryTerm::path; also "id", "type", "scope"
  std::vector<std::string> trail;  // as QueryTerm::trail
  bool descending = false;
  bool by_distance = false;

  friend bool operator==(const OrderTerm&, const OrderTerm&) = default;
};

// "name,age;desc,address[city]". Bounds: 8,192 bytes, 16 terms.
// Errors: kBadRequestData with position and what was expected.
[[nodiscard]] Result<std::vector<OrderTerm>> parse_order(std::string_view text);
// A text that parses to equal terms.
[[nodiscard]] std::string print_order(const std::vector<OrderTerm>& terms);

struct OrderWish {
  std::vector<OrderTerm> terms;  // empty: no order is wished
  std::string collation;         // BCP 47 with -u- extensions; empty: root
  std::string geometry;          // GeoJSON type; empty: Point
  std::string coordinates;       // JSON
};

// What an entity's place follows from, one part a term.
class OrderKey {
 public:
  friend std::weak_ordering operator<=>(const OrderKey& a, const OrderKey& b);
  friend bool operator==(const OrderKey& a, const OrderKey& b) { return (a <=> b) == 0; }

 private:
  friend class Order;
  struct Part {
    std::uint8_t rank = 0;
    bool descending = false;
    double number = 0;  // numbers, metres, booleans, microseconds
    std::string text;   // bytes to compare
  };
  std::vector<Part> parts_;
};

class Order {
 public:
  // Errors: kBadRequestData: a name that is none, an unknown collation, distances without a place.
  [[nodiscard]] static Result<Order> compile(const OrderWish& wish, const Names& names,
                                             const jsonld::Context& context);
  Order(Order&& other) noexcept;
  Order& operator=(Order&& other) noexcept;
  ~Order();

  [[nodiscard]] OrderKey key_of(const Entity& entity) const;

 private:
  struct State;
  explicit Order(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace revier::ngsi
