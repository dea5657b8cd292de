// SPDX-License-Identifier: EUPL-1.2
// Street names as people write them: "Bahnhofstr.", "bahnhof strasse", "Bahnhofstraße" are one.
//
// Thread safety: pure functions.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace revier::fibre {

// Small letters a to z and digits only: umlauts as ae, oe, ue, ß as ss, other accents left out,
// "str" at the end of a word as "strasse", "pl" as "platz", "St." as "sankt". May be empty.
[[nodiscard]] std::string search_key(std::string_view name);

// How many letters to insert, leave out, change or swap to come from one to the other; more than
// `most` is told as most + 1.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b, std::size_t most);

// What was typed into one field: the street, and the number where it ends with one.
struct Typed {
  std::string_view street;
  std::string_view number;
};
[[nodiscard]] Typed split_number(std::string_view text);

}  // namespace revier::fibre
