// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/parse.h"

#include <algorithm>

#include "ngsi/detail/parse_attribute.h"
#include "ngsi/detail/text_rules.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kTypesMax = 64;
constexpr std::size_t kScopesMax = 256;

tl::unexpected<Error> expected(std::string_view field, std::string_view what) {
  return fail(Code::kBadRequestData, fmt::format("{} {}", field, what), std::string(field));
}

// The elements of an array, or the one value.
template <class Take>
Result<> each(const json::Value& value, Take take) {
  if (!value.is_array()) return take(value);
  for (const json::Value element : value.elements()) RV_TRY(take(element));
  return {};
}

template <class T>
void add_once(std::vector<T>& all, T one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

class EntityParser {
 public:
  EntityParser(const jsonld::Context& context, const ParseOptions& options)
      : context_(context), options_(options), attributes_(context, options) {}

  [[nodiscard]] Result<Fragment> parse(const json::Value& body) {
    if (!body.is_object()) {
      return fail(Code::kInvalidRequest, "an entity must be a JSON object");
    }
    for (const json::Member member : body.members()) RV_TRY(one(member));
    if (options_.id_needed && fragment_.id.empty()) return expected("id", "is missing");
    if (options_.type_needed && fragment_.types.empty()) return expected("type", "is missing");
    if (!options_.temporal) RV_TRY(detail::check_distinct(fragment_.attributes));
    return std::move(fragment_);
  }

 private:
  Result<> one(const json::Member& member) {
    const auto& [key, value] = member;
    if (key == "@context" || key == "createdAt" || key == "modifiedAt" || key == "deletedAt") {
      return {};
    }
    if (key == "id" || key == "@id") return id(value);
    if (key == "type" || key == "@type") return types(value);
    if (key == "scope") return scopes(value);
    if (key == "expiresAt") return expires_at(value);
    if (key.starts_with('@')) return expected(key, "is not a member of an entity");
    if (detail::is_reserved_term(key)) return expected(key, "cannot be the name of an attribute");
    return attributes_.member(key, value, fragment_.attributes);
  }

  Result<> id(const json::Value& value) {
    const std::string_view text = value.as_string().value_or("");
    if (!check_uri(text, "id") || text == kNullUri) {
      return expected("id", "must be an absolute URI such as urn:ngsi-ld:Room:1");
    }
    fragment_.id = text;
    return {};
  }

  Result<> types(const json::Value& value) {
    if (value.is_array() && (value.size() == 0 || value.size() > kTypesMax)) {
      return expected("type", fmt::format("must have between 1 and {} names", kTypesMax));
    }
    return each(value, [this](const json::Value& name) -> Result<> {
      const auto text = name.as_string();
      if (!text) return expected("type", "must be a name or an array of names");
      if (*text == kNullUri) return expected("type", "cannot be deleted");
      auto iri = expand_checked(*text, context_);
      if (!iri) return expected("type", fmt::format("{}: {}", *text, iri.error().message));
      add_once(fragment_.types, *std::move(iri));
      return {};
    });
  }

  Result<> scopes(const json::Value& value) {
    if (options_.temporal && value.first_or_self().is_object()) {
      return each(value, [this](const json::Value& one) { return scope_instance(one); });
    }
    fragment_.scopes.named = true;
    if (detail::is_null_uri(value)) {
      if (options_.nulls == Nulls::kRefused) return expected("scope", "must not be deleted here");
      return {};
    }
    RV_ASSIGN(fragment_.scopes.value, scope_list(value));
    return {};
  }

  static Result<std::vector<std::string>> scope_list(const json::Value& value) {
    std::vector<std::string> all;
    RV_TRY(each(value, [&all](const json::Value& scope) -> Result<> {
      const auto text = scope.as_string();
      if (!text || !detail::is_scope(*text)) {
        return expected("scope", "must be such as /Herne/Mitte, or an array of these");
      }
      add_once(all, text->starts_with('/') ? std::string(*text) : fmt::format("/{}", *text));
      return {};
    }));
    if (all.size() > kScopesMax) {
      return expected("scope", fmt::format("may have at most {} values", kScopesMax));
    }
    return all;
  }

  // {"type": "Property", "value": "/Herne", "observedAt": ...} (4.5.6).
  Result<> scope_instance(const json::Value& object) {
    FragmentAttribute scope;
    scope.name = "scope";
    const auto value = object.find("value");
    if (!value) return expected("scope", "must have a value in each of its instances");
    std::vector<std::string> all;
    if (detail::is_null_uri(*value)) {
      scope.removed = true;
    } else {
      RV_ASSIGN(all, scope_list(*value));
    }
    scope.has_value = true;
    json::Writer writer(scope.value);
    writer.begin_array();
    for (const std::string& one : all) writer.string(one);
    writer.end_array();
    if (const auto observed = object.find("observedAt")) {
      const auto time = detail::parse_date_time(observed->as_string().value_or(""));
      if (!time) return expected("scope.observedAt", time.error().message);
      scope.observed_at = {true, *time};
    }
    fragment_.attributes.push_back(std::move(scope));
    return {};
  }

  Result<> expires_at(const json::Value& value) {
    fragment_.expires_at.named = true;
    if (detail::is_null_uri(value) && options_.nulls != Nulls::kRefused) return {};
    const auto time = detail::parse_date_time(value.as_string().value_or(""));
    if (!time) return expected("expiresAt", time.error().message);
    fragment_.expires_at.value = *time;
    return {};
  }

  const jsonld::Context& context_;
  const ParseOptions& options_;
  detail::AttributeParser attributes_;
  Fragment fragment_;
};

}  // namespace

Result<Fragment> parse_entity(const json::Value& body, const jsonld::Context& context,
                              const ParseOptions& options) {
  return EntityParser(context, options).parse(body);
}

Result<FragmentAttribute> parse_attribute(std::string_view name, const json::Value& body,
                                          const jsonld::Context& context,
                                          const ParseOptions& options) {
  if (name == "scope" || name == "type" || name == "id" || detail::is_reserved_term(name)) {
    return expected(name, "is not an attribute");
  }
  return detail::AttributeParser(context, options).part(name, body);
}

}  // namespace revier::ngsi
