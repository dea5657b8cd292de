// SPDX-License-Identifier: EUPL-1.2
// Events of an XML document, bounded and without a DTD.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace revier::table::detail {

// Attributes of a start tag, by name without prefix.
class Attributes {
 public:
  explicit Attributes(const char** pairs) : pairs_(pairs) {}
  // "" where there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;

 private:
  const char** pairs_;
};

// Names come without their prefix. An error ends the reading.
struct XmlEvents {
  std::function<Result<>(std::string_view name, const Attributes& attributes)> start;
  std::function<Result<>(std::string_view name)> end;
  std::function<Result<>(std::string_view text)> text;
};

// Errors: kUnprocessable for what is no XML, has a DTD or nests more than 64 deep.
[[nodiscard]] Result<> read_xml(std::string_view document, const XmlEvents& events);

}  // namespace revier::table::detail
