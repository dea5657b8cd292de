// SPDX-License-Identifier: EUPL-1.2
// The two languages of the pages, and where they stand in addresses: German at /..., English at
// /en/....
//
// Thread safety: values and pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace revier::web {

enum class Language : std::uint8_t { kDe, kEn };

// "de", "en": for lang attributes and Content-Language.
[[nodiscard]] constexpr std::string_view code(Language language) {
  return language == Language::kDe ? "de" : "en";
}
[[nodiscard]] constexpr Language other(Language language) {
  return language == Language::kDe ? Language::kEn : Language::kDe;
}

// The address of a page in a language: path(kEn, "/programm?tag=1") is "/en/programm?tag=1".
// `page` is the German one and begins with '/'.
[[nodiscard]] inline std::string path(Language language, std::string_view page) {
  if (language == Language::kDe) return std::string(page);
  return page == "/" ? "/en/" : "/en" + std::string(page);
}

// The language of an address and its German twin, without query: "/en/programm" is {kEn,
// "/programm"}, "/en" and "/en/" are {kEn, "/"}.
struct LocalPath {
  Language language;
  std::string_view page;
};
[[nodiscard]] inline LocalPath split_language(std::string_view address) {
  if (address == "/en" || address == "/en/") return {Language::kEn, "/"};
  if (address.starts_with("/en/")) return {Language::kEn, address.substr(3)};
  return {Language::kDe, address};
}

}  // namespace revier::web
