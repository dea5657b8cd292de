// SPDX-License-Identifier: EUPL-1.2
// Times that come free, offered fairly to those who wait for them.
//
// Whoever finds nothing free names a counter, an offer, some days and an address of mail, which she
// confirms by the link sent there. A time that comes free (cancelled, moved, new hours) is kept
// from the page. For StandbyOptions::collect all who wait for it by then are alike; then lots are
// drawn, and it is offered in that order: it is no use to be early or fast. The first has it until
// an hour that her letter names; declined or run out, it goes to the next, and after the last to
// the page. Nobody is asked twice about the same time; who leaves two offers unanswered waits no
// more.
//
// What keeps a time is a hold of ticket::Registrations until the time begins, made in the same
// transaction that freed it. Each step here is one transaction together with its letter, so a crash
// at any point loses no time, no place in the order, and tells nothing twice.
//
// Without an account: an address waits in kOfMailMax places at most, takes part only once it is
// confirmed, and gets few letters an hour; the pages limit a network. A proof of work adds nothing
// to an address that is confirmed.
//
// Rows carry delete_after: the end of the last day that was wished, a day where the address is not
// confirmed. An entry goes with the appointment that comes of it.
//
// Thread safety: all methods from any thread; the Tasks from io threads, what takes a Session is
// inside the caller's transaction.
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/calendar.h"
#include "appointment/standby_store.h"
#include "base/random.h"
#include "base/task.h"
#include "json/json.h"
#include "mail/outbox.h"
#include "records/records.h"
#include "ticket/registrations.h"

namespace revier::appointment {

struct StandbyOptions {
  Duration collect = Duration::minutes(10);  // from coming free to the draw
  Duration offer = Duration::hours(2);       // the least time to answer
};

enum class StandbyNews : std::uint8_t {
  kAsked,       // the link that confirms the address
  kOffered,     // of `draw`: accept or decline
  kOfferEnded,  // it went to the next; she waits on
  kStruck,      // the same, and she waits no more: it was the second
};
// Writes a letter of standby_letters.h.
using StandbyLetter =
    std::function<mail::Message(StandbyNews, const StandbyEntry&, const StandbyDraw*)>;

class Standby {
 public:
  // All of it outlives it.
  struct Needs {
    records::Database& database;
    ticket::Registrations& registrations;
    const Calendar& calendar;
    const Clock& civil_clock;
    Random& random;
    StandbyLetter letter;
    StandbyOptions options = {};
  };
  explicit Standby(Needs needs) : needs_(std::move(needs)) {}
  [[nodiscard]] const StandbyOptions& options() const { return needs_.options; }

  static constexpr std::int64_t kOfMailMax = 2;
  static constexpr std::int64_t kUnansweredMax = 2;
  static constexpr Duration kConfirmWithin = Duration::hours(24);
  // Offers do not end between these hours, by the clock of the place, but at the second.
  static constexpr int kEveningHour = 20, kMorningHour = 10;

  // Writes the letter that asks; at most a few an hour to one address, and the answer is the same.
  // `wanted` has counter, offer, first_day, last_day, mail and language.
  [[nodiscard]] Task<Result<>> enter(StandbyEntry wanted);
  // Twice is no error; another wish for the same counter and offer is replaced.
  // Errors: kGone; kSeatLimit for an address that waits in kOfMailMax places.
  [[nodiscard]] Task<Result<>> confirm(std::string id);
  // The appointment of the time that is offered. Errors: kHoldEnded (nothing is offered any more,
  // or the counter is closed then by now), kGone, those of Registrations::complete().
  [[nodiscard]] Task<Result<ticket::Booking>> accept(const StandbyView& view, std::string name);
  // Leaves the offer to the next, and waits on. Without an offer nothing happens. Errors: kGone.
  [[nodiscard]] Task<Result<>> decline(std::string id);
  // Ends waiting and erases all of it; twice is no error.
  [[nodiscard]] Task<Result<>> leave(std::string id);

  // For Registrations::Needs::keep_freed.
  [[nodiscard]] Result<std::optional<ticket::HoldRequest>> keep(records::Session& session,
                                                                const ticket::Booking& freed);
  // Draws what is due, passes on what ran out, and ends what lies in hours that are closed by now.
  // Blocks, by one thread at a time; about once a second.
  [[nodiscard]] Result<> sweep();
  // Keeps what is free beside that for those who wait for it: new hours, days that can be booked
  // now, holds that ran out. Blocks; every few seconds. How many.
  [[nodiscard]] Result<std::int64_t> look_for_new();

  // Member "standby" with all entries of an address; their erasure, how many.
  [[nodiscard]] static Result<> write_person(records::Session& session, const std::string& mail_key,
                                             json::Writer& out);
  [[nodiscard]] Result<std::int64_t> erase_person(records::Session& session,
                                                  const std::string& mail_key);
  // What has passed its retention. How many; more than 0 also where something was erased since.
  [[nodiscard]] Result<std::int64_t> erase_ended(records::Session& session, Instant now);

 private:
  [[nodiscard]] Result<> enter_in(records::Session& session, StandbyEntry wanted);
  [[nodiscard]] Result<> confirm_in(records::Session& session, const std::string& id);
  [[nodiscard]] Result<> sweep_one(const StandbyDraw& due);
  // Draws, passes on, or ends one that nobody is left for; what it is then.
  [[nodiscard]] Result<> advance(records::Session& session, StandbyDraw draw);
  [[nodiscard]] Result<> end_early(records::Session& session, StandbyDraw draw);
  [[nodiscard]] Result<> draw_lots(records::Session& session, StandbyDraw& draw);
  [[nodiscard]] Result<bool> still_untold(records::Session& session, StandbyDraw& draw,
                                          const StandbyEntry& entry);
  [[nodiscard]] Result<> end_unanswered(records::Session& session, const StandbyDraw& draw);
  [[nodiscard]] Result<> offer_next(records::Session& session, StandbyDraw draw);
  [[nodiscard]] Result<> erase_in(records::Session& session, const StandbyEntry& entry);
  [[nodiscard]] Result<> finish(const StandbyDraw& draw);
  [[nodiscard]] Result<> write(records::Session& session, StandbyNews news,
                               const StandbyEntry& entry, const StandbyDraw* draw);
  [[nodiscard]] Result<std::int64_t> look_for_new_at(const Choice& choice);
  [[nodiscard]] Result<bool> hold_for_draw(const Choice& choice, Slot slot);
  [[nodiscard]] ticket::HoldRequest request_for(const Choice& choice, Slot slot) const;
  // Whether there is time to draw, and for one at least to answer.
  [[nodiscard]] bool has_time(const Choice& choice, Slot slot) const;
  [[nodiscard]] std::optional<Instant> offer_end(const StandbyDraw& draw) const;
  // What it is of; nothing unless the counter is open through all of its time, by the hours of now.
  [[nodiscard]] std::optional<Choice> open_choice(const StandbyDraw& draw) const;

  const Needs needs_;
  event::ProgrammePtr checked_;       // whose hours sweep() has held all draws against
  std::atomic<bool> erased_ = false;  // the files still hold it
};

// In an order in which each is as likely as any other.
[[nodiscard]] std::vector<std::string> drawn_by_lot(std::vector<std::string> ids, Random& random);

}  // namespace revier::appointment
