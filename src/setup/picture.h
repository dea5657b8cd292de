// SPDX-License-Identifier: EUPL-1.2
// A logo as it may be shown: decoded and written anew, so that nothing but pixels is left of it.
//
// Thread safety: pure function; takes some milliseconds, blocks.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::setup {

inline constexpr std::size_t kLogoBytesMax = std::size_t{512} << 10;
inline constexpr std::uint32_t kLogoSideMax = 1'200;  // pixels

// A PNG from a PNG. Errors: kUnprocessable (field "logo"): no PNG (SVG is never taken: it may carry
// scripts), damaged, larger than allowed in bytes or pixels.
[[nodiscard]] Result<std::string> clean_logo(std::string_view bytes);

}  // namespace revier::setup
