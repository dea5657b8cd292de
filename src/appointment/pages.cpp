// SPDX-License-Identifier: EUPL-1.2
// Booking: what, when, who.
#include <algorithm>

#include <fmt/format.h>

#include "appointment/availability.h"
#include "appointment/detail/page_parts.h"
#include "appointment/pages.h"
#include "appointment/reminders.h"
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

constexpr const char* kProofField = "nachweis";

bool is_example(const Choice& choice) {
  return !choice.counter->examples.empty() || !choice.offer->examples.empty();
}

std::string times_path(const Choice& choice) {
  return fmt::format("/termine/{}/{}", choice.counter->id, choice.offer->id);
}

// What can be booked.

MenuOffer menu_offer(const Pages& pages, const Choice& choice, Language language) {
  const FreeTimes free =
      free_times(pages.calendar, choice, web::iso_date(pages.domain.civil_clock.now()));
  const auto& next = free.next;
  return {.title = choice.offer->name.in(language),
          .summary = choice.offer->summary.in(language),
          .where = where_text(*choice.counter, *choice.programme, language),
          .duration = web::text(language, texts::kMenuDuration,
                                {{"duration", web::duration(language, choice.length)}}),
          .next = next ? web::text(language, texts::kMenuNext,
                                   {{"when", when_text(next->from, next->to, language)}})
                       : std::string(web::text(language, texts::kMenuNoFree)),
          .live = availability_id(choice.counter->id, choice.offer->id) + " freeAppointments",
          .free = free.count,
          .href = web::path(language, times_path(choice)),
          .phone = choice.counter->phone,
          .example = is_example(choice)};
}

Task<Response> get_menu(Request& request, const Pages& pages) {
  const Language language = web::language_of(request);
  MenuPage view{
      .page = pages.site.page(request, std::string(web::text(language, texts::kMenuTitle))),
      .offers = {}};
  for (const Choice& choice : pages.calendar.choices()) {
    view.offers.push_back(menu_offer(pages, choice, language));
    view.examples = view.examples || view.offers.back().example;
  }
  web::Html out(language);
  render_menu(out, view);
  co_return web::html_response(std::move(out), 200, Caching::kNever);
}

// Days and times.

Response show_times(const Pages& pages, const Request& request, const Choice& choice,
                    const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const TimesForm times = pages.calendar.form(choice, request, std::string(request.path));
  const web::Form form{.fields = {times.field}};
  TimesPage view{
      .page = pages.site.page(request, web::text(language, texts::kTimesTitle,
                                                 {{"what", choice.offer->name.in(language)}})),
      .lead = web::text(language, texts::kTimesLead,
                        {{"where", where_text(*choice.counter, *choice.programme, language)},
                         {"duration", web::duration(language, choice.length)}}),
      .times = times.times,
      .form = form,
      .data = data,
      .submit = std::string(web::text(language, texts::kTimesHold)),
      .note = std::string(web::text(language, texts::kTimesHoldNote)),
      .standby_href = web::path(language, times_path(choice) + "/nachruecken"),
      .example = is_example(choice),
      .eid_check = choice.offer->eid_check};
  view.page.breadcrumbs = {{texts::kMenuTitle, "/termine"}};
  view.page.has_errors = !data.valid();
  web::Html out(language);
  render_times(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Task<Response> get_times(Request& request, const Pages& pages) {
  const auto choice = pages.calendar.find(request.param("counter"), request.param("offer"));
  if (!choice) co_return refused(pages, request, choice.error());
  co_return show_times(pages, request, *choice, {}, 200);
}

// What to tell whoever did not get the time she chose.
web::Text hold_message(const Error& error) {
  switch (error.code) {
    case Code::kSeatLimit:
      return texts::kTimesDeviceLimit;
    case Code::kTooManyRequests:
      return texts::kTimesNetworkLimit;
    case Code::kQuotaFull:
      return texts::kTimesJustTaken;
    default:
      return texts::kTimesGone;
  }
}

Task<Result<Booking>> take_hold(const Pages& pages, const Request& request, const Choice& choice,
                                std::string_view value, const ticket::Device& device) {
  RV_CO_ASSIGN(const Slot slot, pages.calendar.chosen(choice, value));
  if (!pages.holds->take(request.client_address)) {
    co_return fail(Code::kTooManyRequests, "too many holds from this network");
  }
  co_return co_await pages.calendar.hold(choice, slot, device.token);
}

Task<Response> post_times(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  const auto choice = pages.calendar.find(request.param("counter"), request.param("offer"));
  if (!choice) co_return refused(pages, request, choice.error());
  const web::Form form = time_form();
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) co_return show_times(pages, request, *choice, *data, 422);
  const ticket::Device device = ticket::device_of(request);
  auto booking = co_await take_hold(pages, request, *choice, data->get("zeit"), device);
  if (!booking) {
    const int status = describe(booking.error().code).status;
    if (status >= 500) co_return refused(pages, request, booking.error());
    data->fail("zeit", hold_message(booking.error()));
    co_return show_times(pages, request, *choice, *data, status == 400 ? 422 : status);
  }
  Response next = Response::see_other(web::path(
      web::language_of(request),
      "/reservierung/" + pages.domain.links.token(ticket::kAppointmentHoldLink, booking->id)));
  ticket::keep_device(next, device, request);
  co_return next;
}

// Who.

// Who books within the last day is not reminded, and is not told that she will be.
web::Form details_form(const Pages& pages, const Booking& booking) {
  const auto visit = ticket::visit_of(booking, pages.domain.registrations);
  const bool reminds = visit && pages.domain.civil_clock.now() < visit->starts_at - kRemindBefore;
  web::Form form{.fields = ticket::person_fields()};
  for (web::FormField& field : form.fields) field.hint = {};
  form.fields.back().hint = reminds ? texts::kDetailsMailHint : texts::kDetailsMailHintToday;
  form.fields.push_back(
      {.name = kProofField, .kind = web::FieldKind::kHidden, .label = "", .length_max = 20});
  return form;
}

Response show_details(const Pages& pages, const Request& request, const Booking& booking,
                      const web::FormData& data, int status) {
  const Language language = web::language_of(request);
  const web::Form form = details_form(pages, booking);
  const Instant now = pages.domain.civil_clock.now();
  DetailsPage view{
      .page = private_page(pages, request, std::string(web::text(language, texts::kDetailsTitle))),
      .form = form,
      .data = data,
      .facts = facts_of(
          describe(booking, *pages.calendar.programme(), pages.domain.registrations, language)),
      .held_until = web::text(language, texts::kDetailsHeld,
                              {{"time", web::time(language, booking.expires_at)}}),
      .seconds_left = (booking.expires_at - now).us / 1'000'000,
      .hold = booking.id,
      .proof_bits = kProofBits,
      .give_back_action = std::string(request.path) + "/zurueck"};
  view.page.has_errors = !data.valid();
  view.page.scripts = {"appointment.js"};
  web::Html out(language);
  render_details(out, view);
  return web::html_response(std::move(out), status, Caching::kNever);
}

Response show_ended(const Pages& pages, const Request& request) {
  const Language language = web::language_of(request);
  web::Html out(language);
  render_ended(
      out, {private_page(pages, request, std::string(web::text(language, texts::kDetailsEnded)))});
  return web::html_response(std::move(out), 410, Caching::kNever);
}

Response to_own(const Pages& pages, const Request& request, const Booking& booking) {
  return Response::see_other(
      ticket::ticket_path(pages.domain.links, booking, web::language_of(request)));
}

// The hold of a link, or the appointment that it has become. Errors: kHoldEnded.
Task<Result<Booking>> open_hold(const Request& request, const Pages& pages) {
  auto id = pages.domain.links.open(ticket::kAppointmentHoldLink, request.param("hold"));
  if (!id) co_return fail(id.error());
  auto booking = co_await ticket::read_booking(pages.domain, std::move(*id));
  // Records that are busy say nothing of the hold: the person comes again and still has it.
  if (!booking && booking.error().code != Code::kResourceNotFound) {
    co_return fail(booking.error());
  }
  const bool open = booking && booking->state == BookingState::kHeld &&
                    booking->expires_at > pages.domain.civil_clock.now();
  if (!open && !(booking && booking->state == BookingState::kRegistered)) {
    co_return fail(Code::kHoldEnded, "the hold has ended");
  }
  co_return booking;
}

Response refused_hold(const Pages& pages, const Request& request, const Error& error) {
  return error.code == Code::kHoldEnded ? show_ended(pages, request)
                                        : refused(pages, request, error);
}

Task<Response> get_details(Request& request, const Pages& pages) {
  auto booking = co_await open_hold(request, pages);
  if (!booking) co_return refused_hold(pages, request, booking.error());
  if (booking->state == BookingState::kRegistered) co_return to_own(pages, request, *booking);
  co_return show_details(pages, request, *booking, {}, 200);
}

Task<Response> post_details(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto booking = co_await open_hold(request, pages);
  if (!booking) co_return refused_hold(pages, request, booking.error());
  if (booking->state == BookingState::kRegistered) co_return to_own(pages, request, *booking);
  const web::Form form = details_form(pages, *booking);
  auto data = web::read_form(form, request);
  if (!data) co_return refused(pages, request, data.error());
  if (!web::validate(form, *data)) co_return show_details(pages, request, *booking, *data, 422);
  const bool english = web::language_of(request) == Language::kEn;
  auto done = co_await pages.domain.registrations.complete(
      {.booking = booking->id,
       .name = std::string(data->get("name")),
       .mail = std::string(data->get("mail")),
       .language = english ? "en" : "de",
       .consents = {},
       .idempotency_key = "page-" + booking->id,
       .must_confirm = !is_proof(booking->id, data->get(kProofField))});
  if (done) co_return to_own(pages, request, *done);
  const Error& error = done.error();
  if (error.code != Code::kSeatLimit && error.code != Code::kTooManyRequests) {
    co_return refused_hold(pages, request, error);
  }
  data->fail("mail", error.code == Code::kSeatLimit ? texts::kDetailsPersonLimit
                                                    : texts::kDetailsTooManyMails);
  co_return show_details(pages, request, *booking, *data, describe(error.code).status);
}

Task<Response> post_give_back(Request& request, const Pages& pages) {
  if (auto own = ticket::check_origin(request); !own) {
    co_return refused(pages, request, own.error());
  }
  auto id = pages.domain.links.open(ticket::kAppointmentHoldLink, request.param("hold"));
  if (!id) co_return refused(pages, request, id.error());
  // An ended hold has given its time back already: the person goes on either way.
  (void)co_await pages.domain.registrations.give_back(std::move(*id));
  co_return Response::see_other(web::path(web::language_of(request), "/termine"));
}

}  // namespace

void add_pages(net::Router& router, const PageNeeds& needs) {
  const Pages pages{needs, std::make_shared<HoldLimit>(needs.real_clock, needs.network_holds_max)};
  const auto page = [&](Method method, const char* pattern, PageHandler handler) {
    add_appointment_page(router, pages, method, pattern, handler);
  };
  page(Method::kGet, "/termine", get_menu);
  page(Method::kGet, "/termine/{counter}/{offer}", get_times);
  page(Method::kPost, "/termine/{counter}/{offer}", post_times);
  page(Method::kGet, "/reservierung/{hold}", get_details);
  page(Method::kPost, "/reservierung/{hold}", post_details);
  page(Method::kPost, "/reservierung/{hold}/zurueck", post_give_back);
  add_own_pages(router, pages);
  add_standby_pages(router, pages);
  add_queue_pages(router, pages);
  add_readiness_pages(router, pages);
}

}  // namespace revier::appointment
