// SPDX-License-Identifier: EUPL-1.2
// Where contexts come from: the core contexts, which are built in; documents that the operator
// hands in under their URL; those that are added and removed while the program runs; and what a
// request carries. Nothing is downloaded here: where a document is missing, the error names it, and
// whoever can wait gets it by a Source and asks again.
//
// Thread safety: all methods may be called from any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "json/json.h"
#include "jsonld/context.h"

namespace revier::jsonld {

// A JSON-LD document: an object with the member "@context".
struct ContextDocument {
  std::string url;
  std::string text;
};

struct CatalogueOptions {
  std::string core_version = "1.9";  // 1.6, 1.7, 1.8 or 1.9
  std::vector<ContextDocument> documents;
  std::size_t documents_bytes_max = std::size_t{64} << 20;  // handed in, all together
  std::size_t cache_bytes_max = std::size_t{64} << 20;      // resolved contexts
  // One resolved context:
  std::size_t terms_max = 10'000;
  std::size_t bytes_max = std::size_t{2} << 20;  // of JSON text, its documents included
  std::size_t urls_max = 32;                     // loaded, each time it is named
  std::size_t nesting_max = 8;                   // documents that name documents
};

class Catalogue {
 public:
  // Errors: kBadRequestData: an unknown core version, or a document that is not a context.
  [[nodiscard]] static Result<std::unique_ptr<Catalogue>> make(CatalogueOptions options = {});
  ~Catalogue();
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  // The core context alone: what a request without @context means.
  [[nodiscard]] const ContextPtr& core() const;

  // The value of "@context": a URL, an object, null, or an array of these; the core context is
  // added at the end. The same value gives the same Context as long as the cache holds it.
  // Errors: kBadRequestData: not a context (a message says which term); kLdContextNotAvailable with
  //         the URL in `field`: it is not in the catalogue, or its document is not a context;
  //         kTooLarge.
  [[nodiscard]] Result<ContextPtr> resolve(const json::Value& context);

  // The same for one URL, as a Link header names it.
  [[nodiscard]] Result<ContextPtr> resolve_url(std::string_view url);

  // The document of a URL, core contexts included, to be served. kResourceNotFound.
  [[nodiscard]] Result<std::string> document(std::string_view url) const;

  // Adds or replaces a document, fresh. A URL that is a path only ("/ngsi-ld/v1/...") is found
  // under every host: the documents that this server serves. Contexts resolved before stay as they
  // are where they are held.
  // Errors: as make(), kForbidden for a URL of the core context, kInsufficientStorage.
  [[nodiscard]] Result<void> add(ContextDocument document);
  // kResourceNotFound where none was added, kForbidden for the core context.
  [[nodiscard]] Result<void> remove(std::string_view url);
  // One that was added and is stale is as good as missing, until it is added again or fresh again.
  void set_stale(std::string_view url, bool stale);

  // The operator's documents that were asked for, and when first.
  struct Given {
    std::string url;
    Instant used_at;
  };
  [[nodiscard]] std::vector<Given> given_in_use() const;
  // As if it had not been asked for. False where it was not.
  bool forget_given(std::string_view url);

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state);
  [[nodiscard]] Result<void> give(ContextDocument document);
  const std::unique_ptr<State> state_;
};

// Gets documents that a Catalogue does not have.
// Thread safety: any thread; the Tasks on an io thread.
class Source {
 public:
  virtual ~Source() = default;
  // Whether get() could help: not where downloading is off, or where it failed a moment ago.
  [[nodiscard]] virtual bool can_get(std::string_view url) const = 0;
  // Tries to bring the document into the catalogue, in bounded time.
  [[nodiscard]] virtual Task<> get(std::string url) = 0;
  // Why the last try failed, nullopt where it did not: kLdContextNotAvailable; kBadRequestData for
  // what is there and no context (5.5.6).
  [[nodiscard]] virtual std::optional<Error> failure(std::string_view url) const = 0;
  // The same context under one URL of this server, `origin` being its "https://host" (5.13.1, kind
  // ImplicitlyCreated). Errors: kInsufficientStorage, kReadOnly.
  [[nodiscard]] virtual Task<Result<ContextPtr>> host(ContextPtr context, std::string tenant,
                                                      std::string origin) = 0;
};

// True for https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context[-v1.N].jsonld, http too.
[[nodiscard]] bool is_core_url(std::string_view url);

// `reference` as seen from the absolute URL `base` (RFC 3986, 5.2).
[[nodiscard]] std::string absolute_url(std::string_view base, std::string_view reference);

}  // namespace revier::jsonld
