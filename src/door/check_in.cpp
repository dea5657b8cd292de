// SPDX-License-Identifier: EUPL-1.2
#include "door/check_in.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/random.h"
#include "door/store.h"
#include "ticket/booking_rules.h"
#include "ticket/booking_store.h"

namespace revier::door {
namespace {

using ticket::Booking;

constexpr std::size_t kDeskBytesMax = 60;
constexpr std::size_t kIdBytesMax = 64;
constexpr Duration kCutOffMax = Duration::days(7);
constexpr std::array<std::string_view, 9> kVerdicts{"accepted",  "used",      "unknown",
                                                    "forged",    "cancelled", "waiting",
                                                    "other-day", "passed-on", "session-cancelled"};

bool is_id_sign(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

Result<> check_request(const Request& request) {
  if (request.desk.size() > kDeskBytesMax) {
    return fail(Code::kUnprocessable, "the desk's name is at most 60 characters", "desk");
  }
  if (request.id.size() > kIdBytesMax || !std::ranges::all_of(request.id, is_id_sign)) {
    return fail(Code::kUnprocessable, "an id has 1 to 64 of A-Z a-z 0-9 - _ .", "id");
  }
  return {};
}

// What the door makes of a registration and a day.
Verdict judge(const Booking& booking, const ticket::DayQuota& day) {
  if (booking.state == ticket::BookingState::kCancelled) return Verdict::kCancelled;
  if (booking.state != ticket::BookingState::kRegistered) return Verdict::kPassedOn;
  switch (ticket::admission_of(booking, day).state) {
    case ticket::Admission::State::kBooked:
      return Verdict::kAccepted;
    case ticket::Admission::State::kWaiting:
      return Verdict::kWaiting;
    case ticket::Admission::State::kSessionCancelled:
      return Verdict::kSessionCancelled;
    case ticket::Admission::State::kOtherDay:
      break;
  }
  return Verdict::kOtherDay;
}

Problem problem_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
      return Problem::kNone;
    case Verdict::kCancelled:
    case Verdict::kPassedOn:
      return Problem::kCancelled;
    case Verdict::kWaiting:
    case Verdict::kOtherDay:
    case Verdict::kSessionCancelled:
      return Problem::kNotBooked;
    default:
      return Problem::kUnknown;
  }
}

// Civil time at which it happened: the device's clock may be wrong, the time that passed on it is
// believed.
Instant taken_at(const Request& request, Instant now) {
  if (!request.taken_at) return now;
  const Instant end = request.sent_at.value_or(now);
  const Duration ago{std::clamp<std::int64_t>((end - *request.taken_at).us, 0, kCutOffMax.us)};
  return now - ago;
}

struct Job {
  const Request& request;
  std::string code;  // normalised; of a signed ticket the one inside
  std::string id;
  Instant now;
};

Result<std::vector<CheckIn>> others_of(records::Session& session, const CheckIn& check_in) {
  RV_ASSIGN(std::vector<CheckIn> others,
            rows::standing(session, check_in.booking, check_in.code, check_in.day));
  std::erase_if(others, [&](const CheckIn& other) { return other.id == check_in.id; });
  return others;
}

// The answer that the same request got before.
Result<Answer> repeated(records::Session& session, const Job& job, CheckIn known, Answer answer) {
  if (known.code != job.code || known.day != job.request.day.day) {
    return fail(Code::kUnprocessable, "this id was used for another ticket", "id");
  }
  if (known.problem == Problem::kNone) answer.verdict = Verdict::kAccepted;
  RV_ASSIGN(answer.others, others_of(session, known));
  answer.check_in = std::move(known);
  return answer;
}

Result<Answer> decide(records::Session& session, const Job& job) {
  Answer answer;
  if (auto booking = ticket::rows::find_by_code(session, job.code)) {
    answer.verdict = judge(*booking, job.request.day);
    answer.booking = std::move(*booking);
  }
  if (auto known = rows::find(session, job.id)) {
    return repeated(session, job, std::move(*known), std::move(answer));
  }
  CheckIn wanted{.id = job.id,
                 .booking = answer.booking ? answer.booking->id : std::string(),
                 .code = job.code,
                 .day = job.request.day.day,
                 .desk = job.request.desk,
                 .at = taken_at(job.request, job.now),
                 .device_at = job.request.taken_at,
                 .received_at = job.now,
                 .problem = problem_of(answer.verdict),
                 .account = job.request.account};
  RV_ASSIGN(answer.others, others_of(session, wanted));
  const bool is_done = job.request.taken_at.has_value();
  if (!is_done && answer.verdict != Verdict::kAccepted) return answer;
  if (!is_done && !answer.others.empty()) {
    answer.verdict = Verdict::kUsed;
    answer.check_in = answer.others.front();
    answer.others.erase(answer.others.begin());
    return answer;
  }
  RV_TRY(rows::insert(session, wanted));
  answer.check_in = std::move(wanted);
  return answer;
}

std::string new_id() {
  SystemRandom random;
  return random_id(random);
}

}  // namespace

std::string_view to_string(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

Task<Result<Answer>> check_in(const ticket::Domain& tickets, Request request) {
  RV_CO_TRY(check_request(request));
  Job job{request, ticket::rules::normalise_code(request.ticket),
          request.id.empty() ? new_id() : request.id, tickets.civil_clock.now()};
  if (ticket::looks_signed(request.ticket)) {
    const auto genuine = tickets.keys.open(request.ticket);
    if (!genuine && !request.taken_at) co_return Answer{.verdict = Verdict::kForged};
    // A desk believed it, by a key that was taken out since: kept like one that nobody knows.
    job.code = genuine ? genuine->code : job.id;
  }
  co_return co_await tickets.database.writer().run(
      [&](records::Session& session) { return decide(session, job); });
}

Task<Result<CheckIn>> undo(const ticket::Domain& tickets, std::string id, identity::Caller by) {
  const Instant now = tickets.civil_clock.now();
  co_return co_await tickets.database.writer().run(
      [&](records::Session& session) -> Result<CheckIn> {
        auto found = rows::find(session, id);
        if (!found) return fail(Code::kResourceNotFound, "there is no such check-in", "id");
        if (found->undone_at) return std::move(*found);
        RV_TRY(rows::set_undone(session, *found, now, by.id()));
        RV_TRY(tickets.identity.record(session, by, {"check-in.undo", "check-in", id}));
        return std::move(*found);
      });
}

}  // namespace revier::door
