// SPDX-License-Identifier: EUPL-1.2
// What texts must look like: names (4.6.2), DateTimes (4.6.3), scopes (4.18), language tags.
#pragma once
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace revier::ngsi::detail {

// A plain name (jsonld/context.h), prefix:name or an IRI.
[[nodiscard]] bool is_name(std::string_view name);
// "/Madrid/Gardens" or "Madrid/Gardens".
[[nodiscard]] bool is_scope(std::string_view scope);
// RFC 5646 in form, or "@none".
[[nodiscard]] bool is_language_tag(std::string_view tag);

// YYYY-MM-DDThh:mm:ss[.ffffff]Z.
[[nodiscard]] Result<Instant> parse_date_time(std::string_view text);

// True for terms of the core context that are members and can't be attributes ("observedAt").
[[nodiscard]] bool is_reserved_term(std::string_view name);

// The same of expanded names: what would be shown under such a term.
[[nodiscard]] bool is_reserved_iri(std::string_view iri);

}  // namespace revier::ngsi::detail
