// SPDX-License-Identifier: EUPL-1.2
// previousValue, previousObject, ... and deletedAt of attributes (5.2.14.1 showChanges, 5.8.6).
//
// Thread safety: pure functions, but for Names.
#pragma once
#include <string>
#include <string_view>

#include "subscription/detail/rows.h"

namespace revier::subscription::detail {

struct Rendered {
  std::string_view after;   // an entity as it is to be sent, normalized or concise
  std::string_view before;  // the same of the version before; empty where there was none
  const Told& told;
  const ngsi::Names& names;
  const jsonld::Context& context;
  const Notified& notified;
};
// `after` with what the subscription asks for beside values that changed. Errors: as the parser.
[[nodiscard]] Result<std::string> with_previous(const Rendered& rendered);

}  // namespace revier::subscription::detail
