// SPDX-License-Identifier: EUPL-1.2
// A query as it will run: what it selects, in which order, which page.
//
// Thread safety: belongs to its request; must not move once `page` is taken.
#pragma once
#include "context/detail/exchange.h"
#include "context/detail/view.h"
#include "ngsi/order.h"
#include "ngsi/predicate.h"

namespace revier::context::detail {

struct Asked {
  ngsi::Predicate predicate;
  std::optional<ngsi::Order> order;
  Page page;
  bool by_cursor = false;  // the client pages by cursor

  // With the order; it lives as long as this.
  [[nodiscard]] Page ordered_page() const {
    Page out = page;
    if (order) out.order = &*order;
    return out;
  }
};

// Pages further on are for cursors: to skip so many costs as much as to show them. With an order
// there are no cursors, and Options::ordered_max is the bound.
inline constexpr std::size_t kOffsetMax = 10'000;

// Where an answer ended, for the parameter `cursor`: opaque to clients, good for this tenant.
[[nodiscard]] std::string cursor_text(std::string_view tenant, std::uint64_t place);
// Empty: 0, the beginning. Errors: kBadRequestData for one that was not made here.
[[nodiscard]] Result<std::uint64_t> parse_cursor(std::string_view tenant, std::string_view text);

// What other sources have a share in has no cursors: there offsets go on.
enum class Paging : std::uint8_t { kHere, kWider };

// Errors: kBadRequestData, kTooComplexQuery with `field`.
[[nodiscard]] Result<Asked> asked_of(const Api& api, const net::Request& request,
                                     const Exchange& exchange, ngsi::Selection selection,
                                     const Wishes& wishes, Paging paging);

}  // namespace revier::context::detail
