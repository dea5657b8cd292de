// SPDX-License-Identifier: EUPL-1.2
// A value of a definition and where it stands, so that every refusal names its place.
//
// Thread safety: values; they live as long as their document.
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "casework/definition.h"
#include "json/json.h"

namespace revier::casework {

class Place {
 public:
  Place(json::Value value, std::string pointer) : value_(value), pointer_(std::move(pointer)) {}

  [[nodiscard]] const json::Value& value() const { return value_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[nodiscard]] std::optional<Place> member(std::string_view name) const;

  // Errors of all: kUnprocessable with the place.
  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view what) const;
  // An object without other members.
  [[nodiscard]] Result<> only(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] Result<Place> need(std::string_view name) const;
  [[nodiscard]] Result<std::string> text(std::size_t bytes_max) const;  // not empty
  [[nodiscard]] Result<bool> flag() const;
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name, std::int64_t least,
                                             std::int64_t most) const;
  [[nodiscard]] Result<std::vector<Place>> elements(std::size_t most) const;
  // {"de": ..., "en": ...} of a member, and of this.
  [[nodiscard]] Result<Words> words(std::string_view name, std::size_t bytes_max) const;
  [[nodiscard]] Result<Words> own_words(std::size_t bytes_max) const;

 private:
  json::Value value_;
  std::string pointer_;
};

}  // namespace revier::casework
