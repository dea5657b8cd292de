// SPDX-License-Identifier: EUPL-1.2
// JSON of the services:
//
//   GET    /api/v1/services       all by name; ?text= searches as the page does, best first (at
//   most
//                                 200 bytes are read), ?language=en in the English texts,
//                                 ?situation=moving, ?today=true (done online today)     public
//   GET    /api/v1/services/{id}  one                                                    public
//   PUT    /api/v1/services/{id}  creates (201) or replaces (200)             data.write
//   DELETE /api/v1/services/{id}  204                                         data.write
//   POST   /api/v1/services       a CSV, XLSX or JSON file of services (import.h), as the body;
//                                 answers the report. ?dry_run=true writes nothing. Rows that are
//                                 refused do not keep the others from being written.
//                                                                             data.write
// Errors: 422 with `field` and what was expected; 413 beyond kImportBytesMax.
#pragma once
#include "identity/identity.h"
#include "net/http.h"
#include "net/server.h"
#include "service/catalogue.h"

namespace revier::service {

inline constexpr std::size_t kImportBytesMax = std::size_t{8} << 20;

// All of it outlives the router.
struct ApiNeeds {
  CatalogueKeeper& keeper;
  const identity::Identity& identity;
  net::Pool& pool;  // reads files
};
void add_api_routes(net::Router& router, const ApiNeeds& needs);

}  // namespace revier::service
