// SPDX-License-Identifier: EUPL-1.2
// A form as it is declared: which questions, on which pages, in which order, and for how long the
// answers are kept. docs/organise/forms.md tells an author how to write one.
//
// The answers are described by a JSON Schema (draft 2020-12) in a subset that a page can ask:
//
//   root        type object, properties, required, allOf, unevaluatedProperties false
//   string      minLength, maxLength, enum, format email | date | tel | position
//   integer     minimum, maximum
//   boolean     const true where it has to be ticked
//   array       of strings with enum: several of a list; of objects: a repeated group;
//               of strings with format file: attachments; minItems, maxItems
//   allOf       [{"if": {"properties": {F: {"const": V}}, "required": [F]},
//                 "then": {"properties": ..., "required": ...}}]: questions that are asked only
//               where F was answered with V (or one of an enum); F stands on an earlier page
//
// Any other word of the schema is refused, so that none is believed to hold that does not. What
// people read (labels, hints, pages) stands beside the schema in `ui`.
//
// Thread safety: a Definition is constant and shared.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "web/language.h"

namespace revier::casework {

struct Words {
  std::string de;
  std::string en;
  [[nodiscard]] const std::string& in(web::Language language) const {
    return language == web::Language::kDe ? de : en;
  }
  [[nodiscard]] bool empty() const { return de.empty(); }
};

enum class Kind : std::uint8_t {
  kText,
  kLongText,
  kEmail,
  kTel,
  kDate,
  kPosition,  // "51.5388, 7.2257": latitude and longitude, WGS 84
  kInteger,
  kChoice,
  kChoices,
  kTick,
  kGroup,
  kFiles,
};

struct Choice {
  std::string value;
  Words label;
};

// A question is asked only where the answer to `field` is one of `values`.
struct Condition {
  std::string field;
  std::vector<std::string> values;
};

struct Field {
  std::string name;
  Kind kind = Kind::kText;
  Words label;
  Words hint;
  std::string autocomplete;  // token of HTML 4.10.18.7
  bool required = false;
  std::size_t length_min = 0;  // characters
  std::size_t length_max = 200;
  std::int64_t min = INT64_MIN;
  std::int64_t max = INT64_MAX;
  std::size_t items_min = 0;  // kChoices, kGroup, kFiles
  std::size_t items_max = 1;
  std::vector<Choice> options;     // kChoice, kChoices
  std::vector<Field> fields;       // kGroup
  std::vector<std::string> types;  // kFiles: "image/jpeg", "image/png", "application/pdf"
  std::size_t bytes_max = 0;       // kFiles: of one
  std::optional<Condition> when;
};

struct FormPage {
  std::string id;
  Words title;
  Words text;
  std::vector<std::string> fields;
};

enum class IdentityLevel : std::uint8_t { kNone, kLow, kSubstantial, kHigh };  // (EU) 910/2014

// What of a case becomes a public entity: its state and the answers named here. No text that people
// write themselves is among them: they may name somebody in it. A photo may show somebody: each one
// is public only after the office has looked at it and released it.
struct PublicPart {
  std::string category;  // kChoice
  std::string position;  // kPosition; empty: none
  std::string photo;     // kFiles that takes pictures only; empty: none
};

struct Definition {
  std::string id;  // a-z 0-9 -
  std::int64_t version = 1;
  Words title;
  Words summary;
  std::string office;
  Words office_name;
  IdentityLevel identity_level = IdentityLevel::kNone;
  std::int64_t minutes = 5;  // that filling it in takes
  std::vector<Words> needs;  // what to have at hand
  Words purpose;
  Words legal_basis;
  Words declaration;
  std::int64_t keep_days = 365;  // after the decision
  bool is_example = false;       // is shown with a note
  std::vector<Field> fields;     // in the order of the pages
  std::vector<FormPage> pages;
  std::optional<PublicPart> published;
  std::string json;  // as it was imported

  [[nodiscard]] const Field* field(std::string_view name) const;
  [[nodiscard]] const FormPage* page(std::string_view page_id) const;
  [[nodiscard]] const FormPage* page_of(std::string_view field_name) const;
};
using DefinitionPtr = std::shared_ptr<const Definition>;

// Errors: kInvalidRequest for what is no JSON; kUnprocessable with the place as a JSON pointer in
// `field` and at the begin of the message.
[[nodiscard]] Result<Definition> parse_definition(std::string_view text);

}  // namespace revier::casework
