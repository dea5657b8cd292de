// SPDX-License-Identifier: EUPL-1.2
#include "appointment/queue.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "appointment/visit.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

using records::Row;
using records::Session;

constexpr std::array kMigrations = {records::Migration{
    "appointment-0001-visits",
    "CREATE TABLE visit (id TEXT PRIMARY KEY, counter TEXT NOT NULL, offer TEXT NOT NULL,"
    " day TEXT NOT NULL, number TEXT NOT NULL, booking TEXT NOT NULL, state TEXT NOT NULL,"
    " arrived_at BIGINT NOT NULL, due_at BIGINT, called_at BIGINT, ended_at BIGINT,"
    " desk TEXT NOT NULL, estimated BIGINT NOT NULL, appointment BIGINT NOT NULL,"
    " delete_after BIGINT NOT NULL, UNIQUE (counter, day, number));"
    "CREATE INDEX visit_state ON visit (counter, day, state);"
    "CREATE INDEX visit_ended ON visit (counter, ended_at)"}};

constexpr std::string_view kColumns = "SELECT * FROM visit ";
// Conversations and waits that estimates rest on.
constexpr std::int64_t kLately = 30;
// Desks that called in this time are open.
constexpr Duration kDeskOpen = Duration::minutes(30);
constexpr std::size_t kDeskBytesMax = 40;

std::string_view name_of(VisitState state) {
  switch (state) {
    case VisitState::kWaiting:
      return "waiting";
    case VisitState::kCalled:
      return "called";
    case VisitState::kDone:
      return "done";
    case VisitState::kAbsent:
      return "absent";
  }
  return "";
}

VisitState state_of(std::string_view name) {
  if (name == "waiting") return VisitState::kWaiting;
  if (name == "called") return VisitState::kCalled;
  return name == "done" ? VisitState::kDone : VisitState::kAbsent;
}

std::optional<Instant> maybe(const Row& row, std::string_view column) {
  const auto value = row.maybe_integer(column);
  if (!value) return std::nullopt;
  return Instant{*value};
}

Arrival arrival_from(const Row& row) {
  return {.id = row.text("id"),
          .counter = row.text("counter"),
          .offer = row.text("offer"),
          .day = row.text("day"),
          .number = row.text("number"),
          .booking = row.text("booking"),
          .state = state_of(row.text("state")),
          .arrived_at = {row.integer("arrived_at")},
          .due_at = maybe(row, "due_at"),
          .called_at = maybe(row, "called_at"),
          .ended_at = maybe(row, "ended_at"),
          .desk = row.text("desk"),
          .estimated = {row.integer("estimated")},
          .appointment = row.integer("appointment") != 0};
}

Result<std::vector<Arrival>> read(Session& session, std::string_view where,
                                  records::Parameters parameters) {
  RV_ASSIGN(const std::vector<Row> rows,
            session.query(std::string(kColumns) + std::string(where), parameters, 1'000'000));
  std::vector<Arrival> list;
  for (const Row& row : rows) list.push_back(arrival_from(row));
  return list;
}

Result<Arrival> find(Session& session, std::string_view id) {
  RV_ASSIGN(const Row row, session.one(std::string(kColumns) + "WHERE id = :id", {{"id", id}}));
  return arrival_from(row);
}

Result<> insert(Session& session, const Arrival& arrival, Instant delete_after) {
  RV_TRY(session.execute(
      "INSERT INTO visit (id, counter, offer, day, number, booking, state, arrived_at, due_at,"
      " desk, estimated, appointment, delete_after) VALUES (:id, :counter, :offer, :day, :number,"
      " :booking, :state, :arrived, :due, '', :estimated, :appointment, :delete)",
      {{"id", arrival.id},
       {"counter", arrival.counter},
       {"offer", arrival.offer},
       {"day", arrival.day},
       {"number", arrival.number},
       {"booking", arrival.booking},
       {"state", name_of(arrival.state)},
       {"arrived", arrival.arrived_at},
       {"due", arrival.due_at},
       {"estimated", arrival.estimated.us},
       {"appointment", arrival.appointment ? 1 : 0},
       {"delete", delete_after}}));
  return {};
}

Result<> set_called(Session& session, const Arrival& arrival, std::string_view desk, Instant now) {
  RV_TRY(session.execute(
      "UPDATE visit SET state = 'called', called_at = :now, desk = :desk WHERE id = :id",
      {{"now", now}, {"desk", desk}, {"id", arrival.id}}));
  return {};
}

Result<> set_here_again(Session& session, const Arrival& arrival) {
  RV_TRY(session.execute(
      "UPDATE visit SET state = 'waiting', booking = :booking, arrived_at = :arrived,"
      " due_at = :due, called_at = NULL, ended_at = NULL, desk = '' WHERE id = :id",
      {{"booking", arrival.booking},
       {"arrived", arrival.arrived_at},
       {"due", arrival.due_at},
       {"id", arrival.id}}));
  return {};
}

Result<> set_ended(Session& session, std::string_view id, VisitState how, Instant now) {
  RV_TRY(session.execute(
      "UPDATE visit SET state = :state, ended_at = :now, booking = '' WHERE id = :id",
      {{"state", name_of(how)}, {"now", now}, {"id", id}}));
  return {};
}

// Errors: kConflict for one that is not called.
Result<Arrival> find_called(Session& session, std::string_view id) {
  RV_ASSIGN(Arrival arrival, find(session, id));
  if (arrival.state == VisitState::kCalled) return arrival;
  return fail(Code::kConflict, "this number is not called now");
}

// "A", "B": a letter for each hundred numbers keeps them short to read aloud.
std::string number_text(std::int64_t count) {
  return fmt::format("{}{:02}", static_cast<char>('A' + count / 100 % 26), count % 100);
}

}  // namespace

std::span<const records::Migration> Queue::migrations() { return kMigrations; }

void sort_by_turn(std::vector<Arrival>& waiting, Instant now) {
  const auto turn = [now](const Arrival& arrival) {
    const bool due = arrival.due_at && *arrival.due_at <= now;
    const int group = due ? 0 : arrival.due_at ? 2 : 1;
    return std::tuple(group, arrival.due_at.value_or(arrival.arrived_at), arrival.arrived_at,
                      std::string_view(arrival.number));
  };
  std::ranges::sort(waiting, {}, turn);
}

Task<Result<Arrival>> Queue::draw(NewVisit visit) {
  return needs_.database.writer().run([this, visit](Session& session) -> Result<Arrival> {
    const Instant now = needs_.civil_clock.now();
    const std::string day = web::iso_date(now);
    RV_ASSIGN(const Row row,
              session.one("SELECT COUNT(*) AS n FROM visit WHERE counter = :counter AND day = :day"
                          " AND appointment = 0",
                          {{"counter", visit.counter}, {"day", day}}));
    Arrival arrival{.id = random_id(needs_.random),
                    .counter = visit.counter,
                    .offer = visit.offer,
                    .day = day,
                    .number = number_text(row.integer("n") + 1),
                    .arrived_at = now,
                    .estimated = visit.estimated};
    RV_TRY(insert(session, arrival, now + needs_.keep_figures));
    return arrival;
  });
}

Task<Result<Arrival>> Queue::arrive(const ticket::Booking& booking, std::string counter,
                                    Instant due_at) {
  return needs_.database.writer().run([this, booking, counter = std::move(counter),
                                       due_at](Session& session) -> Result<Arrival> {
    const Instant now = needs_.civil_clock.now();
    const std::string day = web::iso_date(now);
    const std::string number = call_number(booking);
    RV_ASSIGN(
        const std::vector<Arrival> known,
        appointment::read(session, "WHERE counter = :counter AND day = :day AND number = :number",
                          {{"counter", counter}, {"day", day}, {"number", number}}));
    if (!known.empty()) {
      Arrival again = known.front();
      const bool is_here =
          again.state == VisitState::kWaiting || again.state == VisitState::kCalled;
      if (is_here) return again;
      // Noted as absent and here after all, or back once more: the number of the day is the same.
      again.booking = booking.id;
      again.arrived_at = now;
      again.due_at = due_at;
      RV_TRY(set_here_again(session, again));
      return find(session, again.id);
    }
    Arrival arrival{.id = random_id(needs_.random),
                    .counter = counter,
                    .offer = booking.subject,
                    .day = day,
                    .number = number,
                    .booking = booking.id,
                    .arrived_at = now,
                    .due_at = due_at,
                    .appointment = true};
    RV_TRY(insert(session, arrival, now + needs_.keep_figures));
    return arrival;
  });
}

Task<Result<std::optional<Arrival>>> Queue::call_next(std::string counter, std::string desk) {
  using Called = std::optional<Arrival>;
  if (desk.empty() || desk.size() > kDeskBytesMax) {
    co_return fail(Code::kBadRequestData, "name the desk in 1 to 40 bytes", "desk");
  }
  co_return co_await needs_.database.writer().run([&](Session& session) -> Result<Called> {
    const Instant now = needs_.civil_clock.now();
    RV_ASSIGN(std::vector<Arrival> all, here(session, counter, web::iso_date(now), now));
    for (const Arrival& one : all) {
      if (one.state == VisitState::kCalled && one.desk == desk) {
        RV_TRY(set_ended(session, one.id, VisitState::kDone, now));
      }
    }
    const auto next = std::ranges::find(all, VisitState::kWaiting, &Arrival::state);
    if (next == all.end()) return Called();
    RV_TRY(set_called(session, *next, desk, now));
    RV_ASSIGN(Arrival called, find(session, next->id));
    return Called(std::move(called));
  });
}

Task<Result<Arrival>> Queue::end(std::string id, VisitState how) {
  return needs_.database.writer().run(
      [this, id = std::move(id), how](Session& session) -> Result<Arrival> {
        RV_TRY(find_called(session, id));
        RV_TRY(set_ended(session, id, how, needs_.civil_clock.now()));
        return find(session, id);
      });
}

Task<Result<Arrival>> Queue::call_back(std::string id) {
  return needs_.database.writer().run([id = std::move(id)](Session& session) -> Result<Arrival> {
    RV_TRY(find_called(session, id));
    RV_TRY(
        session.execute("UPDATE visit SET state = 'waiting', called_at = NULL, desk = ''"
                        " WHERE id = :id",
                        {{"id", id}}));
    return find(session, id);
  });
}

Result<std::vector<Arrival>> Queue::here(Session& session, std::string_view counter,
                                         std::string_view day, Instant now) {
  RV_ASSIGN(std::vector<Arrival> called,
            appointment::read(session,
                              "WHERE counter = :counter AND day = :day AND state = 'called'"
                              " ORDER BY called_at DESC, number",
                              {{"counter", counter}, {"day", day}}));
  RV_ASSIGN(
      std::vector<Arrival> waiting,
      appointment::read(session, "WHERE counter = :counter AND day = :day AND state = 'waiting'",
                        {{"counter", counter}, {"day", day}}));
  sort_by_turn(waiting, now);
  called.insert(called.end(), waiting.begin(), waiting.end());
  return called;
}

Result<QueueState> Queue::measure(Session& session, std::string_view counter, Instant now) {
  QueueState state;
  RV_ASSIGN(const std::vector<Arrival> all, here(session, counter, web::iso_date(now), now));
  for (const Arrival& one : all) {
    if (one.state == VisitState::kCalled) ++state.in_service;
    if (one.state == VisitState::kWaiting) ++state.waiting_ahead;
  }
  RV_ASSIGN(const std::vector<Arrival> ended,
            appointment::read(session,
                              "WHERE counter = :counter AND state = 'done' AND ended_at <= :now"
                              " ORDER BY ended_at DESC LIMIT :limit",
                              {{"counter", counter}, {"now", now}, {"limit", kLately}}));
  for (const Arrival& one : ended) {
    state.measured.push_back(*one.ended_at - *one.called_at);
    if (!one.appointment && one.estimated.us > 0) {
      state.kept.push_back({one.estimated, *one.called_at - one.arrived_at});
    }
  }
  RV_ASSIGN(const Row desks,
            session.one("SELECT COUNT(DISTINCT desk) AS n FROM visit WHERE counter = :counter"
                        " AND called_at > :since AND desk <> ''",
                        {{"counter", counter}, {"since", now - kDeskOpen}}));
  state.desks = desks.integer("n");
  return state;
}

Result<std::vector<QueueFigures>> Queue::figures(Session& session, std::string_view counter,
                                                 std::string_view first_day,
                                                 std::string_view last_day) {
  RV_ASSIGN(const std::vector<Arrival> ended,
            appointment::read(session,
                              "WHERE counter = :counter AND day >= :first AND day <= :last AND"
                              " state IN ('done', 'absent') ORDER BY day, offer, id",
                              {{"counter", counter}, {"first", first_day}, {"last", last_day}}));
  std::map<std::pair<std::string, std::string>, QueueFigures> lines;
  for (const Arrival& one : ended) {
    QueueFigures& line = lines[{one.day, one.offer}];
    line.day = one.day;
    line.offer = one.offer;
    ++line.visits;
    if (one.appointment) ++line.with_appointment;
    if (one.state == VisitState::kAbsent) ++line.absent;
    if (!one.called_at) continue;
    const Duration wait = *one.called_at - one.arrived_at;
    if (!one.appointment) line.waits.push_back(wait);
    if (one.state == VisitState::kDone) {
      line.conversations.push_back(*one.ended_at - *one.called_at);
    }
    if (one.appointment || one.estimated.us == 0) continue;
    ++line.estimated;
    if (wait.us <= 2 * one.estimated.us) ++line.within;
  }
  std::vector<QueueFigures> list;
  for (auto& [key, line] : lines) list.push_back(std::move(line));
  return list;
}

Result<> Queue::sweep() {
  const Instant now = needs_.civil_clock.now();
  const std::string today = web::iso_date(now);
  bool any = false;
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(const Row row,
              session.one("SELECT COUNT(*) AS n FROM visit WHERE delete_after <= :now OR"
                          " (day < :today AND state IN ('waiting', 'called'))",
                          {{"now", now}, {"today", today}}));
    any = row.integer("n") > 0;
    return {};
  }));
  if (!any) return {};
  auto done = needs_.database.writer().run_blocking([&](Session& session) -> Result<std::int64_t> {
    RV_TRY(session.execute("DELETE FROM visit WHERE delete_after <= :now", {{"now", now}}));
    // How long these took nobody knows: they count as absent, not as conversations.
    return session.execute(
        "UPDATE visit SET state = 'absent', ended_at = :now, booking = '', called_at = NULL"
        " WHERE day < :today AND state IN ('waiting', 'called')",
        {{"now", now}, {"today", today}});
  });
  RV_TRY(done);
  return {};
}

}  // namespace revier::appointment
