// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/catalogue.h"

#include <fmt/format.h>

#include "jsonld/detail/builder.h"
#include "jsonld/detail/cache.h"
#include "jsonld/detail/core.h"
#include "jsonld/detail/iri.h"

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

// What follows the host of a URL; empty where nothing does.
std::string_view path_of(std::string_view url) {
  const std::size_t host = url.find("://");
  if (host == url.npos) return {};
  const std::size_t path = url.find('/', host + 3);
  return path == url.npos ? std::string_view() : url.substr(path);
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
  // Errors: as Catalogue::add().
  Result<void> check(const ContextDocument& document) const;
  Result<void> count_bytes(std::size_t before, std::size_t after) RV_REQUIRES(mutex);
  // What answers a document's URL; null where there is none, or a stale one.
  std::shared_ptr<const std::string> find(std::string_view url);
  std::shared_ptr<const std::string> find_added(std::string_view url) const RV_REQUIRES(mutex);
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
  struct Added {
    std::shared_ptr<const std::string> text;
    bool is_stale = false;
  };
  struct FromOperator {
    std::shared_ptr<const std::string> text;
    std::optional<Instant> used_at{};
  };
  std::map<std::string, Added, std::less<>> documents RV_GUARDED_BY(mutex);
  std::map<std::string, FromOperator, std::less<>> given RV_GUARDED_BY(mutex);
  std::size_t documents_bytes RV_GUARDED_BY(mutex) = 0;
  std::uint64_t changes RV_GUARDED_BY(mutex) = 0;  // of documents
  detail::Cache cache RV_GUARDED_BY(mutex);
};

std::shared_ptr<const std::string> Catalogue::State::find_added(std::string_view url) const {
  const auto found = documents.find(url);
  if (found == documents.end() || found->second.is_stale) return nullptr;
  return found->second.text;
}

std::shared_ptr<const std::string> Catalogue::State::find(std::string_view url) {
  const Lock lock(mutex);
  if (auto added = find_added(url)) return added;
  if (const std::string_view path = path_of(url); !path.empty()) {
    if (auto own = find_added(path)) return own;
  }
  const auto found = given.find(url);
  if (found == given.end()) return nullptr;
  if (!found->second.used_at) found->second.used_at = RealClock().now();
  return found->second.text;
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
  for (ContextDocument& given : documents) RV_TRY(catalogue->give(std::move(given)));
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

Result<void> Catalogue::State::check(const ContextDocument& document) const {
  if (is_core_url(document.url))
    return fail(Code::kForbidden, "the core @context cannot be changed");
  RV_ASSIGN(const auto parsed,
            json::Document::parse(document.text, {.bytes_max = options.bytes_max}));
  if (parsed.root().find("@context")) return {};
  return fail(Code::kBadRequestData, fmt::format("<{}> has no member \"@context\"", document.url),
              document.url);
}

Result<void> Catalogue::State::count_bytes(std::size_t before, std::size_t after) {
  if (documents_bytes - before + after > options.documents_bytes_max) {
    return fail(Code::kInsufficientStorage, "the catalogue of @contexts is full");
  }
  documents_bytes = documents_bytes - before + after;
  return {};
}

Result<void> Catalogue::give(ContextDocument document) {
  RV_TRY(state_->check(document));
  const Lock lock(state_->mutex);
  const auto before = state_->given.find(document.url);
  const bool is_there = before != state_->given.end();
  RV_TRY(state_->count_bytes(is_there ? before->second.text->size() : 0, document.text.size()));
  auto text = std::make_shared<const std::string>(std::move(document.text));
  state_->given.insert_or_assign(std::move(document.url), State::FromOperator{std::move(text)});
  return {};
}

Result<void> Catalogue::add(ContextDocument document) {
  RV_TRY(state_->check(document));
  const Lock lock(state_->mutex);
  const auto before = state_->documents.find(document.url);
  const bool is_there = before != state_->documents.end();
  RV_TRY(state_->count_bytes(is_there ? before->second.text->size() : 0, document.text.size()));
  auto text = std::make_shared<const std::string>(std::move(document.text));
  state_->documents.insert_or_assign(std::move(document.url), State::Added{std::move(text)});
  state_->changed();
  return {};
}

Result<void> Catalogue::remove(std::string_view url) {
  if (is_core_url(url)) return fail(Code::kForbidden, "the core @context cannot be removed");
  const Lock lock(state_->mutex);
  const auto found = state_->documents.find(url);
  if (found == state_->documents.end())
    return fail(Code::kResourceNotFound, fmt::format("there is no @context <{}>", url));
  state_->documents_bytes -= found->second.text->size();
  state_->documents.erase(found);
  state_->changed();
  return {};
}

void Catalogue::set_stale(std::string_view url, bool stale) {
  const Lock lock(state_->mutex);
  const auto found = state_->documents.find(url);
  if (found == state_->documents.end() || found->second.is_stale == stale) return;
  found->second.is_stale = stale;
  state_->changed();
}

std::vector<Catalogue::Given> Catalogue::given_in_use() const {
  std::vector<Given> out;
  const Lock lock(state_->mutex);
  for (const auto& [url, document] : state_->given) {
    if (document.used_at) out.push_back({url, *document.used_at});
  }
  return out;
}

std::string absolute_url(std::string_view base, std::string_view reference) {
  return detail::resolve(base, reference);
}

bool Catalogue::forget_given(std::string_view url) {
  const Lock lock(state_->mutex);
  const auto found = state_->given.find(url);
  if (found == state_->given.end() || !found->second.used_at) return false;
  found->second.used_at.reset();
  state_->changed();
  return true;
}

}  // namespace revier::jsonld
