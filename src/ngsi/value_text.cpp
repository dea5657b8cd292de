// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/value_text.h"

#include "ngsi/detail/json_text.h"

namespace revier::ngsi {

std::string_view json_member(std::string_view object, std::string_view key) {
  return detail::member_of(object, key);
}

std::size_t json_size(std::string_view container) {
  std::size_t size = 0;
  for (detail::TextCursor cursor(container); cursor.next();) ++size;
  return size;
}

std::optional<double> json_number(std::string_view text) { return detail::number_in(text); }

std::string_view json_string(std::string_view text, std::string& storage) {
  return text.starts_with('"') ? detail::unquoted(text, storage) : text;
}

}  // namespace revier::ngsi
