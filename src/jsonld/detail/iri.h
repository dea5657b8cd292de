// SPDX-License-Identifier: EUPL-1.2
// IRIs and keywords as JSON-LD 1.1 sees them.
#pragma once
#include <string>
#include <string_view>

namespace revier::jsonld::detail {

// Names and IRIs beyond are refused.
inline constexpr std::size_t kIriBytesMax = 2048;

// "@id", "@type" and the other words that JSON-LD reserves.
[[nodiscard]] bool is_keyword(std::string_view text);
// "@" and letters: reserved for later versions of JSON-LD.
[[nodiscard]] bool is_like_keyword(std::string_view text);

// A scheme, a colon, no white space after it; or a blank node "_:x".
[[nodiscard]] bool is_absolute(std::string_view iri);

// RFC 3986, 5.2: `reference` as seen from the absolute IRI `base`.
[[nodiscard]] std::string resolve(std::string_view base, std::string_view reference);

}  // namespace revier::jsonld::detail
