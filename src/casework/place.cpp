// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include <fmt/format.h>

#include "casework/detail/place.h"

namespace revier::casework {
namespace {

// RFC 6901, 3.
std::string pointer_part(std::string_view name) {
  std::string part = "/";
  for (const char c : name) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

}  // namespace

tl::unexpected<Error> Place::refuse(std::string_view what) const {
  const std::string where = pointer_.empty() ? std::string("/") : pointer_;
  return fail(Code::kUnprocessable, fmt::format("{}: {}", where, what), where);
}

std::optional<Place> Place::member(std::string_view name) const {
  const auto found = value_.find(name);
  if (!found) return std::nullopt;
  return Place(*found, pointer_ + pointer_part(name));
}

Result<> Place::only(std::initializer_list<std::string_view> names) const {
  if (!value_.is_object()) return refuse("expected an object");
  for (const auto& [key, value] : value_.members()) {
    if (std::ranges::find(names, key) != names.end()) continue;
    return Place(value, pointer_ + pointer_part(key))
        .refuse(fmt::format("{} is not known here", key));
  }
  return {};
}

Result<Place> Place::need(std::string_view name) const {
  auto found = member(name);
  if (!found) return refuse(fmt::format("{} is missing", name));
  return std::move(*found);
}

Result<std::string> Place::text(std::size_t bytes_max) const {
  const auto text = value_.as_string();
  if (!text || text->empty() || text->size() > bytes_max ||
      text->find('\0') != std::string_view::npos) {
    return refuse(fmt::format("expected a text of 1 to {} bytes", bytes_max));
  }
  return std::string(*text);
}

Result<bool> Place::flag() const {
  const auto flag = value_.as_bool();
  if (!flag) return refuse("expected true or false");
  return *flag;
}

Result<std::int64_t> Place::integer(std::string_view name, std::int64_t least,
                                    std::int64_t most) const {
  RV_ASSIGN(const Place place, need(name));
  const auto number = place.value().as_integer();
  if (!number || *number < least || *number > most) {
    return place.refuse(fmt::format("expected a whole number from {} to {}", least, most));
  }
  return *number;
}

Result<std::vector<Place>> Place::elements(std::size_t most) const {
  if (!value_.is_array() || value_.size() > most) {
    return refuse(fmt::format("expected an array of at most {}", most));
  }
  std::vector<Place> list;
  for (const json::Value element : value_.elements()) {
    list.emplace_back(element, fmt::format("{}/{}", pointer_, list.size()));
  }
  return list;
}

Result<Words> Place::words(std::string_view name, std::size_t bytes_max) const {
  RV_ASSIGN(const Place place, need(name));
  return place.own_words(bytes_max);
}

Result<Words> Place::own_words(std::size_t bytes_max) const {
  RV_TRY(only({"de", "en"}));
  RV_ASSIGN(const Place german, need("de"));
  RV_ASSIGN(const Place english, need("en"));
  Words words;
  RV_ASSIGN(words.de, german.text(bytes_max));
  RV_ASSIGN(words.en, english.text(bytes_max));
  return words;
}

}  // namespace revier::casework
