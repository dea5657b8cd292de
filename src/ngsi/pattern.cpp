// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/pattern.h"

#include <unicode/utext.h>

namespace revier::ngsi {
namespace {

constexpr std::size_t kPatternBytesMax = 512;
constexpr std::size_t kTextBytesMax = 4'096;
constexpr std::int32_t kTimeLimit = 1;  // of ICU's steps, about a millisecond each
constexpr std::int32_t kStackBytesMax = 1 << 20;
constexpr std::string_view kMeta = "\\^$.|?*+()[]{}";

struct UTextCloser {
  void operator()(UText* text) const { utext_close(text); }
};

}  // namespace

Result<Pattern> Pattern::compile(std::string_view text, std::string_view field) {
  if (text.size() > kPatternBytesMax) {
    return fail(
        Code::kBadRequestData,
        fmt::format("{}: a regular expression may have at most {} bytes", field, kPatternBytesMax),
        std::string(field));
  }
  Pattern pattern;
  std::string_view plain = text;
  if (plain.starts_with('^')) {
    plain.remove_prefix(1);
    pattern.from_start_ = true;
  }
  if (plain.ends_with('$')) {
    plain.remove_suffix(1);
    pattern.to_end_ = true;
  }
  if (plain.starts_with(".*")) {
    plain.remove_prefix(2);
    pattern.from_start_ = false;
  }
  if (plain.ends_with(".*")) {
    plain.remove_suffix(2);
    pattern.to_end_ = false;
  }
  if (plain.find_first_of(kMeta) == plain.npos) {
    pattern.plain_ = plain;
    return pattern;
  }
  UErrorCode status = U_ZERO_ERROR;
  UParseError where;
  const auto source = icu::UnicodeString::fromUTF8({text.data(), static_cast<int>(text.size())});
  pattern.engine_.reset(icu::RegexPattern::compile(source, UREGEX_DOTALL, where, status));
  if (U_FAILURE(status)) {
    return fail(Code::kBadRequestData,
                fmt::format("{}: not a regular expression ({})", field, u_errorName(status)),
                std::string(field));
  }
  return pattern;
}

std::optional<bool> Pattern::look_in(std::string_view text) const {
  if (!engine_) {
    if (from_start_ && to_end_) return text == plain_;
    if (from_start_) return text.starts_with(plain_);
    return to_end_ ? text.ends_with(plain_) : text.find(plain_) != text.npos;
  }
  if (text.size() > kTextBytesMax) return false;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::RegexMatcher> matcher(engine_->matcher(status));
  UText storage = UTEXT_INITIALIZER;
  const std::unique_ptr<UText, UTextCloser> input(
      utext_openUTF8(&storage, text.data(), static_cast<std::int64_t>(text.size()), &status));
  if (U_FAILURE(status)) return false;
  matcher->setTimeLimit(kTimeLimit, status);
  matcher->setStackLimit(kStackBytesMax, status);
  matcher->reset(input.get());
  const bool found = matcher->find(status);
  if (U_FAILURE(status)) return std::nullopt;
  return found;
}

}  // namespace revier::ngsi
