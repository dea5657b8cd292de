// SPDX-License-Identifier: EUPL-1.2
// One request on its way: who, which tenant, which media types, which @context (clauses 6.3.4,
// 6.3.5, 6.3.14).
//
// Thread safety: an Exchange belongs to its request.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "context/api.h"
#include "context/detail/http.h"
#include "context/distribution.h"
#include "context/entity_maps.h"
#include "identity/access.h"
#include "json/json.h"

namespace revier::ngsi {
class Rights;
}

namespace revier::context::detail {

// Entities parsed or rendered in one slice: about a millisecond of large ones.
inline constexpr std::size_t kSliceEntities = 64;

// What all routes share; lives as long as the router.
struct Api {
  Broker& broker;
  jsonld::Catalogue& catalogue;
  Access access;
  ApiOptions options;
  jsonld::Source* contexts = nullptr;    // nullptr: what is not in the catalogue is not to be had
  Distribution* distribution = nullptr;  // nullptr: there are no other sources
  EntityMaps* maps = nullptr;            // nullptr: there are none
  const ngsi::Rights* rights = nullptr;  // of a caller whose rights are narrowed (narrowed.h)
};

struct Exchange {
  std::string tenant;  // where a snapshot is asked: its space
  Media accept = Media::kJson;
  Media body_type = Media::kJson;
  jsonld::ContextPtr context;  // of the Link header, else core
  bool linked = false;         // there is a Link header
  std::optional<json::Document> body;
  identity::Caller caller;
  std::string operation;  // "PATCH /ngsi-ld/v1/entities/{id}"; of a request that writes

  // For writing; lives no longer than the exchange.
  [[nodiscard]] Origin origin() const {
    return {.owner = {}, .caller = &caller, .operation = operation};
  }
};

// A request without body. Errors: as the parts say.
[[nodiscard]] Result<Exchange> begin_read(const Api& api, const net::Request& request,
                                          bool geo_json = false);
[[nodiscard]] Result<Exchange> begin_delete(const Api& api, const net::Request& request);
// A request with a JSON body that writes, or that asks (entityOperations/query).
[[nodiscard]] Result<Exchange> begin_write(const Api& api, const net::Request& request);
[[nodiscard]] Result<Exchange> begin_ask(const Api& api, const net::Request& request);

// The @context of an object of the body: its own member for JSON-LD, the Link header's for JSON.
// Errors: kBadRequestData where the two are mixed or one is missing.
[[nodiscard]] Result<jsonld::ContextPtr> context_of(const Api& api, const Exchange& exchange,
                                                    const json::Value& object);

}  // namespace revier::context::detail
