// SPDX-License-Identifier: EUPL-1.2
// Reading stored JSON text (as json::Writer writes it: no white space) where it lies.
//
// The functions take text that is_json() holds for; is_json() takes any bytes.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace revier::ngsi::detail {

// Well-formed JSON without white space, valid UTF-8, at most kValueDepthMax deep.
[[nodiscard]] bool is_json(std::string_view text);
// Valid UTF-8 without control characters.
[[nodiscard]] bool is_text(std::string_view text);
// Valid UTF-8 without U+0000 to U+001F, quotes and backslashes: stands in JSON as it is. What
// parsing lets into a text without quotes and what reading stored bytes takes is this, both times.
[[nodiscard]] bool is_plain_text(std::string_view text);

// The value that begins at `at`, whole.
[[nodiscard]] std::string_view value_at(std::string_view text, std::size_t at);
// The text of a JSON string without quotes and escapes; `storage` is used if there are escapes.
[[nodiscard]] std::string_view unquoted(std::string_view quoted, std::string& storage);
[[nodiscard]] std::optional<double> number_in(std::string_view text);
// The member of an object; empty where there is none or `object` is none.
[[nodiscard]] std::string_view member_of(std::string_view object, std::string_view key);

// for (TextCursor c(array_or_object); c.next();) ... c.key() ... c.value()
class TextCursor {
 public:
  explicit TextCursor(std::string_view container);
  [[nodiscard]] bool next();
  [[nodiscard]] std::string_view key() const { return key_; }  // with quotes; empty in arrays
  [[nodiscard]] std::string_view value() const { return value_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;  // of '[', '{' or ',' before the next
  std::string_view key_;
  std::string_view value_;
};

}  // namespace revier::ngsi::detail
