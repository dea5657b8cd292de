// SPDX-License-Identifier: EUPL-1.2
#include "ticket/booking_rules.h"

#include <sodium.h>

#include <set>

#include "base/ascii.h"
#include "mail/address.h"
#include "ticket/registrations.h"

namespace revier::ticket {

std::string mail_key(std::string_view mail) { return mail::address_key(trimmed(mail)); }

namespace rules {
namespace {

constexpr std::int64_t kSeatsMax = 10;
// No 0, O, 1, I, L, U: read aloud and typed from paper. 30 signs.
constexpr std::string_view kCodeSigns = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLength = 12;

Result<> check_one_takes_place(const Quota& quota) {
  if (quota.takes_place()) return {};
  return fail(Code::kRegistrationClosed,
              quota.standing == Standing::kCancelled ? "this session was cancelled"
                                                     : "this session is not in the programme now",
              quota.id);
}

Result<> check_one_open(const Quota& quota, Instant now) {
  RV_TRY(check_one_takes_place(quota));
  if (now < quota.opens_at) {
    return fail(Code::kRegistrationClosed, "registration has not opened yet", quota.id);
  }
  if (now >= quota.bookable_until()) {
    return fail(Code::kRegistrationClosed, "registration has closed", quota.id);
  }
  return {};
}

std::string hash_of(std::string_view all) {
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(all.data()),
                     all.size(), nullptr, 0);
  std::array<char, 33> text{};
  sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

bool overlap(const Quota& a, const Quota& b) {
  return a.id != b.id && a.kind == QuotaKind::kSession && b.kind == QuotaKind::kSession &&
         a.takes_place() && b.takes_place() && a.starts_at < b.ends_at && b.starts_at < a.ends_at;
}

}  // namespace

Result<> check_wanted(const std::vector<Claim>& wanted, BookingKind kind, const Quotas& quotas,
                      Instant now) {
  RV_TRY(check_list(wanted, kind, quotas));
  return check_open(wanted, quotas, now);
}

Result<> check_open(const std::vector<Claim>& wanted, const Quotas& quotas, Instant now) {
  for (const Claim& claim : wanted) RV_TRY(check_one_open(quotas.at(claim.quota), now));
  return {};
}

Result<> check_takes_place(const std::vector<Claim>& claims, const Quotas& quotas) {
  for (const Claim& claim : claims) RV_TRY(check_one_takes_place(quotas.at(claim.quota)));
  return {};
}

Result<> check_list(const std::vector<Claim>& wanted, BookingKind kind, const Quotas& quotas) {
  if (wanted.empty() || wanted.size() > kClaimsMax) {
    return fail(Code::kBadRequestData, fmt::format("choose 1 to {} parts", kClaimsMax));
  }
  std::set<std::string_view> seen;
  for (const Claim& claim : wanted) {
    const auto known = quotas.find(claim.quota);
    if (known == quotas.end() ||
        (known->second.kind == QuotaKind::kAppointment) != (kind == BookingKind::kAppointment)) {
      return fail(Code::kResourceNotFound, "there is no such quota", claim.quota);
    }
    if (!seen.insert(claim.quota).second) {
      return fail(Code::kBadRequestData, "a quota is named twice", claim.quota);
    }
    if (claim.seats < 1 || claim.seats > kSeatsMax) {
      return fail(Code::kBadRequestData, fmt::format("seats must be 1 to {}", kSeatsMax),
                  claim.quota);
    }
  }
  return {};
}

Result<> check_overlap(const std::vector<Claim>& wanted, const std::vector<Claim>& others,
                       const Quotas& quotas) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Quota& mine = quotas.at(wanted[i].quota);
    const auto against = [&](const Claim& claim) -> Result<> {
      const auto found = quotas.find(claim.quota);
      if (found == quotas.end() || !overlap(mine, found->second)) return {};
      return fail(Code::kOverlap,
                  fmt::format("\"{}\" is at the same time as \"{}\"", mine.title_de,
                              found->second.title_de),
                  mine.id);
    };
    for (std::size_t k = i + 1; k < wanted.size(); ++k) RV_TRY(against(wanted[k]));
    for (const Claim& other : others) RV_TRY(against(other));
  }
  return {};
}

Result<> check_seat_limit(const std::vector<Claim>& wanted, const std::vector<Claim>& others,
                          const Quotas& quotas) {
  for (const Claim& claim : wanted) {
    const Quota& quota = quotas.at(claim.quota);
    if (claim.seats > quota.party_max()) {
      return fail(Code::kSeatLimit, fmt::format("at most {} seats at once", quota.party_max()),
                  claim.quota);
    }
    std::int64_t seats = claim.seats;
    for (const Claim& other : others) {
      if (other.quota == claim.quota) seats += other.seats;
    }
    const std::int64_t most = quota.seats_a_person_max;
    if (seats > most) {
      return fail(Code::kSeatLimit, fmt::format("at most {} seats a person", most), claim.quota);
    }
  }
  return {};
}

Instant last_end(const std::vector<Claim>& claims, const Quotas& quotas, Instant otherwise) {
  Instant last = otherwise;
  for (const Claim& claim : claims) {
    if (const auto found = quotas.find(claim.quota); found != quotas.end()) {
      last = std::max(last, found->second.ends_at);
    }
  }
  return last;
}

std::string ticket_code(Random& random) {
  // 240 is the largest multiple of 30 in a byte: what lies above would favour some signs.
  constexpr std::uint8_t kFair = 240;
  std::string code;
  std::array<std::uint8_t, 32> bytes{};
  std::size_t signs = 0;
  while (signs < kCodeLength) {
    random.fill(bytes);
    for (std::size_t i = 0; i < bytes.size() && signs < kCodeLength; ++i) {
      if (bytes[i] >= kFair) continue;
      if (signs != 0 && signs % 4 == 0) code += '-';
      code += kCodeSigns[bytes[i] % kCodeSigns.size()];
      ++signs;
    }
  }
  return code;
}

std::string normalise_code(std::string_view typed) {
  std::string signs;
  for (const char c : typed) {
    if (c != ' ' && c != '-' && c != '\t') signs += to_upper(c);
  }
  std::string code;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    if (i != 0 && i % 4 == 0) code += '-';
    code += signs[i];
  }
  return code;
}

std::string digest(const HoldRequest& request) {
  std::string all;
  for (const Claim& claim : request.wanted) {
    all += fmt::format("{}\n{}\n{}\n", claim.quota, claim.seats, claim.may_wait);
  }
  return hash_of(all);
}

std::string digest(const RegistrationRequest& request) {
  std::string all =
      request.booking + '\0' + request.name + '\0' + request.mail + '\0' + request.language;
  for (const ConsentChoice& consent : request.consents) {
    all += '\0' + consent.kind + '\0' + std::to_string(consent.version);
  }
  return hash_of(all);
}

}  // namespace rules
}  // namespace revier::ticket
