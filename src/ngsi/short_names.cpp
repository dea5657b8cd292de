// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/short_names.h"

#include "json/json.h"

namespace revier::ngsi::detail {
namespace {

constexpr std::size_t kNamesMax = 20'000;  // of one page

}  // namespace

// A page is found by serial numbers that are never used again, so a context or tenant that is gone
// cannot be taken for a new one.
struct Pages {
  static constexpr std::size_t kPagesMax = 16;
  struct Page {
    std::uint64_t names = 0;
    std::uint64_t context = 0;
    std::uint64_t used = 0;
    ShortNames short_names;
  };
  std::array<Page, kPagesMax> pages;
  std::uint64_t uses = 0;

  ShortNames& find(const Names& names, const jsonld::Context& context) {
    Page* oldest = &pages.front();
    for (Page& page : pages) {
      if (page.context == context.id() && page.names == names.serial()) {
        return use(page, names, context);
      }
      if (page.used < oldest->used) oldest = &page;
    }
    oldest->names = names.serial();
    oldest->context = context.id();
    oldest->short_names.quoted_.clear();
    return use(*oldest, names, context);
  }

  ShortNames& use(Page& page, const Names& names, const jsonld::Context& context) {
    page.used = ++uses;
    page.short_names.names_ = &names;
    page.short_names.context_ = &context;
    return page.short_names;
  }
};

ShortNames& ShortNames::of(const Names& names, const jsonld::Context& context) {
  static thread_local Pages pages;
  return pages.find(names, context);
}

const std::string& ShortNames::quoted(NameId id) {
  const auto at = quoted_.find(id);
  if (at != quoted_.end()) return at->second;
  if (quoted_.size() >= kNamesMax) quoted_.clear();
  std::string out;
  const std::string iri = names_->iri(id);
  if (!iri.empty()) json::append_quoted(out, context_->compact_name(iri));
  return quoted_.emplace(id, std::move(out)).first->second;
}

}  // namespace revier::ngsi::detail
