// SPDX-License-Identifier: EUPL-1.2
// Where contexts come from: the core contexts, which are built in; documents that the operator or
// a client hands in under their URL; and what a request carries. Nothing is downloaded.
//
// Thread safety: all methods may be called from any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
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
  // Errors: kBadRequestData: not a context (a message says which term); kLdContextNotAvailable: a
  //         URL is not in the catalogue, or its document is not a context; kTooLarge.
  [[nodiscard]] Result<ContextPtr> resolve(const json::Value& context);

  // The same for one URL, as a Link header names it.
  [[nodiscard]] Result<ContextPtr> resolve_url(std::string_view url);

  // The document of a URL, core contexts included, to be served. kResourceNotFound.
  [[nodiscard]] Result<std::string> document(std::string_view url) const;

  // Adds or replaces a document. Contexts resolved before stay as they are where they are held.
  // Errors: as make(), kForbidden for a URL of the core context, kInsufficientStorage.
  [[nodiscard]] Result<void> add(ContextDocument document);
  // kResourceNotFound where there is none, kForbidden for the core context.
  [[nodiscard]] Result<void> remove(std::string_view url);

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

// True for https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context[-v1.N].jsonld, http too.
[[nodiscard]] bool is_core_url(std::string_view url);

}  // namespace revier::jsonld
