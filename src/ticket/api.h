// SPDX-License-Identifier: EUPL-1.2
// JSON of the ticket domain under /api/v1: quotas, holds, registrations, ticket keys.
//
//   GET    /api/v1/quotas                 what can be booked, free seats, length of the lists
//   POST   /api/v1/holds                  {quota, seats, waiting_list} or {parts: [these]}
//   DELETE /api/v1/holds/{hold}           gives the seats back
//   POST   /api/v1/holds/{hold}/extension gives it its whole time again, once
//   POST   /api/v1/registrations          {hold, name, mail, language, consents}
//   GET    /api/v1/registrations/{id}     by its secret link
//   DELETE /api/v1/registrations/{id}     cancels
//   PATCH  /api/v1/registrations/{id}     {parts: [...]}: the whole list that it shall have
//   POST   .../{id}/offers/{quota}        {answer: "accept" | "decline"}
//   POST   .../{id}/transfer              {name, mail, language}
//   GET    .../{id}/export                all that is stored about it
//   GET    /api/v1/ticket-keys            public keys of signed tickets (signed_ticket.h)
//
// `Idempotency-Key` (1 to 100 characters) on the two POSTs of a booking makes repeats safe.
// A full quota is 409 quota-full with `waiting_list.place`, the place that
// {"waiting_list": true} would get now.
#pragma once
#include <functional>

#include "base/time.h"
#include "identity/identity.h"
#include "json/json.h"
#include "net/http.h"
#include "net/server.h"
#include "records/records.h"
#include "ticket/registrations.h"
#include "ticket/secret_link.h"
#include "ticket/signed_ticket.h"

namespace revier::ticket {

// What the routes and pages of this domain work with; all of it outlives the router.
struct Domain {
  records::Database& database;
  Registrations& registrations;
  const SecretLinks& links;
  const TicketKeys& keys;
  const identity::Identity& identity;
  net::Pool& pool;
  net::Pool& reads;  // of one booking each: they must not wait for passwords and PDFs
  const Clock& civil_clock;
  // What other domains know of a booking, as members of its object in an export.
  std::function<Result<>(records::Session&, const Booking&, json::Writer&)> export_more = {};
  // What other domains keep of an address, as members of the export of everything of a person.
  std::function<Result<>(records::Session&, const std::string& mail_key, json::Writer&)>
      export_person_more = {};
  std::function<Result<std::vector<PersonThing>>(records::Session&, const std::string& mail_key,
                                                 web::Language)>
      person_things = {};
};

inline constexpr std::string_view kHoldLink = "hold";
inline constexpr std::string_view kRegistrationLink = "registration";
inline constexpr std::string_view kAppointmentHoldLink = "appointment-hold";
inline constexpr std::string_view kAppointmentLink = "appointment";
inline constexpr std::string_view kConfirmLink = "confirm";
inline constexpr std::string_view kPersonLink = "person";
inline constexpr std::string_view kErasureLink = "erasure";

// Id of the registration that a link of hers opens (kRegistrationLink, kConfirmLink). Errors:
// kResourceNotFound, the same for every fault.
[[nodiscard]] Result<std::string> opened(const Domain& domain, std::string_view purpose,
                                         std::string_view token);

void add_api_routes(net::Router& router, const Domain& domain);

}  // namespace revier::ticket
