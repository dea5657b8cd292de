// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <charconv>

#include "ngsi/detail/text_rules.h"
#include "ngsi/parse.h"
#include "ngsi/render.h"

namespace revier::ngsi {
namespace {

bool holds(const std::vector<NameId>& sorted, NameId name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}

bool holds(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_member(std::string_view name) {
  return name == "id" || name == "type" || name == "scope" || name == "@id" || name == "@type";
}

// Numbers of the attributes in a list; those that no entity has are left out.
Result<std::vector<NameId>> numbers(const std::vector<std::string>& list, std::string_view what,
                                    const Names& names, const jsonld::Context& context) {
  std::vector<NameId> ids;
  for (const std::string& name : list) {
    if (name.find('{') != name.npos) {
      return fail(Code::kOperationNotSupported,
                  fmt::format("{}: linked entities cannot be projected", what), std::string(what));
    }
    if (is_member(name)) continue;
    auto iri = expand_checked(name, context);
    if (!iri) {
      return fail(Code::kBadRequestData, fmt::format("{}: {}", what, iri.error().message),
                  std::string(what));
    }
    if (const NameId id = names.find(*iri); id != kNoName) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Result<Projection> Projection::make(const Names& names, const jsonld::Context& context,
                                    const Lists& lists) {
  if (!lists.attrs.empty() && !lists.pick.empty()) {
    return fail(Code::kBadRequestData, "attrs and pick cannot be given together", "pick");
  }
  Projection projection;
  projection.only_ = !lists.attrs.empty() || !lists.pick.empty();
  if (!lists.attrs.empty()) {
    RV_ASSIGN(projection.names_, numbers(lists.attrs, "attrs", names, context));
  }
  if (!lists.pick.empty()) {
    RV_ASSIGN(projection.names_, numbers(lists.pick, "pick", names, context));
    projection.id_ = holds(lists.pick, "id") || holds(lists.pick, "@id");
    projection.type_ = holds(lists.pick, "type") || holds(lists.pick, "@type");
    projection.scope_ = holds(lists.pick, "scope");
  }
  RV_ASSIGN(projection.omitted_, numbers(lists.omit, "omit", names, context));
  if (holds(lists.omit, "id")) projection.id_ = false;
  if (holds(lists.omit, "type")) projection.type_ = false;
  if (holds(lists.omit, "scope")) projection.scope_ = false;
  projection.dataset_ids_ = lists.dataset_ids;
  return projection;
}

bool Projection::shows(NameId attribute) const {
  if (only_ && !holds(names_, attribute)) return false;
  return !holds(omitted_, attribute);
}

bool Projection::shows_instance(std::string_view dataset_id) const {
  return dataset_ids_.empty() || holds(dataset_ids_, dataset_id.empty() ? "@none" : dataset_id);
}

namespace {

constexpr std::size_t kTagsMax = 32;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

struct RankedTag {
  std::string tag;
  double quality = 1;
};

Result<RankedTag> ranked_tag(std::string_view text) {
  const std::size_t semicolon = text.find(';');
  const std::string_view tag = trimmed(text.substr(0, semicolon));
  RankedTag ranked;
  for (const char c : tag) ranked.tag.push_back(c >= 'A' && c <= 'Z' ? char(c + 32) : c);
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
