// SPDX-License-Identifier: EUPL-1.2
// A draft and the item that it started from, when the public item has changed meanwhile.
//
// Thread safety: pure.
#pragma once
#include <optional>

#include "event/draft_store.h"

namespace revier::event::detail {

// The draft on top of what is public now: a field that its editor left as it was is as it is
// public, so that releasing the draft undoes nothing that came another way (a day that is
// cancelled). A field that both changed keeps the draft's value, and its old one in `base`, which
// then differs from what is public. nullopt where nothing would change: also for a draft that
// takes the item out or started from none.
[[nodiscard]] std::optional<Draft> rebased(const Draft& draft, const Item& released);

}  // namespace revier::event::detail
