// SPDX-License-Identifier: EUPL-1.2
// Members of a JSON object by their type, with the error that names the one that is wrong.
//
//   const Reader reader(document.root(), "");
//   RV_ASSIGN(const std::string name, reader.text("name"));
//
// Thread safety: a Reader belongs to its document's reader.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/json.h"

namespace revier::json {

class Reader {
 public:
  // `path` stands before every name in errors: "notification.".
  Reader(Value object, std::string path) : object_(object), path_(std::move(path)) {}

  [[nodiscard]] const Value& value() const { return object_; }

  // A missing member is empty, nullopt or the default. Errors: kBadRequestData.
  [[nodiscard]] Result<std::string> text(std::string_view name) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view name) const;  // not []
  [[nodiscard]] Result<std::vector<std::string>> text_or_texts(std::string_view name) const;
  [[nodiscard]] Result<bool> flag(std::string_view name, bool otherwise) const;
  [[nodiscard]] Result<std::optional<double>> positive(std::string_view name) const;  // <= 1e12
  [[nodiscard]] Result<std::optional<Reader>> object(std::string_view name) const;

  [[nodiscard]] tl::unexpected<Error> refuse(std::string_view name,
                                             std::string_view expected) const;

 private:
  Value object_;
  std::string path_;
};

}  // namespace revier::json
