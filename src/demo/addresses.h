// SPDX-License-Identifier: EUPL-1.2
// Addresses with a state of the fibre roll-out, made up from nothing but a number and a day.
//
// The streets, numbers, dates and providers do not exist; the districts are Herne's. The same call
// gives the same list, and a later day only carries the roll-out on.
//
// Thread safety: pure function.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace revier::demo {

// How many addresses the demo city has: enough to look around, soon there.
inline constexpr std::size_t kAddresses = 12'000;
// The days of the lists that the demo imports one after the other, "2025-01-15" the last.
inline constexpr std::string_view kAddressDays[] = {"2023-06-30", "2024-01-31", "2024-07-31",
                                                    "2025-01-15"};
// A CSV as docs/operate/import.md describes it.
[[nodiscard]] std::string address_list(std::size_t addresses, std::string_view day);

}  // namespace revier::demo
