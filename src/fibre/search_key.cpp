// SPDX-License-Identifier: EUPL-1.2
#include "fibre/search_key.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

#include "base/ascii.h"
#include "fibre/types.h"

namespace revier::fibre {
namespace {

constexpr std::size_t kKeyMax = 120;
constexpr std::size_t kComparedMax = 130;  // letters of a name

// What a letter is without its accents; "" for what is no letter and no digit.
std::string_view plain_german(UChar32 c) {
  switch (c) {
    case 0xE4:
      return "ae";
    case 0xF6:
      return "oe";
    case 0xFC:
      return "ue";
    case 0xDF:
      return "ss";
    default:
      return {};
  }
}

UChar32 without_accent(UChar32 c) {
  UErrorCode code = U_ZERO_ERROR;
  const UNormalizer2* const forms = unorm2_getNFDInstance(&code);
  if (U_FAILURE(code)) return c;
  UChar parts[8];
  const int32_t length = unorm2_getDecomposition(forms, c, parts, 8, &code);
  return U_SUCCESS(code) && length > 0 ? parts[0] : c;
}

// One word's end as it is written out.
void finish_word(std::string& key, std::size_t begin) {
  const std::string_view word = std::string_view(key).substr(begin);
  if (word.ends_with("str")) {
    key += "asse";
  } else if (word == "pl") {
    key += "atz";
  } else if (word == "st") {
    key.replace(begin, 2, "sankt");
  }
}

}  // namespace

std::string search_key(std::string_view name) {
  std::string key;
  std::size_t word = 0;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(name.data());
  const auto size = static_cast<int32_t>(std::min(name.size(), 4 * kKeyMax));
  for (int32_t at = 0; at < size && key.size() < kKeyMax;) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) continue;
    c = u_tolower(c);
    if (const std::string_view german = plain_german(c); !german.empty()) {
      key += german;
      continue;
    }
    if (c > 127) c = u_tolower(without_accent(c));
    const char plain = c > 0 && c < 128 ? static_cast<char>(c) : ' ';
    // A mark that stands on its own belongs to the letter before it.
    if (u_getCombiningClass(c) != 0) continue;
    if (is_lower(plain) || is_digit(plain)) {
      key += plain;
    } else {
      finish_word(key, word);
      word = key.size();
    }
  }
  finish_word(key, word);
  return key;
}

// Row after row, and of each row the cells only that can lie within `most`.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  a = a.substr(0, kComparedMax);
  b = b.substr(0, kComparedMax);
  most = std::min(most, kComparedMax);
  const std::size_t gap = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (gap > most) return most + 1;
  const auto far = static_cast<std::uint8_t>(most + 1);
  std::array<std::array<std::uint8_t, kComparedMax + 2>, 3> rows{};
  auto* before = rows[0].data();
  auto* row = rows[1].data();
  auto* next = rows[2].data();
  for (std::size_t j = 0; j <= b.size() + 1; ++j) {
    row[j] = static_cast<std::uint8_t>(std::min<std::size_t>(j, far));
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t first = i > most ? i - most : 1;
    const std::size_t last = std::min(b.size(), i + most);
    next[first - 1] = first == 1 ? static_cast<std::uint8_t>(std::min<std::size_t>(i, far)) : far;
    std::uint8_t least = next[first - 1];
    for (std::size_t j = first; j <= last; ++j) {
      int best = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] != b[j - 1])});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) best = std::min(best, before[j - 2] + 1);
      next[j] = static_cast<std::uint8_t>(std::min<int>(best, far));
      least = std::min(least, next[j]);
    }
    next[last + 1] = far;
    if (least == far) return most + 1;
    auto* const oldest = before;
    before = row;
    row = next;
    next = oldest;
  }
  return row[b.size()];
}

Typed split_number(std::string_view text) {
  // The first end that is a house number: "Straße des 17. Juni 12 a".
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (!is_digit(text[at]) || is_digit(text[at - 1])) continue;
    if (!parse_house_number(text.substr(at))) continue;
    const std::size_t end = text.find_last_not_of(" ,", at - 1);
    if (end == std::string_view::npos) break;
    return {text.substr(0, end + 1), text.substr(at)};
  }
  return {text, {}};
}

}  // namespace revier::fibre
