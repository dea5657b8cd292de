// SPDX-License-Identifier: EUPL-1.2
// Looking into values as entities hold them: JSON text as json::Writer writes it.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace revier::ngsi {

// The member of an object; empty where there is none or `object` is none.
[[nodiscard]] std::string_view json_member(std::string_view object, std::string_view key);
// Elements of an array or members of an object.
[[nodiscard]] std::size_t json_size(std::string_view container);
[[nodiscard]] std::optional<double> json_number(std::string_view text);
// What a string in quotes says; in `storage` where it has escapes. Other text is left as it is.
[[nodiscard]] std::string_view json_string(std::string_view text, std::string& storage);

}  // namespace revier::ngsi
