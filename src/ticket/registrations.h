// SPDX-License-Identifier: EUPL-1.2
// Holds, registrations and waiting lists: every rule of booking seats, in one place.
//
// A hold takes its seats before personal data are asked and lives for a few minutes, over restarts.
// Turning it into a registration writes name, mail, consents, ticket code and confirmation mail in
// one transaction. Every call is durable when it answers (records::Writer), and repeating one with
// the same idempotency key answers the same.
//
// Waiting lists: a seat that comes free is offered to the head of its list: held for it until the
// offer's end, which the letter tells. Accepted, it is hers; declined or run out, it goes to the
// next. Each quota has its own list and its own offers, so a registration that waits for several
// gets each when its turn comes. An offer does not run out while its letter has not left: then it
// is made anew, with a later end, until the sender gives the address up (mail/sender.h). None ends
// after what it is for has begun.
//
// The programme goes on changing. What does not take place any more (Standing) gives out nothing,
// its offers go back to the heads of their lists, and holds of it cannot be completed. Whoever has
// booked it, or waits for it, is told what changed since she was last told: that it does not take
// place, that it does after all, or its new time. One letter a booking for all that changed
// together, written in one transaction with the note that she was told.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <functional>
#include <memory>
#include <optional>
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
  Duration offer = Duration::hours(24);  // time to accept a seat from a waiting list
  // Seats of registrations whose address is not confirmed in this time go back; 0: they stay.
  Duration confirm_within = {};
  // The same for appointments with RegistrationRequest::must_confirm.
  Duration confirm_appointment_within = Duration::minutes(30);
  Duration own_link = Duration::days(30);  // validity of a person's own link
  Duration retention_after_event = Duration::days(90);
  Duration retention_after_appointment = Duration::days(14);
  std::int64_t appointments_a_person_max = 2;  // of one mail address, that are still to come
  std::int64_t mails_an_hour_max = mail::kMailsAnHourMax;  // to one address
  std::int64_t holds_a_network_max = 60;                   // open at one time; 0: any number
};
// Field of kTooManyRequests where an address was refused too often for what else it has booked:
// the refusals tell of it, and more of them would list it.
inline constexpr std::string_view kRefusals = "refusals";

enum class LetterKind : std::uint8_t {
  kConfirmed,    // what was booked, and the link that confirms the address
  kOffer,        // a seat is held until `until`; accept or decline
  kOfferEnded,   // the seat went to the next
  kMovedUp,      // a seat without an offer: what it is for has begun already
  kChanged,      // what is booked now
  kCancelled,    // by her or by the organisers
  kUnconfirmed,  // cancelled, because the address was not confirmed
  kPassedOn,     // to the one who gave her ticket away
  kReceived,     // to the one who has it now, like kConfirmed
  kOwnLink,      // the page with all that was booked with an address; keyed by person
  kProgramme,    // what became of parts that she has: `news`
  kCorrected,    // her name or address was corrected; like kConfirmed
  kMailChanged,  // to the address that it was before
};

// One letter to write (letters.h). Its key is of kind, booking and what else is set, so that the
// same thing is told once.
struct LetterOrder {
  LetterKind kind;
  const Booking& booking;
  std::string quota = {};   // of an offer or a seat
  Instant at = {};          // end of an offer; time of a change or of moving up
  std::string person = {};  // id of kOwnLink
  std::vector<PartNews> news = {};
};
using Letter = std::function<mail::Message(const LetterOrder&)>;
// Begin of the keys of all letters of a kind about a booking: for taking back what still waits.
// Empty for kOwnLink, which is about no booking.
[[nodiscard]] std::string letter_key(LetterKind kind, std::string_view booking);
// The same for all letters about a booking.
[[nodiscard]] std::string letters_begin(std::string_view booking);
[[nodiscard]] std::string letter_key(const LetterOrder& order);
// Of letters of announcements (announcements.h), behind letters_begin().
inline constexpr std::string_view kAnnouncementKey = "announcement-";

// Erases what has passed its retention at an instant; how much.
using EraseEnded = std::function<Result<std::int64_t>(records::Session&, Instant)>;

class Registrations {
 public:
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    publication::Publisher& publisher;
    Letter letter;
    RegistrationOptions options = {};
    // Whether a ticket was used at a door; empty: it never was.
    std::function<Result<bool>(records::Session&, const Booking&)> was_used = {};
    // What other domains keep beside the bookings.
    std::vector<EraseEnded> erase_ended = {};
    // Erases what other domains keep of an address when its owner asks; how many consents.
    std::function<Result<std::int64_t>(records::Session&, const std::string& mail_key)>
        erase_person = {};
    // Whether other domains keep something of an address that its owner finds on her own page.
    std::function<Result<bool>(records::Session&, const std::string& mail_key)> knows_person = {};
    // An appointment's time comes free, with the claims that it was: the hold that keeps it for
    // those who wait (appointment/standby.h), or nothing. Inside the job.
    std::function<Result<std::optional<HoldRequest>>(records::Session&, const Booking&)>
        keep_freed = {};
    // Letters to an address that is corrected are about to be taken back: writes those to the new
    // one that are not of this class. Inside the job.
    std::function<Result<>(records::Session&, const Booking&)> write_again = {};
  };

  // Builds the seats from the records.
  [[nodiscard]] static Result<std::unique_ptr<Registrations>> open(Needs needs);
  virtual ~Registrations() = default;

  // Makes or changes quotas, all in one step; a grown capacity goes to the waiting list first. Whom
  // a cancellation or another time concerns is told by sweep(), unless it is undone before.
  [[nodiscard]] virtual Task<Result<>> put_quotas(std::vector<Quota> quotas) = 0;

  // Errors: kResourceNotFound (quota), kQuotaFull (field = quota), kOverlap (field = quota),
  // kSeatLimit (field = quota), kRegistrationClosed, kBadRequestData (no or too many claims);
  // for a repeated key kUnprocessable (another content), kHoldEnded (ended, or registered);
  // kTooManyRequests (open holds of the network).
  [[nodiscard]] virtual Task<Result<Booking>> hold(HoldRequest request) = 0;
  // Gives a hold its whole time again, once: doing it twice changes nothing. Errors: kHoldEnded.
  [[nodiscard]] virtual Task<Result<Booking>> extend(std::string booking) = 0;
  // Gives a hold back before its end; a registration is left alone (kConflict).
  [[nodiscard]] virtual Task<Result<>> give_back(std::string booking) = 0;
  // Errors: kHoldEnded, kOverlap, kSeatLimit, kTooManyRequests (mails to the address; kRefusals),
  // kRegistrationClosed (does not take place any more; field = quota), kUnprocessable (a repeated
  // key with another content).
  [[nodiscard]] virtual Task<Result<Booking>> complete(RegistrationRequest request) = 0;
  // Cancelling twice is no error, and changes nothing. Seats go to the waiting lists. Errors: kGone
  // for one that was passed on.
  [[nodiscard]] virtual Task<Result<Booking>> cancel(std::string booking, Also also = {}) = 0;

  // Takes or leaves the offered seat of a quota; doing it twice is no error. Who leaves the last
  // thing she had is cancelled. Errors: kHoldEnded (no such offer any more; field = quota), kGone.
  [[nodiscard]] virtual Task<Result<Booking>> accept(std::string booking, std::string quota) = 0;
  [[nodiscard]] virtual Task<Result<Booking>> decline(std::string booking, std::string quota) = 0;
  // Adds and removes parts, all or nothing; repeating it changes nothing. Seats of a part can be
  // given back (may_reduce), which keeps its place. Errors: those of hold(); kBadRequestData also
  // for more seats of a part; kConflict for fewer of a ticket that was used; kGone.
  [[nodiscard]] virtual Task<Result<Booking>> change(ChangeRequest request) = 0;
  // Gives the confirmed parts to another person, who gets a new code and link by mail; places on
  // waiting lists and offers end. Answers the old registration, which is passed on then: repeating
  // is no error. Errors: kConflict (nothing confirmed, ticket used), kOverlap, kSeatLimit (of the
  // other person), kTooManyRequests, kGone.
  [[nodiscard]] virtual Task<Result<Booking>> transfer(TransferRequest request) = 0;
  // Corrects name and address of a registration and sends the letter with the ticket. Another
  // address gets new links and a new number, and is to be confirmed; what the old one has opens
  // nothing and admits nobody any more (a ticket that was used keeps its number). Letters to the
  // old one that have not left are taken back, and it is told, without the new one. Errors:
  // kResourceNotFound, kGone, kTooManyRequests (mails to the address).
  [[nodiscard]] virtual Task<Result<Booking>> correct(CorrectionRequest request) = 0;
  // The address is hers: she came by the link in the letter. Twice is no error. Errors: kGone.
  [[nodiscard]] virtual Task<Result<Booking>> confirm(std::string booking) = 0;
  // Takes back what was consented to with a registration, also one that was cancelled or passed on;
  // twice is no error. Errors: kResourceNotFound (also for what was never given).
  [[nodiscard]] virtual Task<Result<>> withdraw(std::string booking, std::string purpose) = 0;
  // Sends the link of the page with everything to an address that has booked something. Answers the
  // same whether there is anything.
  [[nodiscard]] virtual Task<Result<>> send_own_link(std::string mail, std::string language) = 0;
  // Erases all that the person of a link has: registrations, their consents, letters (also those to
  // addresses that were corrected since), the link.
  // Answers the id of the report (rows::Erasure). Errors: kResourceNotFound.
  [[nodiscard]] virtual Task<Result<std::string>> erase_person(std::string person) = 0;

  // Returns the seats of holds, offers and unconfirmed registrations whose time is over, and writes
  // the letters about the programme; called about once a second. Says how many. One that cannot be
  // ended stops no other; it is logged and tried again an hour later.
  [[nodiscard]] virtual Task<Result<std::int64_t>> sweep() = 0;
  // Erases what has passed its retention and makes sure that erased content is gone from the files.
  // What cannot be erased keeps nothing else. Blocks; called every few seconds, not on an io
  // thread.
  [[nodiscard]] virtual Result<> keep_retention() = 0;

  [[nodiscard]] virtual const RegistrationOptions& options() const = 0;

  // Read without waiting from what the last commit left. Days and sessions.
  [[nodiscard]] virtual std::vector<QuotaStatus> quotas() const = 0;
  // Quotas of appointments that exist and whose id begins so, by id.
  [[nodiscard]] virtual std::vector<QuotaStatus> appointments(std::string_view id_begin) const = 0;
  [[nodiscard]] virtual Result<QuotaStatus> quota(std::string_view id) const = 0;
  // Id of the registration whose links are made of `link` now. Errors: kResourceNotFound for links
  // that a correction has ended.
  [[nodiscard]] virtual Result<std::string> linked(std::string_view link) const = 0;
  // Place in the waiting list counted from 1; 0 where the claim does not wait (any more).
  [[nodiscard]] virtual std::int64_t position(const Claim& claim) const = 0;
  // What place a booking would get now.
  [[nodiscard]] virtual std::int64_t next_position(std::string_view quota) const = 0;
};

// An appointment as one: its first quota, from the start of the first to the end of the last.
// Nothing where it has no claims (any more).
[[nodiscard]] std::optional<Quota> visit_of(const Booking& booking,
                                            const Registrations& registrations);

// Case and surrounding blanks of an address do not make another person, nor how its domain is
// written (mail/address.h).
[[nodiscard]] std::string mail_key(std::string_view mail);

}  // namespace revier::ticket
