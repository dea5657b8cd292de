// SPDX-License-Identifier: EUPL-1.2
// Text on the wire: UTF-8, percent escapes, queries, JSON strings.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace revier::net::detail {

using Pairs = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] bool is_utf8(std::string_view text);  // RFC 3629: no surrogates, shortest form
// Percent-decodes (RFC 3986, 2.1). `plus_is_space` as in forms.
// Errors: kInvalidRequest for a wrong escape, a NUL, or bytes that are no UTF-8.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Name-value pairs of a query, in order; empty pieces between '&' are passed over.
// Errors: as percent_decode.
[[nodiscard]] Result<Pairs> decode_query(std::string_view query);
// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);
// By its name as sent (case counts); nullopt for methods that no route can have.
[[nodiscard]] std::optional<Method> parse_method(std::string_view name);
// Without spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);
// Cuts the next piece off a list: up to `separator`, trimmed. `list` keeps what follows.
[[nodiscard]] std::string_view next_piece(std::string_view& list, char separator);
// Digits only, at most 18 of them.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

}  // namespace revier::net::detail
