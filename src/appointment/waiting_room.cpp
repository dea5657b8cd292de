// SPDX-License-Identifier: EUPL-1.2
#include "appointment/waiting_room.h"

#include <algorithm>
#include <set>

#include "appointment/slots.h"
#include "appointment/texts.h"
#include "ticket/changes_store.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

constexpr std::int64_t kStepMin = 5;
constexpr Duration kLookAhead = Duration::hours(3);

std::int64_t minutes_of(Duration duration) { return duration.us / 60'000'000; }

// Of the longest offer of the counter: what is not measured is not promised shorter.
Duration planned_length(const event::Counter& counter, const event::Programme& programme) {
  Duration longest = Duration::minutes(10);
  for (const std::string& id : counter.offers) {
    if (const event::Offer* offer = programme.offer(id)) {
      longest = std::max(longest, Duration::minutes(offer->duration_min));
    }
  }
  return longest;
}

std::int64_t planned_desks(const event::Counter& counter, Instant now, bool& open) {
  std::int64_t desks = 0;
  for (const Opening& opening : openings(counter, web::iso_date(now))) {
    if (opening.from <= now && now < opening.to) desks += opening.staff;
  }
  open = desks > 0;
  return std::max<std::int64_t>(desks, 1);
}

// Appointments that are still to come in.
Result<std::vector<Duration>> due_in(records::Session& session, const WaitingRoomNeeds& needs,
                                     const std::vector<Arrival>& waiting) {
  std::set<std::string, std::less<>> here;
  for (const Arrival& arrival : waiting) here.insert(arrival.booking);
  RV_ASSIGN(const auto bookings,
            ticket::rows::appointments_between(session, needs.now, needs.now + kLookAhead));
  std::vector<Duration> list;
  for (const ticket::Booking& booking : bookings) {
    if (here.contains(booking.id) || booking.claims.empty()) continue;
    if (counter_of(booking.claims.front().quota) != needs.counter.id) continue;
    const auto visit = ticket::visit_of(booking, needs.registrations);
    if (visit && visit->starts_at >= needs.now) list.push_back(visit->starts_at - needs.now);
  }
  std::ranges::sort(list);
  return list;
}

}  // namespace

Result<WaitingRoom> read_waiting_room(records::Session& session, const WaitingRoomNeeds& needs) {
  WaitingRoom room;
  RV_ASSIGN(const std::vector<Arrival> here,
            Queue::here(session, needs.counter.id, web::iso_date(needs.now), needs.now));
  for (const Arrival& arrival : here) {
    (arrival.state == VisitState::kCalled ? room.called : room.waiting).push_back(arrival);
  }
  RV_ASSIGN(QueueState state, Queue::measure(session, needs.counter.id, needs.now));
  const std::int64_t planned = planned_desks(needs.counter, needs.now, room.open);
  // Early in the day the desks begin one after the other.
  if (state.measured.size() < kMeasuredMin) state.desks = std::max(state.desks, planned);
  if (state.desks == 0) state.desks = planned;
  state.planned = planned_length(needs.counter, needs.programme);
  RV_ASSIGN(state.due_in, due_in(session, needs, room.waiting));
  room.estimate = estimate(state);
  return room;
}

std::string wait_text(const Estimate& estimate, web::Language language) {
  const std::int64_t least = minutes_of(estimate.least) / kStepMin * kStepMin;
  const std::int64_t most = (minutes_of(estimate.most) / kStepMin + 1) * kStepMin;
  if (least == 0) return web::text(language, texts::kWaitUnder, {{"minutes", most}});
  return web::text(language, texts::kWaitRange, {{"least", least}, {"most", most}});
}

std::string basis_text(const Estimate& estimate, web::Language language) {
  if (estimate.conversations == 0) {
    return std::string(web::text(language, texts::kWaitPlanned));
  }
  return web::text(language, estimate.range_measured ? texts::kWaitMeasured : texts::kWaitMean,
                   {{"count", estimate.conversations}});
}

}  // namespace revier::appointment
