// SPDX-License-Identifier: EUPL-1.2
#include "ticket/detail/page_parts.h"

#include "ticket/texts.h"

namespace revier::ticket {

using net::Request;
using net::Response;
using web::Language;

void add_ticket_page(net::Router& router, const PageNeeds& needs, net::Method method,
                     const char* pattern, PageHandler handler) {
  web::add_page(router, method, pattern, net::AsyncHandler([needs, handler](Request& request) {
                  return handler(request, needs);
                }),
                kFormBody);
}

Response refused(const PageNeeds& needs, const Request& request, const Error& error) {
  return web::error_page(needs.site, request, error);
}

std::vector<ClaimRow> claim_rows(const PageNeeds& needs, const Booking& booking, Language language,
                                 bool with_state) {
  const Registrations& registrations = needs.domain.registrations;
  std::vector<ClaimRow> rows;
  if (booking.kind == BookingKind::kAppointment) {
    if (const auto visit = visit_of(booking, registrations)) {
      rows.push_back({.title = title_in(*visit, language), .when = when_in(*visit, language)});
    }
    return rows;
  }
  for (const auto& [claim, quota] : parts_in_order(booking, registrations)) {
    ClaimRow row{.title = title_in(quota, language),
                 .when = when_in(quota, language),
                 .state = {},
                 .waiting = claim.state == ClaimState::kWaiting && quota.takes_place(),
                 .taken = claim.state == ClaimState::kTaken,
                 .cancelled = !quota.takes_place()};
    if (with_state || claim.seats > 1 || claim.state != ClaimState::kTaken || row.cancelled) {
      row.state = claim_state_in(claim, registrations, language);
    }
    if (booking.state == BookingState::kHeld && row.taken && !row.cancelled) {
      row.state = web::text(language, texts::kDetailsStateHeld, {{"seats", claim.seats}});
    }
    if (claim.state == ClaimState::kOffered) {
      row.offer_href = offer_path(needs.domain.links, booking, claim.quota, language);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Task<Result<Booking>> ticket_of(const Request& request, const PageNeeds& needs) {
  auto id = opened(needs.domain, kRegistrationLink, request.param("token"));
  if (!id) co_return fail(id.error());
  co_return co_await read_booking(needs.domain, std::move(*id));
}

Response to_ticket(const PageNeeds& needs, const Request& request, const Booking& booking,
                   std::string_view news) {
  std::string path = ticket_path(needs.domain.links, booking, web::language_of(request));
  if (!news.empty()) path.append("?neu=").append(news);
  return Response::see_other(path);
}

web::Page private_page(const PageNeeds& needs, const Request& request, const web::Text& title) {
  web::Page page =
      needs.site.page(request, std::string(web::text(web::language_of(request), title)));
  page.is_private = true;
  return page;
}

std::vector<web::FormField> other_person_fields() {
  std::vector<web::FormField> fields = person_fields();
  web::FormField& name = fields[0];
  name.label = texts::kTransferName;
  name.hint = {};
  name.missing = texts::kTransferNameMissing;
  name.autocomplete = "off";  // what the browser knows is her own name
  web::FormField& mail = fields[1];
  mail.label = texts::kTransferMail;
  mail.hint = texts::kTransferMailHint;
  mail.missing = texts::kTransferMailMissing;
  mail.autocomplete = "off";
  return fields;
}

}  // namespace revier::ticket
