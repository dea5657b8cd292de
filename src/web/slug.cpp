// SPDX-License-Identifier: EUPL-1.2
#include "web/slug.h"

#include <algorithm>
#include <memory>

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include "base/ascii.h"

namespace revier::web {
namespace {

constexpr std::size_t kSlugMax = 60;
constexpr std::size_t kReadMax = 4 * kSlugMax;  // what is read of a title of any length

// Reading its rules costs milliseconds, a copy of it next to nothing.
std::unique_ptr<icu::Transliterator> transcriber() {
  static const std::unique_ptr<icu::Transliterator> original = [] {
    UErrorCode status = U_ZERO_ERROR;
    return std::unique_ptr<icu::Transliterator>(
        icu::Transliterator::createInstance("Any-Latin; de-ASCII; Lower", UTRANS_FORWARD, status));
  }();
  return std::unique_ptr<icu::Transliterator>(original ? original->clone() : nullptr);
}

std::string transcribed(std::string_view utf8) {
  icu::UnicodeString text = icu::UnicodeString::fromUTF8(
      icu::StringPiece(utf8.data(), static_cast<std::int32_t>(std::min(utf8.size(), kReadMax))));
  if (const auto rules = transcriber()) rules->transliterate(text);
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace

std::string slug(std::string_view utf8) {
  std::string out;
  for (const char c : transcribed(utf8)) {
    if (out.size() == kSlugMax) break;
    if (is_lower(c) || is_digit(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (out.ends_with('-')) out.pop_back();
  return out;
}

}  // namespace revier::web
