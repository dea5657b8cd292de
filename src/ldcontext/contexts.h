// SPDX-License-Identifier: EUPL-1.2
// Stored @contexts (ETSI GS CIM 009 V1.9.1, clause 5.13): hosted for clients, implicitly created
// where a request's @context needs a URL, and cached copies of others' documents.
//
// All of them lie in the store and are brought into the catalogue when it is opened, so that what
// was downloaded once is there without internet. A cached copy whose time is over is downloaded
// again when it is asked for next; where that fails, the old one goes on for a while. The
// operator's catalogue comes before any download, and counts as cached once it was used.
//
// Downloading: http(s) by the outgoing client (which judges addresses at every hop), at most five
// redirects, never from https to http; bounded in bytes and time; a failure is remembered for five
// seconds; several requests for one URL wait for one download.
//
// Hosted and implicitly created ones belong to a tenant and are listed and deleted within it. They
// are served to whoever knows their id, which cannot be guessed, and names no other tenant:
// receivers of notifications and other brokers have to read them. Cached ones are common to all
// tenants.
//
// Thread safety: all methods from any thread; Tasks on an io thread.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "jsonld/catalogue.h"
#include "net/client.h"
#include "store/store.h"

namespace revier::ldcontext {

struct Options {
  bool download = true;
  std::int64_t timeout_ms = 5'000;               // for one download, redirects included
  std::size_t bytes_max = std::size_t{2} << 20;  // of one document
  std::size_t cached_max = 1'000;                // then the oldest go
  std::size_t hosted_max = 1'000;                // of a tenant, hosted and implicitly created
};

struct Needs {
  store::Store& store;
  jsonld::Catalogue& catalogue;
  net::Client& client;
  const Clock& clock;  // the real one
  Options options;
};

enum class Kind : std::uint8_t { kHosted, kCached, kImplicitlyCreated };
[[nodiscard]] std::string_view kind_name(Kind kind);
[[nodiscard]] std::optional<Kind> parse_kind(std::string_view name);

struct Entry {
  std::string id;
  // Where it was had from; of what this server serves itself the path: kServedAt and the id.
  std::string url;
  Kind kind = Kind::kHosted;
  std::string tenant;  // of those that are not cached
  Instant created_at;
  std::optional<Instant> expires_at;
  std::string extra;  // where a copy is from that was not downloaded
};

inline constexpr std::string_view kServedAt = "/ngsi-ld/v1/jsonldContexts/";

class Contexts : public jsonld::Source {
 public:
  // Reads what is stored into the catalogue. Errors: kCorrupt.
  [[nodiscard]] static Result<std::unique_ptr<Contexts>> open(const Needs& needs);

  // 5.13.2. `body` is an object with "@context"; all else in it is dropped. The id.
  // Errors: kInvalidRequest, kBadRequestData, kInsufficientStorage.
  [[nodiscard]] virtual Task<Result<std::string>> add(std::string tenant,
                                                      const json::Value& body) = 0;
  // 5.13.3: those that the tenant sees, by age.
  [[nodiscard]] virtual std::vector<Entry> list(std::string_view tenant) const = 0;
  // By id, of a cached one also by URL.
  [[nodiscard]] virtual std::optional<Entry> find(std::string_view tenant,
                                                  std::string_view id) const = 0;
  // 5.13.4: the document. `tenant` is the one that the request names; empty where it names none,
  // as receivers of notifications do. Errors: kResourceNotFound; kOperationNotSupported for a
  // cached one.
  [[nodiscard]] virtual Result<std::string> serve(std::string_view tenant,
                                                  std::string_view id) const = 0;
  // 5.13.5. Errors: kResourceNotFound; kBadRequestData for the core context.
  [[nodiscard]] virtual Task<Result<>> remove(std::string tenant, std::string id) = 0;
  // Errors: kBadRequestData for what is not cached; kLdContextNotAvailable, the old copy stays.
  [[nodiscard]] virtual Task<Result<>> reload(std::string tenant, std::string id) = 0;

  // Copies whose time is over are not used any more without a look. Call every second.
  virtual void tick() = 0;
};

}  // namespace revier::ldcontext
