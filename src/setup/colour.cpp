// SPDX-License-Identifier: EUPL-1.2
#include "setup/colour.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/ascii.h"

namespace revier::setup {
namespace {

constexpr Colour kWhite{255, 255, 255};
constexpr Colour kBlack{0, 0, 0};
// Of KERN's grounds the one with the least contrast: neutral-025 in light, neutral-950 in dark.
constexpr Colour kLightSurface{243, 244, 246};
constexpr Colour kDarkSurface{24, 27, 36};
constexpr double kTint = 0.09;    // --rv-tint: that much of the colour in the ground
constexpr double kMargin = 0.05;  // the browser mixes in another colour space and rounds

double linear(std::uint8_t channel) {
  const double value = channel / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

std::uint8_t mixed(std::uint8_t from, std::uint8_t to, double share) {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
}

Colour mix(Colour from, Colour to, double share) {
  return {mixed(from.red, to.red, share), mixed(from.green, to.green, share),
          mixed(from.blue, to.blue, share)};
}

// The least step towards `end` that makes it readable.
template <class Contrast>
Colour nearest(Colour colour, Colour end, Contrast contrast_there) {
  for (int step = 0; step <= 255; ++step) {
    const Colour candidate = mix(colour, end, step / 255.0);
    if (contrast_there(candidate) >= kContrastMin) return candidate;
  }
  return end;
}

}  // namespace

std::optional<Colour> parse_colour(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  if (text.size() != 6 && text.size() != 3) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return hex_value(c) >= 0; })) return std::nullopt;
  const std::size_t width = text.size() / 3;
  const auto channel = [&](std::size_t n) {
    const int high = hex_value(text[n * width]);
    const int low = hex_value(text[n * width + width - 1]);
    return static_cast<std::uint8_t>(16 * high + low);
  };
  return Colour{channel(0), channel(1), channel(2)};
}

std::string to_string(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

double contrast(Colour a, Colour b) {
  const double first = luminance(a);
  const double second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

double contrast_on_light(Colour colour) {
  const double least = std::min({contrast(colour, kWhite), contrast(colour, kLightSurface),
                                 contrast(colour, mix(kWhite, colour, kTint))});
  return least - kMargin;
}

double contrast_on_dark(Colour colour) {
  const double least = std::min({contrast(colour, kBlack), contrast(colour, kDarkSurface),
                                 contrast(colour, mix(kBlack, colour, kTint))});
  return least - kMargin;
}

Colour readable_on_light(Colour colour) { return nearest(colour, kBlack, contrast_on_light); }
Colour readable_on_dark(Colour colour) { return nearest(colour, kWhite, contrast_on_dark); }

std::string colour_css(Colour colour) {
  const std::string light = to_string(colour);
  const std::string dark = to_string(readable_on_dark(colour));
  return fmt::format(
      "@media(prefers-color-scheme:light){{:root{{--kern-color-action-default:{0};"
      "--kern-color-action-on-default:#fff}}}}"
      "@media(prefers-color-scheme:dark){{:root{{--kern-color-action-default:{1};"
      "--kern-color-action-on-default:#000}}}}"
      ".rv-hero{{background:{0};--kern-color-action-on-default-contextual:{0}}}\n",
      light, dark);
}

}  // namespace revier::setup
