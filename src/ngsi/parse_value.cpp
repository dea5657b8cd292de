// SPDX-License-Identifier: EUPL-1.2
// Values, kind by kind (clauses 4.5.2, 4.5.3, 4.5.18, 4.5.20 to 4.5.22, 4.5.24, 4.7).
#include "ngsi/detail/parse_attribute.h"
#include "ngsi/detail/text_rules.h"
#include "ngsi/geometry.h"

namespace revier::ngsi::detail {
namespace {

// A Null anywhere in a value.
bool holds_null_uri(const json::Value& value) {
  if (is_null_uri(value)) return true;
  for (const json::Value element : value.elements()) {
    if (holds_null_uri(element)) return true;
  }
  for (const auto& [key, inner] : value.members()) {
    if (holds_null_uri(inner)) return true;
  }
  return false;
}

bool is_single_null(const json::Value& value) {
  if (value.size() != 1) return false;
  const json::Value only = value.first_or_self();
  const auto object = only.find("object");
  return is_null_uri(only) || (object && is_null_uri(*object));
}

// The NGSI-LD Null in the form that the kind's value has (4.5.0).
bool is_null_of(Kind kind, const json::Value& value) {
  if (is_null_uri(value)) return true;
  if (kind == Kind::kListProperty || kind == Kind::kListRelationship) {
    return value.is_array() && is_single_null(value);
  }
  if (kind != Kind::kLanguageProperty) return false;
  const auto none = value.find("@none");
  return none && value.size() == 1 && is_null_uri(*none);
}

Result<std::string> property_value(const json::Value& value, Nulls nulls) {
  if (value.is_null()) return expected("value must not be null; urn:ngsi-ld:null deletes");
  if (nulls != Nulls::kMerge && holds_null_uri(value)) {
    return expected("value must not hold urn:ngsi-ld:null here");
  }
  return json::to_text(value);
}

Result<std::string> geo_value(const json::Value& value) {
  if (const auto text = value.as_string()) {
    const auto document = json::Document::parse(*text, {.depth_max = 8});
    if (!document) return expected("value must be a GeoJSON geometry, or one as JSON in a string");
    RV_TRY(parse_geometry(document->root()));
    return json::to_text(document->root());
  }
  RV_TRY(parse_geometry(value));
  return json::to_text(value);
}

Result<> check_object(const json::Value& value, std::string_view what) {
  const auto text = value.as_string();
  if (!text) return expected(fmt::format("{} must be a URI", what));
  if (*text == kNullUri) return expected(fmt::format("{} must not hold {}", what, kNullUri));
  return check_uri(*text, what);
}

Result<std::string> relationship_value(const json::Value& value) {
  if (!value.is_array()) {
    RV_TRY(check_object(value, "object"));
  } else {
    if (value.size() == 0) return expected("object must be a URI or an array of URIs, not empty");
    for (const json::Value element : value.elements()) RV_TRY(check_object(element, "object"));
  }
  return json::to_text(value);
}

Result<std::string> list_relationship_value(const json::Value& value) {
  if (!value.is_array()) return expected("objectList must be an array of URIs");
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const json::Value element : value.elements()) {
    const json::Value object = element.find("object").value_or(element);
    RV_TRY(check_object(object, "each of objectList"));
    writer.string(*object.as_string());
  }
  writer.end_array();
  return out;
}

bool is_texts(const json::Value& value) {
  if (value.is_string()) return true;
  if (!value.is_array()) return false;
  for (const json::Value element : value.elements()) {
    if (!element.is_string()) return false;
  }
  return true;
}

Result<std::string> language_value(const json::Value& value, Nulls nulls) {
  if (!value.is_object() || value.size() == 0) {
    return expected("languageMap must be an object from language tags to texts");
  }
  for (const auto& [tag, text] : value.members()) {
    if (!is_language_tag(tag)) {
      return expected(fmt::format("languageMap: {} must be a language tag such as \"de\"", tag));
    }
    if (!is_texts(text)) {
      return expected(fmt::format("languageMap: {} must be a string or an array of strings", tag));
    }
    if (nulls == Nulls::kMerge && is_null_uri(text)) continue;
    if (holds_null_uri(text)) return expected("languageMap must not hold urn:ngsi-ld:null here");
  }
  return json::to_text(value);
}

Result<std::string> vocab_value(const json::Value& value, const jsonld::Context& context) {
  if (!is_texts(value) || (value.is_array() && value.size() == 0)) {
    return expected("vocab must be a string or an array of strings");
  }
  if (holds_null_uri(value)) return expected("vocab must not hold urn:ngsi-ld:null");
  std::string out;
  json::Writer writer(out);
  if (const auto text = value.as_string()) {
    RV_ASSIGN(const std::string iri, context.expand_name(*text));
    writer.string(iri);
    return out;
  }
  writer.begin_array();
  for (const json::Value element : value.elements()) {
    RV_ASSIGN(const std::string iri, context.expand_name(*element.as_string()));
    writer.string(iri);
  }
  writer.end_array();
  return out;
}

Result<std::string> list_value(const json::Value& value, Nulls nulls) {
  if (!value.is_array()) return expected("valueList must be an array");
  if (nulls != Nulls::kMerge && holds_null_uri(value)) {
    return expected("valueList must not hold urn:ngsi-ld:null here");
  }
  return json::to_text(value);
}

Result<std::string> value_text(Kind kind, const json::Value& value, const jsonld::Context& context,
                               Nulls nulls) {
  switch (kind) {
    case Kind::kProperty:
      return property_value(value, nulls);
    case Kind::kGeoProperty:
      return geo_value(value);
    case Kind::kRelationship:
      return relationship_value(value);
    case Kind::kLanguageProperty:
      return language_value(value, nulls);
    case Kind::kVocabProperty:
      return vocab_value(value, context);
    case Kind::kListProperty:
      return list_value(value, nulls);
    case Kind::kListRelationship:
      return list_relationship_value(value);
    case Kind::kJsonProperty:
      break;
  }
  if (!value.is_object() && !value.is_array()) {
    return expected("json must be an object or an array");
  }
  return json::to_text(value);
}

}  // namespace

bool is_null_uri(const json::Value& value) {
  const auto text = value.as_string();
  return text && *text == kNullUri;
}

Result<> check_dataset_id(std::string_view text) {
  if (text == kNullUri) return expected("datasetId cannot be deleted");
  return check_uri(text, "datasetId");
}

Result<> set_value(FragmentAttribute& attribute, const json::Value& value,
                   const jsonld::Context& context, Nulls nulls) {
  if (is_null_of(attribute.kind, value)) {
    if (nulls == Nulls::kRefused) return expected("urn:ngsi-ld:null is not allowed here");
    attribute.removed = true;
    return {};
  }
  RV_ASSIGN(attribute.value, value_text(attribute.kind, value, context, nulls));
  attribute.has_value = true;
  // What a bare text means is known only when the attribute that is there is seen.
  if (attribute.kind == Kind::kProperty && nulls != Nulls::kRefused && is_texts(value)) {
    if (auto expanded = vocab_value(value, context)) attribute.as_vocab = *std::move(expanded);
  }
  return {};
}

}  // namespace revier::ngsi::detail
