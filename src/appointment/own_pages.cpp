// SPDX-License-Identifier: EUPL-1.2
// What a person does with her appointment: see it, move it, cancel it.
#include <fmt/format.h>

#include "appointment/detail/page_parts.h"
#include "appointment/pages.h"
#include "appointment/texts.h"
#include "ticket/for_pages.h"
#include "ticket/letters.h"

namespace revier::appointment {
namespace {

using net::Method;
using net::Request;
using net::Response;
using ticket::Booking;
using ticket::BookingState;
using web::Caching;
using web::Language;

// Value of `neu`: what she has just done.
constexpr std::string_view kNewsMoved = "verlegt";

Task<Result<Booking>> appointment_of(const Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(ticket::kAppointmentLink, request.param("token"));
  if (!id) co_return fail(id.error());
  co_return co_await ticket::read_booking(pages.domain, std::move(*id));
}

std::string own_path(const Request& request) {
  const std::string path(request.path);
  return path.substr(0, path.rfind('/'));
}

Visit visit_of(const Pages& pages, const Booking& booking, Language language) {
  return describe(booking, *pages.calendar.programme(), pages.domain.registrations, language);
}

// Stands, and has not begun.
bool is_ahead(const Pages& pages, const Booking& booking, const Visit& visit) {
  return booking.state == BookingState::kRegistered && visit.from > pages.domain.civil_clock.now();
}

std::string words(Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

void set_state(OwnPage& view, const Pages& pages, const Booking& booking, const Visit& visit,
               Language language) {
  if (booking.cancelled_at) {
    view.state = OwnState::kCancelled;
    view.state_text = web::text(language, texts::kOwnCancelledText,
                                {{"date", web::date_time(language, *booking.cancelled_at)}});
  } else if (visit.to <= pages.domain.civil_clock.now()) {
    view.state = OwnState::kOver;
  } else if (booking.confirm_by && !booking.confirmed_at) {
    view.state = OwnState::kUnconfirmed;
    view.state_text = web::text(
        language, texts::kOwnConfirmText,
        {{"mail", booking.mail}, {"time", web::date_time(language, *booking.confirm_by)}});
  } else {
    view.state_text = booking.mail.empty()
                          ? words(language, texts::kOwnBookedAtDesk)
                          : web::text(language, texts::kOwnBookedText, {{"mail", booking.mail}});
  }
}

Task<Response> get_own(Request& request, const Pages& pages) {
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Language language = web::language_of(request);
  const Visit visit = visit_of(pages, *booking, language);
  const std::string path(request.path);
  OwnPage view{.page = private_page(pages, request, words(language, texts::kOwnTitle)),
               .facts = facts_of(visit),
               .number = call_number(*booking),
               .eid_check = visit.eid_check,
               .calendar_href = path + "/termin.ics",
               .move_href = path + "/verlegen",
               .cancel_href = path + "/absagen"};
  set_state(view, pages, *booking, visit, language);
  view.moved = view.state == OwnState::kBooked && request.query_param("neu") == kNewsMoved;
  if (view.moved && !booking->mail.empty()) {
    view.state_text = web::text(language, texts::kOwnMovedText, {{"mail", booking->mail}});
  }
  web::Html out(language);
  render_own(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> get_calendar(Request& request, const Pages& pages) {
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Language language = web::language_of(request);
  const Visit visit = visit_of(pages, *booking, language);
  if (visit.counter.empty()) {
    co_return refused(pages, request, {Code::kGone, "this appointment was cancelled", {}});
  }
  Response file = Response::text(
      200, "text/calendar; charset=utf-8",
      calendar_file(*booking, visit,
                    pages.site_url + ticket::ticket_path(pages.domain.links, *booking),
                    pages.domain.civil_clock.now()));
  file.header("Cache-Control", "no-store")
      .header("Content-Disposition", "attachment; filename=\"termin.ics\"");
  co_return file;
}

// Another time.

Response show_move(const Pages& pages, const Request& request, const Choice& choice,
                   const Visit& visit, const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const TimesForm times = pages.calendar.form(choice, request, std::string(request.path));
  const web::Form form{.fields = {times.field}};
  TimesPage view{.page = private_page(pages, request, words(language, texts::kMoveTitle)),
                 .lead = web::text(language, texts::kMoveLead, {{"when", visit.when}}),
                 .times = times.times,
                 .form = form,
                 .data = data,
                 .submit = words(language, texts::kMoveSubmit),
                 .note = {},
                 .back_href = own_path(request)};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_times(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_move(Request& request, const Pages& pages) {
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Visit visit = visit_of(pages, *booking, web::language_of(request));
  if (!is_ahead(pages, *booking, visit)) co_return Response::see_other(own_path(request));
  const auto choice = pages.calendar.find(visit.counter, booking->subject);
  if (!choice) co_return refused(pages, request, choice.error());
  co_return show_move(pages, request, *choice, visit, {}, 200);
}

Task<Response> post_move(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Visit visit = visit_of(pages, *booking, web::language_of(request));
  if (!is_ahead(pages, *booking, visit)) co_return Response::see_other(own_path(request));
  const auto choice = pages.calendar.find(visit.counter, booking->subject);
  if (!choice) co_return refused(pages, request, choice.error());
  const web::Form form = time_form();
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) {
    co_return show_move(pages, request, *choice, visit, *data, 422);
  }
  Result<Booking> moved = fail(Code::kConflict, "this time is not free any more");
  if (const auto slot = pages.calendar.chosen(*choice, data->get("zeit"))) {
    moved = co_await pages.calendar.move(*choice, *slot, booking->id);
  }
  if (moved) co_return Response::see_other(fmt::format("{}?neu={}", own_path(request), kNewsMoved));
  if (describe(moved.error().code).status >= 500 || moved.error().code == Code::kGone) {
    co_return refused(pages, request, moved.error());
  }
  data->fail("zeit", texts::kTimesJustTaken);
  co_return show_move(pages, request, *choice, visit, *data, 409);
}

// Cancelling.

Task<Response> get_cancel(Request& request, const Pages& pages) {
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Language language = web::language_of(request);
  const Visit visit = visit_of(pages, *booking, language);
  if (!is_ahead(pages, *booking, visit)) co_return Response::see_other(own_path(request));
  web::Html out(language);
  render_cancel(out, {private_page(pages, request, words(language, texts::kCancelTitle)),
                      facts_of(visit), own_path(request)});
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

Task<Response> post_cancel(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto booking = co_await appointment_of(request, pages);
  if (!booking) co_return refused(pages, request, booking.error());
  const Visit visit = visit_of(pages, *booking, web::language_of(request));
  if (is_ahead(pages, *booking, visit)) {
    auto done = co_await pages.domain.registrations.cancel(booking->id);
    if (!done) co_return refused(pages, request, done.error());
  }
  co_return Response::see_other(own_path(request));
}

}  // namespace

void add_own_pages(net::Router& router, const Pages& pages) {
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_appointment_page(router, pages, method, pattern, handler);
  };
  page(Method::kGet, "/termin/{token}", get_own);
  page(Method::kGet, "/termin/{token}/termin.ics", get_calendar);
  page(Method::kGet, "/termin/{token}/verlegen", get_move);
  page(Method::kPost, "/termin/{token}/verlegen", post_move);
  page(Method::kGet, "/termin/{token}/absagen", get_cancel);
  page(Method::kPost, "/termin/{token}/absagen", post_cancel);
}

}  // namespace revier::appointment
