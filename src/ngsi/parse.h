// SPDX-License-Identifier: EUPL-1.2
// JSON bodies of NGSI-LD to fragments (ETSI GS CIM 009 V1.9.1, clauses 4.5, 4.6, 5.5.4).
//
// Normalized and concise input may be mixed freely; simplified (keyValues) input is another form.
// createdAt, modifiedAt, deletedAt, instanceId and previous... are ignored. "@context" is skipped:
// the caller has resolved it.
//
// Errors, all: kBadRequestData; the message names the attribute and what was expected, `field` is
// the name as the client wrote it.
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/json.h"
#include "jsonld/context.h"
#include "ngsi/fragment.h"

namespace revier::ngsi {

enum class Form : std::uint8_t { kNormalized, kSimplified };  // kNormalized: concise too

// Where the NGSI-LD Null may stand.
enum class Nulls : std::uint8_t {
  kRefused,     // create, replace, append
  kAttributes,  // update: as value of an attribute or of a member beside it
  kMerge,       // merge: inside values too; attributes without a value are taken
};

struct ParseOptions {
  Form form = Form::kNormalized;
  Nulls nulls = Nulls::kRefused;
  bool id_needed = false;
  bool type_needed = false;
  // A temporal evolution (4.5.6): instances of one attribute may share a datasetId, the Null may
  // stand as their value, and a scope that is given as instances becomes attributes of the name
  // "scope" whose values are arrays.
  bool temporal = false;
};

inline constexpr ParseOptions kParseWhole = {.id_needed = true, .type_needed = true};

// An entity or an entity fragment.
[[nodiscard]] Result<Fragment> parse_entity(const json::Value& body, const jsonld::Context& context,
                                            const ParseOptions& options);

// The body of an operation on one attribute (5.6.4, 5.6.19): one instance, `name` comes from the
// path. A value may be missing if `options.nulls` is not kRefused.
[[nodiscard]] Result<FragmentAttribute> parse_attribute(std::string_view name,
                                                        const json::Value& body,
                                                        const jsonld::Context& context,
                                                        const ParseOptions& options);

// An attribute's instance in normalized or concise form, told by its type or the member that holds
// its value (4.5.2, 4.5.3).
[[nodiscard]] bool is_instance(const json::Value& value);

// Attribute's or type's name of a path or parameter to its IRI, with the look at its characters
// (4.6.2). The IRI is accepted as a name itself: expanded again it stays what it is.
[[nodiscard]] Result<std::string> expand_checked(std::string_view name,
                                                 const jsonld::Context& context);

// An absolute URI or IRI without white space and control characters, at most 2048 bytes; `what`
// begins the message ("the entity's id").
[[nodiscard]] Result<> check_uri(std::string_view text, std::string_view what);

}  // namespace revier::ngsi
