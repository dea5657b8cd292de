// SPDX-License-Identifier: EUPL-1.2
#include "door/api.h"

#include <charconv>

#include "door/api_json.h"
#include "door/snapshot.h"
#include "door/store.h"
#include "identity/access.h"
#include "net/server.h"
#include "ticket/booking_store.h"

namespace revier::door {
namespace {

using identity::Action;
using net::Method;
using net::Response;
using ticket::Domain;

constexpr net::RouteOptions kSmallBody{.body_bytes_max = 16 * 1024};
constexpr std::int64_t kChangesMax = 2'000;
constexpr std::int64_t kFoundMax = 10;
constexpr std::size_t kSearchBytesMin = 3;
constexpr std::size_t kSearchBytesMax = 100;

Result<json::Document> parse_body(const net::Request& request) {
  return json::Document::parse(request.body, {.depth_max = 4, .values_max = 50});
}

// Without the right on any event nothing is read; which event it is about, the request tells.
Result<identity::Caller> enter(const net::Request& request, const Domain& tickets, Action action) {
  identity::Caller caller = tickets.identity.authenticate(request);
  if (!caller.may_somewhere(action)) RV_TRY(caller.require(action));
  return caller;
}

// The day asked for, of an event on which the caller has the right.
Result<ticket::DayQuota> day_of(const Domain& tickets, const identity::Caller& caller,
                                Action action, std::string_view asked) {
  RV_ASSIGN(ticket::DayQuota day,
            ticket::day_quota(tickets.registrations, asked, tickets.civil_clock.now()));
  RV_TRY(caller.require(action, identity::Scope::event(day.event)));
  return day;
}

// Personal or of the moment: no cache keeps it.
Response fresh(Response response) {
  response.header("Cache-Control", "no-store");
  return response;
}

Task<Response> post_check_in(net::Request& request, const Domain& tickets) {
  const auto caller = enter(request, tickets, Action::kCheckIn);
  if (!caller) co_return Response::problem(caller.error());
  auto document = parse_body(request);
  if (!document) co_return Response::problem(document.error());
  auto wanted = read_request(document->root());
  if (!wanted) co_return Response::problem(wanted.error());
  auto day = day_of(tickets, *caller, Action::kCheckIn, wanted->day.day);
  if (!day) co_return Response::problem(day.error());
  wanted->day = *day;
  wanted->account = caller->id();
  const auto answer = co_await check_in(tickets, std::move(*wanted));
  if (!answer) co_return Response::problem(answer.error());
  co_return fresh(answer_json(*answer, *day));
}

std::int64_t number_param(const net::Request& request, std::string_view name) {
  const std::string text = request.query_param(name).value_or("");
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<> read_changes(const Domain& tickets, const ticket::DayQuota& day, std::int64_t after,
                      Changes& changes) {
  changes.event = ticket::event_tag(day.event);
  changes.salt = salt_of(tickets, day.day);
  return tickets.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(changes.in, rows::count_in(session, day.day));
    RV_ASSIGN(changes.expected, ticket::rows::count_registered(session, day.admits));
    RV_ASSIGN(changes.check_ins, rows::since(session, day.day, after, kChangesMax));
    changes.revision = changes.check_ins.empty() ? after : changes.check_ins.back().revision;
    return {};
  });
}

Task<Response> get_changes(net::Request& request, const Domain& tickets) {
  const auto caller = enter(request, tickets, Action::kCheckIn);
  if (!caller) co_return Response::problem(caller.error());
  const auto day =
      day_of(tickets, *caller, Action::kCheckIn, request.query_param("day").value_or(""));
  if (!day) co_return Response::problem(day.error());
  Changes changes{.day = day->day, .event = {}, .now = tickets.civil_clock.now(), .salt = {}};
  const std::int64_t after = number_param(request, "after");
  auto read =
      co_await tickets.pool.run([&] { return read_changes(tickets, *day, after, changes); });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  co_return fresh(Response::json(200, changes_json(changes)));
}

std::string tickets_json(const Domain& tickets, const ticket::DayQuota& day,
                         const Snapshot& snapshot) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("tag", snapshot.tag)
      .member("day", day.day)
      .member("now", to_iso8601(snapshot.at))
      .member("salt", salt_of(tickets, day.day));
  out.key("keys").begin_object();
  for (const auto& key : tickets.keys.public_keys()) out.member(key.id, key.key);
  out.end_object().key("tickets").raw(snapshot.json).end_object();
  return text;
}

Task<Response> get_tickets(net::Request& request, const Domain& tickets,
                           const std::shared_ptr<Snapshots>& snapshots) {
  const auto caller = enter(request, tickets, Action::kCheckIn);
  if (!caller) co_return Response::problem(caller.error());
  const auto day =
      day_of(tickets, *caller, Action::kCheckIn, request.query_param("day").value_or(""));
  if (!day) co_return Response::problem(day.error());
  auto made = co_await tickets.pool.run([&] { return snapshots->of(*day); });
  if (!made) co_return Response::problem(made.error());
  if (!*made) co_return Response::problem(made->error());
  const Snapshot& snapshot = ***made;
  if (request.query_param("known") == snapshot.tag) co_return fresh(Response::empty(204));
  co_return fresh(Response::json(200, tickets_json(tickets, *day, snapshot)));
}

Task<Response> post_search(net::Request& request, const Domain& tickets) {
  const auto caller = enter(request, tickets, Action::kRegistrationsRead);
  if (!caller) co_return Response::problem(caller.error());
  auto document = parse_body(request);
  if (!document) co_return Response::problem(document.error());
  const auto day = day_of(tickets, *caller, Action::kRegistrationsRead,
                          std::string(document->root().text("day")));
  if (!day) co_return Response::problem(day.error());
  const std::string text(document->root().text("text"));
  if (text.size() < kSearchBytesMin || text.size() > kSearchBytesMax) {
    co_return Response::problem(
        {Code::kUnprocessable, "\"text\" is a name or part of it, 3 to 100 characters", "text"});
  }
  std::vector<ticket::Booking> found;
  auto read = co_await tickets.pool.run([&] {
    return tickets.database.read([&](records::Session& session) -> Result<> {
      RV_ASSIGN(found, ticket::rows::search(
                           session, {.text = text, .events = {{day->event}}, .limit = kFoundMax}));
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  co_return fresh(Response::json(200, found_json(found, *day)));
}

Task<Response> post_undo(net::Request& request, const Domain& tickets) {
  const auto caller = enter(request, tickets, Action::kCheckInUndo);
  if (!caller) co_return Response::problem(caller.error());
  const std::string id(request.param("id"));
  Result<CheckIn> known = fail(Code::kResourceNotFound, "there is no such check-in", "id");
  auto read = co_await tickets.pool.run([&] {
    return tickets.database.read([&](records::Session& session) -> Result<> {
      known = rows::find(session, id);
      return {};
    });
  });
  if (!read) co_return Response::problem(read.error());
  if (!*read) co_return Response::problem(read->error());
  if (!known) co_return Response::problem(known.error());
  const auto day = day_of(tickets, *caller, Action::kCheckInUndo, known->day);
  if (!day) co_return Response::problem(day.error());
  const auto undone = co_await undo(tickets, id, *caller);
  if (!undone) co_return Response::problem(undone.error());
  co_return fresh(Response::json(200, undone_json(*undone)));
}

}  // namespace

void add_api_routes(net::Router& router, const Domain& tickets) {
  const auto route = [&](Method method, const char* pattern,
                         Task<Response> (*handler)(net::Request&, const Domain&)) {
    router.add(method, pattern, net::AsyncHandler([tickets, handler](net::Request& request) {
                 return handler(request, tickets);
               }),
               kSmallBody);
  };
  route(Method::kPost, "/api/v1/check-ins", post_check_in);
  route(Method::kGet, "/api/v1/check-ins", get_changes);
  route(Method::kPost, "/api/v1/check-ins/search", post_search);
  route(Method::kPost, "/api/v1/check-ins/{id}/undo", post_undo);
  router.add(Method::kGet, "/api/v1/check-ins/tickets",
             net::AsyncHandler(
                 [tickets, snapshots = std::make_shared<Snapshots>(tickets)](
                     net::Request& request) { return get_tickets(request, tickets, snapshots); }),
             kSmallBody);
}

}  // namespace revier::door
