// SPDX-License-Identifier: EUPL-1.2
// What the ticket domain speaks of. Plain data; instants are civil time.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "records/records.h"
#include "ticket/seats.h"

namespace revier::ticket {

// kAppointment: some minutes of a counter. One is made when somebody first asks for these minutes;
// an appointment claims as many as it lasts, one after the other.
enum class QuotaKind : std::uint8_t { kDay, kSession, kAppointment };

// Whether what a quota is of takes place. Where it does not, people keep what they have booked, so
// that it is theirs when it comes back, but nobody gets anything new: not from a hold, not from the
// waiting list.
enum class Standing : std::uint8_t {
  kOpen,
  kCancelled,  // stays in the programme, marked
  kRemoved,    // was taken out of the programme
};

// Seats of one thing that can be booked.
struct Quota {
  std::string id;     // short, stable, in URLs: "tag-2025-02-05", "scd25-d1-08"
  std::string event;  // id of the event
  QuotaKind kind = QuotaKind::kSession;
  std::string entity;  // id of the public entity that shows the free seats; empty: none does
  std::string title_de;
  std::string title_en;
  Instant starts_at;
  Instant ends_at;
  Instant opens_at;  // registration from ... until
  Instant closes_at;
  std::int64_t capacity = 0;
  std::int64_t seats_a_person_max = 5;  // of one mail address, and of one device
  Standing standing = Standing::kOpen;

  [[nodiscard]] bool takes_place() const { return standing == Standing::kOpen; }
  // However late registration closes, nobody books what is over.
  [[nodiscard]] Instant bookable_until() const { return std::min(closes_at, ends_at); }
  [[nodiscard]] bool is_open(Instant now) const {
    return takes_place() && now >= opens_at && now < bookable_until();
  }
  // Seats that one booking can want: no party is larger than the whole. Without any capacity one
  // may still wait.
  [[nodiscard]] std::int64_t party_max() const {
    return std::min(seats_a_person_max, std::max<std::int64_t>(capacity, 1));
  }
  bool operator==(const Quota&) const = default;
};

struct QuotaStatus {
  Quota quota;
  QuotaFigures figures;
  // Seats that somebody could book.
  [[nodiscard]] std::int64_t free() const { return quota.takes_place() ? figures.free() : 0; }
};

enum class BookingState : std::uint8_t {
  kHeld,
  kRegistered,
  kCancelled,
  kPassedOn,  // the ticket went to another person, under another id and code
};

// An appointment has claims of appointment quotas only, a registration none of these.
enum class BookingKind : std::uint8_t { kRegistration, kAppointment };

// A hold that may become a registration. Personal fields are empty while it is held.
struct Booking {
  std::string id;
  BookingKind kind = BookingKind::kRegistration;
  std::string subject;  // of an appointment: id of the offer that it is for
  BookingState state = BookingState::kHeld;
  std::vector<Claim> claims;
  Instant created_at;
  Instant expires_at;    // end of the hold
  Instant delete_after;  // retention
  std::string language;  // "de" or "en"
  std::string name;
  std::string mail;  // empty where a clerk booked for somebody without one
  std::string code;  // of the ticket: what a desk types or scans
  std::optional<Instant> registered_at;
  std::optional<Instant> cancelled_at;  // or passed on
  std::optional<Instant> confirm_by;    // the seats go back where the address is not confirmed
  std::optional<Instant> confirmed_at;  // when the address was confirmed
  bool extended = false;                // the hold was given more time
  // When links and code were made anew, because the address was another person's or an old one.
  std::optional<Instant> renewed_at;
};

// What the secret links of a registration are made of (secret_link.h); Registrations::linked()
// leads back.
[[nodiscard]] std::string link_id(const Booking& booking);

// A part of a booking that is not as its person was last told.
struct PartNews {
  std::string quota;
  Standing told = Standing::kOpen;
  Instant starts_at;  // as she was told
  Instant ends_at;
};

// What another domain keeps of a person, for the page with all that is hers.
struct PersonThing {
  std::string title;
  std::string state;
  std::string href;
  std::string open;   // what the link says
  std::string stays;  // that it is not erased when she asks, and until when; empty: it is erased
};

struct ConsentChoice {
  std::string kind;          // "photo", "matchmaking", ...
  std::int64_t version = 1;  // of the wording that was shown
};

// What is done in the same transaction as a change of a booking, and only where there is one;
// empty: nothing. What it refuses is refused as a whole.
using Also = std::function<Result<>(records::Session&)>;

struct HoldRequest {
  std::vector<Claim> wanted;    // quota, seats and may_wait are read; 1 to 20 claims
  std::string device;           // opaque token of the device, may be empty
  std::string idempotency_key;  // may be empty
  BookingKind kind = BookingKind::kRegistration;
  std::string subject = {};            // of the booking
  std::vector<Quota> quotas = {};      // made, or brought up to date, before the claims are taken
  std::int64_t of_device_max = 1'000;  // appointments of one device that stand or are held
  std::string network = {};  // the client's (open_holds.h), never stored; empty: not counted
  // Held until then instead of the usual time.
  std::optional<Instant> until = {};
  // Done in the same transaction with the hold that was made; empty: nothing.
  std::function<Result<>(records::Session&, const Booking&)> also = {};
};

// The whole of what a registration shall be; what is in it already stays as it is.
struct ChangeRequest {
  std::string booking;
  std::vector<Claim> wanted;       // quota, seats and may_wait are read; 1 to 20 claims
  std::vector<Quota> quotas = {};  // as in HoldRequest
  bool may_reduce = false;         // fewer seats of a part give back the others; else an error
  Also also = {};
};

// To whom a ticket goes.
struct TransferRequest {
  std::string booking;
  std::string name;
  std::string mail;
  std::string language = "de";
};

// By an organiser. The same name and address as before: the letter is sent again.
struct CorrectionRequest {
  std::string booking;
  std::string name;
  std::string mail;
  Also also = {};
};

struct RegistrationRequest {
  std::string booking;  // id of the hold
  std::string name;
  std::string mail;
  std::string language = "de";
  std::vector<ConsentChoice> consents;
  std::string idempotency_key;  // may be empty
  // Of an appointment: it goes back unless the address is confirmed in a short time.
  bool must_confirm = false;
  // By a clerk: no limit a person; name and mail may be empty.
  bool at_desk = false;
  // She came by a letter to this address: the limit of letters to it protects nobody.
  bool by_letter = false;
  Also also = {};  // done first
};

}  // namespace revier::ticket
