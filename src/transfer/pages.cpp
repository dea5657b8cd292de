// SPDX-License-Identifier: EUPL-1.2
#include "transfer/detail/pages.h"

#include <fmt/format.h>

#include "base/percent.h"
#include "net/http.h"
#include "transfer/detail/asking.h"

namespace revier::transfer::detail {

std::string page_target(const ExportOptions& options, std::string_view cursor) {
  std::string target = fmt::format("/ngsi-ld/v1/entities?local=true&limit={}&cursor={}",
                                   options.page, percent_encoded(cursor));
  const auto add = [&target](std::string_view name, const std::string& value) {
    if (!value.empty()) target += fmt::format("&{}={}", name, percent_encoded(value));
  };
  add("type", options.type);
  add("q", options.q);
  return target;
}

std::string next_cursor(const Headers& headers) {
  constexpr std::string_view kCursor = "cursor=";
  for (const auto& [name, value] : headers) {
    if (!net::equals_ignoring_case(name, "Link")) continue;
    if (value.find("rel=\"next\"") == std::string::npos) continue;
    const std::size_t at = value.find(kCursor);
    if (at == std::string::npos) continue;
    const std::size_t from = at + kCursor.size();
    return value.substr(from, value.find_first_of("&>", from) - from);
  }
  return {};
}

std::string context_link(std::string_view url) {
  return fmt::format(
      "<{}>; rel=\"http://www.w3.org/ns/json-ld#context\"; type=\"application/ld+json\"", url);
}

}  // namespace revier::transfer::detail
