// SPDX-License-Identifier: EUPL-1.2
// Instances that are told directly, as rows hold them.
//
// Thread safety: pure functions, but for Names.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "history/detail/rows.h"
#include "ngsi/fragment.h"

namespace revier::history::detail {

// The instance as an entity would hold it. `created` and `modified` become its times.
[[nodiscard]] Result<std::string> form_of(ngsi::Names& names,
                                          const ngsi::FragmentAttribute& attribute, Instant created,
                                          Instant modified);

// An instance of the same attribute, dataset and observedAt.
struct Same {
  std::string key;
  std::uint64_t number = 0;
  Instant created_at;
};
[[nodiscard]] std::optional<Same> same_observation(const store::Store& store,
                                                   const Rows::Subject& subject,
                                                   std::string_view form);

}  // namespace revier::history::detail
