// SPDX-License-Identifier: EUPL-1.2
// One member of an entity's body to the instances of its attribute.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "json/json.h"
#include "jsonld/context.h"
#include "ngsi/parse.h"

namespace revier::ngsi::detail {

[[nodiscard]] bool is_null_uri(const json::Value& value);
// What was expected, as kBadRequestData.
[[nodiscard]] tl::unexpected<Error> expected(std::string_view what);
[[nodiscard]] Result<> check_dataset_id(std::string_view text);

// No two of one name and datasetId: two keys can mean one name (a term and its IRI).
[[nodiscard]] Result<> check_distinct(const std::vector<FragmentAttribute>& attributes);

// Sets kind's value in `attribute`, or `removed` for an NGSI-LD Null. Errors: without the name of
// the attribute in front.
[[nodiscard]] Result<> set_value(FragmentAttribute& attribute, const json::Value& value,
                                 const jsonld::Context& context, Nulls nulls);

class AttributeParser {
 public:
  AttributeParser(const jsonld::Context& context, const ParseOptions& options)
      : context_(context), options_(options) {}

  // All instances under one key, appended.
  [[nodiscard]] Result<> member(std::string_view key, const json::Value& value,
                                std::vector<FragmentAttribute>& out);
  // One instance whose members may be all that is given (5.6.4).
  [[nodiscard]] Result<FragmentAttribute> part(std::string_view key, const json::Value& value);

 private:
  [[nodiscard]] Result<FragmentAttribute> instance(const json::Value& value);
  [[nodiscard]] Result<FragmentAttribute> bare(const json::Value& value);
  [[nodiscard]] Result<FragmentAttribute> object(FragmentAttribute attribute,
                                                 const json::Value& value);
  [[nodiscard]] Result<> one_member(FragmentAttribute& attribute, const json::Member& member);
  [[nodiscard]] Result<> metadata(FragmentAttribute& attribute, const json::Member& member,
                                  bool& taken);
  [[nodiscard]] Result<> sealed(FragmentAttribute& attribute, const json::Member& member);
  [[nodiscard]] Result<> value_type(FragmentAttribute& attribute, const json::Member& member);
  [[nodiscard]] Result<> instances(std::string_view iri, const json::Value& array,
                                   std::vector<FragmentAttribute>& out);
  [[nodiscard]] Result<> simplified(std::string_view iri, const json::Value& value,
                                    std::vector<FragmentAttribute>& out);
  [[nodiscard]] Result<FragmentAttribute> simplified_one(const json::Value& value);
  // How values may be null: in a temporal evolution those of the entity's own attributes.
  [[nodiscard]] Nulls value_nulls() const {
    return options_.temporal && depth_ == 0 ? Nulls::kAttributes : options_.nulls;
  }
  [[nodiscard]] Result<> check_name(std::string_view iri, const FragmentAttribute& attribute);

  const jsonld::Context& context_;
  const ParseOptions& options_;
  int depth_ = 0;
  bool is_part_ = false;   // the body is one attribute and may carry @context
  bool in_proof_ = false;  // inside ngsildproof
};

}  // namespace revier::ngsi::detail
