// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/core.h"

#include "base/ascii.h"
#include "jsonld/catalogue.h"

extern "C" {
extern const char revier_core_context_1_6[], revier_core_context_1_6_end[];
extern const char revier_core_context_1_7[], revier_core_context_1_7_end[];
extern const char revier_core_context_1_8[], revier_core_context_1_8_end[];
extern const char revier_core_context_1_9[], revier_core_context_1_9_end[];
}

namespace revier::jsonld {
namespace {

constexpr std::string_view kPlace = "://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context";
constexpr std::string_view kEnd = ".jsonld";

bool is_version_char(char c) { return is_digit(c) || c == '.'; }

// What stands between the name and ".jsonld"; nullopt for another URL.
std::optional<std::string_view> version_part(std::string_view url) {
  for (const std::string_view scheme : {"https", "http"}) {
    if (!url.starts_with(scheme) || !url.substr(scheme.size()).starts_with(kPlace)) continue;
    url.remove_prefix(scheme.size() + kPlace.size());
    if (!url.ends_with(kEnd)) return std::nullopt;
    return url.substr(0, url.size() - kEnd.size());
  }
  return std::nullopt;
}

}  // namespace

bool is_core_url(std::string_view url) {
  const auto part = version_part(url);
  if (!part) return false;
  if (part->empty()) return true;
  return part->starts_with("-v") && part->size() > 2 &&
         std::ranges::all_of(part->substr(2), is_version_char);
}

namespace detail {

std::span<const CoreContext> core_contexts() {
  static const std::array contexts = {
      CoreContext{"1.6", {revier_core_context_1_6, revier_core_context_1_6_end}},
      CoreContext{"1.7", {revier_core_context_1_7, revier_core_context_1_7_end}},
      CoreContext{"1.8", {revier_core_context_1_8, revier_core_context_1_8_end}},
      CoreContext{"1.9", {revier_core_context_1_9, revier_core_context_1_9_end}}};
  return contexts;
}

std::string core_url(std::string_view version) {
  return fmt::format("https{}-v{}{}", kPlace, version, kEnd);
}

std::string_view core_version(std::string_view url) {
  const auto part = version_part(url);
  return part && part->starts_with("-v") ? part->substr(2) : std::string_view{};
}

}  // namespace detail
}  // namespace revier::jsonld
