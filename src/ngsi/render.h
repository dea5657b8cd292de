// SPDX-License-Identifier: EUPL-1.2
// Entities to JSON (ETSI GS CIM 009 V1.9.1, clauses 4.5.1 to 4.5.4, 4.5.16, 4.5.17, 4.15, 4.21).
//
// Answers are put together from stored bytes; names are compacted once per context and thread
// (a thread keeps at most 16 contexts' names).
//
// Thread safety: from any thread.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/linked.h"
#include "ngsi/names.h"
#include "ngsi/projection.h"

namespace revier::ngsi {

enum class Representation : std::uint8_t { kNormalized, kConcise, kSimplified };

// Language filter (4.15): "fr-CH,fr;q=0.9,en;q=0.8,*;q=0.5".
struct LanguageFilter {
  std::vector<std::string> tags;  // best first, lower case; "*": any
};
// Errors: kBadRequestData.
[[nodiscard]] Result<LanguageFilter> parse_language_filter(std::string_view text);

struct RenderOptions {
  Representation representation = Representation::kNormalized;
  bool sys_attrs = false;
  bool with_context = false;               // writes the member "@context"
  const Projection* projection = nullptr;  // nullptr: everything
  const LanguageFilter* language = nullptr;
  // Linked entities are put inline, so many levels deep; never one inside itself.
  const LinkedEntities* linked = nullptr;
  std::size_t link_levels = 0;
};

// Appends the entity as one JSON object.
void render(const Entity& entity, const Names& names, const jsonld::Context& context,
            const RenderOptions& options, std::string& out);

// Calls `take(uri, projection of what is behind)` for each object of the relationships that the
// projection (nullptr: everything) shows.
using TakeLink = std::function<void(std::string_view uri, const Projection* projection)>;
void for_each_link(const Entity& entity, const Projection* projection, const TakeLink& take);

// Appends one attribute: its instance, or an array of them. False, with nothing appended, where the
// entity has none that the projection shows.
[[nodiscard]] bool render_attribute(const Entity& entity, NameId attribute, const Names& names,
                                    const jsonld::Context& context, const RenderOptions& options,
                                    std::string& out);

// --- Temporal representations (4.5.6 to 4.5.9), one instance at a time ---

struct InstanceMarks {
  std::string_view instance_id;  // empty: none is written
  std::optional<Instant> deleted_at;
};
// Appends one instance as a JSON object.
void render_instance(const AttributeView& view, const InstanceMarks& marks, const Names& names,
                     const jsonld::Context& context, const RenderOptions& options,
                     std::string& out);
// Appends what stands for it in a simplified temporal representation: the first of a pair.
void render_value(const AttributeView& view, const Names& names, const jsonld::Context& context,
                  const RenderOptions& options, std::string& out);
// The name of a type or an attribute as the context has it, with quotes; empty where the number
// has none.
[[nodiscard]] std::string quoted_name(NameId name, const Names& names,
                                      const jsonld::Context& context);

struct GeoJsonOptions {
  NameId geometry = kNoName;  // attribute to be taken; kNoName: geometry is null
  // The first that the attribute has, "@none" for the default instance; empty: that one.
  std::vector<std::string> dataset_ids;
};
// Appends a GeoJSON Feature (4.5.16.2, 4.5.17.1). A FeatureCollection is what the caller puts
// around: {"type":"FeatureCollection","features":[...]}.
void render_feature(const Entity& entity, const Names& names, const jsonld::Context& context,
                    const RenderOptions& options, const GeoJsonOptions& geo, std::string& out);

}  // namespace revier::ngsi
