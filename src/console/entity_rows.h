// SPDX-License-Identifier: EUPL-1.2
// Entities as people read them: short names, values in words, JSON with indents.
//
// Thread safety: pure functions.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "console/views.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "web/i18n.h"

namespace revier::console {

struct EntityWords {
  const ngsi::Names& names;
  const jsonld::Context& context;
  web::Language language;
  // The page of an entity, for relationships.
  std::function<std::string(std::string_view id)> href;
};

// All attributes and, after each, its sub-attributes.
[[nodiscard]] std::vector<AttributeRow> attribute_rows(const ngsi::Entity& entity,
                                                       const EntityWords& words);
// The name in the context, else the last part of the IRI.
[[nodiscard]] std::string short_name(const jsonld::Context& context, std::string_view iri);
// "Room, Hall"
[[nodiscard]] std::string type_names(const ngsi::Entity& entity, const ngsi::Names& names,
                                     const jsonld::Context& context);

// JSON text without white space, as json::Writer writes it, over several lines.
[[nodiscard]] std::string indented_json(std::string_view json);
// "°C (CEL)"; the code alone where its sign is not known. UN/CEFACT Recommendation 20.
[[nodiscard]] std::string unit_text(std::string_view code);

}  // namespace revier::console
