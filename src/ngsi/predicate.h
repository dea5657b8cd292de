// SPDX-License-Identifier: EUPL-1.2
// Which entities are meant: ids, types, attributes, q, geoQ, scopeQ as one object that runs over
// the entity form (ETSI GS CIM 009 V1.9.1, clauses 4.9, 4.10, 4.17, 4.19, 5.7.2).
//
//   Selection s;  s.type = "Room|Hall";  s.q = "seats>=20";
//   RV_ASSIGN(const Predicate p, Predicate::compile(s, names, context));
//   if (p.matches(*entity)) ...
//
// A name that the tenant does not have yet matches nothing, also when it appears later: a predicate
// that is kept is compiled again when names.next_id() has changed.
//
// Thread safety: a Predicate never changes; any number of threads use it. Copies share their parts.
#pragma once
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/geometry.h"
#include "ngsi/linked.h"
#include "ngsi/names.h"

namespace revier::ngsi {

// Parameters as a client wrote them; empty: not given.
struct EntitySelector {
  std::vector<std::string> ids;
  std::string id_pattern;
  std::string type;  // type selection; "*": all
};
struct Selection {
  std::vector<std::string> ids;
  std::string id_pattern;
  std::string type;                    // type selection; "*": all
  std::vector<EntitySelector> any_of;  // one of these has to fit too; empty: any entity does
  std::vector<std::string> attrs;      // at least one of them; also what `pick` names
  bool or_scope = false;               // a scope will do as well
  std::string q;
  std::vector<std::string> expand_values;
  std::vector<std::string> json_keys;  // never expanded, also where expand_values names them
  std::string georel;
  std::string geometry;
  std::string coordinates;  // JSON
  std::string geoproperty;  // "location" where it is not given
  std::string scope_q;
};

// What all matches have in common, for the planner: an entity that lacks one of these things does
// not match; one that has them all still has to be asked.
//
// for_each_scalar() and geometries of stored values are the other side: an index built from them
// finds every match.
struct Hints {
  enum class Class : std::uint8_t { kNumber, kInstant, kText };
  struct Comparison {  // there is a scalar of the attribute within the bounds, both included
    NameId attribute = kNoName;
    Class scalar = Class::kNumber;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    Instant earliest{std::numeric_limits<std::int64_t>::min()};
    Instant latest{std::numeric_limits<std::int64_t>::max()};
    std::vector<std::string> texts;  // kText: equal to one of these
  };
  struct Area {  // the attribute's geometry touches it
    NameId attribute = kNoName;
    Geometry reference;
    double distance_m = 0;  // within this distance of the reference
  };

  bool nothing = false;                         // no entity can match
  std::optional<std::vector<std::string>> ids;  // it has one of these ids
  std::vector<NameId> types;                    // one of these types; empty: any
  std::vector<NameId> attributes;               // all of these
  std::vector<Comparison> comparisons;          // all of these
  std::optional<Area> area;
  bool type_is_all = false;  // having one of `types` is all that is asked (any, if empty)
};

class Predicate {
 public:
  // Matches everything.
  Predicate();

  // Errors: kBadRequestData naming the parameter in `field` and what was expected where;
  //         kTooComplexQuery: near a reference of more than 256 positions.
  [[nodiscard]] static Result<Predicate> compile(const Selection& selection, const Names& names,
                                                 const jsonld::Context& context);

  // A term of q over linked entities ("a{b}") needs `linked`; without it, it does not match.
  [[nodiscard]] bool matches(const Entity& entity, const LinkedEntities* linked = nullptr) const;
  // How many links one after the other q follows.
  [[nodiscard]] std::size_t link_levels() const;
  [[nodiscard]] const Hints& hints() const;

 private:
  struct State;
  explicit Predicate(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

// A scalar that a comparison of `q` may look at: of a top-level attribute's instances, without
// trailing path. A text that is a DateTime is told as kText and as kInstant.
struct Scalar {
  NameId attribute = kNoName;
  Hints::Class scalar = Hints::Class::kNumber;
  double number = 0;
  Instant instant;
  std::string_view text;  // unescaped; lives until the callback returns
};

// Calls `take(const Scalar&)` for each; the same scalar may come twice.
template <class Take>
void for_each_scalar(const Entity& entity, Take&& take);

namespace detail {
using TakeScalar = void (*)(void* context, const Scalar& scalar);
void for_each_scalar(const Entity& entity, TakeScalar take, void* context);
}  // namespace detail

template <class Take>
void for_each_scalar(const Entity& entity, Take&& take) {
  detail::for_each_scalar(
      entity,
      [](void* context, const Scalar& s) {
        (*static_cast<std::remove_reference_t<Take>*>(context))(s);
      },
      &take);
}

}  // namespace revier::ngsi
