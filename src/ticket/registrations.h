// SPDX-License-Identifier: EUPL-1.2
// Holds, registrations and waiting lists: every rule of booking seats, in one place.
//
// A hold takes its seats before personal data are asked and lives for a few minutes, over restarts.
// Turning it into a registration writes name, mail, consents, ticket code and confirmation mail in
// one transaction. Every call is durable when it answers (records::Writer), and repeating one with
// the same idempotency key answers the same.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "mail/outbox.h"
#include "publication/publication.h"
#include "records/records.h"
#include "ticket/types.h"

namespace revier::ticket {

struct RegistrationOptions {
  Duration hold = Duration::minutes(15);
  Duration retention_after_event = Duration::days(90);
  std::int64_t mails_an_hour_max = 3;  // to one address
};

// Writes the letter that says what was booked (letters.h). `promoted` is the quota that came from a
// waiting list; empty for a new registration.
using Letter = std::function<mail::Message(const Booking&, std::string_view promoted)>;

class Registrations {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    publication::Publisher& publisher;
    Letter letter;
    RegistrationOptions options = {};
  };

  // Builds the seats from the records.
  [[nodiscard]] static Result<std::unique_ptr<Registrations>> open(Needs needs);
  virtual ~Registrations() = default;

  // Makes or changes a quota; a grown capacity goes to the waiting list first.
  [[nodiscard]] virtual Task<Result<>> put_quota(Quota quota) = 0;

  // Errors: kResourceNotFound (quota), kQuotaFull (field = quota), kOverlap (field = quota),
  // kSeatLimit (field = quota), kRegistrationClosed, kBadRequestData (no or too many claims).
  [[nodiscard]] virtual Task<Result<Booking>> hold(HoldRequest request) = 0;
  // Gives a hold back before its end; a registration is left alone (kConflict).
  [[nodiscard]] virtual Task<Result<>> give_back(std::string booking) = 0;
  // Errors: kHoldEnded, kOverlap, kSeatLimit, kTooManyRequests (mails to the address),
  // kUnprocessable (a repeated key with another content).
  [[nodiscard]] virtual Task<Result<Booking>> complete(RegistrationRequest request) = 0;
  // Cancelling twice is no error. Seats go to the waiting lists.
  [[nodiscard]] virtual Task<Result<Booking>> cancel(std::string booking) = 0;
  // Returns the seats of holds whose time is over; called about once a second. Says how many.
  [[nodiscard]] virtual Task<Result<std::int64_t>> sweep() = 0;

  // Read without waiting from what the last commit left.
  [[nodiscard]] virtual std::vector<QuotaStatus> quotas() const = 0;
  [[nodiscard]] virtual Result<QuotaStatus> quota(std::string_view id) const = 0;
  // Place in the waiting list counted from 1; 0 where the claim does not wait (any more).
  [[nodiscard]] virtual std::int64_t position(const Claim& claim) const = 0;
  // What place a booking would get now.
  [[nodiscard]] virtual std::int64_t next_position(std::string_view quota) const = 0;
};

// Case and surrounding blanks of an address do not make another person.
[[nodiscard]] std::string mail_key(std::string_view mail);

}  // namespace revier::ticket
