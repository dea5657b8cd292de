// SPDX-License-Identifier: EUPL-1.2
// The waiting room at the desk: give a number, note an arrival, call the next; and what was
// measured of it.
#include <algorithm>

#include <fmt/format.h>

#include "appointment/slots.h"
#include "appointment/visit.h"
#include "appointment/waiting_room.h"
#include "base/ascii.h"
#include "console/appointment_views.h"
#include "console/detail/staff.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/changes_store.h"

namespace revier::console {
namespace {

using appointment::Arrival;
using appointment::VisitState;
using appointment::WaitingRoom;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kWaitingRoomPage = "/console/warteraum";
constexpr int kDaysShown = 14;

std::string room_path(std::string_view counter) {
  return fmt::format("{}/{}", kWaitingRoomPage, counter);
}

std::string offer_name(const event::Programme& programme, std::string_view id, Language language) {
  const event::Offer* const offer = programme.offer(id);
  return offer == nullptr ? std::string(id) : offer->name.in(language);
}

Instant waiting_now(const Needs& needs) { return needs.tickets.civil_clock.now(); }

Task<Response> show_waiting(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = needs.calendar->programme();
  RoomsPage view{.head = make_head(needs, request, *caller, words(language, texts::kRoomTitle)),
                 .rooms = {}};
  for (const event::Counter& counter : programme->counters) {
    if (!counter.walk_in) continue;
    view.rooms.push_back({appointment::where_text(counter, *programme, language),
                          web::path(language, room_path(counter.id))});
  }
  web::Html out(language);
  render_rooms(out, view);
  co_return personal(std::move(out));
}

struct Room {
  event::ProgrammePtr programme;
  const event::Counter* counter = nullptr;
};
// Errors: kResourceNotFound.
Result<Room> find_room(const Needs& needs, const Request& request) {
  Room room{.programme = needs.calendar->programme()};
  room.counter = room.programme->counter(request.param("counter"));
  if (room.counter != nullptr && room.counter->walk_in) return room;
  return fail(Code::kResourceNotFound, "this counter has no waiting room");
}

Task<Result<WaitingRoom>> read_room(const Needs& needs, const Room& room) {
  WaitingRoom found;
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(found, appointment::read_waiting_room(
                         session, {*room.counter, *room.programme, needs.tickets.registrations,
                                   waiting_now(needs)}));
    return {};
  }));
  co_return found;
}

RoomRow row_of(const Arrival& arrival, const Room& room, Language language) {
  return {.id = arrival.id,
          .number = arrival.number,
          .what = offer_name(*room.programme, arrival.offer, language),
          .since = web::time(language, arrival.arrived_at),
          .due = arrival.due_at ? web::time(language, *arrival.due_at) : std::string(),
          .desk = arrival.desk};
}

// What was not done, and for which desk.
struct CounterRefusal {
  std::string problem;
  std::string desk;
  int status = 422;
};

Response show_room(const Needs& needs, const Request& request, const Caller& caller,
                   const Room& room, const WaitingRoom& now,
                   const std::optional<CounterRefusal>& refusal = {}) {
  const Language language = web::language_of(request);
  RoomPage view{.head = make_head(needs, request, caller, words(language, texts::kRoomTitle)),
                .where = appointment::where_text(*room.counter, *room.programme, language),
                .problem = refusal ? refusal->problem : std::string(),
                .drawn = asked(request, "nummer"),
                .wait = appointment::wait_text(now.estimate, language),
                .basis = appointment::basis_text(now.estimate, language),
                .desk = refusal ? refusal->desk : asked(request, "platz"),
                .csrf = std::string(caller.csrf()),
                .action = web::path(language, room_path(room.counter->id)),
                .offers = {},
                .called = {},
                .waiting = {},
                .display_href = web::path(language, "/warten/" + room.counter->id),
                .figures_href = web::path(language, room_path(room.counter->id) + "/zahlen")};
  for (const std::string& offer : room.counter->offers) {
    view.offers.push_back({.value = offer,
                           .label = offer_name(*room.programme, offer, language),
                           .selected = view.offers.empty()});
  }
  for (const Arrival& one : now.called) view.called.push_back(row_of(one, room, language));
  for (const Arrival& one : now.waiting) view.waiting.push_back(row_of(one, room, language));
  view.head.page.has_errors = !view.problem.empty();
  web::Html out(language);
  render_room(out, view);
  return personal(std::move(out), refusal ? refusal->status : 200);
}

Task<Response> get_room(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto room = find_room(needs, request);
  if (!room) co_return refused(needs, request, room.error());
  const auto now = co_await read_room(needs, *room);
  if (!now) co_return refused(needs, request, now.error());
  co_return show_room(needs, request, *caller, *room, *now);
}

// --- what a desk does

web::Form action_form() {
  return {.fields = {csrf_field(),
                     {.name = "tun", .kind = web::FieldKind::kHidden},
                     {.name = "anliegen", .kind = web::FieldKind::kHidden},
                     {.name = "besuch", .kind = web::FieldKind::kHidden},
                     {.name = "platz", .length_max = 20},
                     {.name = "termin", .length_max = 20}}};
}

// What was done, and the number to show after it.
struct CounterDeed {
  std::string number;
  std::string desk;
};

Task<Result<CounterDeed>> draw(const Needs& needs, const Room& room, const web::FormData& data) {
  const std::string offer(data.get("anliegen"));
  if (std::ranges::find(room.counter->offers, offer) == room.counter->offers.end()) {
    co_return fail(Code::kBadRequestData, "this counter does not serve that", "anliegen");
  }
  RV_CO_ASSIGN(const WaitingRoom now, co_await read_room(needs, room));
  RV_CO_ASSIGN(
      const Arrival arrival,
      co_await needs.queue->draw(
          {.counter = room.counter->id, .offer = offer, .estimated = now.estimate.likely}));
  co_return CounterDeed{.number = arrival.number};
}

// The appointment of today whose number was typed. Errors: kResourceNotFound, kConflict: several.
Task<Result<ticket::Booking>> find_today(const Needs& needs, const Room& room, std::string typed) {
  typed = upper_case(typed);
  std::vector<ticket::Booking> found;
  const Instant now = waiting_now(needs);
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto all, ticket::rows::appointments_between(session, now - Duration::hours(12),
                                                                 now + Duration::hours(12)));
    for (const ticket::Booking& booking : all) {
      const auto visit = ticket::visit_of(booking, needs.tickets.registrations);
      if (!visit || web::iso_date(visit->starts_at) != web::iso_date(now)) continue;
      if (appointment::counter_of(booking.claims.front().quota) != room.counter->id) continue;
      if (appointment::call_number(booking) == typed) found.push_back(booking);
    }
    return {};
  }));
  if (found.size() == 1) co_return found.front();
  if (found.empty()) co_return fail(Code::kResourceNotFound, "no appointment has this number");
  co_return fail(Code::kConflict, "several appointments have this number");
}

Task<Result<CounterDeed>> arrive(const Needs& needs, const Room& room, const web::FormData& data) {
  RV_CO_ASSIGN(const ticket::Booking booking,
               co_await find_today(needs, room, std::string(data.get("termin"))));
  const auto visit = ticket::visit_of(booking, needs.tickets.registrations);
  RV_CO_ASSIGN(const Arrival arrival,
               co_await needs.queue->arrive(booking, room.counter->id, visit->starts_at));
  co_return CounterDeed{.number = arrival.number};
}

Task<Result<CounterDeed>> call(const Needs& needs, const Room& room, const web::FormData& data) {
  const std::string desk(data.get("platz"));
  RV_CO_ASSIGN(const std::optional<Arrival> next,
               co_await needs.queue->call_next(room.counter->id, desk));
  co_return CounterDeed{.number = next ? next->number : std::string(), .desk = desk};
}

Task<Result<CounterDeed>> act(const Needs& needs, const Room& room, const web::FormData& data) {
  const std::string_view what = data.get("tun");
  if (what == "nummer") co_return co_await draw(needs, room, data);
  if (what == "ankunft") co_return co_await arrive(needs, room, data);
  if (what == "aufrufen") co_return co_await call(needs, room, data);
  const std::string visit(data.get("besuch"));
  Result<Arrival> done = fail(Code::kBadRequestData, "unknown deed", "tun");
  if (what == "fertig") done = co_await needs.queue->end(visit, VisitState::kDone);
  if (what == "fehlt") done = co_await needs.queue->end(visit, VisitState::kAbsent);
  if (what == "zurueck") done = co_await needs.queue->call_back(visit);
  if (!done) co_return fail(done.error());
  co_return CounterDeed{.desk = done->desk};
}

std::string problem_text(const Error& error, Language language) {
  if (error.code == Code::kResourceNotFound) return words(language, texts::kRoomNoNumber);
  if (error.field == "desk") return words(language, texts::kRoomNoDesk);
  if (error.field == "anliegen") return words(language, texts::kRoomNoMatter);
  return words(language, texts::kRoomChanged);
}

Task<Response> post_room(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto data = read_own_form(*caller, action_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const auto room = find_room(needs, request);
  if (!room) co_return refused(needs, request, room.error());
  const auto done = co_await act(needs, *room, *data);
  if (done) {
    const std::string desk = done->desk.empty() ? std::string(data->get("platz")) : done->desk;
    co_return Response::see_other(web::path(
        web::language_of(request),
        address(room_path(room->counter->id), {{"nummer", done->number}, {"platz", desk}})));
  }
  const int status = describe(done.error().code).status;
  if (status >= 500) co_return refused(needs, request, done.error());
  const auto now = co_await read_room(needs, *room);
  if (!now) co_return refused(needs, request, now.error());
  const CounterRefusal refusal{.problem = problem_text(done.error(), web::language_of(request)),
                               .desk = std::string(data->get("platz")),
                               .status = status == 409 ? 409 : 422};
  co_return show_room(needs, request, *caller, *room, *now, refusal);
}

// --- figures

std::string minutes(Duration duration, Language language) {
  return web::number(language, static_cast<double>(duration.us) / 60e6, 0);
}

web::kern::Table figures_table(const std::vector<appointment::QueueFigures>& lines,
                               const event::Programme& programme, Language language) {
  web::kern::Table table{.caption = words(language, texts::kFiguresTitle),
                         .columns = {{words(language, texts::kDeskDay)},
                                     {words(language, texts::kDeskMatter)},
                                     {words(language, texts::kFiguresVisits), true},
                                     {words(language, texts::kFiguresAppointments), true},
                                     {words(language, texts::kFiguresAbsent), true},
                                     {words(language, texts::kFiguresWait), true},
                                     {words(language, texts::kFiguresWaitMost), true},
                                     {words(language, texts::kFiguresTalk), true},
                                     {words(language, texts::kFiguresKept), true}},
                         .rows = {}};
  for (const appointment::QueueFigures& line : lines) {
    const auto part = [&](const std::vector<Duration>& values, double share) {
      return values.empty() ? std::string("–")
                            : minutes(appointment::quantile(values, share), language);
    };
    table.rows.push_back(
        {{.text = day_name(line.day, language)},
         {.text = offer_name(programme, line.offer, language)},
         {.text = web::number(language, line.visits)},
         {.text = web::number(language, line.with_appointment)},
         {.text = web::number(language, line.absent)},
         {.text = part(line.waits, 0.5)},
         {.text = part(line.waits, 0.9)},
         {.text = part(line.conversations, 0.5)},
         {.text = line.estimated == 0 ? std::string("–")
                                      : fmt::format("{}/{}", line.within, line.estimated)}});
  }
  return table;
}

Task<Response> show_waiting_figures(Request& request, const Needs& needs) {
  const Entry caller = enter(needs, request, Action::kCasesWork);
  if (!caller) co_return caller.error();
  const auto room = find_room(needs, request);
  if (!room) co_return refused(needs, request, room.error());
  const std::string today = web::iso_date(waiting_now(needs));
  const std::string first = appointment::day_after(today, 1 - kDaysShown).value_or(today);
  std::vector<appointment::QueueFigures> lines;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(lines, appointment::Queue::figures(session, room->counter->id, first, today));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  FiguresPage view{
      .head = make_head(needs, request, *caller, words(language, texts::kFiguresTitle)),
      .where = appointment::where_text(*room->counter, *room->programme, language),
      .table = figures_table(lines, *room->programme, language),
      .back_href = web::path(language, room_path(room->counter->id))};
  web::Html out(language);
  render_figures(out, view);
  co_return personal(std::move(out));
}

}  // namespace

void add_waiting_rooms(net::Router& router, const Needs& needs) {
  add_staff_page(router, needs, Method::kGet, kWaitingRoomPage, show_waiting);
  add_staff_page(router, needs, Method::kGet, "/console/warteraum/{counter}", get_room);
  add_staff_page(router, needs, Method::kPost, "/console/warteraum/{counter}", post_room);
  add_staff_page(router, needs, Method::kGet, "/console/warteraum/{counter}/zahlen",
                 show_waiting_figures);
}

}  // namespace revier::console
