// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/context.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <atomic>

#include "jsonld/detail/terms.h"

namespace revier::jsonld {
namespace {

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

Context::Context(std::unique_ptr<const detail::Terms> terms, ContextPtr core, std::string reference,
                 std::string link)
    : id_(next_id()),
      terms_(std::move(terms)),
      core_(std::move(core)),
      reference_(std::move(reference)),
      link_(std::move(link)) {}

Context::~Context() = default;

const std::string& Context::vocabulary() const { return *(core_ ? core_->terms_ : terms_)->vocab; }

const Term* Context::find(std::string_view term) const {
  if (core_)
    if (const Term* found = core_->find(term)) return found;
  const detail::TermEntry* entry = terms_->by_name.find(term);
  return entry == nullptr ? nullptr : &entry->second;
}

Result<std::string> Context::expand_name(std::string_view name) const {
  if (name.empty()) return fail(Code::kBadRequestData, "a name is empty");
  if (name.size() > detail::kIriBytesMax) {
    return fail(Code::kBadRequestData,
                fmt::format("a name is longer than {} bytes", detail::kIriBytesMax));
  }
  if (const Term* term = find(name)) {
    if (!term->iri.empty()) return term->iri;
    return fail(Code::kBadRequestData,
                fmt::format("the name \"{}\" is mapped to null by the @context", name),
                std::string(name));
  }
  if (detail::is_keyword(name)) return std::string(name);
  if (detail::is_like_keyword(name)) {
    return fail(Code::kBadRequestData,
                fmt::format("the name \"{}\" looks like a keyword of JSON-LD", name),
                std::string(name));
  }
  auto iri = detail::expand_prefixed(name, [this](std::string_view p) { return find(p); });
  if (iri) return *std::move(iri);
  return std::string(vocabulary()).append(name);
}

// The best prefix:suffix, or the IRI itself.
std::string Context::compact_iri(std::string_view iri) const {
  std::string best;
  const auto consider = [&](const detail::TermEntry& entry) {
    const std::string_view stem = entry.second.iri;
    if (iri.size() <= stem.size() || !iri.starts_with(stem)) return;
    const std::string_view suffix = iri.substr(stem.size());
    if (suffix.starts_with("//")) return;  // would be read as an absolute IRI
    std::string candidate = fmt::format("{}:{}", entry.first, suffix);
    const Term* taken = find(candidate);
    if (taken != nullptr && taken->iri != iri) return;
    if (candidate.size() > detail::kIriBytesMax) return;
    if (best.empty() || std::pair(candidate.size(), std::string_view(candidate)) <
                            std::pair(best.size(), std::string_view(best)))
      best = std::move(candidate);
  };
  for (const auto* entry : terms_->prefixes) consider(*entry);
  if (core_)
    for (const auto* entry : core_->terms_->prefixes) consider(*entry);
  return best.empty() ? std::string(iri) : best;
}

bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > detail::kIriBytesMax) return false;
  const auto size = static_cast<std::int32_t>(name.size());
  for (std::int32_t at = 0; at < size;) {
    const bool first = at == 0;
    UChar32 c = 0;
    U8_NEXT(name.data(), at, size, c);
    if (c < 0) return false;
    const std::uint32_t category = U_GET_GC_MASK(c);
    const bool good =
        (category & U_GC_L_MASK) != 0 || (!first && (c == '_' || (category & U_GC_N_MASK) != 0));
    if (!good) return false;
  }
  return true;
}

std::string Context::compact_name(std::string_view iri) const {
  return compact(iri, is_plain_name);
}

std::string Context::compact_value(std::string_view iri) const {
  return compact(iri, [](std::string_view text) {
    return text.find(':') == text.npos && !text.starts_with('@') &&
           text.size() <= detail::kIriBytesMax;
  });
}

std::string Context::compact(std::string_view iri, bool (*stands_alone)(std::string_view)) const {
  const detail::TermEntry* term = terms_->by_iri.find(iri);
  if (core_) {
    const detail::TermEntry* other = core_->terms_->by_iri.find(iri);
    if (term == nullptr || (other != nullptr && detail::is_preferred(*other, *term))) term = other;
  }
  if (term != nullptr) return term->first;
  const std::string_view vocab = vocabulary();
  if (iri.size() > vocab.size() && iri.starts_with(vocab)) {
    const std::string_view suffix = iri.substr(vocab.size());
    // What would be read as something else, or refused, cannot stand alone.
    if (stands_alone(suffix) && find(suffix) == nullptr) return std::string(suffix);
  }
  return compact_iri(iri);
}

std::string Context::expand_id(std::string_view id) const {
  auto iri = detail::expand_prefixed(id, [this](std::string_view p) { return find(p); });
  if (iri) return *std::move(iri);
  if (terms_->base) return detail::resolve(*terms_->base, id);
  return std::string(id);
}

std::string Context::compact_id(std::string_view iri) const { return compact_iri(iri); }

}  // namespace revier::jsonld
