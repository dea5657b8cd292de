// SPDX-License-Identifier: EUPL-1.2
// Rows of this module in the store, all in kMeta.
//
//   validation.document/TENANT\0URL        a document that schemas refer to
//   validation.schema/TENANT\0TYPE         schema, mode, @context, times
//   validation.sum/TENANT\0TYPE            counts of a tally
//   validation.rule/TENANT\0TYPE\0NAME     count of an attribute and a rule
//   validation.example/TENANT\0TYPE\0SLOT  one of the latest, in a ring of them
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "jsonld/catalogue.h"
#include "validation/types.h"

namespace revier::validation::detail {

inline constexpr std::string_view kDocumentRows = "validation.document/";
inline constexpr std::string_view kSchemaRows = "validation.schema/";
inline constexpr std::string_view kSumRows = "validation.sum/";
inline constexpr std::string_view kRuleRows = "validation.rule/";
inline constexpr std::string_view kExampleRows = "validation.example/";

[[nodiscard]] std::string row_key(std::string_view rows, std::string_view tenant,
                                  std::string_view subject);
// Below a type; without `part` the prefix of all of them.
[[nodiscard]] std::string row_key(std::string_view rows, std::string_view tenant,
                                  std::string_view type, std::string_view part);

// What stands behind the prefix of `rows`.
struct RowKey {
  std::string tenant;
  std::string subject;
  std::string part;
};
[[nodiscard]] Result<RowKey> parse_key(std::string_view rest);

[[nodiscard]] std::string encode(const TypeSchema& schema);
[[nodiscard]] Result<TypeSchema> decode_schema(std::string_view row, jsonld::Catalogue& catalogue);
// Of a tally: the sums alone.
[[nodiscard]] std::string encode_sum(const Tally& tally);
[[nodiscard]] Result<> decode_sum(std::string_view row, Tally& tally);
[[nodiscard]] std::string encode(const RuleCount& rule);
[[nodiscard]] Result<RuleCount> decode_rule(std::string_view row);
[[nodiscard]] std::string encode(const Example& example);
[[nodiscard]] Result<Example> decode_example(std::string_view row);

void write_violations(json::Writer& out, const std::vector<Violation>& violations);
void write_example(json::Writer& out, const Example& example);

}  // namespace revier::validation::detail
