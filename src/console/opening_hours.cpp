// SPDX-License-Identifier: EUPL-1.2
// Opening hours of a counter: a form for the week and its exceptions, and what a change would mean
// before it is saved. What is booked is never touched here.
#include "console/opening_hours.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "appointment/visit.h"
#include "console/detail/counters.h"
#include "console/detail/hours_form.h"
#include "console/detail/programme.h"
#include "console/detail/staff.h"
#include "console/hours_views.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/changes_store.h"

namespace revier::console {
namespace {

using appointment::BookedTime;
using identity::Action;
using identity::Caller;
using net::Method;
using net::Request;
using net::Response;
using ticket::Booking;
using web::Language;

constexpr net::RouteOptions kHoursBody{.body_bytes_max = 64 * 1024};

// A counter as it is stored, and who edits it.
struct Edited {
  const Needs& needs;
  const Request& request;
  const Caller& caller;
  Language language;
  event::Item item;
  event::Counter counter;
  event::ProgrammePtr programme;
  std::string today;
};

Result<Edited> edited(const Needs& needs, event::ProgrammeKeeper& keeper, const Request& request,
                      const Caller& caller) {
  const auto item = keeper.find(*event::find_kind("counters"), request.param("counter"));
  if (!item) return fail(item.error());
  return Edited{.needs = needs,
                .request = request,
                .caller = caller,
                .language = web::language_of(request),
                .item = *item,
                .counter = event::read_counter(*item),
                .programme = needs.calendar->programme(),
                .today = web::iso_date(needs.tickets.civil_clock.now())};
}

web::kern::Table outside_table(const Edited& edit, const Standing& all,
                               const std::vector<BookedTime>& out) {
  const Language language = edit.language;
  web::kern::Table table{
      .caption = web::text(language, texts::kHoursOutsideCount, {{"count", out.size()}}),
      .columns = {{words(language, texts::kDeskTime)},
                  {words(language, texts::kDeskNumber)},
                  {words(language, texts::kDeskMatter)}},
      .rows = {}};
  const bool opens = edit.caller.may(Action::kCasesWork);
  for (const BookedTime& each : out) {
    const auto booking = std::ranges::find(all.bookings, each.booking, &Booking::id);
    const event::Offer* const offer = edit.programme->offer(booking->subject);
    const std::string page = web::path(language, "/console/termine/" + each.booking);
    table.rows.push_back(
        {{.text = appointment::when_text(each.slot.from, each.slot.to, language)},
         {.text = appointment::call_number(*booking), .href = opens ? page : std::string()},
         {.text = offer == nullptr ? "–" : offer->name.in(language)}});
  }
  return table;
}

web::kern::Table times_table(const Edited& edit, const event::Counter& then) {
  const Language language = edit.language;
  const auto last_of = [&](const event::Counter& counter) {
    const auto ahead = std::clamp<std::int64_t>(counter.days_ahead, 0, 366);
    return appointment::day_after(edit.today, static_cast<int>(ahead)).value_or(edit.today);
  };
  const std::string last = std::max(last_of(edit.counter), last_of(then));
  web::kern::Table table{
      .caption = web::text(language, texts::kHoursTimes, {{"day", day_name(last, language)}}),
      .columns = {{words(language, texts::kHoursOffer)},
                  {words(language, texts::kHoursBefore)},
                  {words(language, texts::kHoursAfter)}},
      .rows = {}};
  for (const std::string& id : edit.counter.offers) {
    const event::Offer* const offer = edit.programme->offer(id);
    if (offer == nullptr || !offer->by_appointment) continue;
    const Duration length = appointment::length_of(*offer);
    const auto count = [&](const event::Counter& counter) {
      return web::number(language, appointment::count_appointments(counter, *edit.programme, length,
                                                                   edit.today, last_of(counter)));
    };
    table.rows.push_back(
        {{.text = offer->name.in(language)}, {.text = count(edit.counter)}, {.text = count(then)}});
  }
  return table;
}

// What was just done.
HoursDone done_of(const Request& request, Language language) {
  if (!asked(request, "gespeichert").empty()) {
    return {words(language, texts::kHoursSaved), words(language, texts::kHoursSavedText)};
  }
  if (!asked(request, "angelegt").empty()) {
    return {words(language, texts::kCounterMade), words(language, texts::kCounterMadeText)};
  }
  if (!asked(request, "geaendert").empty()) return {words(language, texts::kCounterSaved), {}};
  return {};
}

// `then` is what would be saved; nullptr where nothing is checked.
Response show_hours(const Edited& edit, const Standing& all, const HoursForm& hours,
                    web::FormData data, const event::Counter* then, int status) {
  const Language language = edit.language;
  data.set("csrf", std::string(edit.caller.csrf()));
  const event::Counter& shown = then == nullptr ? edit.counter : *then;
  const auto out = appointment::left_out(shown, *edit.programme, all.times);
  HoursPage view{
      .head = make_head(edit.needs, edit.request, edit.caller, words(language, texts::kHoursTitle)),
      .where = appointment::where_text(edit.counter, *edit.programme, language),
      .done = done_of(edit.request, language),
      .too_many = !fits_form(edit.counter, edit.today),
      .form = {hours.form, data},
      .weekdays = hours.weekdays,
      .exceptions = hours.exceptions,
      .is_checked = then != nullptr,
      .warnings = then == nullptr ? std::vector<std::string>() : overlaps_in(*then, language),
      .times = then == nullptr ? web::kern::Table{} : times_table(edit, *then),
      .outside = outside_table(edit, all, out),
      .action = std::string(edit.request.path),
      .edit_href = web::path(language, fmt::format("{}/{}/angaben", kHoursPage, edit.counter.id)),
      .remove_href =
          web::path(language, fmt::format("{}/{}/entfernen", kHoursPage, edit.counter.id)),
      .back_href = web::path(language, kHoursPage)};
  view.head.page.has_errors = !data.valid();
  web::Html html(language);
  render_hours(html, view);
  return personal(std::move(html), status);
}

Task<Response> show_counters(Request& request, const Needs& needs, event::ProgrammeKeeper&) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const Language language = web::language_of(request);
  const event::ProgrammePtr programme = needs.calendar->programme();
  CountersPage view{.head = make_head(needs, request, *caller, words(language, texts::kHoursTitle)),
                    .counters = {},
                    .new_href = web::path(language, std::string(kHoursPage) + "/neu")};
  for (const event::Counter& counter : programme->counters) {
    view.counters.push_back({appointment::where_text(counter, *programme, language),
                             web::path(language, fmt::format("{}/{}", kHoursPage, counter.id))});
  }
  web::Html out(language);
  render_counters(out, view);
  co_return personal(std::move(out));
}

Task<Response> get_hours(Request& request, const Needs& needs, event::ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const auto edit = edited(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  const auto all = co_await standing_at(needs, edit->counter);
  if (!all) co_return refused(needs, request, all.error());
  const web::FormData data = hours_data(edit->item, edit->counter, edit->today);
  co_return show_hours(*edit, *all, hours_form(data, edit->language), data, nullptr, 200);
}

Task<Response> post_hours(Request& request, const Needs& needs, event::ProgrammeKeeper& keeper) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const HoursForm widest = hours_form({}, web::language_of(request), kExceptionsMax);
  auto data = read_own_form(*caller, widest.form, request);
  if (!data) co_return refused(needs, request, data.error());
  const auto edit = edited(needs, keeper, request, *caller);
  if (!edit) co_return refused(needs, request, edit.error());
  const auto all = co_await standing_at(needs, edit->counter);
  if (!all) co_return refused(needs, request, all.error());
  const HoursForm hours = hours_form(*data, edit->language);
  if (!fits_form(edit->counter, edit->today)) {
    co_return show_hours(*edit, *all, hours, *data, nullptr, 409);
  }
  web::validate(hours.form, *data);
  check_hours(hours, *data, edit->language);
  if (data->get("stand") != stamp_of(edit->item)) data->fail("staff", texts::kHoursChanged);
  if (!data->valid()) co_return show_hours(*edit, *all, hours, *data, nullptr, 422);
  const auto item = with_hours(edit->item, *data);
  if (!item) co_return refused(needs, request, item.error());
  const event::Counter then = event::read_counter(*item);
  if (data->get("schritt") != "speichern") {
    co_return show_hours(*edit, *all, hours, *data, &then, 200);
  }
  const auto done = co_await put_at_once(needs, keeper, *caller,
                                         {"counter.hours", "counter", edit->counter.id}, *item);
  if (!done) co_return refused(needs, request, done.error());
  co_return Response::see_other(std::string(request.path) + "?gespeichert=1");
}

}  // namespace

Task<Result<Standing>> standing_at(const Needs& needs, const event::Counter& counter) {
  Standing found;
  const Instant now = needs.tickets.civil_clock.now();
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(found.bookings,
              ticket::rows::appointments_between(session, now, now + Duration::days(2 * 366)));
    return {};
  }));
  std::erase_if(found.bookings, [&](const Booking& booking) {
    return booking.claims.empty() ||
           appointment::counter_of(booking.claims.front().quota) != counter.id;
  });
  std::ranges::sort(found.bookings, {}, [](const Booking& booking) {
    return std::pair(booking.registered_at.value_or(Instant{}), std::string_view(booking.id));
  });
  for (const Booking& booking : found.bookings) {
    const auto visit = ticket::visit_of(booking, needs.tickets.registrations);
    if (visit) found.times.push_back({booking.id, {visit->starts_at, visit->ends_at}});
  }
  co_return found;
}

void add_counter_page(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper,
                      Method method, const std::string& pattern, CounterHandler handler) {
  web::add_page(router, method, std::string(kHoursPage) + pattern,
                net::AsyncHandler([needs, &keeper, handler](Request& request) {
                  return handler(request, needs, keeper);
                }),
                kHoursBody);
}

void add_opening_hours(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper) {
  add_counter_page(router, needs, keeper, Method::kGet, "", show_counters);
  add_counter_page(router, needs, keeper, Method::kGet, "/{counter}", get_hours);
  add_counter_page(router, needs, keeper, Method::kPost, "/{counter}", post_hours);
  add_counter_forms(router, needs, keeper);
}

}  // namespace revier::console
