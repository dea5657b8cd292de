// SPDX-License-Identifier: EUPL-1.2
// A day of the event as a whole: cancelled with all its sessions in one write, or taking place
// after all. Seats and letters follow from the programme, as with any other change of it.
#include "console/whole_days.h"

#include <algorithm>

#include "console/detail/entry.h"
#include "console/detail/programme.h"
#include "console/pages.h"
#include "console/texts.h"
#include "ticket/days.h"
#include "ticket/standing_tickets.h"

namespace revier::console {
namespace {

using event::Item;
using event::ItemWrite;
using identity::Action;
using net::Request;
using net::Response;
using web::Language;

// A day of the event that is shown, and what of it takes place.
struct WholeDay {
  event::ProgrammePtr programme;
  event::Day day;
  std::vector<const event::Session*> sessions;  // of the programme
};

Result<WholeDay> whole_day(const event::ProgrammeKeeper& keeper, std::string_view date) {
  WholeDay whole{.programme = keeper.now(), .day = {}, .sessions = {}};
  const event::Event* const event = whole.programme->event();
  const event::Day* const day = event == nullptr ? nullptr : event->day(date);
  if (day == nullptr) return fail(Code::kResourceNotFound, "the event has no such day");
  whole.day = *day;
  for (const event::Session& session : whole.programme->sessions) {
    const bool here = session.event == event->id && session.day == day->date;
    if (here && !session.cancelled) whole.sessions.push_back(&session);
  }
  return whole;
}

// The event with the day as it shall be; all else of it stays.
Result<Item> with_day(const event::ProgrammeKeeper& keeper, const WholeDay& whole, bool cancelled) {
  RV_ASSIGN(Item item, keeper.find(*event::find_kind("events"), whole.programme->event()->id));
  RV_ASSIGN(const json::Document days, json::Document::parse(item.fields["days"]));
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const json::Value day : days.root().elements()) {
    const auto date = day.find("date");
    const bool meant = date && date->as_string() == whole.day.date;
    out.begin_object();
    for (const auto& [name, value] : day.members()) {
      if (!meant || name != "cancelled") out.key(name).value(value);
    }
    if (meant && cancelled) out.member("cancelled", true);
    out.end_object();
  }
  out.end_array();
  item.fields["days"] = text;
  return item;
}

Result<std::vector<ItemWrite>> writes_for(const event::ProgrammeKeeper& keeper,
                                          const WholeDay& whole, bool cancel) {
  std::vector<ItemWrite> writes;
  RV_ASSIGN(Item event, with_day(keeper, whole, cancel));
  const std::string event_id = event.id;
  writes.push_back({event::find_kind("events"), event_id, std::move(event)});
  if (!cancel) return writes;
  const event::KindSpec& kind = *event::find_kind("sessions");
  for (const event::Session* const session : whole.sessions) {
    RV_ASSIGN(Item item, keeper.find(kind, session->id));
    item.fields["cancelled"] = "true";
    writes.push_back({&kind, session->id, std::move(item)});
  }
  return writes;
}

// What cancelling would end.
struct Ends {
  std::int64_t seats = 0;
  std::int64_t people = 0;  // registrations that have a seat or wait: they get a letter
};
Task<Result<Ends>> ends_of(const Needs& needs, const WholeDay& whole) {
  ticket::DayQuota all{.day = whole.day.date, .quota = {}, .event = {}, .admits = {}};
  all.admits.push_back(ticket::quota_of_day(whole.day.date));
  for (const event::Session* const session : whole.sessions) all.admits.push_back(session->id);
  Ends ends;
  for (const std::string& quota : all.admits) {
    const auto status = needs.tickets.registrations.quota(quota);
    if (status) ends.seats += status->figures.taken;
  }
  RV_CO_TRY(co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto tickets, ticket::rows::tickets_for(session, all));
    ends.people = std::ranges::count_if(tickets, [](const ticket::rows::StandingTicket& ticket) {
      return ticket.state == ticket::rows::TicketState::kBooked ||
             ticket.state == ticket::rows::TicketState::kWaiting;
    });
    return {};
  }));
  co_return ends;
}

Response list_after(const Request& request, const WholeDay& whole) {
  return Response::see_other(
      web::path(web::language_of(request), address(kProgrammePage, {{"tag", whole.day.date}})));
}

struct DayQuestion {
  std::string_view path;
  std::string_view deed;
  bool cancel;
};
constexpr DayQuestion kCancelDay{"/absagen", "event-day.cancel", true};
constexpr DayQuestion kReopenDay{"/stattfinden", "event-day.reopen", false};

Task<Response> ask_day(Request& request, const Needs& needs, const event::ProgrammeKeeper& keeper,
                       const DayQuestion& question) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  const auto whole = whole_day(keeper, request.param("day"));
  if (!whole) co_return refused(needs, request, whole.error());
  if (whole->day.cancelled == question.cancel) co_return list_after(request, *whole);
  const Language language = web::language_of(request);
  const std::string day = day_name(whole->day.date, language);
  std::string text = words(language, texts::kDayReopenText);
  if (question.cancel) {
    const auto ends = co_await ends_of(needs, *whole);
    if (!ends) co_return refused(needs, request, ends.error());
    text = web::text(
        language, texts::kDayCancelText,
        {{"sessions", whole->sessions.size()}, {"seats", ends->seats}, {"people", ends->people}});
  }
  const ProgrammeAskPage view{
      .head = make_head(
          needs, request, *caller,
          web::text(language, question.cancel ? texts::kDayCancelTitle : texts::kDayReopenTitle,
                    {{"day", day}})),
      .text = std::move(text),
      .users = {},
      .yes = words(language, question.cancel ? texts::kDayCancelYes : texts::kDayReopenYes),
      .back_href = web::path(language, kProgrammePage),
      .csrf = std::string(caller->csrf())};
  web::Html out(language);
  render_programme_ask(out, view);
  co_return personal(std::move(out));
}

// Whole entities are replaced: they are read when nothing waits any more before the write, between
// releases, so that nobody's change is undone.
Task<Result<>> set_day(const Needs& needs, event::ProgrammeKeeper& keeper,
                       const identity::Caller& caller, const DayQuestion& question,
                       std::string date) {
  // The line first: nothing is cancelled without one.
  RV_CO_TRY(co_await needs.tickets.database.writer().run([&](records::Session& session) {
    return needs.tickets.identity.record(session, caller, {question.deed, "event-day", date});
  }));
  RV_CO_ASSIGN(const WholeDay whole, whole_day(keeper, date));
  RV_CO_ASSIGN(auto writes, writes_for(keeper, whole, question.cancel));
  co_return co_await keeper.write(std::move(writes));
}

Task<Response> answer_day(Request& request, const Needs& needs, event::ProgrammeKeeper& keeper,
                          const DayQuestion& question) {
  const Entry caller = enter(needs, request, Action::kProgrammeRelease);
  if (!caller) co_return caller.error();
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden}}};
  const auto own = read_own_form(*caller, form, request);
  if (!own) co_return refused(needs, request, own.error());
  const auto whole = whole_day(keeper, request.param("day"));
  if (!whole) co_return refused(needs, request, whole.error());
  // Sent twice, or somebody else has done it: nothing is left to do.
  if (whole->day.cancelled == question.cancel) co_return list_after(request, *whole);
  const auto done = co_await needs.programme->between_releases(
      [&] { return set_day(needs, keeper, *caller, question, whole->day.date); });
  if (!done) co_return refused(needs, request, done.error());
  co_return list_after(request, *whole);
}

}  // namespace

void add_whole_days(net::Router& router, const Needs& needs, event::ProgrammeKeeper& keeper) {
  for (const DayQuestion* const question : {&kCancelDay, &kReopenDay}) {
    const std::string page =
        std::string(kProgrammePage) + "/tage/{day}" + std::string(question->path);
    web::add_page(router, net::Method::kGet, page,
                  net::AsyncHandler([needs, &keeper, question](Request& request) {
                    return ask_day(request, needs, keeper, *question);
                  }));
    web::add_page(router, net::Method::kPost, page,
                  net::AsyncHandler([needs, &keeper, question](Request& request) {
                    return answer_day(request, needs, keeper, *question);
                  }),
                  {.body_bytes_max = 16 * 1024});
  }
}

}  // namespace revier::console
