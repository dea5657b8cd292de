// SPDX-License-Identifier: EUPL-1.2
// The one implementation of Registrations; what belongs together stands in registrations.cpp
// (quotas, holds, registering, cancelling), offers.cpp (waiting lists), changes.cpp (changing,
// passing on, confirming), news.cpp (what the programme changes), persons.cpp (own link, erasing)
// and sweep.cpp (what is over).
//
// Thread safety: the private functions with a Session belong to the records' writer thread.
#pragma once
#include <atomic>
#include <map>
#include <set>
#include <tuple>

#include "base/attempts.h"
#include "base/thread_safety.h"
#include "records/group_end.h"
#include "ticket/booking_store.h"
#include "ticket/changes_store.h"
#include "ticket/open_holds.h"
#include "ticket/registrations.h"

namespace revier::ticket {

class Desk final : public Registrations {
 public:
  using Session = records::Session;
  explicit Desk(Needs needs)
      : needs_(std::move(needs)),
        group_end_(needs_.database, [this](Session& session) { return publish_figures(session); }) {
  }

  // The quotas that one job changed; their figures are written at the end of its group and
  // published after the commit.
  struct Outcome {
    std::vector<std::string> quotas;
    std::optional<rows::Renewed> renewed = {};
  };

  Task<Result<>> put_quotas(std::vector<Quota> quotas) override;
  Task<Result<Booking>> hold(HoldRequest request) override;
  Task<Result<Booking>> extend(std::string id) override;
  Task<Result<>> give_back(std::string id) override;
  Task<Result<Booking>> complete(RegistrationRequest request) override;
  Task<Result<Booking>> cancel(std::string id, Also also) override;
  Task<Result<Booking>> accept(std::string id, std::string quota) override;
  Task<Result<Booking>> decline(std::string id, std::string quota) override;
  Task<Result<Booking>> change(ChangeRequest request) override;
  Task<Result<Booking>> transfer(TransferRequest request) override;
  Task<Result<Booking>> correct(CorrectionRequest request) override;
  Task<Result<Booking>> confirm(std::string id) override;
  Task<Result<>> withdraw(std::string id, std::string purpose) override;
  Task<Result<>> send_own_link(std::string mail, std::string language) override;
  Task<Result<std::string>> erase_person(std::string person) override;
  Task<Result<std::int64_t>> sweep() override;
  Result<> keep_retention() override;

  const RegistrationOptions& options() const override { return needs_.options; }
  std::vector<QuotaStatus> quotas() const override;
  std::vector<QuotaStatus> appointments(std::string_view id_begin) const override;
  Result<QuotaStatus> quota(std::string_view id) const override;
  Result<std::string> linked(std::string_view link) const override;
  std::int64_t position(const Claim& claim) const override;
  std::int64_t next_position(std::string_view quota) const override;

  // Builds everything in memory from the records. Writer thread, or before the first job.
  Result<> load(Session& session);

 private:
  struct View {
    QuotaStatus status;
    std::vector<std::int64_t> places;
  };

  // One writer job: apply, and after the commit views and publications. When anything fails after
  // the seats in memory were touched, the next job builds them again from the records.
  template <class R>
  Task<Result<R>> run(std::function<Result<R>(Session&, Outcome&)> step) {
    struct Done {
      R answer;
      Outcome outcome;
    };
    bool applied = false;
    auto done = co_await needs_.database.writer().run(
        [this, &applied, step = std::move(step)](Session& session) -> Result<Done> {
          RV_TRY(load_if_stale(session));
          Outcome outcome;
          Result<R> answer = step(session, outcome);
          if (!answer) {
            if (!outcome.quotas.empty()) stale_ = true;
            return fail(std::move(answer).error());
          }
          applied = true;
          changed_.insert(outcome.quotas.begin(), outcome.quotas.end());
          return Done{std::move(*answer), std::move(outcome)};
        },
        [this](const Done& committed) {
          for (const std::string& quota : committed.outcome.quotas) refresh_view(quota);
          if (committed.outcome.renewed) note_renewed(*committed.outcome.renewed);
          offer_figures();
        });
    if (!done) {
      if (applied) stale_ = true;  // the commit failed: memory is ahead of the records
      co_return fail(std::move(done).error());
    }
    co_return std::move(done->answer);
  }

  // Stays stale where loading fails: half of the seats would sell the others again.
  Result<> load_if_stale(Session& session) {
    if (!stale_.exchange(false)) return {};
    Result<> loaded = load(session);
    if (!loaded) stale_ = true;
    return loaded;
  }

  Instant now() const { return needs_.civil_clock.now(); }

  Result<Booking> hold_in(Session& s, const HoldRequest& request, Outcome& out);
  Result<Booking> repeated_hold(rows::KeyedBooking known, std::string_view digest) const;
  Result<Booking> complete_in(Session& s, const RegistrationRequest& request);
  struct Cancelling {
    LetterKind why;
    Also also = {};
  };
  Result<Booking> cancel_in(Session& s, const std::string& id, const Cancelling& how, Outcome& out);
  Result<> check_mail_limit(Session& s, std::string_view to);
  Result<> check_person(Session& s, const Booking& booking, const RegistrationRequest& request,
                        const std::string& key);
  Result<> put_appointments(Session& s, const std::vector<Quota>& quotas, Outcome& out);
  // Rules between what is wanted and what the address has booked besides. Tells no title of that,
  // and only so often. Errors: kOverlap, kSeatLimit, kTooManyRequests (kRefusals).
  Result<> check_beside(const std::string& booking, const std::string& mail_key,
                        const std::vector<Claim>& wanted, const std::vector<Claim>& others);
  Result<> record_consent(Session& s, const Booking& booking, const ConsentChoice& choice);
  Result<Booking> find_open_hold(Session& s, std::string_view id);
  // A registration that stands. Errors: kResourceNotFound, kGone.
  Result<Booking> find_registered(Session& s, std::string_view id);
  Result<> end_hold(Session& s, const Booking& booking, Outcome& out);
  // Gives back seats and places, and passes them on.
  Result<> free_seats(Session& s, const std::string& booking, const std::vector<Claim>& claims,
                      Outcome& out);
  // Of an appointment: what came free may be kept for those who wait for it.
  Result<> keep_freed(Session& s, const Booking& freed, Outcome& out);
  // Nobody moves up in a list for what is over or does not take place.
  void close_if_over(const std::string& quota);
  Result<> put_quota(Session& s, const Quota& quota, Outcome& out);
  // Whoever had an offer of what does not take place heads the list again.
  Result<> end_offers(Session& s, const std::string& quota, Outcome& out);
  // Bookings whose persons do not know yet what the programme says now; and the letter to one.
  Result<std::vector<std::string>> list_news(Session& s, std::int64_t most);
  Result<> tell(Session& s, Booking booking);
  // Writes what is free of each quota that the group has changed; at its end.
  Result<> publish_figures(Session& s);
  void offer_figures();
  Result<> write(Session& s, const LetterOrder& order);
  Result<std::string> new_code(Session& s, BookingKind kind);
  Duration confirm_within(BookingKind kind) const;
  std::optional<Instant> confirm_by(BookingKind kind, bool must) const;
  Instant delete_after(BookingKind kind, const std::vector<Claim>& claims) const;

  // Writes down whose turn has come, and tells them.
  Result<> settle(Session& s, const std::vector<Promotion>& promotions, Outcome& out);
  Result<> offer(Session& s, const Promotion& promotion);
  Result<> end_offer(Session& s, const Booking& booking, const Claim& claim, Outcome& out);
  Result<> end_or_extend_offer(Session& s, const Booking& booking, const Claim& claim,
                               Outcome& out);
  Result<> end_unconfirmed(Session& s, const Booking& booking, Outcome& out);
  // The end of an offer that is made now.
  Instant offer_end(const std::string& quota) const;

  Result<Booking> change_in(Session& s, const ChangeRequest& request, Outcome& out);
  // Gives back some seats of a claim.
  Result<> reduce(Session& s, const std::string& booking, const Claim& claim, std::int64_t seats,
                  Outcome& out);
  // Errors: kConflict for a ticket that was used at a door.
  Result<> check_unused(Session& s, const Booking& booking);
  Result<Booking> transfer_in(Session& s, const TransferRequest& request, Outcome& out);
  Result<Booking> correct_in(Session& s, const CorrectionRequest& request, Outcome& out);
  // Another address than before: new links, and a new code where it is not in use.
  Result<> renew(Session& s, Booking& booking, Outcome& out);
  // The claims of an address beside those of one booking.
  Result<std::vector<Claim>> other_claims(Session& s, const std::string& mail_key,
                                          const Booking& but);

  // What is over at some time, in the order in which it is ended.
  enum class Over : std::uint8_t { kHold, kOffer, kUnconfirmed, kNews, kRetention };
  // Ends what is over: all in one job, and where one fails, each in a job of its own. How many.
  // Errors: of a list that cannot be read, after all others.
  Task<Result<std::int64_t>> end_over(std::vector<Over> kinds);
  Task<Result<std::int64_t>> end_each(Over kind);
  Result<std::vector<rows::ClaimId>> list_over(Session& s, Over kind);
  Result<> end_one(Session& s, Over kind, const rows::ClaimId& id, Outcome& out);
  void put_off(Over kind, const rows::ClaimId& id, const Error& error);
  // All but bookings; how much.
  std::int64_t erase_ended(Instant until, std::optional<Error>& trouble);

  Result<> send_own_link_in(Session& s, const std::string& mail, const std::string& language);
  Result<std::string> erase_person_in(Session& s, const std::string& person, Outcome& out);

  void refresh_view(const std::string& id);
  void note_renewed(const rows::Renewed& renewed);

  Needs needs_;
  // Belong to the writer thread.
  Seats seats_;
  OpenHolds open_holds_;
  Attempts refusals_{Duration::hours(1), 10'000};
  bool log_holds_erased_ = true;  // perhaps, since before the start
  bool has_news_ = true;          // perhaps, since before the start
  bool put_in_group_ = false;     // quotas, by a job of the present group: views show older ones
  std::map<std::string, Quota, std::less<>> writer_quotas_;
  std::set<std::string, std::less<>> changed_;  // quotas, by jobs of the present group
  std::vector<publication::Item> figures_;      // of the present group, until they are offered
  // Set from any thread after a failed commit.
  std::atomic<bool> stale_{false};
  mutable SharedMutex mutex_;
  std::map<std::string, View, std::less<>> views_ RV_GUARDED_BY(mutex_);
  // When links were made anew, of the few registrations where they were.
  std::map<std::string, Instant, std::less<>> renewed_ RV_GUARDED_BY(mutex_);
  // When what could not be ended is tried again.
  std::map<std::tuple<Over, std::string, std::string>, Instant> put_off_ RV_GUARDED_BY(mutex_);
  records::GroupEnd group_end_;  // last: until it is gone, the writer looks at all of the above
};

}  // namespace revier::ticket
