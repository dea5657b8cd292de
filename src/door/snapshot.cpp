// SPDX-License-Identifier: EUPL-1.2
#include "door/snapshot.h"

#include <sodium.h>

#include <array>

#include "json/json.h"
#include "ticket/standing_tickets.h"

namespace revier::door {
namespace {

using ticket::rows::TicketState;

constexpr std::size_t kHashBytes = 12;
constexpr Duration kKept = Duration::seconds(3);
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::array<unsigned char, crypto_hash_sha256_BYTES> sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

std::string short_base64(const std::array<unsigned char, crypto_hash_sha256_BYTES>& hash) {
  std::array<char, sodium_base64_ENCODED_LEN(kHashBytes, kBase64)> text{};
  sodium_bin2base64(text.data(), text.size(), hash.data(), kHashBytes, kBase64);
  return text.data();
}

std::string word_for(const ticket::rows::StandingTicket& ticket) {
  switch (ticket.state) {
    case TicketState::kBooked:
      return fmt::format("ok {}", ticket.seats);
    case TicketState::kOtherDay:
      return "other-day";
    case TicketState::kWaiting:
      return "waiting";
    case TicketState::kSessionCancelled:
      return "session-cancelled";
    case TicketState::kCancelled:
      return "cancelled";
  }
  return "cancelled";
}

Snapshot make(const std::vector<ticket::rows::StandingTicket>& tickets, std::string_view salt) {
  Snapshot made;
  json::Writer out(made.json);
  out.begin_object();
  for (const auto& ticket : tickets) out.member(ticket_hash(salt, ticket.code), word_for(ticket));
  out.end_object();
  made.tag = short_base64(sha256(made.json));
  return made;
}

}  // namespace

std::string ticket_hash(std::string_view salt, std::string_view code) {
  return short_base64(sha256(std::string(salt) + std::string(code)));
}

std::string salt_of(const ticket::Domain& tickets, std::string_view day) {
  return tickets.links.token("door-salt", day);
}

Result<std::shared_ptr<const Snapshot>> Snapshots::of(const ticket::DayQuota& day) {
  {
    const Lock lock(mutex_);
    const auto kept = kept_.find(day.day);
    if (kept != kept_.end() && monotonic_us() - kept->second.made_us < kKept.us) {
      return kept->second.snapshot;
    }
  }
  const std::int64_t now = monotonic_us();
  const Instant at = tickets_.civil_clock.now();
  auto snapshot = std::make_shared<Snapshot>();
  RV_TRY(tickets_.database.read([&](records::Session& session) -> Result<> {
    RV_ASSIGN(const auto standing, ticket::rows::tickets_for(session, day));
    *snapshot = make(standing, salt_of(tickets_, day.day));
    snapshot->at = at;
    return {};
  }));
  const Lock lock(mutex_);
  kept_[day.day] = {snapshot, now};
  return snapshot;
}

}  // namespace revier::door
