// SPDX-License-Identifier: EUPL-1.2
// What a query or a purge selects, from its parameters (5.7.2, 5.6.21).
//
// Thread safety: pure functions.
#pragma once
#include "base/result.h"
#include "net/http.h"
#include "ngsi/predicate.h"
#include "ngsi/projection.h"

namespace revier::context::detail {

// From id, idPattern, type, attrs, q, expandValues, scopeQ and the geo-query.
[[nodiscard]] ngsi::Selection selection_of(const net::Request& request);

// 5.7.2.4 and 5.6.21.4: what is asked for without a type, an attribute, a geo-query or the local
// scope would be everything there is. Also looks at `local` and `csf`.
// Errors: kBadRequestData.
[[nodiscard]] Result<> require_a_filter(const ngsi::Selection& selection,
                                        const ngsi::ProjectionTerms& pick,
                                        const net::Request& request);

// An entity of which `pick` would leave nothing is not among the answer (4.21).
void select_picked(ngsi::Selection& selection, const ngsi::ProjectionTerms& pick);

}  // namespace revier::context::detail
