// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/builder.h"

#include "jsonld/catalogue.h"
#include "jsonld/detail/iri.h"
#include "jsonld/detail/local.h"

namespace revier::jsonld::detail {

std::unique_ptr<Terms> Builder::take() {
  if (core_ != nullptr)
    std::erase_if(terms_->map, [this](const auto& e) { return core_->find(e.first) != nullptr; });
  terms_->finish();
  return std::move(terms_);
}

const Term* Builder::find(std::string_view name) const {
  if (core_is_active_)
    if (const Term* term = core_->find(name)) return term;
  const auto found = terms_->map.find(name);
  return found == terms_->map.end() ? nullptr : &found->second;
}

Result<void> Builder::process(const json::Value& context, std::string_view base_url,
                              std::size_t nesting) {
  if (!context.is_array()) core_is_last_ = false;
  switch (context.kind()) {
    case json::Kind::kNull:
      return reset();
    case json::Kind::kString:
      return load(*context.as_string(), base_url, nesting);
    case json::Kind::kObject:
      return Local(*this, context, nesting != 0).run();
    case json::Kind::kArray:
      for (const json::Value part : context.elements()) {
        if (part.is_array()) return fail(Code::kBadRequestData, "an @context has nested arrays");
        RV_TRY(process(part, base_url, nesting));
      }
      return {};
    default:
      return fail(Code::kBadRequestData,
                  "an @context must be a URL, an object, null, or an array of these");
  }
}

Result<void> Builder::reset() {
  const auto is_protected = [](const auto& entry) { return entry.second.is_protected; };
  if (core_is_active_ || std::ranges::any_of(terms_->map, is_protected))
    return fail(Code::kBadRequestData, "an @context has null after protected terms");
  terms_ = std::make_unique<Terms>();
  return {};
}

Result<void> Builder::load(std::string_view reference, std::string_view base_url,
                           std::size_t nesting) {
  const std::string url = base_url.empty() ? std::string(reference) : resolve(base_url, reference);
  if (core_ != nullptr && is_core_url(url)) {
    core_is_active_ = true;
    core_is_last_ = true;
    terms_->vocab = core_->vocabulary();
    return {};
  }
  if (url.size() > kIriBytesMax)
    return fail(Code::kBadRequestData, "a URL in an @context is too long");
  if (++urls_ > bounds_.urls_max || nesting == bounds_.nesting_max) {
    return fail(Code::kLdContextNotAvailable,
                fmt::format("the @context names more than {} documents, or deeper than {}",
                            bounds_.urls_max, bounds_.nesting_max));
  }
  const auto text = loader_(url);
  if (!text) {
    return fail(Code::kLdContextNotAvailable,
                fmt::format("the @context <{}> is not in this server's catalogue", url), url);
  }
  bytes_ += text->size();
  if (bytes_ > bounds_.bytes_max) {
    return fail(Code::kTooLarge,
                fmt::format("the @context is longer than {} bytes", bounds_.bytes_max));
  }
  const auto document = json::Document::parse(*text, {.bytes_max = bounds_.bytes_max});
  const auto inner = document ? document->root().find("@context") : std::nullopt;
  if (!inner) {
    return fail(Code::kLdContextNotAvailable,
                fmt::format("<{}> is no JSON-LD context document", url), url);
  }
  auto done = process(*inner, url, nesting + 1);
  // A document that is missing further down is named itself: it may be had elsewhere.
  if (!done && done.error().code == Code::kLdContextNotAvailable) return done;
  if (!done && done.error().field != url)
    return fail(done.error().code, fmt::format("{} (in <{}>)", done.error().message, url), url);
  return done;
}

}  // namespace revier::jsonld::detail
