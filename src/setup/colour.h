// SPDX-License-Identifier: EUPL-1.2
// A city's colour, and whether people can read with it (WCAG 2.2, 1.4.3 and 1.4.11).
//
// The colour is that of links, buttons and of the hero on light ground; on dark ground it is made
// lighter until it can be read.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace revier::setup {

struct Colour {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};

// "#1a2b3c" or "1A2B3C" or "#abc".
[[nodiscard]] std::optional<Colour> parse_colour(std::string_view text);
[[nodiscard]] std::string to_string(Colour colour);  // "#1a2b3c"

// Contrast ratio of WCAG 2.2: 1 to 21.
[[nodiscard]] double contrast(Colour a, Colour b);

inline constexpr double kContrastMin = 4.5;  // AA, text of any size

// The least contrast among the grounds that the pages put the colour on.
[[nodiscard]] double contrast_on_light(Colour colour);
[[nodiscard]] double contrast_on_dark(Colour colour);
// The nearest colour of the same hue that reaches kContrastMin there; the colour itself if it does.
[[nodiscard]] Colour readable_on_light(Colour colour);
[[nodiscard]] Colour readable_on_dark(Colour colour);

// The style sheet that puts it on the pages. `colour` reaches kContrastMin on light ground.
[[nodiscard]] std::string colour_css(Colour colour);

}  // namespace revier::setup
