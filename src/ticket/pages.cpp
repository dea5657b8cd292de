// SPDX-License-Identifier: EUPL-1.2
#include "ticket/page_routes.h"

#include "consent/consent.h"
#include "pdf/qr.h"
#include "ticket/api_json.h"
#include "ticket/booking_store.h"
#include "ticket/choose_page.h"
#include "ticket/days.h"
#include "ticket/detail/page_parts.h"
#include "ticket/open_holds.h"
#include "ticket/pages.h"
#include "ticket/texts.h"
#include "ticket/ticket_pdf.h"
#include "ticket/views.h"
#include "ticket/wordings.h"
#include "web/form.h"

namespace revier::ticket {
namespace {

using net::Method;
using net::Request;
using net::Response;
using web::Caching;
using web::Language;

// Step 1: choose.

Response show_choose(const PageNeeds& needs, const Request& request, web::FormData data,
                     int status) {
  const Language language = web::language_of(request);
  const Instant now = needs.domain.civil_clock.now();
  const web::Form form = choose_form(needs.domain.registrations, language, nullptr, now);
  lead_to_shown(form, data);
  data.set("voll", full_quotas(needs.domain.registrations, party_of(data)));
  web::Html out(language);
  web::Page page = needs.site.page(request, std::string(web::text(language, texts::kChooseTitle)));
  page.has_errors = !data.valid();
  const Duration hold = needs.domain.registrations.options().hold;
  render_choose(
      out, {std::move(page), form, data, closed_reason(needs.domain.registrations, now, language),
            web::text(language, texts::kChooseLead, {{"time", web::duration(language, hold)}})});
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response get_choose(const PageNeeds& needs, Request& request) {
  web::FormData data;
  if (const auto wanted = request.query_param("wahl")) {
    preselect(needs.domain.registrations, *wanted, needs.domain.civil_clock.now(), data);
  }
  return show_choose(needs, request, std::move(data), 200);
}

Task<Response> post_choose(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  const Language language = web::language_of(request);
  const Registrations& registrations = needs.domain.registrations;
  const web::Form form = choose_form(registrations, language);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!web::validate(form, *data)) {
    co_return show_choose(needs, request, std::move(*data), 422);
  }
  const Device device = device_of(request);
  auto booking = co_await needs.domain.registrations.hold(
      {.wanted = chosen_claims(*data),
       .device = device.token,
       .idempotency_key = {},
       .network = holding_network(request.client_address)});
  if (!booking) {
    explain(booking.error(), registrations, *data);
    const int status = describe(booking.error().code).status;
    co_return show_choose(needs, request, std::move(*data), status == 400 ? 422 : status);
  }
  Response next = Response::see_other(
      web::path(language, "/anmeldung/" + needs.domain.links.token(kHoldLink, booking->id)));
  keep_device(next, device, request);
  co_return next;
}

// Step 2: name, mail, consents.

// Field of the button that asks for more time; what was typed comes along.
constexpr std::string_view kMoreTime = "laenger";

// Whether nothing is held for her but places in waiting lists.
bool waits_only(const Booking& booking) {
  return std::ranges::all_of(
      booking.claims, [](const Claim& claim) { return claim.state == ClaimState::kWaiting; });
}

web::Form details_form(Language language, const Booking& booking) {
  web::Form form{.fields = person_fields()};
  if (waits_only(booking)) {
    form.fields[0].hint = texts::kDetailsWaitsNameHint;
    form.fields[1].hint = texts::kDetailsWaitsMailHint;
  }
  form.fields.push_back({.name = std::string(kMoreTime), .kind = web::FieldKind::kHidden});
  for (const OfferedConsent& offered : offered_consents()) {
    form.fields.push_back({.name = std::string(offered.kind),
                           .kind = web::FieldKind::kCheckbox,
                           .label = std::string(offered.in(language))});
  }
  return form;
}

// How long an address may stay unconfirmed, where that matters.
std::string confirm_within(const PageNeeds& needs, Language language) {
  const Duration within = needs.domain.registrations.options().confirm_within;
  if (within.us == 0) return {};
  return web::text(language, texts::kDetailsConfirmWithin,
                   {{"time", web::duration(language, within)}});
}

// Words of the button; empty where the hold had more time already.
std::string more_time(const PageNeeds& needs, const Booking& booking, Language language) {
  if (booking.extended) return {};
  const std::int64_t minutes = needs.domain.registrations.options().hold.us / 60'000'000;
  return web::text(language, texts::kDetailsExtend, {{"minutes", minutes}});
}

Response show_details(const PageNeeds& needs, const Request& request, const Booking& booking,
                      const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const web::Form form = details_form(language, booking);
  const bool waits = waits_only(booking);
  const std::string until = web::time(language, booking.expires_at);
  web::Html out(language);
  web::Page page = needs.site.page(request, std::string(web::text(language, texts::kDetailsTitle)));
  page.has_errors = !data.valid();
  page.is_private = true;
  render_details(
      out, {std::move(page), form, data, waits,
            waits ? std::string(web::text(language, texts::kDetailsWaits))
                  : web::text(language, texts::kDetailsHeld, {{"time", until}}),
            waits ? web::text(language, texts::kDetailsWaitsHint, {{"time", until}})
                  : std::string(web::text(language, texts::kDetailsHeldHint)),
            confirm_within(needs, language), more_time(needs, booking, language),
            claim_rows(needs, booking, language, false), std::string(request.path) + "/zurueck"});
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response show_ended(const PageNeeds& needs, const Request& request) {
  const Language language = web::language_of(request);
  web::Html out(language);
  web::Page page = needs.site.page(request, std::string(web::text(language, texts::kDetailsEnded)));
  page.is_private = true;
  render_ended(out, {std::move(page)});
  return web::html_response(std::move(out), 410, Caching::kNever);
}

// The open hold of a link; an ended one is kHoldEnded.
Task<Result<Booking>> open_hold(const Request& request, const PageNeeds& needs) {
  auto id = needs.domain.links.open(kHoldLink, request.param("hold"));
  if (!id) co_return fail(id.error());
  auto booking = co_await read_booking(needs.domain, std::move(*id));
  // Records that are busy say nothing of the hold: the person comes again and still has it.
  if (!booking && booking.error().code != Code::kResourceNotFound) {
    co_return fail(booking.error());
  }
  const bool open = booking && booking->state == BookingState::kHeld &&
                    booking->expires_at > needs.domain.civil_clock.now();
  if (!open && !(booking && booking->state == BookingState::kRegistered)) {
    co_return fail(Code::kHoldEnded, "the hold has ended");
  }
  co_return booking;
}

Task<Response> get_details(Request& request, const PageNeeds& needs) {
  auto booking = co_await open_hold(request, needs);
  if (!booking) {
    if (booking.error().code == Code::kHoldEnded) co_return show_ended(needs, request);
    co_return refused(needs, request, booking.error());
  }
  if (booking->state == BookingState::kRegistered) co_return to_ticket(needs, request, *booking);
  co_return show_details(needs, request, *booking, {}, 200);
}

RegistrationRequest registration_of(const Booking& booking, const web::FormData& data,
                                    Language language) {
  RegistrationRequest wanted{.booking = booking.id,
                             .name = std::string(data.get("name")),
                             .mail = std::string(data.get("mail")),
                             .language = language == Language::kDe ? "de" : "en",
                             .consents = {},
                             .idempotency_key = "page-" + booking.id};
  for (const OfferedConsent& offered : offered_consents()) {
    if (!data.has(offered.kind)) continue;
    wanted.consents.push_back({.kind = std::string(offered.kind), .version = offered.version});
  }
  return wanted;
}

Task<Response> post_details(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto booking = co_await open_hold(request, needs);
  if (!booking && booking.error().code == Code::kHoldEnded) co_return show_ended(needs, request);
  if (!booking) co_return refused(needs, request, booking.error());
  if (booking->state == BookingState::kRegistered) co_return to_ticket(needs, request, *booking);
  const Language language = web::language_of(request);
  const web::Form form = details_form(language, *booking);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  if (!data->get(kMoreTime).empty()) {
    const auto extended = co_await needs.domain.registrations.extend(booking->id);
    if (!extended) co_return show_ended(needs, request);
    data->set(kMoreTime, "");
    co_return show_details(needs, request, *extended, *data, 200);
  }
  if (!web::validate(form, *data)) co_return show_details(needs, request, *booking, *data, 422);
  auto done =
      co_await needs.domain.registrations.complete(registration_of(*booking, *data, language));
  if (done) co_return to_ticket(needs, request, *done);
  switch (done.error().code) {
    case Code::kHoldEnded:
      co_return show_ended(needs, request);
    case Code::kTooManyRequests:
      data->fail("mail", done.error().field == kRefusals ? texts::kDetailsTooManyRefusals
                                                         : texts::kDetailsTooManyMails);
      break;
    case Code::kOverlap:
    case Code::kSeatLimit:
    case Code::kRegistrationClosed: {
      web::FormData reasons;
      explain(done.error(), needs.domain.registrations, reasons);
      for (web::FieldError reason : reasons.errors) {
        reason.field = "mail";
        data->errors.push_back(std::move(reason));
      }
      break;
    }
    default:
      co_return refused(needs, request, done.error());
  }
  co_return show_details(needs, request, *booking, *data, describe(done.error().code).status);
}

Task<Response> post_give_back(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = needs.domain.links.open(kHoldLink, request.param("hold"));
  if (!id) co_return refused(needs, request, id.error());
  // An ended hold has given its seats back already: the person goes on either way.
  (void)co_await needs.domain.registrations.give_back(std::move(*id));
  co_return Response::see_other(web::path(web::language_of(request), "/anmeldung"));
}

// The ticket.

std::string calendar_link(const Booking& booking, Language language,
                          const Registrations& registrations) {
  std::string query;
  for (const Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    const bool in_programme = status && status->quota.kind != QuotaKind::kAppointment;
    if (!in_programme || claim.state != ClaimState::kTaken) continue;
    const bool is_day = status->quota.kind == QuotaKind::kDay;
    query += query.empty() ? '?' : '&';
    query += is_day ? "day=" : "session=";
    query += is_day ? day_of_quota(claim.quota) : claim.quota;
  }
  return query.empty() ? query : web::path(language, "/calendar.ics" + query);
}

// What the step before has done, as to_ticket() was told.
std::string news_of(const Request& request, Language language) {
  const auto news = request.query_param("neu");
  if (!news) return {};
  if (*news == kNewsChanged) return std::string(web::text(language, texts::kTicketNewsChanged));
  if (*news == kNewsAccepted) return std::string(web::text(language, texts::kTicketNewsAccepted));
  if (*news == kNewsDeclined) return std::string(web::text(language, texts::kTicketNewsDeclined));
  return {};
}

// The last word on each purpose.
Result<std::vector<ConsentRow>> consent_rows(records::Session& session, const Booking& booking,
                                             Language language) {
  RV_ASSIGN(const auto said, consent::entries(session, "registration:" + booking.id));
  std::vector<ConsentRow> rows;
  for (const consent::Entry& entry : said) {
    RV_ASSIGN(const consent::Wording wording,
              consent::wording(session, entry.wording_kind, entry.wording_version,
                               entry.wording_language));
    const web::Message& state = entry.given ? texts::kTicketConsented : texts::kTicketWithdrawn;
    std::erase_if(rows, [&](const ConsentRow& row) { return row.purpose == entry.purpose; });
    rows.push_back({.purpose = entry.purpose,
                    .text = wording.text,
                    .state = web::text(language, state, {{"date", web::date(language, entry.at)}}),
                    .given = entry.given});
  }
  return rows;
}

Task<Response> post_withdraw(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = opened(needs.domain, kRegistrationLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  const web::Form form{.fields = {{.name = "zweck", .kind = web::FieldKind::kHidden}}};
  const auto data = web::read_form(form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto done =
      co_await needs.domain.registrations.withdraw(*id, std::string(data->get("zweck")));
  if (!done) co_return refused(needs, request, done.error());
  const std::string path(request.path);
  co_return Response::see_other(path.substr(0, path.rfind('/')));
}

Task<Response> get_ticket(Request& request, const PageNeeds& needs) {
  auto booking = co_await ticket_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  const Language language = web::language_of(request);
  const Registrations& registrations = needs.domain.registrations;
  auto code = pdf::encode_qr(qr_text(*booking, registrations, needs.domain.keys),
                             pdf::QrMask::kFirst);  // a signature, for the most part
  if (!code) co_return refused(needs, request, code.error());
  web::Page page = needs.site.page(request, std::string(web::text(language, texts::kTicketTitle)));
  page.is_private = true;
  TicketPage view{.page = std::move(page),
                  .name = booking->name,
                  .mail = booking->mail,
                  .code = booking->code,
                  .qr = web::SafeHtml::trusted(pdf::qr_svg_content(*code)),
                  .claims = claim_rows(needs, *booking, language, true),
                  .cancelled_on = {},
                  .pdf_href = std::string(request.path) + "/ticket.pdf",
                  .calendar_href = calendar_link(*booking, language, registrations),
                  .change_href = std::string(request.path) + "/aendern",
                  .transfer_href = std::string(request.path) + "/weitergeben",
                  .cancel_href = std::string(request.path) + "/stornieren",
                  .own_href = web::path(language, "/meine-buchungen"),
                  .withdraw_action = std::string(request.path) + "/widerrufen"};
  view.admits = std::ranges::any_of(booking->claims, [&](const Claim& claim) {
    return claim.state == ClaimState::kTaken && takes_place(registrations, claim.quota);
  });
  const auto cancelled = std::ranges::count_if(view.claims, &ClaimRow::cancelled);
  if (cancelled > 0) {
    view.cancelled_parts =
        web::text(language, texts::kTicketPartsCancelled, {{"count", cancelled}});
    view.nothing_left = cancelled == std::ssize(view.claims);
  }
  if (!view.admits && !view.nothing_left && booking->state == BookingState::kRegistered) {
    view.page.title = web::text(language, texts::kTicketWaitingTitle);
  }
  view.place = needs.occasion(language).place;
  view.news = news_of(request, language);
  const auto read = co_await read_records(needs.domain, [&](records::Session& s) -> Result<> {
    RV_ASSIGN(view.consents, consent_rows(s, *booking, language));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  view.waiting = std::ranges::any_of(view.claims, &ClaimRow::waiting);
  view.offered = std::ranges::any_of(
      view.claims, [](const ClaimRow& claim) { return !claim.offer_href.empty(); });
  view.passed_on = booking->state == BookingState::kPassedOn;
  if (booking->confirm_by && !booking->confirmed_at) {
    view.confirm_by = web::date_time(language, *booking->confirm_by);
  }
  if (booking->cancelled_at) {
    view.cancelled_on = web::date_time(language, *booking->cancelled_at);
  }
  web::Html out(language);
  render_ticket(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> get_pdf(Request& request, const PageNeeds& needs) {
  auto booking = co_await ticket_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  if (booking->state != BookingState::kRegistered) {
    co_return refused(needs, request, {Code::kGone, "this ticket is not valid any more", {}});
  }
  const Language language = web::language_of(request);
  auto drawn = co_await needs.domain.pool.run([&] {
    const Registrations& registrations = needs.domain.registrations;
    return draw_ticket(*booking, needs.occasion(language), registrations, language,
                       qr_text(*booking, registrations, needs.domain.keys));
  });
  if (!drawn) co_return refused(needs, request, drawn.error());
  if (!*drawn) co_return refused(needs, request, drawn->error());
  Response file = Response::text(200, "application/pdf", std::move(**drawn));
  file.compressible = false;
  file.header("Cache-Control", "no-store")
      .header("Content-Disposition", "inline; filename=\"ticket-" + booking->code + ".pdf\"");
  co_return file;
}

Task<Response> get_cancel(Request& request, const PageNeeds& needs) {
  auto booking = co_await ticket_of(request, needs);
  if (!booking) co_return refused(needs, request, booking.error());
  if (booking->state != BookingState::kRegistered) co_return to_ticket(needs, request, *booking);
  const Language language = web::language_of(request);
  web::Page page = needs.site.page(request, std::string(web::text(language, texts::kCancelTitle)));
  page.is_private = true;
  const std::string path(request.path);
  web::Html out(language);
  render_cancel(out, {std::move(page), claim_rows(needs, *booking, language, true),
                      path.substr(0, path.rfind('/'))});
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> post_cancel(Request& request, const PageNeeds& needs) {
  if (auto own = check_origin(request); !own) co_return refused(needs, request, own.error());
  auto id = opened(needs.domain, kRegistrationLink, request.param("token"));
  if (!id) co_return refused(needs, request, id.error());
  auto booking = co_await needs.domain.registrations.cancel(std::move(*id));
  if (!booking) co_return refused(needs, request, booking.error());
  co_return to_ticket(needs, request, *booking);
}

}  // namespace

void add_pages(net::Router& router, const PageNeeds& needs) {
  web::add_page(router, Method::kGet, "/anmeldung",
                net::Handler([needs](Request& request) { return get_choose(needs, request); }));
  const auto page = [&](Method method, const char* pattern,
                        Task<Response> (*handler)(Request&, const PageNeeds&)) {
    web::add_page(router, method, pattern, net::AsyncHandler([needs, handler](Request& request) {
                    return handler(request, needs);
                  }),
                  kFormBody);
  };
  page(Method::kPost, "/anmeldung", post_choose);
  page(Method::kGet, "/anmeldung/{hold}", get_details);
  page(Method::kPost, "/anmeldung/{hold}", post_details);
  page(Method::kPost, "/anmeldung/{hold}/zurueck", post_give_back);
  page(Method::kGet, "/ticket/{token}", get_ticket);
  page(Method::kGet, "/ticket/{token}/ticket.pdf", get_pdf);
  page(Method::kPost, "/ticket/{token}/widerrufen", post_withdraw);
  page(Method::kGet, "/ticket/{token}/stornieren", get_cancel);
  page(Method::kPost, "/ticket/{token}/stornieren", post_cancel);
  add_change_pages(router, needs);
  add_own_pages(router, needs);
}

}  // namespace revier::ticket
