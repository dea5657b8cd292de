// SPDX-License-Identifier: EUPL-1.2
#include "console/query_names.h"

#include <map>

#include "base/ascii.h"
#include "console/entity_rows.h"
#include "json/json.h"

namespace revier::console {
namespace {

bool is_name_sign(char c) {
  return is_alphanumeric(c) || c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

// Whether `name` stands in the text, not as a part of a longer name.
bool names(std::string_view text, std::string_view name) {
  for (std::size_t at = text.find(name); at != std::string_view::npos;
       at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    const bool begins = at == 0 || !is_name_sign(text[at - 1]);
    if (begins && (end == text.size() || !is_name_sign(text[end]))) return true;
  }
  return false;
}

}  // namespace

std::string terms_of_shown_names(const jsonld::Context& core,
                                 std::span<const context::NameCount> shown, std::string_view q,
                                 const Weight& weight) {
  std::map<std::string, std::vector<const context::NameCount*>, std::less<>> meant;
  for (const context::NameCount& one : shown) {
    std::string name = short_name(core, one.iri);
    if (names(q, name)) meant[std::move(name)].push_back(&one);
  }
  std::string text;
  json::Writer out(text);
  out.begin_object();
  for (const auto& [name, candidates] : meant) {
    const context::NameCount* best = candidates.front();
    if (candidates.size() > 1)
      best = *std::ranges::max_element(candidates, {}, [&](const auto* c) { return weight(*c); });
    const bool is_plain = core.find(name) == nullptr && name.find(':') == std::string::npos;
    // A name of the default vocabulary needs no term.
    if (is_plain && core.compact_name(best->iri) != name) out.member(name, best->iri);
  }
  out.end_object();
  return text;
}

Result<jsonld::ContextPtr> context_of_shown_names(jsonld::Catalogue& catalogue,
                                                  std::span<const context::NameCount> attributes,
                                                  std::string_view q, const Weight& weight) {
  const std::string text = terms_of_shown_names(*catalogue.core(), attributes, q, weight);
  RV_ASSIGN(const json::Document document, json::Document::parse(text));
  return catalogue.resolve(document.root());
}

}  // namespace revier::console
