// SPDX-License-Identifier: EUPL-1.2
// The language filter on one languageMap (4.15).
#pragma once
#include <string_view>

#include "ngsi/render.h"

namespace revier::ngsi::detail {

struct Spoken {
  std::string_view tag;   // with quotes, as it stands in the map; "@none" where nothing was asked
  std::string_view text;  // JSON: a string or an array of strings
};
// The text that fits best: the same tag, a longer one, a shorter one; else the default, else the
// first. `map` is the stored value of a LanguageProperty.
[[nodiscard]] Spoken spoken(std::string_view map, const LanguageFilter& filter);

}  // namespace revier::ngsi::detail
