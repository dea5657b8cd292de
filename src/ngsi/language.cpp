// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/language.h"

#include "base/ascii.h"
#include "ngsi/detail/json_text.h"

namespace revier::ngsi::detail {
namespace {

// `text` begins with `prefix`, which is lower case.
bool begins(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (to_lower(text[i]) != prefix[i]) return false;
  }
  return true;
}

// 3: the same; 2: the map has a narrower one ("fr" asked, "fr-CH" there); 1: a wider one.
int closeness(std::string_view have, std::string_view asked) {
  if (begins(have, asked)) {
    if (have.size() == asked.size()) return 3;
    return have[asked.size()] == '-' ? 2 : 0;
  }
  const bool wider = have.size() < asked.size() && asked[have.size()] == '-';
  return wider && begins(have, asked.substr(0, have.size())) ? 1 : 0;
}

}  // namespace

Spoken spoken(std::string_view map, const LanguageFilter& filter) {
  // Bytes of a store may be anything: what is no map is a text in no language.
  if (!map.starts_with('{')) return {"\"@none\"", map};
  Spoken best;
  for (const std::string& asked : filter.tags) {
    if (asked == "*") break;
    int best_closeness = 0;
    for (TextCursor cursor(map); cursor.next();) {
      const std::string_view have = cursor.key().substr(1, cursor.key().size() - 2);
      const int close = closeness(have, asked);
      if (close <= best_closeness) continue;
      best_closeness = close;
      best = {cursor.key(), cursor.value()};
    }
    if (best_closeness > 0) return best;
  }
  for (TextCursor cursor(map); cursor.next();) {
    if (best.tag.empty() || cursor.key() == "\"@none\"") best = {cursor.key(), cursor.value()};
  }
  return best;
}

}  // namespace revier::ngsi::detail
