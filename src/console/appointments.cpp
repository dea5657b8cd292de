// SPDX-License-Identifier: EUPL-1.2
// Appointments at the desk: who comes when, booking for people who ring up or stand there, from
// the same times as everybody.
#include <algorithm>

#include <fmt/format.h>

#include "appointment/visit.h"
#include "base/ascii.h"
#include "console/appointment_views.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/for_pages.h"
#include "web/fold.h"

namespace revier::console {
namespace {

using appointment::Choice;
using appointment::Visit;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using ticket::Booking;
using ticket::BookingState;
using web::Language;

constexpr std::string_view kAppointmentsPage = "/console/termine";
constexpr std::string_view kBookPage = "/console/termine/buchen";

Visit visit_of(const Needs& needs, const Booking& booking, Language language) {
  return appointment::describe(booking, *needs.calendar->programme(), needs.tickets.registrations,
                               language);
}

bool matches(const Booking& booking, const std::string& text) {
  return text.empty() ||
         web::fold_text(booking.name).find(web::fold_text(text)) != std::string::npos ||
         upper_case(booking.code).starts_with(upper_case(text));
}

std::string state_text(const Booking& booking, Language language) {
  if (booking.cancelled_at) return words(language, texts::kDeskStateCancelled);
  const bool open = booking.confirm_by && !booking.confirmed_at;
  return words(language, open ? texts::kDeskStateUnconfirmed : texts::kDeskStateBooked);
}

// --- a day

struct AskedAppointments {
  event::ProgrammePtr programme;  // that `counter` is of
  const event::Counter* counter = nullptr;
  std::string day;
  std::string text;  // number or name; stands in no address, see find_appointments()
};

// The counter and day asked for, else the first and today.
AskedAppointments asked_of(const Needs& needs, std::string_view counter, std::string day) {
  AskedAppointments result{
      .programme = needs.calendar->programme(), .day = std::move(day), .text = {}};
  const event::Programme& programme = *result.programme;
  result.counter = programme.counter(counter);
  if (result.counter == nullptr && !programme.counters.empty()) {
    result.counter = &programme.counters.front();
  }
  if (!web::from_local(result.day, "12:00")) {
    result.day = web::iso_date(needs.tickets.civil_clock.now());
  }
  return result;
}

struct Expected {
  Booking booking;
  Visit visit;
};

Task<Result<std::vector<Expected>>> expected_on(const Needs& needs, const AskedAppointments& wanted,
                                                Language language) {
  std::vector<Expected> list;
  RV_CO_ASSIGN(const Instant noon, web::from_local(wanted.day, "12:00"));
  const Duration half = Duration::hours(14);  // wide enough for the changes of the clock
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(std::vector<Booking> bookings,
              ticket::rows::appointments_between(session, noon - half, noon + half));
    for (Booking& booking : bookings) {
      Visit visit = visit_of(needs, booking, language);
      if (visit.counter != wanted.counter->id || web::iso_date(visit.from) != wanted.day) continue;
      if (matches(booking, wanted.text)) list.push_back({std::move(booking), std::move(visit)});
    }
    return {};
  }));
  std::ranges::sort(list, {}, [](const Expected& e) {
    return std::tuple(e.visit.from, std::string_view(e.booking.code));
  });
  co_return list;
}

web::kern::Table day_table(const std::vector<Expected>& list, const AskedAppointments& wanted,
                           Language language) {
  web::kern::Table table{
      .caption = web::text(language, texts::kDeskList,
                           {{"day", day_name(wanted.day, language)}, {"count", list.size()}}),
      .columns = {{words(language, texts::kDeskTime)},
                  {words(language, texts::kDeskNumber)},
                  {words(language, texts::kDeskName)},
                  {words(language, texts::kDeskMatter)},
                  {words(language, texts::kDeskState)}},
      .rows = {}};
  for (const Expected& each : list) {
    const std::string href = fmt::format("{}/{}", kAppointmentsPage, each.booking.id);
    table.rows.push_back(
        {{.text = web::time_range(language, each.visit.from, each.visit.to)},
         {.text = appointment::call_number(each.booking), .href = web::path(language, href)},
         {.text = each.booking.name.empty() ? "–" : each.booking.name},
         {.text = each.visit.what},
         {.text = state_text(each.booking, language)}});
  }
  return table;
}

std::vector<Link> book_links(const Needs& needs, const AskedAppointments& wanted,
                             Language language) {
  std::vector<Link> links;
  for (const std::string& offer : wanted.counter->offers) {
    const auto choice = needs.calendar->find(wanted.counter->id, offer);
    if (!choice) continue;
    links.push_back({choice->offer->name.in(language),
                     web::path(language, address(kBookPage, {{"schalter", wanted.counter->id},
                                                             {"anliegen", offer},
                                                             {"tag", wanted.day}}))});
  }
  return links;
}

Task<Response> show_appointments(const Needs& needs, const Request& request, const Caller& caller,
                                 const AskedAppointments& wanted) {
  const Language language = web::language_of(request);
  DeskDayPage view{.head = make_head(needs, request, caller, words(language, texts::kDeskTitle)),
                   .csrf = std::string(caller.csrf()),
                   .counters = {},
                   .day = wanted.day,
                   .text = wanted.text,
                   .table = {},
                   .book = {}};
  for (const event::Counter& counter : wanted.programme->counters) {
    view.counters.push_back({.value = counter.id,
                             .label = appointment::where_text(counter, *wanted.programme, language),
                             .selected = &counter == wanted.counter});
  }
  if (wanted.counter != nullptr) {
    const auto list = co_await expected_on(needs, wanted, language);
    if (!list) co_return refused(needs, request, list.error());
    view.table = day_table(*list, wanted, language);
    view.book = book_links(needs, wanted, language);
  }
  web::Html out(language);
  render_desk_day(out, view);
  co_return personal(std::move(out));
}

Task<Response> show_day(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const AskedAppointments wanted =
      asked_of(needs, asked(request, "schalter"), asked(request, "tag"));
  co_return co_await show_appointments(needs, request, *caller, wanted);
}

// Names are sent in the body: addresses of pages stand in logs and histories.
Task<Response> find_appointments(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  static const web::Form form{{csrf_field(),
                               {.name = "schalter", .length_max = 200},
                               {.name = "tag", .length_max = 40},
                               {.name = "suche", .length_max = 100}}};
  auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const bool valid = web::validate(form, *own);
  AskedAppointments wanted = asked_of(needs, own->get("schalter"), std::string(own->get("tag")));
  wanted.text = own->get("suche");
  if (valid && !wanted.text.empty()) {
    co_return co_await show_appointments(needs, request, *caller, wanted);
  }
  const std::string counter = wanted.counter == nullptr ? std::string() : wanted.counter->id;
  co_return Response::see_other(
      web::path(web::language_of(request),
                address(kAppointmentsPage, {{"schalter", counter}, {"tag", wanted.day}})));
}

// --- booking

web::Form book_form(const appointment::TimesForm& times) {
  web::Form form{.fields = ticket::person_fields()};
  for (web::FormField& field : form.fields) {
    field.required = false;
    field.autocomplete = "off";
    if (field.name == "name") field.hint = texts::kDeskNameHint;
    if (field.name == "mail") field.hint = texts::kDeskMailHint;
  }
  if (!times.field.options.empty()) form.fields.insert(form.fields.begin(), times.field);
  form.fields.push_back(csrf_field());
  return form;
}

Result<Choice> asked_choice(const Needs& needs, const Request& request) {
  return needs.calendar->find(asked(request, "schalter"), asked(request, "anliegen"));
}

std::string book_address(const Choice& choice, Language language) {
  return web::path(language, address(kBookPage, {{"schalter", choice.counter->id},
                                                 {"anliegen", choice.offer->id}}));
}

Response show_book(const Needs& needs, const Request& request, const Caller& caller,
                   const Choice& choice, web::FormData data, int status) {
  const Language language = web::language_of(request);
  const std::string own = book_address(choice, language);
  const appointment::TimesForm times = needs.calendar->form(choice, request, own, true);
  const web::Form form = book_form(times);
  data.set("csrf", std::string(caller.csrf()));
  DeskBookPage view{.head = make_head(needs, request, caller,
                                      web::text(language, texts::kDeskBookFor,
                                                {{"what", choice.offer->name.in(language)}})),
                    .where = appointment::where_text(*choice.counter, *choice.programme, language),
                    .times = times.times,
                    .form = {form, data},
                    .note = words(language, texts::kDeskBookNote),
                    .submit = words(language, texts::kDeskBook),
                    .action = own + "&tag=" + asked(request, "tag"),
                    .back_href = web::path(
                        language, address(kAppointmentsPage, {{"schalter", choice.counter->id}}))};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_desk_book(out, view);
  return personal(std::move(out), status);
}

Task<Response> get_book(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto choice = asked_choice(needs, request);
  if (!choice) co_return refused(needs, request, choice.error());
  co_return show_book(needs, request, *caller, *choice, {}, 200);
}

// The line of a deed at an appointment; `caller` outlives it.
ticket::Also line_of(const Needs& needs, const Caller& caller, std::string_view action,
                     std::string booking) {
  return audit_line(needs, caller, action, "appointment", std::move(booking));
}

Task<Result<Booking>> book(const Needs& needs, const Caller& caller, const Choice& choice,
                           const web::FormData& data, Language language) {
  RV_CO_ASSIGN(const appointment::Slot slot,
               needs.calendar->chosen(choice, data.get("zeit"), true));
  RV_CO_ASSIGN(const Booking held, co_await needs.calendar->hold(choice, slot));
  co_return co_await needs.tickets.registrations.complete(
      {.booking = held.id,
       .name = std::string(data.get("name")),
       .mail = std::string(data.get("mail")),
       .language = language == Language::kEn ? "en" : "de",
       .consents = {},
       .idempotency_key = "desk-" + held.id,
       .at_desk = true,
       .also = line_of(needs, caller, "appointment.book", held.id)});
}

Task<Response> post_book(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  web::Form form = book_form({});
  form.fields.insert(form.fields.begin(), {.name = "zeit", .required = true});
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto choice = asked_choice(needs, request);
  if (!choice) co_return refused(needs, request, choice.error());
  if (!web::validate(form, *data)) {
    co_return show_book(needs, request, *caller, *choice, *data, 422);
  }
  const Language language = web::language_of(request);
  const auto booking = co_await book(needs, *caller, *choice, *data, language);
  if (booking) {
    co_return Response::see_other(
        web::path(language, fmt::format("{}/{}?neu=1", kAppointmentsPage, booking->id)));
  }
  if (describe(booking.error().code).status >= 500) {
    co_return refused(needs, request, booking.error());
  }
  data->fail("zeit", texts::kDeskTaken);
  co_return show_book(needs, request, *caller, *choice, *data, 409);
}

// --- one of them

Task<Result<Booking>> find(const Needs& needs, const Request& request) {
  auto booking = co_await ticket::read_booking(needs.tickets, std::string(request.param("id")));
  const bool is_appointment = booking && booking->state != BookingState::kHeld &&
                              booking->kind == ticket::BookingKind::kAppointment;
  if (booking && !is_appointment) {
    co_return fail(Code::kResourceNotFound, "there is no such appointment");
  }
  co_return booking;
}

bool stands(const Booking& booking) { return booking.state == BookingState::kRegistered; }

web::kern::DescriptionList facts_of(const Booking& booking, const Visit& visit, Language language) {
  web::kern::DescriptionList facts;
  const auto add = [&](const web::Text& key, std::string value) {
    if (!value.empty()) facts.rows.push_back({words(language, key), std::move(value), {}, {}});
  };
  add(texts::kDeskState, state_text(booking, language));
  add(texts::kDeskNumber, appointment::call_number(booking));
  add(texts::kDeskName, booking.name);
  add(texts::kDeskMatter, visit.what);
  add(texts::kDeskTime, visit.when);
  add(texts::kDeskCounter, visit.where);
  add(texts::kListMail, booking.mail);
  add(texts::kListDeleteAfter, web::date(language, booking.delete_after));
  return facts;
}

std::string day_address(const Visit& visit, Language language) {
  return web::path(
      language, address(kAppointmentsPage,
                        {{"schalter", visit.counter},
                         {"tag", visit.from.us == 0 ? std::string() : web::iso_date(visit.from)}}));
}

Task<Response> show_one(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto booking = co_await find(needs, request);
  if (!booking) co_return refused(needs, request, booking.error());
  const Language language = web::language_of(request);
  const Visit visit = visit_of(needs, *booking, language);
  DeskAppointmentPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kDeskOne)),
      .facts = facts_of(*booking, visit, language),
      .number = appointment::call_number(*booking),
      .is_new = !asked(request, "neu").empty(),
      .move_href = stands(*booking) ? std::string(request.path) + "/verlegen" : std::string(),
      .cancel_href = stands(*booking) ? std::string(request.path) + "/absagen" : std::string(),
      .back_href = day_address(visit, language)};
  web::Html out(language);
  render_desk_appointment(out, view);
  co_return personal(std::move(out));
}

// --- another time

std::string page_of_one(const Request& request) {
  const std::string path(request.path);
  return path.substr(0, path.rfind('/'));
}

// What is moved, and among which times. Errors: kGone for one that does not stand any more.
struct Moved {
  Booking booking;
  Visit visit;
  Choice choice;
};
Task<Result<Moved>> find_moved(const Needs& needs, const Request& request) {
  RV_CO_ASSIGN(Booking booking, co_await find(needs, request));
  if (!stands(booking)) co_return fail(Code::kGone, "this appointment was cancelled");
  Visit visit = visit_of(needs, booking, web::language_of(request));
  RV_CO_ASSIGN(Choice choice, needs.calendar->find(visit.counter, booking.subject));
  co_return Moved{std::move(booking), std::move(visit), std::move(choice)};
}

Response show_move(const Needs& needs, const Request& request, const Caller& caller,
                   const Moved& moved, web::FormData data, int status) {
  const Language language = web::language_of(request);
  const std::string own(request.path);
  const appointment::TimesForm times = needs.calendar->form(moved.choice, request, own, true);
  web::Form form{.fields = {csrf_field()}};
  if (!times.field.options.empty()) form.fields.insert(form.fields.begin(), times.field);
  data.set("csrf", std::string(caller.csrf()));
  DeskBookPage view{
      .head = make_head(needs, request, caller,
                        web::text(language, texts::kDeskMoveTitle,
                                  {{"number", appointment::call_number(moved.booking)}})),
      .where = web::text(language, texts::kDeskMoveFrom,
                         {{"when", moved.visit.when}, {"where", moved.visit.where}}),
      .times = times.times,
      .form = {form, data},
      .note = words(language, texts::kDeskMoveNote),
      .submit = words(language, texts::kDeskMoveSubmit),
      .action = own + "?tag=" + asked(request, "tag"),
      .back_href = page_of_one(request)};
  view.head.page.has_errors = !data.valid();
  web::Html out(language);
  render_desk_book(out, view);
  return personal(std::move(out), status);
}

Task<Response> get_move(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto moved = co_await find_moved(needs, request);
  if (!moved) co_return refused(needs, request, moved.error());
  co_return show_move(needs, request, *caller, *moved, {}, 200);
}

Task<Response> post_move(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const web::Form form{.fields = {{.name = "zeit", .required = true}, csrf_field()}};
  auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto moved = co_await find_moved(needs, request);
  if (!moved) co_return refused(needs, request, moved.error());
  if (!web::validate(form, *data)) {
    co_return show_move(needs, request, *caller, *moved, *data, 422);
  }
  Result<Booking> done = fail(Code::kConflict, "this time is not free any more");
  if (const auto slot = needs.calendar->chosen(moved->choice, data->get("zeit"), true)) {
    const std::string& id = moved->booking.id;
    done = co_await needs.calendar->move(moved->choice, *slot, id,
                                         line_of(needs, *caller, "appointment.move", id));
  }
  if (done) co_return Response::see_other(page_of_one(request));
  if (describe(done.error().code).status >= 500) co_return refused(needs, request, done.error());
  data->fail("zeit", texts::kDeskTaken);
  co_return show_move(needs, request, *caller, *moved, *data, 409);
}

// --- cancelling

Task<Response> get_cancel(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto booking = co_await find(needs, request);
  if (!booking) co_return refused(needs, request, booking.error());
  const Language language = web::language_of(request);
  const Visit visit = visit_of(needs, *booking, language);
  web::Html out(language);
  render_ask(
      out,
      {.head = make_head(needs, request, *caller, words(language, texts::kDeskCancelTitle)),
       .text = web::text(language, texts::kDeskCancelText,
                         {{"number", appointment::call_number(*booking)}, {"when", visit.when}}),
       .button = words(language, texts::kDeskCancelYes),
       .csrf = std::string(caller->csrf()),
       .back_href = page_of_one(request)});
  co_return personal(std::move(out));
}

Task<Response> post_cancel(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const web::Form form{.fields = {csrf_field()}};
  const auto data = read_own_form(*caller, form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto booking = co_await find(needs, request);
  if (!booking) co_return refused(needs, request, booking.error());
  const auto done = co_await needs.tickets.registrations.cancel(
      booking->id, line_of(needs, *caller, "appointment.cancel", booking->id));
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(page_of_one(request));
}

}  // namespace

void add_appointments(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kAppointmentsPage, show_day);
  add_staff_page(router, needs, Method::kPost, kAppointmentsPage, find_appointments);
  add_staff_page(router, needs, Method::kGet, kBookPage, get_book);
  add_staff_page(router, needs, Method::kPost, kBookPage, post_book);
  add_staff_page(router, needs, Method::kGet, "/console/termine/{id}", show_one);
  add_staff_page(router, needs, Method::kGet, "/console/termine/{id}/verlegen", get_move);
  add_staff_page(router, needs, Method::kPost, "/console/termine/{id}/verlegen", post_move);
  add_staff_page(router, needs, Method::kGet, "/console/termine/{id}/absagen", get_cancel);
  add_staff_page(router, needs, Method::kPost, "/console/termine/{id}/absagen", post_cancel);
}

}  // namespace revier::console
