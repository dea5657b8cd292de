// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/parse_attribute.h"

#include <algorithm>

#include "ngsi/detail/form.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/detail/text_rules.h"
#include "ngsi/geometry.h"

namespace revier::ngsi::detail {
namespace {

constexpr int kSubAttributeDepthMax = 8;  // of sub-attributes
constexpr std::string_view kLocation = "https://uri.etsi.org/ngsi-ld/location";
constexpr std::string_view kObservationSpace = "https://uri.etsi.org/ngsi-ld/observationSpace";
constexpr std::string_view kOperationSpace = "https://uri.etsi.org/ngsi-ld/operationSpace";

constexpr std::string_view kProof = "ngsildproof";

constexpr std::array<std::string_view, 7> kValueKeys = {
    "value", "object", "languageMap", "vocab", "json", "valueList", "objectList"};
constexpr std::array<Kind, 7> kKindOfKey = {
    Kind::kProperty,     Kind::kRelationship, Kind::kLanguageProperty, Kind::kVocabProperty,
    Kind::kJsonProperty, Kind::kListProperty, Kind::kListRelationship};

std::optional<json::Value> type_of(const json::Value& object) {
  if (const auto type = object.find("type")) return type;
  return object.find("@type");
}

bool is_ignored(std::string_view key) {
  return key == "createdAt" || key == "modifiedAt" || key == "deletedAt" || key == "instanceId" ||
         key == "lang" || key.starts_with("previous");
}

// The key that says what an object without type is.
std::optional<Kind> kind_by_key(const json::Value& object) {
  for (std::size_t i = 0; i < kValueKeys.size(); ++i) {
    if (object.find(kValueKeys[i])) return kKindOfKey[i];
  }
  return std::nullopt;
}

bool names_metadata(const json::Value& object) {
  return object.find("observedAt") || object.find("unitCode") || object.find("datasetId");
}

bool is_geometry(const json::Value& value) {
  return value.is_object() && parse_geometry(value).has_value();
}

bool looks_like_instance(const json::Value& value) {
  if (!value.is_object()) return false;
  if (kind_by_key(value)) return true;
  const auto type = type_of(value);
  return type && type->is_string() && kind_named(*type->as_string());
}

bool is_instances(const json::Value& value) {
  if (!value.is_array() || value.size() == 0) return false;
  for (const json::Value element : value.elements()) {
    if (!looks_like_instance(element)) return false;
  }
  return true;
}

// An error, with the attribute it is about in front.
Error about(std::string_view key, Error error) {
  if (error.field.empty()) {
    error.field = key;
    error.message = fmt::format("attribute {}: {}", key, error.message);
  } else {
    error.field = fmt::format("{}.{}", key, error.field);
    error.message = fmt::format("in {}: {}", key, error.message);
  }
  return error;
}

template <class T>
Result<T> about(std::string_view key, Result<T> result) {
  if (!result) return fail(about(key, std::move(result).error()));
  return result;
}

Result<> check_proof(const FragmentAttribute& attribute) {
  const bool fits = attribute.kind == Kind::kProperty && attribute.value.starts_with('{');
  if (fits || !attribute.has_value) return {};
  return expected("must be a Property whose value is a proof, an object");
}

Result<Given<Instant>> given_time(const json::Member& member, Nulls nulls) {
  if (is_null_uri(member.value) && nulls != Nulls::kRefused) return Given<Instant>{true, {}};
  const auto time = parse_date_time(member.value.as_string().value_or(""));
  if (!time) return expected(fmt::format("{} {}", member.key, time.error().message));
  return Given<Instant>{true, *time};
}

}  // namespace

tl::unexpected<Error> expected(std::string_view what) {
  return fail(Code::kBadRequestData, std::string(what));
}

Result<> check_distinct(const std::vector<FragmentAttribute>& attributes) {
  std::vector<std::pair<std::string_view, std::string_view>> keys;
  for (const FragmentAttribute& attribute : attributes) {
    keys.emplace_back(attribute.name, attribute.dataset_id);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice == keys.end()) return {};
  return fail(Code::kBadRequestData,
              fmt::format("{} is given twice; instances must differ in datasetId, and one at most "
                          "may have none",
                          twice->first),
              std::string(twice->first));
}

Result<> AttributeParser::member(std::string_view key, const json::Value& value,
                                 std::vector<FragmentAttribute>& out) {
  if (depth_ == kSubAttributeDepthMax) {
    return expected(fmt::format("sub-attributes may be {} deep", kSubAttributeDepthMax));
  }
  RV_ASSIGN(const std::string iri, expand_checked(key, context_));
  const std::size_t before = out.size();
  const bool was_in_proof = std::exchange(in_proof_, key == kProof);
  if (options_.form == Form::kSimplified && depth_ == 0) {
    RV_TRY(about(key, simplified(iri, value, out)));
  } else if (is_instances(value) || (options_.temporal && depth_ == 0 && value.is_array())) {
    RV_TRY(about(key, instances(iri, value, out)));
  } else {
    RV_ASSIGN(FragmentAttribute one, about(key, instance(value)));
    out.push_back(std::move(one));
  }
  in_proof_ = was_in_proof;
  for (std::size_t i = before; i < out.size(); ++i) {
    out[i].name = iri;
    if (key == kProof) RV_TRY(about(key, check_proof(out[i])));
    RV_TRY(about(key, check_name(iri, out[i])));
  }
  return {};
}

Result<FragmentAttribute> AttributeParser::part(std::string_view key, const json::Value& value) {
  RV_ASSIGN(std::string iri, expand_checked(key, context_));
  FragmentAttribute attribute;
  attribute.kind_given = false;
  is_part_ = true;
  const bool partial = options_.nulls != Nulls::kRefused && value.is_object() && !type_of(value) &&
                       !kind_by_key(value);
  RV_ASSIGN(attribute, about(key, partial ? object(std::move(attribute), value) : instance(value)));
  attribute.name = std::move(iri);
  RV_TRY(about(key, check_name(attribute.name, attribute)));
  return attribute;
}

// What 4.5.1 and 4.7.1 say of names of the core context.
Result<> AttributeParser::check_name(std::string_view iri, const FragmentAttribute& attribute) {
  if (is_reserved_iri(iri)) return expected("this name cannot be the name of an attribute");
  if (attribute.kind == Kind::kGeoProperty || !attribute.has_value) return {};
  if (iri == kLocation || iri == kObservationSpace || iri == kOperationSpace) {
    return expected("must be a GeoProperty whose value is a GeoJSON geometry");
  }
  return {};
}

Result<> AttributeParser::instances(std::string_view iri, const json::Value& array,
                                    std::vector<FragmentAttribute>& out) {
  for (const json::Value element : array.elements()) {
    RV_ASSIGN(FragmentAttribute one, instance(element));
    one.name = iri;
    out.push_back(std::move(one));
  }
  return {};
}

Result<FragmentAttribute> AttributeParser::instance(const json::Value& value) {
  if (!value.is_object()) return bare(value);
  FragmentAttribute attribute;
  if (const auto type = type_of(value)) {
    const auto name = type->as_string();
    if (!name) return expected("type must be a string");
    const auto kind = kind_named(*name);
    if (!kind && is_geometry(value)) return bare(value);
    if (!kind) {
      return expected(
          fmt::format("type {} is none of Property, GeoProperty, Relationship, "
                      "LanguageProperty, VocabProperty, JsonProperty, ListProperty, "
                      "ListRelationship",
                      *name));
    }
    attribute.kind = *kind;
    return object(std::move(attribute), value);
  }
  if (const auto kind = kind_by_key(value)) {
    attribute.kind = *kind;
    attribute.kind_given = *kind != Kind::kProperty;
    const auto inner = value.find("value");
    if (*kind == Kind::kProperty && is_geometry(*inner)) attribute.kind = Kind::kGeoProperty;
    return object(std::move(attribute), value);
  }
  if (names_metadata(value)) {  // what is merged may leave the value out
    attribute.kind_given = false;
    return object(std::move(attribute), value);
  }
  return bare(value);
}

Result<FragmentAttribute> AttributeParser::bare(const json::Value& value) {
  FragmentAttribute attribute;
  attribute.kind_given = false;
  if (is_geometry(value)) attribute.kind = Kind::kGeoProperty;
  RV_TRY(set_value(attribute, value, context_, value_nulls()));
  return attribute;
}

Result<FragmentAttribute> AttributeParser::object(FragmentAttribute attribute,
                                                  const json::Value& value) {
  for (const json::Member member : value.members()) RV_TRY(one_member(attribute, member));
  if (!attribute.has_value && !attribute.removed && options_.nulls == Nulls::kRefused) {
    return expected(fmt::format("a {} must have the member {}", kind_name(attribute.kind),
                                value_member(attribute.kind)));
  }
  RV_TRY(check_distinct(attribute.members));
  return attribute;
}

Result<> AttributeParser::one_member(FragmentAttribute& attribute, const json::Member& member) {
  const std::string_view key = member.key;
  if (key == "type" || key == "@type" || is_ignored(key)) return {};
  if (key == "@context" && is_part_ && depth_ == 0) return {};  // the caller has resolved it
  if (key == "entityIdSealed" || key == "entityTypeSealed") return sealed(attribute, member);
  if (key == value_member(attribute.kind)) {
    return set_value(attribute, member.value, context_, value_nulls());
  }
  bool taken = false;
  RV_TRY(metadata(attribute, member, taken));
  if (taken) return {};
  if (key.starts_with('@')) {
    return expected(fmt::format("{} cannot stand inside an attribute", key));
  }
  if (is_reserved_term(key)) {
    return expected(fmt::format("a {} has no member {}", kind_name(attribute.kind), key));
  }
  ++depth_;
  auto parsed = this->member(key, member.value, attribute.members);
  --depth_;
  return parsed;
}

Result<> AttributeParser::metadata(FragmentAttribute& attribute, const json::Member& member,
                                   bool& taken) {
  const auto& [key, value] = member;
  taken = true;
  if (key == "observedAt") {
    RV_ASSIGN(attribute.observed_at, given_time(member, options_.nulls));
  } else if (key == "expiresAt") {
    RV_ASSIGN(attribute.expires_at, given_time(member, options_.nulls));
  } else if (key == "datasetId") {
    const std::string_view text = value.as_string().value_or("");
    if (text == "@none") return {};
    RV_TRY(check_dataset_id(text));
    attribute.dataset_id = text;
  } else if (key == "unitCode" && takes_unit(attribute.kind)) {
    const auto text = value.as_string();
    if (!text || text->empty() || text->size() > 256 || !is_plain_text(*text)) {
      return expected("unitCode must be a UN/CEFACT code such as CEL");
    }
    const bool null = is_null_uri(value);
    if (null && options_.nulls == Nulls::kRefused)
      return expected("unitCode must not be deleted here");
    attribute.unit_code = {true, null ? std::nullopt : std::optional(std::string(*text))};
  } else if (key == "valueType" && attribute.kind == Kind::kLanguageProperty) {
    // 5.2.32: it can be no other.
    if (value.as_string() != "langString") return expected("valueType must be langString");
    return value_type(attribute, member);
  } else if (key == (is_relationship(attribute.kind) ? "objectType" : "valueType")) {
    return value_type(attribute, member);
  } else {
    taken = false;
  }
  return {};
}

// What a proof was made over (4.5.2.2): texts, kept as members whose names say that they are bare.
Result<> AttributeParser::sealed(FragmentAttribute& attribute, const json::Member& member) {
  const auto text = member.value.as_string();
  if (!in_proof_ || !text) {
    return expected(fmt::format("{} must be a string, and stands in ngsildproof only", member.key));
  }
  FragmentAttribute inner;
  RV_ASSIGN(inner.name, expand_checked(member.key, context_));
  if (member.key == "entityIdSealed") {
    RV_TRY(check_uri(*text, "entityIdSealed"));
  } else {
    inner.kind = Kind::kVocabProperty;
  }
  RV_TRY(set_value(inner, member.value, context_, Nulls::kRefused));
  attribute.members.push_back(std::move(inner));
  return {};
}

Result<> AttributeParser::value_type(FragmentAttribute& attribute, const json::Member& member) {
  const bool many = is_relationship(attribute.kind) && member.value.is_array();
  if (!member.value.is_string() && !many) {
    return expected(fmt::format("{} must be the name of a type", member.key));
  }
  if (is_null_uri(member.value) && options_.nulls != Nulls::kRefused) {
    attribute.value_type = {true, std::nullopt};
    return {};
  }
  std::string iris;
  const auto add = [&](const json::Value& name) -> Result<> {
    if (is_null_uri(name)) {
      return expected(fmt::format("{} must not be deleted here", member.key));
    }
    RV_ASSIGN(const std::string iri, expand_checked(name.as_string().value_or(""), context_));
    iris.append(iris.empty() ? "" : " ").append(iri);
    return {};
  };
  if (!many) RV_TRY(add(member.value));
  for (const json::Value name : member.value.elements()) RV_TRY(add(name));
  attribute.value_type = {true, std::move(iris)};
  return {};
}

Result<> AttributeParser::simplified(std::string_view iri, const json::Value& value,
                                     std::vector<FragmentAttribute>& out) {
  const auto datasets = value.find("dataset");
  if (!datasets || value.size() != 1 || !datasets->is_object()) {
    RV_ASSIGN(FragmentAttribute one, simplified_one(value));
    one.name = iri;
    out.push_back(std::move(one));
    return {};
  }
  for (const auto& [dataset_id, inner] : datasets->members()) {
    RV_ASSIGN(FragmentAttribute one, simplified_one(inner));
    one.name = iri;
    if (dataset_id != "@none") {
      RV_TRY(check_dataset_id(dataset_id));
      one.dataset_id = dataset_id;
    }
    out.push_back(std::move(one));
  }
  return {};
}

Result<FragmentAttribute> AttributeParser::simplified_one(const json::Value& value) {
  if (value.is_object() && value.size() == 1) {
    for (const Kind kind : {Kind::kLanguageProperty, Kind::kVocabProperty, Kind::kJsonProperty}) {
      const auto inner = value.find(value_member(kind));
      if (!inner) continue;
      FragmentAttribute attribute;
      attribute.kind = kind;
      RV_TRY(set_value(attribute, *inner, context_, options_.nulls));
      return attribute;
    }
  }
  return bare(value);
}

}  // namespace revier::ngsi::detail

namespace revier::ngsi {

bool is_instance(const json::Value& value) { return detail::looks_like_instance(value); }

}  // namespace revier::ngsi
