// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/catalogue.h"

#include <fmt/format.h>

#include "jsonld/detail/builder.h"
#include "jsonld/detail/cache.h"
#include "jsonld/detail/core.h"

#include "base/thread_safety.h"

namespace revier::jsonld {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  json::append_quoted(out, text);
  return out;
}

bool is_core(const json::Value& value) {
  const auto url = value.as_string();
  return url && is_core_url(*url);
}

// A request's @context as it is worked with: its parts but the core context at the end, which is
// always added; a core context further in front is the one of this server.
struct Request {
  std::vector<json::Value> parts;
  std::string key;  // their texts, with commas between them
};

Request read_request(const json::Value& context, std::string_view core_url) {
  Request request;
  if (!context.is_array()) request.parts.push_back(context);
  for (const json::Value part : context.elements()) request.parts.push_back(part);
  while (!request.parts.empty() && is_core(request.parts.back())) request.parts.pop_back();
  for (const json::Value& part : request.parts) {
    if (!request.key.empty()) request.key += ',';
    request.key += is_core(part) ? quoted(core_url) : json::to_text(part);
  }
  return request;
}

}  // namespace

struct Catalogue::State {
  explicit State(CatalogueOptions given)
      : options(std::move(given)),
        core_url(detail::core_url(options.core_version)),
        bounds{options.terms_max, options.bytes_max, options.urls_max, options.nesting_max},
        cache(options.cache_bytes_max) {}

  Result<ContextPtr> build(const Request& request);
  std::shared_ptr<const std::string> find(std::string_view url) const;
  void changed() RV_REQUIRES(mutex) {
    ++changes;
    cache.clear();
  }
  std::uint64_t changes_now() const {
    const Lock lock(mutex);
    return changes;
  }

  const CatalogueOptions options;
  const std::string core_url;
  const detail::Bounds bounds;
  ContextPtr core;  // set once, before anyone else sees it

  mutable Mutex mutex;
  std::map<std::string, std::shared_ptr<const std::string>, std::less<>> documents
      RV_GUARDED_BY(mutex);
  std::size_t documents_bytes RV_GUARDED_BY(mutex) = 0;
  std::uint64_t changes RV_GUARDED_BY(mutex) = 0;  // of documents
  detail::Cache cache RV_GUARDED_BY(mutex);
};

std::shared_ptr<const std::string> Catalogue::State::find(std::string_view url) const {
  const Lock lock(mutex);
  const auto found = documents.find(url);
  return found == documents.end() ? nullptr : found->second;
}

Result<ContextPtr> Catalogue::State::build(const Request& request) {
  if (request.key.size() > options.bytes_max) {
    return fail(Code::kTooLarge,
                fmt::format("the @context is longer than {} bytes", options.bytes_max));
  }
  const std::uint64_t changes_before = changes_now();
  const detail::Loader loader = [this](std::string_view url) { return find(url); };
  detail::Builder builder(core.get(), bounds, loader);
  for (const json::Value& part : request.parts) {
    if (part.is_array()) return fail(Code::kBadRequestData, "an @context has nested arrays");
    RV_TRY(builder.add(part));
  }
  const bool whole = builder.ends_in_core();
  auto terms = builder.take();
  const std::size_t bytes = terms->bytes();
  const auto url = request.parts.size() == 1 ? request.parts[0].as_string() : std::nullopt;
  std::string reference = fmt::format("[{},{}]", request.key, quoted(core_url));
  if (whole) reference = request.parts.size() == 1 ? request.key : fmt::format("[{}]", request.key);
  ContextPtr context = std::make_shared<const Context>(std::move(terms), core, std::move(reference),
                                                       std::string(url.value_or("")));
  const Lock lock(mutex);
  if (changes != changes_before) return context;  // perhaps made of documents that are gone
  return cache.put(request.key, std::move(context), bytes);
}

Catalogue::Catalogue(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalogue::~Catalogue() = default;

Result<std::unique_ptr<Catalogue>> Catalogue::make(CatalogueOptions options) {
  auto documents = std::exchange(options.documents, {});
  const auto contexts = detail::core_contexts();
  const auto chosen =
      std::ranges::find(contexts, options.core_version, &detail::CoreContext::version);
  if (chosen == contexts.end()) {
    return fail(
        Code::kBadRequestData,
        fmt::format("there is no core context {}; known are 1.6 to 1.9", options.core_version));
  }
  auto state = std::make_unique<State>(std::move(options));
  RV_ASSIGN(const auto document, json::Document::parse(chosen->text));
  const detail::Loader none;  // the core context names no other
  const detail::Bounds bounds{1000, chosen->text.size(), 0, 0};
  detail::Builder builder(nullptr, bounds, none);
  RV_TRY(builder.add(document.root().find("@context").value()));
  state->core = std::make_shared<const Context>(builder.take(), nullptr, quoted(state->core_url),
                                                state->core_url);
  std::unique_ptr<Catalogue> catalogue(new Catalogue(std::move(state)));
  for (ContextDocument& given : documents) RV_TRY(catalogue->add(std::move(given)));
  return catalogue;
}

const ContextPtr& Catalogue::core() const { return state_->core; }

Result<ContextPtr> Catalogue::resolve(const json::Value& context) {
  const Request request = read_request(context, state_->core_url);
  if (request.parts.empty()) return core();
  {
    const Lock lock(state_->mutex);
    if (auto found = state_->cache.find(request.key)) return found;
  }
  return state_->build(request);
}

Result<ContextPtr> Catalogue::resolve_url(std::string_view url) {
  if (is_core_url(url)) return core();
  const std::string text = quoted(url);
  {
    const Lock lock(state_->mutex);
    if (auto found = state_->cache.find(text)) return found;
  }
  RV_ASSIGN(const auto document, json::Document::parse(text));
  return resolve(document.root());
}

Result<std::string> Catalogue::document(std::string_view url) const {
  const std::string_view named = detail::core_version(url);
  const std::string_view version = named.empty() ? state_->options.core_version : named;
  const auto contexts = detail::core_contexts();
  const auto core = std::ranges::find(contexts, version, &detail::CoreContext::version);
  if (is_core_url(url) && core != contexts.end()) return std::string(core->text);
  if (const auto text = state_->find(url)) return *text;
  return fail(Code::kResourceNotFound, fmt::format("there is no @context <{}>", url));
}

Result<void> Catalogue::add(ContextDocument document) {
  if (is_core_url(document.url))
    return fail(Code::kForbidden, "the core @context cannot be changed");
  RV_ASSIGN(const auto parsed,
            json::Document::parse(document.text, {.bytes_max = state_->options.bytes_max}));
  if (!parsed.root().find("@context")) {
    return fail(Code::kBadRequestData, fmt::format("<{}> has no member \"@context\"", document.url),
                document.url);
  }
  const Lock lock(state_->mutex);
  auto& slot = state_->documents[document.url];
  const std::size_t bytes = state_->documents_bytes - (slot ? slot->size() : 0);
  if (bytes + document.text.size() > state_->options.documents_bytes_max) {
    if (!slot) state_->documents.erase(document.url);
    return fail(Code::kInsufficientStorage, "the catalogue of @contexts is full");
  }
  state_->documents_bytes = bytes + document.text.size();
  slot = std::make_shared<const std::string>(std::move(document.text));
  state_->changed();
  return {};
}

Result<void> Catalogue::remove(std::string_view url) {
  if (is_core_url(url)) return fail(Code::kForbidden, "the core @context cannot be removed");
  const Lock lock(state_->mutex);
  const auto found = state_->documents.find(url);
  if (found == state_->documents.end())
    return fail(Code::kResourceNotFound, fmt::format("there is no @context <{}>", url));
  state_->documents_bytes -= found->second->size();
  state_->documents.erase(found);
  state_->changed();
  return {};
}

}  // namespace revier::jsonld
