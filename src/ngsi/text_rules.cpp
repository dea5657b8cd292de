// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/text_rules.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/utf8.h"
#include "ngsi/detail/json_text.h"
#include "ngsi/parse.h"

namespace revier::ngsi {
namespace detail {
namespace {

constexpr std::size_t kNameBytesMax = 2'048;
constexpr std::size_t kTagBytesMax = 64;

// What may stand in a URI or IRI.
constexpr std::array<bool, 256> kIsUriChar = [] {
  std::array<bool, 256> chars{};
  for (std::size_t c = 0x21; c < chars.size(); ++c) chars[c] = c != 0x7F;
  for (const char c : std::string_view("<>\"{}|\\^`")) chars[static_cast<unsigned>(c)] = false;
  return chars;
}();
bool is_uri_char(char c) { return kIsUriChar[static_cast<unsigned char>(c)]; }

// What nobody can see, or reads otherwise than it is, identifies nothing: RFC 3987 leaves out
// private and unassigned ones, white space, formats; fillers and selectors show nothing either.
bool is_iri_char(UChar32 c) {
  constexpr std::uint32_t kRefused = U_GC_C_MASK | U_GC_Z_MASK;
  return (U_GET_GC_MASK(c) & kRefused) == 0 && c != 0x2800 &&
         u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0;
}

bool is_visible(std::string_view text) {
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    if (static_cast<unsigned char>(text[static_cast<std::size_t>(at)]) < 0x80) {
      ++at;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(text.data(), at, size, c);
    if (c < 0 || !is_iri_char(c)) return false;
  }
  return true;
}

// Bytes of "scheme:", 0 without one.
std::size_t scheme_size(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i + 1;
    if (!is_alphanumeric(c) && c != '+' && c != '-' && c != '.') return 0;
  }
  return 0;
}

bool is_uri(std::string_view text) {
  const std::size_t scheme = scheme_size(text);
  if (scheme == 0 || text.size() <= scheme || text.size() > kNameBytesMax) return false;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return is_uri_char(c); })) return false;
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
  return ascii || (is_plain_text(text) && is_visible(text));
}

}  // namespace

bool is_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == name.npos) return jsonld::is_plain_name(name);
  if (jsonld::is_plain_name(name.substr(0, colon)) && jsonld::is_plain_name(name.substr(colon + 1)))
    return true;
  // In an IRI too, what 4.6.4 calls dangerous has no place in a name.
  return is_uri(name) && name.find_first_of("'();=") == name.npos;
}

bool is_scope(std::string_view scope) {
  if (scope.size() > kNameBytesMax) return false;
  if (scope.starts_with('/')) scope.remove_prefix(1);
  while (true) {
    const std::size_t slash = scope.find('/');
    if (!jsonld::is_plain_name(scope.substr(0, slash))) return false;
    if (slash == scope.npos) return true;
    scope.remove_prefix(slash + 1);
  }
}

bool is_language_tag(std::string_view tag) {
  if (tag == "@none") return true;
  if (tag.empty() || tag.size() > kTagBytesMax || !is_letter(tag.front())) return false;
  return std::all_of(tag.begin(), tag.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

Result<Instant> parse_date_time(std::string_view text) {
  if (text.size() >= 20 && text[10] == 'T' && text.back() == 'Z' && text[16] == ':') {
    if (auto instant = parse_iso8601(text)) return instant;
  }
  return fail(Code::kBadRequestData, "must be a DateTime such as 2025-01-20T08:00:00Z");
}

bool is_reserved_term(std::string_view name) {
  constexpr std::array<std::string_view, 26> kTerms = {"datasetId",
                                                       "entity",
                                                       "entityList",
                                                       "instanceId",
                                                       "json",
                                                       "lang",
                                                       "languageMap",
                                                       "object",
                                                       "objectList",
                                                       "objectType",
                                                       "observedAt",
                                                       "previousJson",
                                                       "previousLanguageMap",
                                                       "previousObject",
                                                       "previousObjectList",
                                                       "previousValue",
                                                       "previousValueList",
                                                       "previousVocab",
                                                       "unitCode",
                                                       "value",
                                                       "valueList",
                                                       "valueType",
                                                       "vocab",
                                                       "entityIdSealed",
                                                       "entityTypeSealed",
                                                       "scope"};
  return std::find(kTerms.begin(), kTerms.end(), name) != kTerms.end();
}

bool is_reserved_iri(std::string_view iri) {
  constexpr std::string_view kCore = "https://uri.etsi.org/ngsi-ld/";
  if (!iri.starts_with(kCore)) return false;
  iri.remove_prefix(kCore.size());
  constexpr std::array<std::string_view, 13> kNames = {"datasetId",
                                                       "entity",
                                                       "entityList",
                                                       "instanceId",
                                                       "lang",
                                                       "observedAt",
                                                       "unitCode",
                                                       "scope",
                                                       "createdAt",
                                                       "modifiedAt",
                                                       "deletedAt",
                                                       "expiresAt",
                                                       "default-context/valueType"};
  return iri.starts_with("has") || std::find(kNames.begin(), kNames.end(), iri) != kNames.end();
}

}  // namespace detail

Result<> check_uri(std::string_view text, std::string_view what) {
  if (detail::is_uri(text)) return {};
  return fail(Code::kBadRequestData,
              fmt::format("{} must be an absolute URI such as urn:ngsi-ld:Room:1", what));
}

Result<std::string> expand_checked(std::string_view name, const jsonld::Context& context) {
  if (!detail::is_name(name)) {
    return fail(
        Code::kBadRequestData,
        "a name must be a letter, then letters, numbers and '_' (or prefix:name, or an IRI)",
        std::string(cut_to_bytes(name, 256)));
  }
  RV_ASSIGN(std::string iri, context.expand_name(name));
  if (iri.starts_with('@')) {
    return fail(Code::kBadRequestData, fmt::format("the context makes a {} of this name", iri),
                std::string(name));
  }
  // Whoever has another @context asks by the IRI, so it has to be a name as well.
  if (!detail::is_name(iri)) {
    return fail(Code::kBadRequestData, "the context makes something of this name that is no IRI",
                std::string(name));
  }
  return iri;
}

}  // namespace revier::ngsi
