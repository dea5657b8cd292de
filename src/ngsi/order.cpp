// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/order.h"

#include <unicode/coll.h>
#include <unicode/uloc.h>

#include <algorithm>

#include "ngsi/detail/geo_match.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/language.h"
#include "ngsi/detail/literal.h"
#include "ngsi/detail/q_match.h"
#include "ngsi/parse.h"

namespace revier::ngsi {
namespace {

// 4.23.2; a distance comes before every value.
enum Rank : std::uint8_t {
  kDistance,
  kNumber,
  kText,
  kObject,
  kArray,
  kBoolean,
  kTime,
  kDate,
  kDateTime,
  kMissing
};

// The parts of an entity that are no attributes.
enum class Own : std::uint8_t { kNone, kId, kType, kScope };

Own own_member(const OrderTerm& term) {
  if (term.path.size() != 1 || !term.trail.empty()) return Own::kNone;
  const std::string& name = term.path.front();
  if (name == "id" || name == "@id") return Own::kId;
  if (name == "type" || name == "@type") return Own::kType;
  return name == "scope" ? Own::kScope : Own::kNone;
}

struct ReadyOrderTerm {
  Own own = Own::kNone;
  std::vector<NameId> path;
  detail::Member member = detail::Member::kValue;
  std::vector<std::string> trail;
  bool descending = false;
  bool by_distance = false;
};

tl::unexpected<Error> wrong(std::string_view field, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", field, what), std::string(field));
}

Result<std::unique_ptr<icu::Collator>> collator_of(const std::string& tag) {
  UErrorCode status = U_ZERO_ERROR;
  if (tag.empty()) {
    return std::unique_ptr<icu::Collator>(
        icu::Collator::createInstance(icu::Locale::getRoot(), status));
  }
  std::array<char, 256> locale{};
  std::int32_t parsed = 0;
  uloc_forLanguageTag(tag.c_str(), locale.data(), static_cast<std::int32_t>(locale.size()), &parsed,
                      &status);
  const bool whole = U_SUCCESS(status) && static_cast<std::size_t>(parsed) == tag.size();
  std::unique_ptr<icu::Collator> collator;
  if (whole) collator.reset(icu::Collator::createInstance(icu::Locale(locale.data()), status));
  if (!whole || U_FAILURE(status) || !collator) {
    return wrong("collation", "must be an ICU collation such as de-u-co-phonebk (RFC 6067)");
  }
  return collator;
}

Result<ReadyOrderTerm> ready(const OrderTerm& term, const Names& names,
                             const jsonld::Context& context) {
  ReadyOrderTerm out;
  out.descending = term.descending;
  out.by_distance = term.by_distance;
  out.own = own_member(term);
  if (out.own != Own::kNone) return out;
  out.member = detail::member_named(term.path.back());
  const std::size_t attributes = term.path.size() - (out.member == detail::Member::kValue ? 0 : 1);
  for (std::size_t i = 0; i < attributes; ++i) {
    auto iri = expand_checked(term.path[i], context);
    if (!iri) return wrong("orderBy", fmt::format("{}: {}", term.path[i], iri.error().message));
    out.path.push_back(names.find(*iri));
  }
  out.trail = term.trail;
  return out;
}

std::optional<AttributeView> follow(const Entity& entity, const std::vector<NameId>& path) {
  AttributeRange range = entity.attributes();
  std::optional<AttributeView> found;
  for (const NameId name : path) {
    const auto at = name == kNoName ? range.end() : range.find(name);
    if (at == range.end() || at->name != name) return std::nullopt;
    found = *at;
    range = found->attributes();
  }
  return found;
}

std::weak_ordering compared(double a, double b) {
  return a < b ? std::weak_ordering::less
               : (b < a ? std::weak_ordering::greater : std::weak_ordering::equivalent);
}

}  // namespace

std::weak_ordering operator<=>(const OrderKey& a, const OrderKey& b) {
  const auto order = [](const OrderKey::Part& x, const OrderKey::Part& y) -> std::weak_ordering {
    if (x.rank != y.rank) return x.rank <=> y.rank;
    const auto numbers = compared(x.number, y.number);
    return numbers != 0 ? numbers : std::weak_ordering(x.text.compare(y.text) <=> 0);
  };
  for (std::size_t i = 0; i < std::min(a.parts_.size(), b.parts_.size()); ++i) {
    const OrderKey::Part& x = a.parts_[i];
    const OrderKey::Part& y = b.parts_[i];
    const auto way = order(x, y);
    if (way == 0) continue;
    const bool turned = x.descending && x.rank != kMissing && y.rank != kMissing;
    return turned ? order(y, x) : way;
  }
  return std::weak_ordering::equivalent;
}

struct Order::State {
  std::vector<ReadyOrderTerm> terms;
  std::unique_ptr<icu::Collator> collator;
  std::optional<detail::GeoDistance> from;
  const Names* names = nullptr;
  const jsonld::Context* context = nullptr;

  [[nodiscard]] std::string collated(std::string_view text) const {
    const auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    std::string bytes(64, '\0');
    for (;;) {
      const std::int32_t size =
          collator->getSortKey(wide, reinterpret_cast<std::uint8_t*>(bytes.data()),
                               static_cast<std::int32_t>(bytes.size()));
      const bool fits = static_cast<std::size_t>(size) <= bytes.size();
      bytes.resize(static_cast<std::size_t>(size));
      if (fits) return bytes;
    }
  }

  void take_text(std::string_view text, OrderKey::Part& part) const {
    const auto time = [&](Rank rank, std::optional<std::int64_t> us) {
      if (!us) return false;
      part.rank = rank;
      part.number = static_cast<double>(*us);
      return true;
    };
    if (time(kDateTime, detail::parse_instant(text)) || time(kDate, detail::parse_date(text)) ||
        time(kTime, detail::parse_time(text))) {
      return;
    }
    part.rank = kText;
    part.text = collated(text);
  }

  void take_json(std::string_view json, OrderKey::Part& part) const {
    std::string storage;
    if (const auto number = detail::number_in(json)) {
      part.rank = kNumber;
      part.number = *number;
    } else if (json.starts_with('"')) {
      take_text(detail::unquoted(json, storage), part);
    } else if (json == "true" || json == "false") {
      part.rank = kBoolean;
      part.number = json == "true" ? 1 : 0;
    } else if (json.starts_with('{') || json.starts_with('[')) {
      part.rank = json.starts_with('{') ? kObject : kArray;
      part.text = json;
    }
  }

  void take_instant(std::optional<Instant> instant, OrderKey::Part& part) const {
    if (!instant) return;
    part.rank = kDateTime;
    part.number = static_cast<double>(instant->us);
  }

  void take_own(const Entity& entity, Own own, OrderKey::Part& part) const {
    if (own == Own::kId) return take_text(entity.id(), part);
    if (own == Own::kType) {
      return take_text(context->compact_name(names->iri(entity.types().front())), part);
    }
    if (const auto scopes = entity.scopes(); !scopes.empty()) take_text(scopes.front(), part);
  }

  void take_view(const AttributeView& view, const ReadyOrderTerm& term,
                 OrderKey::Part& part) const {
    if (term.by_distance && view.kind == Kind::kGeoProperty) {
      if (const auto geometry = read_geometry(view.value)) {
        part.rank = kDistance;
        part.number = from->metres(*geometry);
        return;
      }
    }
    std::string_view json = view.value;
    if (view.kind == Kind::kLanguageProperty && term.trail.empty()) {
      json = detail::spoken(json, LanguageFilter{{"*"}}).text;
    }
    for (const std::string& name : term.trail) json = detail::member_of(json, name);
    take_json(json, part);
  }

  void take_member(const Entity& entity, const ReadyOrderTerm& term, OrderKey::Part& part) const {
    using detail::Member;
    if (term.path.empty()) {
      if (term.member == Member::kCreatedAt) take_instant(entity.created_at(), part);
      if (term.member == Member::kModifiedAt) take_instant(entity.modified_at(), part);
      if (term.member == Member::kExpiresAt) take_instant(entity.expires_at(), part);
      return;
    }
    const auto view = follow(entity, term.path);
    if (!view) return;
    if (term.member == Member::kValue) return take_view(*view, term, part);
    if (term.member == Member::kObservedAt) return take_instant(view->observed_at, part);
    if (term.member == Member::kCreatedAt) return take_instant(view->created_at, part);
    if (term.member == Member::kModifiedAt) return take_instant(view->modified_at, part);
    if (term.member == Member::kExpiresAt) return take_instant(view->expires_at, part);
    const std::string_view text =
        term.member == Member::kUnitCode ? view->unit_code : view->dataset_id;
    if (!text.empty()) take_text(text, part);
  }
};

Order::Order(std::unique_ptr<State> state) : state_(std::move(state)) {}
Order::Order(Order&& other) noexcept = default;
Order& Order::operator=(Order&& other) noexcept = default;
Order::~Order() = default;

Result<Order> Order::compile(const OrderWish& wish, const Names& names,
                             const jsonld::Context& context) {
  auto state = std::make_unique<State>();
  state->names = &names;
  state->context = &context;
  RV_ASSIGN(state->collator, collator_of(wish.collation));
  bool distances = false;
  for (const OrderTerm& term : wish.terms) {
    RV_ASSIGN(ReadyOrderTerm one, ready(term, names, context));
    distances = distances || one.by_distance;
    state->terms.push_back(std::move(one));
  }
  if (distances && wish.coordinates.empty()) {
    return wrong("orderFrom", "is needed to order by distance: coordinates such as [8,40]");
  }
  if (!wish.coordinates.empty()) {
    const std::string_view type = wish.geometry.empty() ? "Point" : std::string_view(wish.geometry);
    RV_ASSIGN(state->from, detail::GeoDistance::from(type, wish.coordinates));
  }
  return Order(std::move(state));
}

OrderKey Order::key_of(const Entity& entity) const {
  OrderKey key;
  key.parts_.reserve(state_->terms.size());
  for (const ReadyOrderTerm& term : state_->terms) {
    OrderKey::Part& part = key.parts_.emplace_back();
    part.rank = kMissing;
    part.descending = term.descending;
    if (term.own != Own::kNone) {
      state_->take_own(entity, term.own, part);
    } else {
      state_->take_member(entity, term, part);
    }
  }
  return key;
}

}  // namespace revier::ngsi
