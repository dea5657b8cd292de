// SPDX-License-Identifier: EUPL-1.2
// What the pages of subscriptions, sources and @contexts share.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "subscription/types.h"
#include "web/language.h"

namespace revier::console {

// "aktiv", "angehalten", "abgelaufen", "aktiv, zuletzt gescheitert"
[[nodiscard]] std::string state_of_subscription(const subscription::Subscription& of,
                                                const subscription::Counters& counters, Instant now,
                                                web::Language language);

// A URL without the name and password that may stand in it.
[[nodiscard]] std::string shown_endpoint(std::string_view uri);
// A document with this URL in it, the same way.
[[nodiscard]] std::string without_password(std::string document, std::string_view uri);

// Leaves the things of one page of a list, from 1.
template <class Thing>
void keep_page(std::vector<Thing>& things, int page, std::size_t page_size) {
  const std::size_t begin =
      std::min(static_cast<std::size_t>(std::max(1, page) - 1) * page_size, things.size());
  const std::size_t end = std::min(begin + page_size, things.size());
  things.erase(things.begin() + static_cast<std::ptrdiff_t>(end), things.end());
  things.erase(things.begin(), things.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace revier::console
