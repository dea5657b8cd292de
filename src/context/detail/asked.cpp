// SPDX-License-Identifier: EUPL-1.2
#include "context/detail/asked.h"

#include <charconv>

#include "context/detail/selecting.h"

namespace revier::context::detail {
namespace {

// Distributed queries have no order (4.23.1); here every query is local.
Result<std::optional<ngsi::Order>> order_of(const net::Request& request, const Exchange& exchange,
                                            const ngsi::Names& names, const ngsi::OrderWish& wish) {
  if (wish.terms.empty() && wish.collation.empty() && wish.coordinates.empty()) return std::nullopt;
  if (!wish.terms.empty() && is_wider(request)) {
    return fail(Code::kBadRequestData, "orderBy is for the local scope", "orderBy");
  }
  RV_ASSIGN(ngsi::Order order, ngsi::Order::compile(wish, names, *exchange.context));
  return std::optional(std::move(order));
}

// Enough to tell a cursor of this tenant from a number that somebody made up, or cut.
std::uint32_t cursor_check(std::string_view tenant, std::uint64_t place) {
  std::uint32_t hash = 2'166'136'261U;
  const auto take = [&hash](unsigned byte) { hash = (hash ^ byte) * 16'777'619U; };
  for (const char c : tenant) take(static_cast<unsigned char>(c));
  for (int i = 0; i < 8; ++i) take(static_cast<unsigned>(place >> (i * 8)) & 0xFFU);
  return hash;
}

tl::unexpected<Error> wrong_cursor() {
  return fail(Code::kBadRequestData,
              "this is no cursor of this tenant: take it from the Link to the next page; cursor= "
              "without a value begins",
              "cursor");
}

Result<> read_page(const net::Request& request, const Exchange& exchange, Paging paging,
                   Asked& asked) {
  RV_ASSIGN(asked.page, page_of(request));
  if (asked.page.offset > kOffsetMax && !asked.order && paging == Paging::kHere) {
    return fail(Code::kBadRequestData,
                fmt::format("offset is at most {}: page by cursor instead, beginning with cursor= "
                            "and following the Link to the next page",
                            kOffsetMax),
                "offset");
  }
  const auto cursor = request.query_param("cursor");
  if (!cursor) return {};
  if (asked.order || request.query_param("offset")) {
    return fail(Code::kBadRequestData,
                "a cursor goes on in the order of creation: without orderBy and offset", "cursor");
  }
  RV_ASSIGN(asked.page.after, parse_cursor(exchange.tenant, *cursor));
  asked.by_cursor = true;
  return {};
}

}  // namespace

std::string cursor_text(std::string_view tenant, std::uint64_t place) {
  return fmt::format("{:x}-{:08x}", place, cursor_check(tenant, place));
}

Result<std::uint64_t> parse_cursor(std::string_view tenant, std::string_view text) {
  if (text.empty()) return 0;
  std::uint64_t place = 0;
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto [end, error] = std::from_chars(text.data(), text.data() + dash, place, 16);
  if (error != std::errc{} || end != text.data() + dash || place == 0 ||
      text != cursor_text(tenant, place)) {
    return wrong_cursor();
  }
  return place;
}

Result<Asked> asked_of(const Api& api, const net::Request& request, const Exchange& exchange,
                       ngsi::Selection selection, const Wishes& wishes, Paging paging) {
  RV_TRY(require_a_filter(selection, wishes.pick, request));
  select_picked(selection, wishes.pick);
  const ngsi::Names& names = api.broker.names(exchange.tenant);
  Asked asked;
  RV_ASSIGN(asked.predicate, ngsi::Predicate::compile(selection, names, *exchange.context));
  if (asked.predicate.link_levels() > wishes.link_levels()) {
    return fail(Code::kBadRequestData,
                "q goes to linked entities further than join and joinLevel do", "q");
  }
  RV_ASSIGN(asked.order, order_of(request, exchange, names, wishes.order));
  RV_TRY(read_page(request, exchange, paging, asked));
  return asked;
}

}  // namespace revier::context::detail
