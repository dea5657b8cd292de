// SPDX-License-Identifier: EUPL-1.2
// What Cairo 1.16 leaves out of a tagged PDF: language, window title, alternative texts.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"

namespace revier::pdf::detail {

struct Accessibility {
  std::string title;
  std::string language;
  std::vector<std::string> alternatives;  // one a Figure, in the order of the structure tree
};

[[nodiscard]] Result<std::string> make_accessible(const std::string& pdf,
                                                  const Accessibility& wanted);

}  // namespace revier::pdf::detail
