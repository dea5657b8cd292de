// SPDX-License-Identifier: EUPL-1.2
#include "door/api_json.h"

#include <algorithm>

#include "door/snapshot.h"

namespace revier::door {
namespace {

Result<std::optional<Instant>> instant_member(const json::Value& body, std::string_view name) {
  const std::string_view text = body.text(name);
  if (text.empty()) return std::optional<Instant>();
  const auto instant = parse_iso8601(text);
  if (instant) return std::optional(*instant);
  return fail(Code::kUnprocessable,
              fmt::format("\"{}\" is an instant like 2025-02-05T08:30:00Z", name),
              std::string(name));
}

Code code_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUsed:
      return Code::kAlreadyCheckedIn;
    case Verdict::kUnknown:
      return Code::kResourceNotFound;
    case Verdict::kForged:
      return Code::kUnprocessable;
    case Verdict::kCancelled:
    case Verdict::kPassedOn:
      return Code::kGone;
    default:
      return Code::kConflict;
  }
}

std::string_view detail_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kUsed:
      return "this ticket was used before";
    case Verdict::kUnknown:
      return "there is no ticket with this number";
    case Verdict::kForged:
      return "this is no ticket that was signed here";
    case Verdict::kCancelled:
      return "this registration was cancelled";
    case Verdict::kPassedOn:
      return "this ticket was passed on to another person";
    case Verdict::kWaiting:
      return "this person is on the waiting list of this day";
    case Verdict::kSessionCancelled:
      return "the session that this ticket is for does not take place";
    default:
      return "this ticket is not booked for this day";
  }
}

void write_others(json::Writer& out, const std::vector<CheckIn>& others) {
  out.key("others").begin_array();
  for (const CheckIn& other : others) {
    out.begin_object()
        .member("id", other.id)
        .member("desk", other.desk)
        .member("at", to_iso8601(other.at))
        .end_object();
  }
  out.end_array();
}

// What tells two people with a ticket apart at the door, without the code.
std::string_view tail_of(std::string_view code) {
  return code.size() > 4 ? code.substr(code.size() - 4) : code;
}

std::string_view state_for(const ticket::Booking& booking, const ticket::DayQuota& day) {
  using State = ticket::Admission::State;
  if (booking.state != ticket::BookingState::kRegistered) return "cancelled";
  switch (ticket::admission_of(booking, day).state) {
    case State::kBooked:
      return "ok";
    case State::kWaiting:
      return "waiting";
    case State::kSessionCancelled:
      return "session-cancelled";
    case State::kOtherDay:
      break;
  }
  return "other-day";
}

}  // namespace

Result<Request> read_request(const json::Value& body) {
  if (!body.is_object()) return fail(Code::kUnprocessable, "expected a JSON object");
  Request request;
  request.ticket = body.text("ticket");
  if (request.ticket.empty()) request.ticket = body.text("code");
  if (request.ticket.empty()) {
    return fail(Code::kUnprocessable, "\"ticket\" is missing or no text", "ticket");
  }
  request.day.day = body.text("day");
  request.desk = body.text("desk");
  request.id = body.text("id");
  RV_ASSIGN(request.taken_at, instant_member(body, "taken_at"));
  RV_ASSIGN(request.sent_at, instant_member(body, "sent_at"));
  return request;
}

net::Response answer_json(const Answer& answer, const ticket::DayQuota& day) {
  const bool is_recorded = answer.check_in && answer.verdict != Verdict::kUsed;
  std::string text;
  json::Writer out(text);
  out.begin_object();
  const ErrorRow& row = describe(code_of(answer.verdict));
  if (!is_recorded) {
    out.member("type", row.type)
        .member("title", row.title)
        .member("status", row.status)
        .member("detail", detail_of(answer.verdict));
  }
  out.member("verdict", to_string(answer.verdict));
  if (answer.check_in) {
    out.member("id", answer.check_in->id)
        .member("code", answer.check_in->code)
        .member("day", answer.check_in->day)
        .member("desk", answer.check_in->desk)
        .member("at", to_iso8601(answer.check_in->at));
  }
  if (answer.booking) {
    const std::int64_t seats = ticket::admission_of(*answer.booking, day).seats;
    out.member("name", answer.booking->name).member("seats", std::max<std::int64_t>(seats, 1));
  }
  write_others(out, answer.others);
  out.end_object();
  if (is_recorded) return net::Response::json(201, std::move(text));
  return net::Response::text(row.status, "application/problem+json", std::move(text));
}

std::string changes_json(const Changes& changes) {
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("day", changes.day)
      .member("event", changes.event)
      .member("now", to_iso8601(changes.now))
      .member("salt", changes.salt)
      .member("in", changes.in)
      .member("expected", changes.expected)
      .member("revision", changes.revision);
  out.key("check_ins").begin_array();
  for (const CheckIn& check_in : changes.check_ins) {
    out.begin_object()
        .member("id", check_in.id)
        .member("ticket", ticket_hash(changes.salt, check_in.code))
        .member("tail", tail_of(check_in.code))
        .member("desk", check_in.desk)
        .member("at", to_iso8601(check_in.at))
        .member("problem", name_of(check_in.problem))
        .member("undone", check_in.undone_at.has_value())
        .end_object();
  }
  out.end_array().end_object();
  return text;
}

std::string found_json(const std::vector<ticket::Booking>& found, const ticket::DayQuota& day) {
  std::string text;
  json::Writer out(text);
  out.begin_array();
  for (const ticket::Booking& booking : found) {
    out.begin_object()
        .member("code", booking.code)
        .member("name", booking.name)
        .member("mail", booking.mail)
        .member("state", state_for(booking, day))
        .end_object();
  }
  out.end_array();
  return text;
}

std::string undone_json(const CheckIn& check_in) {
  std::string text;
  json::Writer(text)
      .begin_object()
      .member("id", check_in.id)
      .member("undone_at", to_iso8601(*check_in.undone_at))
      .end_object();
  return text;
}

void write_uses(json::Writer& out, const std::vector<CheckIn>& check_ins) {
  out.begin_array();
  for (const CheckIn& use : check_ins) {
    out.begin_object()
        .member("day", use.day)
        .member("desk", use.desk)
        .member("at", to_iso8601(use.at));
    if (use.problem != Problem::kNone) out.member("problem", name_of(use.problem));
    if (use.undone_at) out.member("undone_at", to_iso8601(*use.undone_at));
    out.end_object();
  }
  out.end_array();
}

}  // namespace revier::door
