// SPDX-License-Identifier: EUPL-1.2
// What the door did on a day: tickets taken twice, arrivals by the quarter of an hour, the last
// check-ins with a way back.
#include "console/csv.h"
#include "console/detail/entry.h"
#include "console/pages.h"
#include "console/texts.h"
#include "door/check_in.h"
#include "door/store.h"
#include "ticket/booking_store.h"
#include "ticket/days.h"

namespace revier::console {
namespace {

using door::rows::Line;
using identity::Action;
using identity::Caller;
using net::Request;
using net::Response;
using web::Language;

constexpr std::string_view kGateListHome = "/console/einlass";
constexpr std::string_view kGateListPage = "/console/einlass/liste";
constexpr std::string_view kUndoPage = "/console/einlass/zuruecknehmen";
constexpr std::string_view kCsvPage = "/console/einlass/viertelstunden.csv";
constexpr std::int64_t kLatest = 50;
constexpr Duration kQuarter = Duration::minutes(15);

struct Quarter {
  Instant from;
  std::int64_t count = 0;
};

// From the first arrival to the last without gaps. Quarters of an hour are the same in every zone.
std::vector<Quarter> quarters_of(const std::vector<Instant>& times) {
  std::vector<Quarter> quarters;
  for (const Instant time : times) {
    const Instant from{time.us - time.us % kQuarter.us};
    if (quarters.empty()) quarters.push_back({from, 0});
    while (quarters.back().from < from) quarters.push_back({quarters.back().from + kQuarter, 0});
    ++quarters.back().count;
  }
  return quarters;
}

struct DayFacts {
  std::int64_t inside = 0;
  std::int64_t registered = 0;
  std::vector<Line> conflicts;
  std::vector<Line> latest;
  std::vector<Instant> times;
};

Result<> read_day(records::Session& session, const ticket::DayQuota& day, DayFacts& facts) {
  RV_ASSIGN(facts.inside, door::rows::count_in(session, day.day));
  RV_ASSIGN(facts.registered, ticket::rows::count_registered(session, day.admits));
  RV_ASSIGN(facts.conflicts, door::rows::conflicts(session, day.day));
  RV_ASSIGN(facts.latest, door::rows::latest(session, day.day, kLatest));
  RV_ASSIGN(facts.times, door::rows::times(session, day.day));
  return {};
}

std::string ticket_words(const Line& line) {
  if (line.check_in.code.empty()) return "–";
  return line.name.empty() ? line.check_in.code : line.check_in.code + ", " + line.name;
}

std::string remark_for(const Line& line, bool is_first, Language language) {
  const door::Problem problem = line.check_in.problem;
  if (problem != door::Problem::kNone) return problem_words(problem, language);
  return words(language, is_first ? texts::kGatelistFirst : texts::kGatelistAgain);
}

web::kern::Table conflict_table(const std::vector<Line>& lines, Language language) {
  web::kern::Table table{.caption = words(language, texts::kGatelistConflicts),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kGatelistTicket)},
                                     {words(language, texts::kGatelistTime)},
                                     {words(language, texts::kGatelistDesk)},
                                     {words(language, texts::kGatelistRemark)}},
                         .rows = {}};
  std::string before;
  for (const Line& line : lines) {
    const std::string which =
        line.check_in.booking.empty() ? line.check_in.code : line.check_in.booking;
    table.rows.push_back({{.text = ticket_words(line)},
                          {.text = web::time(language, line.check_in.at)},
                          {.text = line.check_in.desk},
                          {.text = remark_for(line, which != before, language)}});
    before = which;
  }
  return table;
}

web::kern::Table quarter_table(const std::vector<Quarter>& quarters, Language language) {
  web::kern::Table table{.caption = words(language, texts::kGatelistQuarters),
                         .caption_visible = false,
                         .columns = {{words(language, texts::kGatelistFrom)},
                                     {words(language, texts::kGatelistTickets), true}},
                         .rows = {}};
  for (const Quarter& quarter : quarters) {
    table.rows.push_back({{.text = web::time(language, quarter.from)},
                          {.text = web::number(language, quarter.count)}});
  }
  return table;
}

GateLine line_of(const Line& line, bool may_undo, Language language) {
  const std::string when = web::time(language, line.check_in.at);
  std::string text = when + ", " + ticket_words(line);
  if (!line.check_in.desk.empty()) text += ", " + line.check_in.desk;
  if (line.check_in.undone_at) {
    text += " – " + web::text(language, texts::kGatelistUndone,
                              {{"when", web::time(language, *line.check_in.undone_at)}});
  }
  return {.id = line.check_in.id,
          .text = std::move(text),
          .may_undo = may_undo && !line.check_in.undone_at};
}

// The caller and the day that she may work on.
struct Visitor {
  Caller caller;
  ticket::DayQuota day;
};
tl::expected<Visitor, Response> visit(const Needs& needs, const Request& request, Action action) {
  Entry caller = enter_somewhere(needs, request, action);
  if (!caller) return tl::unexpected(std::move(caller).error());
  auto day = ticket::day_quota(needs.tickets.registrations, asked(request, "tag"),
                               needs.tickets.civil_clock.now());
  if (!day) return tl::unexpected(refused(needs, request, day.error()));
  const auto may = caller->require(action, identity::Scope::event(day->event));
  if (!may) return tl::unexpected(refused(needs, request, may.error()));
  return Visitor{std::move(*caller), std::move(*day)};
}

Task<Response> get_list(Request& request, const Needs& needs) {
  const auto visitor = visit(needs, request, Action::kCheckIn);
  if (!visitor) co_return visitor.error();
  const ticket::DayQuota& day = visitor->day;
  DayFacts facts;
  const auto read = co_await read_records(
      needs, [&](records::Session& session) { return read_day(session, day, facts); });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  const bool may_undo =
      visitor->caller.may(Action::kCheckInUndo, identity::Scope::event(day.event));
  const auto href = [&](std::string_view page) {
    return web::path(language, address(page, {{"tag", day.day}}));
  };
  std::string title =
      web::text(language, texts::kGatelistTitle, {{"day", day_name(day.day, language)}});
  GateListPage view{.head = make_head(needs, request, visitor->caller, std::move(title)),
                    .count = web::text(language, texts::kGateCount,
                                       {{"in", facts.inside}, {"all", facts.registered}}),
                    .conflicts = conflict_table(facts.conflicts, language),
                    .quarters = quarter_table(quarters_of(facts.times), language),
                    .csv_href = href(kCsvPage),
                    .latest = {},
                    .undo_action = href(kUndoPage),
                    .back_href = href(kGateListHome),
                    .csrf = std::string(visitor->caller.csrf())};
  view.head.page.styles = {"desk.css"};
  for (const Line& line : facts.latest) view.latest.push_back(line_of(line, may_undo, language));
  web::Html out(language);
  render_gate_list(out, view);
  co_return personal(std::move(out));
}

const web::Form& undo_form() {
  static const web::Form form{{{.name = "csrf", .kind = web::FieldKind::kHidden},
                               {.name = "id", .kind = web::FieldKind::kHidden, .length_max = 64}}};
  return form;
}

Task<Response> post_undo(Request& request, const Needs& needs) {
  const auto visitor = visit(needs, request, Action::kCheckInUndo);
  if (!visitor) co_return visitor.error();
  const auto data = read_own_form(visitor->caller, undo_form(), request);
  if (!data) co_return refused(needs, request, data.error());
  const std::string id(data->get("id"));
  Result<door::CheckIn> known = fail(Code::kResourceNotFound, "there is no such check-in");
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    known = door::rows::find(session, id);
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  if (!known || known->day != visitor->day.day) {
    co_return refused(needs, request, {Code::kResourceNotFound, "there is no such check-in", {}});
  }
  const auto undone = co_await door::undo(needs.tickets, id, visitor->caller);
  if (!undone) co_return refused(needs, request, undone.error());
  co_return Response::see_other(
      web::path(web::language_of(request), address(kGateListPage, {{"tag", visitor->day.day}})));
}

Task<Response> get_csv(Request& request, const Needs& needs) {
  const auto visitor = visit(needs, request, Action::kCheckIn);
  if (!visitor) co_return visitor.error();
  std::vector<Instant> times;
  const auto read = co_await read_records(needs, [&](records::Session& session) -> Result<> {
    RV_ASSIGN(times, door::rows::times(session, visitor->day.day));
    return {};
  });
  if (!read) co_return refused(needs, request, read.error());
  const Language language = web::language_of(request);
  std::string text(kByteOrderMark);
  const std::string head[] = {words(language, texts::kGatelistFrom),
                              words(language, texts::kGatelistTickets)};
  append_csv_row(text, head);
  for (const Quarter& quarter : quarters_of(times)) {
    const std::string row[] = {web::iso_date(quarter.from) + " " + web::iso_time(quarter.from),
                               std::to_string(quarter.count)};
    append_csv_row(text, row);
  }
  Response file = Response::text(200, std::string(kCsvType), std::move(text));
  file.header("Cache-Control", "no-store")
      .header("Content-Disposition",
              "attachment; filename=\"einlass-" + visitor->day.day + ".csv\"");
  co_return file;
}

}  // namespace

std::string problem_words(door::Problem problem, web::Language language) {
  switch (problem) {
    case door::Problem::kUnknown:
      return words(language, texts::kGatelistUnknown);
    case door::Problem::kCancelled:
      return words(language, texts::kGatelistCancelled);
    case door::Problem::kNotBooked:
      return words(language, texts::kGatelistNotBooked);
    case door::Problem::kNone:
      break;
  }
  return {};
}

void add_gate_list(net::Router& router, const Needs& needs) {
  const auto page = [&](net::Method method, std::string_view pattern,
                        Task<Response> (*handler)(Request&, const Needs&)) {
    web::add_page(
        router, method, std::string(pattern),
        net::AsyncHandler([needs, handler](Request& request) { return handler(request, needs); }),
        {.body_bytes_max = 16 * 1024});
  };
  page(net::Method::kGet, kGateListPage, get_list);
  page(net::Method::kPost, kUndoPage, post_undo);
  page(net::Method::kGet, kCsvPage, get_csv);
}

}  // namespace revier::console
