// SPDX-License-Identifier: EUPL-1.2
#include "json/reader.h"

#include <fmt/format.h>

namespace revier::json {

Result<std::string> Reader::text(std::string_view name) const {
  const auto member = object_.find(name);
  if (!member) return std::string();
  const auto text = member->as_string();
  if (!text || text->empty()) return refuse(name, "a string that is not empty");
  return std::string(*text);
}

Result<std::vector<std::string>> Reader::texts(std::string_view name) const {
  std::vector<std::string> out;
  const auto member = object_.find(name);
  if (!member) return out;
  for (const json::Value element : member->elements()) {
    const auto text = element.as_string();
    if (!text || text->empty()) return refuse(name, "an array of strings");
    out.emplace_back(*text);
  }
  if (out.empty()) return refuse(name, "an array of at least one string");
  return out;
}

Result<std::vector<std::string>> Reader::text_or_texts(std::string_view name) const {
  const auto member = object_.find(name);
  if (member && member->is_array()) return texts(name);
  RV_ASSIGN(std::string one, text(name));
  std::vector<std::string> out;
  if (!one.empty()) out.push_back(std::move(one));
  return out;
}

Result<bool> Reader::flag(std::string_view name, bool otherwise) const {
  const auto member = object_.find(name);
  if (!member) return otherwise;
  if (const auto value = member->as_bool()) return *value;
  return refuse(name, "true or false");
}

Result<std::optional<double>> Reader::positive(std::string_view name) const {
  const auto member = object_.find(name);
  if (!member) return std::optional<double>();
  const auto number = member->as_number();
  if (number && *number > 0 && *number <= 1e12) return number;
  return refuse(name, "a number greater than 0");
}

Result<std::optional<Reader>> Reader::object(std::string_view name) const {
  const auto member = object_.find(name);
  if (!member) return std::optional<Reader>();
  if (!member->is_object()) return refuse(name, "an object");
  return std::optional<Reader>(Reader(*member, fmt::format("{}{}.", path_, name)));
}

tl::unexpected<Error> Reader::refuse(std::string_view name, std::string_view expected) const {
  const std::string where = fmt::format("{}{}", path_, name);
  return fail(Code::kBadRequestData, fmt::format("{}: expected {}", where, expected), where);
}

}  // namespace revier::json
