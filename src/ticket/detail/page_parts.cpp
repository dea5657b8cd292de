// SPDX-License-Identifier: EUPL-1.2
#include "ticket/detail/page_parts.h"

#include "ticket/api_json.h"
#include "ticket/booking_store.h"
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

Result<> check_origin(const Request& request) {
  if (web::same_origin(request)) return {};
  return fail(Code::kForbidden, "this form was sent from another site");
}

std::vector<ClaimRow> claim_rows(const PageNeeds& needs, const Booking& booking, Language language,
                                 bool with_state) {
  const Registrations& registrations = needs.domain.registrations;
  std::vector<ClaimRow> rows;
  for (const Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (!status) continue;
    ClaimRow row{.title = title_in(status->quota, language),
                 .when = when_in(status->quota, language),
                 .state = {},
                 .waiting = claim.state == ClaimState::kWaiting};
    if (with_state || claim.state != ClaimState::kTaken) {
      row.state = claim_state_in(claim, registrations, language);
    }
    if (claim.state == ClaimState::kOffered) {
      row.offer_href = offer_path(needs.domain.links, booking, claim.quota);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Task<Result<>> read_records(const Domain& domain, std::function<Result<>(records::Session&)> step) {
  auto done = co_await domain.reads.run([&] { return domain.database.read(step); });
  if (!done) co_return fail(std::move(done).error());
  co_return std::move(*done);
}

Task<Result<Booking>> read_booking(const Domain& domain, std::string id) {
  Result<Booking> booking = fail(Code::kResourceNotFound, "there is no such booking");
  RV_CO_TRY(co_await read_records(domain, [&](records::Session& session) -> Result<> {
    booking = rows::find(session, id);
    return {};
  }));
  co_return booking;
}

Task<Result<Booking>> ticket_of(const Request& request, const PageNeeds& needs) {
  auto id = needs.domain.links.open(kRegistrationLink, request.param("token"));
  if (!id) co_return fail(id.error());
  co_return co_await read_booking(needs.domain, std::move(*id));
}

Response to_ticket(const PageNeeds& needs, const Booking& booking) {
  return Response::see_other(ticket_path(needs.domain.links, booking));
}

web::Page private_page(const PageNeeds& needs, const Request& request, const web::Text& title) {
  web::Page page =
      needs.site.page(request, std::string(web::text(web::language_of(request), title)));
  page.is_private = true;
  return page;
}

std::vector<web::FormField> person_fields() {
  const auto check_with = [](Result<> (*rule)(std::string_view), const web::Text& message) {
    return [rule, message](std::string_view value) -> std::optional<web::Label> {
      if (rule(value)) return std::nullopt;
      return web::Label(message);
    };
  };
  return {{.name = "name",
           .label = texts::kDetailsName,
           .hint = texts::kDetailsNameHint,
           .required = true,
           .length_max = 120,
           .autocomplete = "name",
           .missing = texts::kDetailsNameMissing,
           .check = check_with(check_name, texts::kDetailsNameWrong)},
          {.name = "mail",
           .kind = web::FieldKind::kEmail,
           .label = texts::kDetailsMail,
           .hint = texts::kDetailsMailHint,
           .required = true,
           .length_max = 254,
           .autocomplete = "email",
           .missing = texts::kDetailsMailMissing,
           .check = check_with(check_mail, texts::kDetailsMailWrong)}};
}

}  // namespace revier::ticket
