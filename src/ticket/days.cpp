// SPDX-License-Identifier: EUPL-1.2
#include "ticket/days.h"

namespace revier::ticket {
namespace {
constexpr std::string_view kPrefix = "tag-";
}

std::string quota_of_day(std::string_view day) { return std::string(kPrefix) + std::string(day); }

std::string_view day_of_quota(std::string_view quota) {
  return quota.starts_with(kPrefix) ? quota.substr(kPrefix.size()) : std::string_view();
}

Result<DayQuota> day_quota(const Registrations& registrations, std::string_view day, Instant now) {
  std::string known;
  DayQuota chosen;
  for (const QuotaStatus& status : registrations.quotas()) {
    if (status.quota.kind != QuotaKind::kDay) continue;
    const std::string_view this_day = day_of_quota(status.quota.id);
    if (this_day == day) {
      return DayQuota{std::string(day), status.quota.id, status.quota.event};
    }
    // In order of time: the first that has not ended, else the last.
    const bool passed =
        chosen.quota.empty() || registrations.quota(chosen.quota)->quota.ends_at < now;
    if (passed) chosen = {std::string(this_day), status.quota.id, status.quota.event};
    known += known.empty() ? "" : ", ";
    known += this_day;
  }
  if (day.empty() && !chosen.quota.empty()) return chosen;
  return fail(Code::kUnprocessable, "expected a day of the event: " + known, "day");
}

}  // namespace revier::ticket
