// SPDX-License-Identifier: EUPL-1.2
// Regular expressions of clients (q, idPattern, JSON Schemas): found anywhere in the text unless
// anchored.
//
// Bounded: 512 bytes of pattern, ICU's time limit for each text (about a millisecond), 4,096 bytes
// of text; a text beyond that, or one that takes longer, does not match. Plain patterns (letters
// between ^, .* and $) are compared without the engine.
//
// Thread safety: a Pattern never changes; any number of threads use it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <unicode/regex.h>

#include "base/result.h"

namespace revier::ngsi {

class Pattern {
 public:
  // `field` is the parameter's name. Errors: kBadRequestData.
  [[nodiscard]] static Result<Pattern> compile(std::string_view text, std::string_view field);

  [[nodiscard]] bool found_in(std::string_view text) const { return look_in(text).value_or(false); }
  // nullopt: it took too long.
  [[nodiscard]] std::optional<bool> look_in(std::string_view text) const;

 private:
  bool from_start_ = false;
  bool to_end_ = false;
  std::string plain_;  // where there is no engine_
  std::shared_ptr<const icu::RegexPattern> engine_;
};

}  // namespace revier::ngsi
