// SPDX-License-Identifier: EUPL-1.2
// Names in a q as the page shows them. The page writes the last part of an attribute's IRI where
// the core context has no term for it; in q such a name means that attribute.
//
// Thread safety: a pure function but for the catalogue, which may be used from any thread.
#pragma once
#include <functional>
#include <span>
#include <string_view>

#include "context/broker.h"
#include "jsonld/catalogue.h"

namespace revier::console {

// The core context with a term for every such name that occurs in `q`. Where two attributes look
// alike, the one with more entities is meant, by `weight`, which is asked for these only. Terms of
// the core context keep their meaning.
// Errors: those of Catalogue::resolve.
using Weight = std::function<std::size_t(const context::NameCount& attribute)>;
[[nodiscard]] Result<jsonld::ContextPtr> context_of_shown_names(
    jsonld::Catalogue& catalogue, std::span<const context::NameCount> attributes,
    std::string_view q, const Weight& weight);

// The terms alone, as a JSON object: "{}" where the core context says it all.
[[nodiscard]] std::string terms_of_shown_names(const jsonld::Context& core,
                                               std::span<const context::NameCount> names,
                                               std::string_view q, const Weight& weight);

}  // namespace revier::console
