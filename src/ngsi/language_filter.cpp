// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "ngsi/detail/text_rules.h"
#include "ngsi/render.h"

namespace revier::ngsi {
namespace {

constexpr std::size_t kTagsMax = 32;

struct RankedTag {
  std::string tag;
  double quality = 1;
};

Result<RankedTag> ranked_tag(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  const std::string_view tag = trimmed(text.substr(0, semicolon));
  RankedTag ranked{.tag = lower_case(tag)};
  bool good = tag == "*" || detail::is_language_tag(tag);
  if (semicolon != text.npos) {
    std::string_view quality = trimmed(text.substr(semicolon + 1));
    good = good && quality.starts_with("q=");
    quality.remove_prefix(good ? 2 : 0);
    const auto [end, error] =
        std::from_chars(quality.data(), quality.data() + quality.size(), ranked.quality);
    good = good && error == std::errc() && end == quality.data() + quality.size() &&
           ranked.quality >= 0 && ranked.quality <= 1;
  }
  if (!good) {
    return fail(Code::kBadRequestData, "lang must be such as \"de\" or \"de,en;q=0.8,*;q=0.5\"",
                "lang");
  }
  return ranked;
}

}  // namespace

Result<LanguageFilter> parse_language_filter(std::string_view text) {
  std::vector<RankedTag> ranked;
  while (true) {
    const std::size_t comma = text.find(',');
    RV_ASSIGN(RankedTag one, ranked_tag(text.substr(0, comma)));
    // Those of the same quality stay in the client's order.
    const auto behind = std::upper_bound(
        ranked.begin(), ranked.end(), one,
        [](const RankedTag& a, const RankedTag& b) { return a.quality > b.quality; });
    ranked.insert(behind, std::move(one));
    if (ranked.size() > kTagsMax) {
      return fail(Code::kBadRequestData, fmt::format("lang has more than {} tags", kTagsMax),
                  "lang");
    }
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
  }
  LanguageFilter filter;
  for (RankedTag& one : ranked) filter.tags.push_back(std::move(one.tag));
  return filter;
}

}  // namespace revier::ngsi
