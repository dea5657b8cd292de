// SPDX-License-Identifier: EUPL-1.2
#include "ticket/seats.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace revier::ticket {

void Seats::set_capacity(const std::string& quota, std::int64_t capacity) {
  quotas_[quota].capacity = capacity;
}

void Seats::set_over(const std::string& quota, bool over) { quotas_[quota].over = over; }

// A party that the whole quota could not seat would hold up the list for ever.
Seats::List::const_iterator Seats::head(const Quota& quota) {
  return std::ranges::find_if(
      quota.list, [&](const auto& entry) { return entry.second.seats <= quota.capacity; });
}

// A free seat belongs to the list as long as somebody there can have it.
bool Seats::fits(const Quota& quota, std::int64_t seats) {
  return head(quota) == quota.list.end() && quota.taken + seats <= quota.capacity;
}

Result<std::vector<Claim>> Seats::take(std::string_view booking, std::vector<Claim> wanted) {
  for (const Claim& claim : wanted) {
    const auto found = quotas_.find(claim.quota);
    if (found == quotas_.end()) {
      return fail(Code::kResourceNotFound, "there is no such quota", claim.quota);
    }
    if (!claim.may_wait && !fits(found->second, claim.seats)) {
      return fail(Code::kQuotaFull, "no seat left", claim.quota);
    }
  }
  for (Claim& claim : wanted) {
    Quota& quota = quotas_.find(claim.quota)->second;
    if (fits(quota, claim.seats)) {
      quota.taken += claim.seats;
      claim.state = ClaimState::kTaken;
    } else {
      claim.state = ClaimState::kWaiting;
      claim.place = quota.next_place++;
      quota.list.emplace(claim.place, Waiting{std::string(booking), claim.seats});
    }
  }
  return wanted;
}

std::vector<Promotion> Seats::release(std::string_view booking, const std::vector<Claim>& claims) {
  std::vector<Promotion> promoted;
  for (const Claim& claim : claims) {
    Quota& quota = quotas_[claim.quota];
    if (claim.state != ClaimState::kWaiting) {
      quota.taken -= claim.seats;
      RV_CHECK(quota.taken >= 0);
    } else if (const auto found = quota.list.find(claim.place);
               found != quota.list.end() && found->second.booking == booking) {
      quota.list.erase(found);
    }
    std::ranges::move(promote(claim.quota), std::back_inserter(promoted));
  }
  return promoted;
}

std::vector<Promotion> Seats::reduce(std::string_view booking, const Claim& claim,
                                     std::int64_t seats) {
  RV_CHECK(seats > 0 && seats < claim.seats);
  Quota& quota = quotas_[claim.quota];
  if (claim.state != ClaimState::kWaiting) {
    quota.taken -= claim.seats - seats;
    RV_CHECK(quota.taken >= 0);
  } else if (const auto found = quota.list.find(claim.place);
             found != quota.list.end() && found->second.booking == booking) {
    found->second.seats = seats;
  }
  return promote(claim.quota);
}

std::int64_t Seats::return_to_list(std::string_view booking, const Claim& claim) {
  Quota& quota = quotas_[claim.quota];
  quota.taken -= claim.seats;
  RV_CHECK(quota.taken >= 0);
  const std::int64_t place = quota.list.empty() ? 0 : quota.list.begin()->first - 1;
  quota.list.emplace(place, Waiting{std::string(booking), claim.seats});
  return place;
}

void Seats::restore(std::string_view booking, const Claim& claim) {
  Quota& quota = quotas_[claim.quota];
  if (claim.state != ClaimState::kWaiting) {
    quota.taken += claim.seats;
    return;
  }
  quota.list.emplace(claim.place, Waiting{std::string(booking), claim.seats});
  quota.next_place = std::max(quota.next_place, claim.place + 1);
}

std::vector<Promotion> Seats::promote(const std::string& name) {
  std::vector<Promotion> promoted;
  Quota& quota = quotas_[name];
  if (quota.over) return promoted;
  for (auto next = head(quota); next != quota.list.end(); next = head(quota)) {
    if (quota.taken + next->second.seats > quota.capacity) break;
    quota.taken += next->second.seats;
    promoted.push_back({next->second.booking, name, next->second.seats});
    quota.list.erase(next);
  }
  return promoted;
}

std::vector<std::int64_t> Seats::places(const std::string& name) const {
  std::vector<std::int64_t> places;
  if (const auto found = quotas_.find(name); found != quotas_.end()) {
    for (const auto& [place, waiting] : found->second.list) places.push_back(place);
  }
  return places;
}

QuotaFigures Seats::figures(const std::string& name) const {
  const auto found = quotas_.find(name);
  if (found == quotas_.end()) return {};
  const Quota& quota = found->second;
  QuotaFigures figures{.capacity = quota.capacity,
                       .taken = quota.taken,
                       .waiting = static_cast<std::int64_t>(quota.list.size()),
                       .promised = head(quota) != quota.list.end()};
  for (const auto& [place, waiting] : quota.list) figures.waiting_seats += waiting.seats;
  return figures;
}

}  // namespace revier::ticket
