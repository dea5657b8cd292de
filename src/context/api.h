// SPDX-License-Identifier: EUPL-1.2
// The NGSI-LD API V1.9.1 under /ngsi-ld/v1, for entities, batches, types and attributes: the HTTP
// binding (clause 6) over Broker.
//
// Thread safety: the routes run on any io thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "context/broker.h"
#include "context/distribution.h"
#include "context/entity_maps.h"
#include "identity/access.h"
#include "jsonld/catalogue.h"
#include "net/http.h"

namespace revier::context {

// Who asks and which tenants there are; identity::Identity has both. Neither may block.
struct Access {
  std::function<identity::Caller(const net::Request&)> authenticate;
  std::function<bool(std::string_view)> tenant_exists;
  std::shared_ptr<RequestQuota> requests = {};  // nullptr: as many as come
  // The space of a snapshot of that tenant (6.3.22). Empty: the resources are not those of
  // snapshots. Errors: kResourceNotFound; kUnavailable while it is being made.
  std::function<Result<std::string>(std::string_view tenant, std::string_view snapshot)> space{};
};

struct ApiOptions {
  std::size_t body_bytes_max = std::size_t{1} << 20;         // one entity
  std::size_t batch_body_bytes_max = std::size_t{10} << 20;  // one batch
  std::size_t batch_max = 1'000;                             // entities in one batch
  std::size_t depth_max = 32;                                // JSON nesting
  // Pages of these origins ("https://map.example", or "*") may use the API from a browser, with a
  // token that they carry; cookies are not taken along. Empty: none.
  std::vector<std::string> cors_origins;
  // Deletes an attribute (IRI, or "scope") of an entity that is not in current state but known by
  // its temporal evolution; may be empty. Errors: kResourceNotFound.
  std::function<Task<Result<>>(std::string_view tenant, std::string id, std::string name,
                               ngsi::DeleteOptions options)>
      end_attribute;
};

// Adds the routes. Reading needs Action::kDataRead on the tenant, writing Action::kDataWrite.
// `contexts` gets @contexts that are missing, `distribution` asks other sources, `maps` keeps
// entity maps; nullptr: there are none. All of it outlives the server that uses the router.
void add_routes(net::Router& router, Broker& broker, jsonld::Catalogue& catalogue, Access access,
                ApiOptions options = {}, jsonld::Source* contexts = nullptr,
                Distribution* distribution = nullptr, EntityMaps* maps = nullptr);

// The value of GET /entities' parameter `cursor` that goes on behind this entity; `core` is the
// core
// @context. Errors: kResourceNotFound where the entity is not there any more.
[[nodiscard]] Task<Result<std::string>> cursor_behind(Broker& broker, const jsonld::Context& core,
                                                      std::string tenant, std::string id);

// Answers browsers that ask before a request, for all routes under /ngsi-ld/v1 that are there: to
// be called last. Nothing where no origin is allowed.
void add_preflight_routes(net::Router& router, const ApiOptions& options);

}  // namespace revier::context
