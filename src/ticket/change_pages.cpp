// SPDX-License-Identifier: EUPL-1.2
// Offers, changing, passing on, confirming: pages on which a button acts.
#include "ticket/choose_page.h"
#include "ticket/detail/page_parts.h"
#include "ticket/pages.h"
#include "ticket/texts.h"

namespace revier::ticket {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

// The address of the ticket that a page below it belongs to, in the reader's language.
std::string ticket_href(const PageNeeds& needs, const Request& request, const Booking& booking) {
  return ticket_path(needs.domain.links, booking, web::language_of(request));
}

// --- offers

Task<Response> show_offer(Request& request, const PageNeeds& needs, bool declining) {
  const auto booking = co_await ticket_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  const std::string quota(request.param("quota"));
  const auto status = needs.domain.registrations.quota(quota);
  if (!status) co_return refused(needs, request, status.error());
  const Language language = web::language_of(request);
  const std::string page = offer_path(needs.domain.links, *booking, quota, language);
  OfferPage view{.page = private_page(needs, request, texts::kOfferTitle),
                 .title = title_in(status->quota, language),
                 .when = when_in(status->quota, language),
                 .until = {},
                 .declining = declining,
                 .accept_action = page + "/annehmen",
                 .decline_action = page + "/ablehnen",
                 .back_href = ticket_href(needs, request, *booking)};
  for (const Claim& claim : booking->claims) {
    const bool open = claim.quota == quota && claim.state == ClaimState::kOffered &&
                      claim.offered_until > needs.domain.civil_clock.now();
    if (open) view.until = web::date_time(language, claim.offered_until);
  }
  web::Html out(language);
  const int code = view.until.empty() ? 410 : 200;
  render_offer(out, view);
  co_return web::html_response(std::move(out), code, Caching::kNever);
}

Task<Response> get_offer(Request& request, const PageNeeds& needs) {
  return show_offer(request, needs, false);
}
Task<Response> get_decline(Request& request, const PageNeeds& needs) {
  return show_offer(request, needs, true);
}

Task<Response> answer_offer(Request& request, const PageNeeds& needs, bool accepts) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = opened(needs.domain, kRegistrationLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  std::string quota(request.param("quota"));
  auto task = accepts ? needs.domain.registrations.accept(std::move(*id), std::move(quota))
                      : needs.domain.registrations.decline(std::move(*id), std::move(quota));
  const auto done = co_await std::move(task);
  if (done) co_return to_ticket(needs, request, *done, accepts ? kNewsAccepted : kNewsDeclined);
  if (done.error().code != Code::kHoldEnded) co_return refused(needs, request, done.error());
  co_return co_await show_offer(request, needs, false);
}

Task<Response> post_accept(Request& request, const PageNeeds& needs) {
  return answer_offer(request, needs, true);
}
Task<Response> post_decline(Request& request, const PageNeeds& needs) {
  return answer_offer(request, needs, false);
}

// --- changing

Response show_change(const PageNeeds& needs, const Request& request, const Booking& booking,
                     web::FormData data, int status) {
  const Language language = web::language_of(request);
  const web::Form form =
      choose_form(needs.domain.registrations, language, &booking, needs.domain.civil_clock.now());
  lead_to_shown(form, data);
  data.set("voll", full_quotas(needs.domain.registrations, party_of(data)));
  ChangePage view{.page = private_page(needs, request, texts::kChangeTitle),
                  .form = form,
                  .data = data,
                  .unchanged = data.valid() && request.query_param("neu") == kNewsUnchanged,
                  .back_href = ticket_href(needs, request, booking),
                  .cancel_href = ticket_href(needs, request, booking) + "/stornieren"};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_change(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

// A registration that can still be changed; else its page says why not.
Task<Result<Booking>> open_ticket(const Request& request, const PageNeeds& needs) {
  auto booking = co_await ticket_of(request, needs);
  if (booking && booking->state != BookingState::kRegistered) {
    co_return fail(Code::kGone, "this ticket is not valid any more");
  }
  co_return booking;
}

Task<Response> get_change(Request& request, const PageNeeds& needs) {
  const auto booking = co_await open_ticket(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  web::FormData data;
  for (const Claim& claim : booking->claims) {
    const auto status = needs.domain.registrations.quota(claim.quota);
    if (!status) continue;
    data.add(status->quota.kind == QuotaKind::kDay ? "tage" : "veranstaltungen", claim.quota);
  }
  co_return show_change(needs, request, *booking, std::move(data), 200);
}

// Whether both have the same seats of the same things.
bool same_parts(const Booking& a, const Booking& b) {
  return a.claims.size() == b.claims.size() &&
         std::ranges::all_of(a.claims, [&](const Claim& claim) {
           const auto found = std::ranges::find(b.claims, claim.quota, &Claim::quota);
           return found != b.claims.end() && found->seats == claim.seats;
         });
}

Task<Response> post_change(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  const auto booking = co_await open_ticket(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  const Registrations& registrations = needs.domain.registrations;
  const web::Form form = choose_form(registrations, web::language_of(request), &*booking);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) {
    co_return show_change(needs, request, *booking, std::move(*data), 422);
  }
  std::vector<Claim> wanted = chosen_claims(*data, &*booking);
  if (wanted.empty()) {
    data->fail("tage", texts::kChangeNothing);
    co_return show_change(needs, request, *booking, std::move(*data), 422);
  }
  const auto done = co_await needs.domain.registrations.change(
      {.booking = booking->id, .wanted = std::move(wanted), .may_reduce = true});
  if (done && same_parts(*booking, *done)) {
    co_return Response::see_other(fmt::format("{}?neu={}", request.path, kNewsUnchanged));
  }
  if (done) co_return to_ticket(needs, request, *done, kNewsChanged);
  if (done.error().code == Code::kConflict) {
    data->fail("plaetze", texts::kChangeUsed);
  } else {
    explain(done.error(), registrations, *data);
  }
  const int status = describe(done.error().code).status;
  co_return show_change(needs, request, *booking, std::move(*data), status == 400 ? 422 : status);
}

// --- passing on

Response show_transfer(const PageNeeds& needs, const Request& request, const Booking& booking,
                       const web::FormData& data, int status, std::string why_not = {}) {
  const Language language = web::language_of(request);
  const web::Form form{.fields = other_person_fields()};
  TransferPage view{.page = private_page(needs, request, texts::kTransferTitle),
                    .form = form,
                    .data = data,
                    .refused = std::move(why_not),
                    .claims = {},
                    .dropped = {},
                    .back_href = ticket_href(needs, request, booking)};
  for (ClaimRow& row : claim_rows(needs, booking, language, false)) {
    (row.taken ? view.claims : view.dropped).push_back(std::move(row));
  }
  if (view.claims.empty() && view.refused.empty()) {
    view.refused = web::text(language, texts::kTransferNothing);
  }
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_transfer(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_transfer(Request& request, const PageNeeds& needs) {
  const auto booking = co_await open_ticket(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  co_return show_transfer(needs, request, *booking, {}, 200);
}

// Why the other person cannot have it, beside her address.
void explain_transfer(const Error& error, const PageNeeds& needs, web::FormData& data) {
  if (error.code == Code::kTooManyRequests) {
    return data.fail("mail", error.field == kRefusals ? texts::kDetailsTooManyRefusals
                                                      : texts::kDetailsTooManyMails);
  }
  web::FormData reasons;
  explain(error, needs.domain.registrations, reasons);
  for (web::FieldError reason : reasons.errors) {
    reason.field = "mail";
    data.errors.push_back(std::move(reason));
  }
}

Task<Response> post_transfer(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  const auto booking = co_await ticket_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  if (booking->state != BookingState::kRegistered) co_return to_ticket(needs, request, *booking);
  const Language language = web::language_of(request);
  const web::Form form{.fields = other_person_fields()};
  auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) co_return show_transfer(needs, request, *booking, *data, 422);
  const auto done = co_await needs.domain.registrations.transfer(
      {.booking = booking->id,
       .name = std::string(data->get("name")),
       .mail = std::string(data->get("mail")),
       .language = language == Language::kDe ? "de" : "en"});
  if (done) co_return to_ticket(needs, request, *done);
  const int status = describe(done.error().code).status;
  if (done.error().code == Code::kConflict) {
    co_return show_transfer(needs, request, *booking, *data, status,
                            std::string(web::text(language, texts::kTransferUsed)));
  }
  explain_transfer(done.error(), needs, *data);
  co_return show_transfer(needs, request, *booking, *data, status);
}

// --- confirming

Task<Result<Booking>> confirmed_of(const Request& request, const PageNeeds& needs) {
  auto id = opened(needs.domain, kConfirmLink, request.param("token"));
  if (!id) co_return fail(id.error());
  co_return co_await read_booking(needs.domain, std::move(*id));
}

// Of an appointment the page says which one it is.
void say_appointment(ConfirmPage& view, const PageNeeds& needs, const Booking& booking,
                     Language language) {
  view.go_on = web::text(language, texts::kConfirmAppointment);
  const auto visit = visit_of(booking, needs.domain.registrations);
  if (!visit) return;
  const std::string when = web::date(language, visit->starts_at, web::DateStyle::kFull) + ", " +
                           web::time(language, visit->starts_at);
  view.page.title = web::text(language, texts::kConfirmAppointmentTitle);
  view.ask =
      web::text(language, texts::kConfirmAppointmentText, {{"when", when}, {"mail", booking.mail}});
  view.submit = web::text(language, texts::kConfirmAppointmentSubmit);
  view.done = web::text(language, texts::kConfirmAppointmentDone, {{"when", when}});
}

Task<Response> get_confirm(Request& request, const PageNeeds& needs) {
  const auto booking = co_await confirmed_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  if (booking->state != BookingState::kRegistered) co_return to_ticket(needs, request, *booking);
  const Language language = web::language_of(request);
  ConfirmPage view{.page = private_page(needs, request, texts::kConfirmTitle),
                   .mail = booking->mail,
                   .confirmed_on = {},
                   .ask = web::text(language, texts::kConfirmText, {{"mail", booking->mail}}),
                   .submit = std::string(web::text(language, texts::kConfirmSubmit)),
                   .done = std::string(web::text(language, texts::kConfirmDone)),
                   .go_on = std::string(web::text(language, texts::kConfirmTicket)),
                   .go_on_href = ticket_href(needs, request, *booking)};
  if (booking->kind == BookingKind::kAppointment) say_appointment(view, needs, *booking, language);
  if (booking->confirmed_at) {
    view.confirmed_on = web::date_time(language, *booking->confirmed_at);
  }
  web::Html out(language);
  render_confirm(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> post_confirm(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = opened(needs.domain, kConfirmLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  const auto done = co_await needs.domain.registrations.confirm(std::move(*id));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(std::string(request.path));
}

}  // namespace

void add_change_pages(net::Router& router, const PageNeeds& needs) {
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_ticket_page(router, needs, method, pattern, handler);
  };
  page(Method::kGet, "/ticket/{token}/angebot/{quota}", get_offer);
  page(Method::kPost, "/ticket/{token}/angebot/{quota}/annehmen", post_accept);
  page(Method::kGet, "/ticket/{token}/angebot/{quota}/ablehnen", get_decline);
  page(Method::kPost, "/ticket/{token}/angebot/{quota}/ablehnen", post_decline);
  page(Method::kGet, "/ticket/{token}/aendern", get_change);
  page(Method::kPost, "/ticket/{token}/aendern", post_change);
  page(Method::kGet, "/ticket/{token}/weitergeben", get_transfer);
  page(Method::kPost, "/ticket/{token}/weitergeben", post_transfer);
  page(Method::kGet, "/bestaetigen/{token}", get_confirm);
  page(Method::kPost, "/bestaetigen/{token}", post_confirm);
}

}  // namespace revier::ticket
