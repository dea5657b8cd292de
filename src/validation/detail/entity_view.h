// SPDX-License-Identifier: EUPL-1.2
// An entity as a schema of the Smart Data Models sees it: the simplified representation (4.5.4) of
// one instance of each attribute, its type by the one name that the schema is for.
//
// A value {"@type": "DateTime", "@value": "..."} is seen as its @value.
//
// Thread safety: pure functions.
#pragma once
#include <string>

#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "validation/json_schema.h"

namespace revier::validation::detail {

// Every instance is seen: as many views as the attribute with the most instances has. They share
// one budget and are at most 64; what would need more is a violation of the rule "limit".
[[nodiscard]] Report look(const JsonSchema& schema, const ngsi::Entity& entity, ngsi::NameId type,
                          const ngsi::Names& names, const jsonld::Context& context);

}  // namespace revier::validation::detail
