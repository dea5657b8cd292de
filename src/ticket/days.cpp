// SPDX-License-Identifier: EUPL-1.2
#include "ticket/days.h"

#include <algorithm>

#include "web/i18n.h"

namespace revier::ticket {
namespace {
constexpr std::string_view kPrefix = "tag-";

DayQuota day_of_desk(const Quota& own, const std::vector<QuotaStatus>& quotas) {
  DayQuota day{.day = day_of(own), .quota = own.id, .event = own.event, .admits = {}};
  (own.takes_place() ? day.admits : day.cancelled).push_back(own.id);
  for (const QuotaStatus& status : quotas) {
    const Quota& other = status.quota;
    if (other.kind != QuotaKind::kSession || other.event != own.event) continue;
    if (day_of(other) != day.day) continue;
    (other.takes_place() ? day.admits : day.cancelled).push_back(other.id);
  }
  return day;
}

}  // namespace

std::string quota_of_day(std::string_view day) { return std::string(kPrefix) + std::string(day); }

std::string_view day_of_quota(std::string_view quota) {
  return quota.starts_with(kPrefix) ? quota.substr(kPrefix.size()) : std::string_view();
}

std::string day_of(const Quota& quota) {
  if (quota.kind == QuotaKind::kDay) return std::string(day_of_quota(quota.id));
  return web::iso_date(quota.starts_at);
}

Admission admission_of(const Booking& booking, const DayQuota& day) {
  Admission admission;
  using State = Admission::State;
  const auto better = [&](State state) { admission.state = std::min(admission.state, state); };
  for (const Claim& claim : booking.claims) {
    if (std::ranges::find(day.cancelled, claim.quota) != day.cancelled.end()) {
      better(State::kSessionCancelled);
    }
    if (std::ranges::find(day.admits, claim.quota) == day.admits.end()) continue;
    better(claim.state == ClaimState::kTaken ? State::kBooked : State::kWaiting);
    if (claim.state == ClaimState::kTaken) {
      admission.seats = std::max(admission.seats, claim.seats);
    }
  }
  return admission;
}

Result<DayQuota> day_quota(const Registrations& registrations, std::string_view day, Instant now) {
  std::string known;
  const std::vector<QuotaStatus> quotas = registrations.quotas();
  const Quota* chosen = nullptr;
  for (const QuotaStatus& status : quotas) {
    if (status.quota.kind != QuotaKind::kDay) continue;
    const std::string_view this_day = day_of_quota(status.quota.id);
    if (this_day == day) return day_of_desk(status.quota, quotas);
    // In order of time: the first that has not ended, else the last.
    if (chosen == nullptr || chosen->ends_at < now) chosen = &status.quota;
    known += known.empty() ? "" : ", ";
    known += this_day;
  }
  if (day.empty() && chosen != nullptr) return day_of_desk(*chosen, quotas);
  return fail(Code::kUnprocessable, "expected a day of the event: " + known, "day");
}

}  // namespace revier::ticket
