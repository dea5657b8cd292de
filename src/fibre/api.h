// SPDX-License-Identifier: EUPL-1.2
// JSON of the fibre domain under /api/v1/fibre:
//
//   GET /api/v1/fibre/addresses   ?street=&number=&district=   what is known of an address
//   GET /api/v1/fibre/streets     ?q=&limit=                   streets that were meant perhaps
//   GET /api/v1/fibre/list        the list in force: source, day, counts
//   PUT /api/v1/fibre/list        ?source=&as_of=&invented=&crs=&older=&dry_run=; the body is the
//                                 file; the answer tells what was taken, refused and changed
//   GET /api/v1/fibre/interest    how many confirmed contacts are interested, by street
//
// Reading is everybody's; putting a list and reading interest need data.write. "Not known" is 200
// and `found` says why. Areas are NGSI-LD entities of type urn:revier:ns:FibreArea.
//
// Thread safety: the routes run on any io thread; files are read on the pool.
#pragma once
#include "fibre/lists.h"
#include "identity/identity.h"
#include "net/http.h"
#include "net/server.h"

namespace revier::fibre {

// What routes and pages work with; all of it outlives the router.
struct Domain {
  Lists& lists;
  const identity::Identity& identity;
  net::Pool& pool;
  records::Database& database;
};

void add_api_routes(net::Router& router, const Domain& domain);

// What an import did or, in a dry run, would do, as the API tells it.
[[nodiscard]] std::string report_json(const ReadList& list, const Difference& difference,
                                      const ListHead& head, bool dry_run);

// The line of the audit log for an import by `caller`.
[[nodiscard]] std::function<Result<>(records::Session&, std::int64_t)> import_note(
    const Domain& domain, const identity::Caller& caller);

}  // namespace revier::fibre
