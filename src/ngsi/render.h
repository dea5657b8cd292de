// SPDX-License-Identifier: EUPL-1.2
// Entities to JSON (ETSI GS CIM 009 V1.9.1, clauses 4.5.1 to 4.5.4, 4.5.16, 4.5.17, 4.15, 4.21).
//
// Answers are put together from stored bytes; names are compacted once per context and thread
// (a thread keeps at most 16 contexts' names).
//
// Thread safety: from any thread; a Projection is read by any number of threads.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonld/context.h"
#include "ngsi/entity.h"
#include "ngsi/names.h"

namespace revier::ngsi {

enum class Representation : std::uint8_t { kNormalized, kConcise, kSimplified };

// Which members of an entity are shown. Default: all.
class Projection {
 public:
  // `pick` or `attrs` (at most one of the two is given) and `omit`: names as the client wrote them,
  // "id", "type", "scope" too (in `attrs` they have no meaning: these members are always shown).
  // Errors: kBadRequestData: a name that is none; linked entities ("a{b}") are
  // kOperationNotSupported.
  struct Lists {
    std::vector<std::string> attrs;
    std::vector<std::string> pick;
    std::vector<std::string> omit;
    std::vector<std::string> dataset_ids;  // "@none": the default instances
  };
  [[nodiscard]] static Result<Projection> make(const Names& names, const jsonld::Context& context,
                                               const Lists& lists);

  [[nodiscard]] bool shows(NameId attribute) const;
  [[nodiscard]] bool shows_instance(std::string_view dataset_id) const;
  [[nodiscard]] bool shows_id() const { return id_; }
  [[nodiscard]] bool shows_type() const { return type_; }
  [[nodiscard]] bool shows_scope() const { return scope_; }

 private:
  bool only_ = false;            // only_: shown are names_; else all but names_
  std::vector<NameId> names_;    // sorted
  std::vector<NameId> omitted_;  // sorted
  std::vector<std::string> dataset_ids_;
  bool id_ = true, type_ = true, scope_ = true;
};

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
};

// Appends the entity as one JSON object.
void render(const Entity& entity, const Names& names, const jsonld::Context& context,
            const RenderOptions& options, std::string& out);

// Appends one attribute: its instance, or an array of them. False, with nothing appended, where the
// entity has none that the projection shows.
[[nodiscard]] bool render_attribute(const Entity& entity, NameId attribute, const Names& names,
                                    const jsonld::Context& context, const RenderOptions& options,
                                    std::string& out);

struct GeoJsonOptions {
  NameId geometry = kNoName;  // attribute to be taken; kNoName: geometry is null
  std::string dataset_id;
};
// Appends a GeoJSON Feature (4.5.16.2, 4.5.17.1). A FeatureCollection is what the caller puts
// around: {"type":"FeatureCollection","features":[...]}.
void render_feature(const Entity& entity, const Names& names, const jsonld::Context& context,
                    const RenderOptions& options, const GeoJsonOptions& geo, std::string& out);

}  // namespace revier::ngsi
