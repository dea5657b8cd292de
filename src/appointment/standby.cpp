// SPDX-License-Identifier: EUPL-1.2
#include "appointment/standby.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/run_task.h"
#include "ticket/booking_store.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

using records::Session;
using ticket::Booking;

// Begin of the keys of all letters to one who waits.
std::string standby_letters(const StandbyEntry& entry) { return "standby-" + entry.id + "-"; }

// Below `bound`, each as likely; remainders would favour the small ones.
std::uint64_t below(Random& random, std::uint64_t bound) {
  const std::uint64_t spare = (UINT64_MAX % bound + 1) % bound;
  while (true) {
    const std::uint64_t value = random_u64(random);
    if (value <= UINT64_MAX - spare) return value % bound;
  }
}

tl::unexpected<Error> nothing_offered() {
  return fail(Code::kHoldEnded, "this time is not offered to you any more");
}

bool is_wished(const std::vector<StandbyEntry>& entries, const std::string& day) {
  return std::ranges::any_of(entries, [&](const StandbyEntry& entry) {
    return entry.first_day <= day && day <= entry.last_day;
  });
}

Result<bool> has_left(Session& session, const std::string& key) {
  const auto letter = mail::find_by_key(session, key);
  if (!letter && letter.error().code != Code::kResourceNotFound) return fail(letter.error());
  return !letter ||
         (letter->state != mail::State::kWaiting && letter->state != mail::State::kHanded);
}

}  // namespace

std::vector<std::string> drawn_by_lot(std::vector<std::string> ids, Random& random) {
  for (std::size_t left = ids.size(); left > 1; --left) {
    std::swap(ids[left - 1], ids[below(random, left)]);
  }
  return ids;
}

// Waiting.

Task<Result<>> Standby::enter(StandbyEntry wanted) {
  co_return co_await needs_.database.writer().run(
      [this, wanted = std::move(wanted)](Session& session) { return enter_in(session, wanted); });
}

Result<> Standby::enter_in(Session& session, StandbyEntry wanted) {
  const Instant now = needs_.civil_clock.now();
  RV_ASSIGN(const bool enough, mail::has_had_enough(session, wanted.mail, now));
  if (enough) return {};
  wanted.id = random_id(needs_.random);
  wanted.asked_at = now;
  wanted.confirmed_at.reset();
  wanted.delete_after = now + kConfirmWithin;
  RV_TRY(rows::insert_standby(session, wanted));
  return write(session, StandbyNews::kAsked, wanted, nullptr);
}

Task<Result<>> Standby::confirm(std::string id) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id)](Session& session) { return confirm_in(session, id); });
}

Result<> Standby::confirm_in(Session& session, const std::string& id) {
  const Instant now = needs_.civil_clock.now();
  RV_ASSIGN(StandbyEntry entry, rows::find_standby(session, id));
  if (entry.confirmed_at) return {};
  RV_ASSIGN(const std::string after, day_after(entry.last_day, 1));
  RV_ASSIGN(const Instant end, web::from_local(after, "00:00"));
  if (entry.delete_after <= now || end <= now) {
    return fail(Code::kGone, "these days are over, or the link is too old");
  }
  RV_ASSIGN(const std::vector<StandbyEntry> all,
            rows::standby_of_mail(session, ticket::mail_key(entry.mail)));
  std::int64_t elsewhere = 0;
  for (const StandbyEntry& other : all) {
    if (other.id == id || !other.confirmed_at) continue;
    if (other.counter == entry.counter && other.offer == entry.offer) {
      RV_TRY(erase_in(session, other));
    } else {
      ++elsewhere;
    }
  }
  if (elsewhere >= kOfMailMax) {
    return fail(Code::kSeatLimit, "this address waits for that many offers already");
  }
  entry.confirmed_at = now;
  entry.delete_after = end;
  return rows::confirm_standby(session, entry);
}

Task<Result<Booking>> Standby::accept(const StandbyView& view, std::string name) {
  if (!view.draw) co_return nothing_offered();
  const std::string entry = view.entry.id;
  const std::string draw = view.draw->id;
  ticket::RegistrationRequest request{.booking = draw,
                                      .name = std::move(name),
                                      .mail = view.entry.mail,
                                      .language = view.entry.language,
                                      .consents = {},
                                      .idempotency_key = "standby-" + draw + "-" + entry,
                                      .by_letter = true};
  request.also = [this, entry, draw](Session& session) -> Result<> {
    RV_ASSIGN(const auto offered, rows::find_draw(session, draw));
    const bool hers =
        offered && offered->entry == entry && offered->offered_until > needs_.civil_clock.now();
    if (!hers || !open_choice(*offered)) return nothing_offered();
    RV_ASSIGN(const StandbyEntry known, rows::find_standby(session, entry));
    RV_TRY(erase_in(session, known));
    return rows::erase_draw(session, draw);
  };
  co_return co_await needs_.registrations.complete(std::move(request));
}

Task<Result<>> Standby::decline(std::string id) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id)](Session& session) -> Result<> {
        RV_ASSIGN(StandbyEntry entry, rows::find_standby(session, id));
        RV_ASSIGN(std::optional<StandbyDraw> draw, rows::draw_for(session, id));
        if (!draw) return {};
        entry.unanswered = 0;
        RV_TRY(rows::set_unanswered(session, entry));
        draw->entry.clear();
        return advance(session, std::move(*draw));
      });
}

Task<Result<>> Standby::leave(std::string id) {
  co_return co_await needs_.database.writer().run(
      [this, id = std::move(id)](Session& session) -> Result<> {
        const auto entry = rows::find_standby(session, id);
        if (!entry && entry.error().code == Code::kGone) return {};
        if (!entry) return fail(entry.error());
        return erase_in(session, *entry);
      });
}

// What she is offered goes to the next: the sweep sees a draw that nobody has.
Result<> Standby::erase_in(Session& session, const StandbyEntry& entry) {
  RV_ASSIGN(std::optional<StandbyDraw> draw, rows::draw_for(session, entry.id));
  if (draw) {
    draw->entry.clear();
    RV_TRY(rows::put_draw(session, *draw));
  }
  RV_TRY(rows::erase_standby(session, entry.id));
  RV_TRY(mail::take_back(session, entry.mail, standby_letters(entry)));
  RV_ASSIGN(const std::vector<StandbyEntry> others,
            rows::standby_of_mail(session, ticket::mail_key(entry.mail)));
  if (others.empty()) RV_TRY(mail::erase_purpose_to(session, entry.mail, kStandbyPurpose));
  erased_ = true;
  return {};
}

Result<> Standby::write(Session& session, StandbyNews news, const StandbyEntry& entry,
                        const StandbyDraw* draw) {
  return mail::enqueue(session, needs_.letter(news, entry, draw), needs_.civil_clock.now());
}

// What comes free.

bool Standby::has_time(const Choice& choice, Slot slot) const {
  const Instant first_answer =
      needs_.civil_clock.now() + needs_.options.collect + needs_.options.offer;
  return first_answer <= slot.from - Duration::minutes(choice.counter->lead_min);
}

ticket::HoldRequest Standby::request_for(const Choice& choice, Slot slot) const {
  ticket::HoldRequest request = hold_request(choice, slot);
  request.until = slot.from;
  request.also = [this, slot, counter = choice.counter->id, offer = choice.offer->id](
                     Session& session, const Booking& hold) {
    return rows::insert_draw(session, {.id = hold.id,
                                       .counter = counter,
                                       .offer = offer,
                                       .slot = slot,
                                       .draw_at = hold.created_at + needs_.options.collect,
                                       .entry = {},
                                       .offered_until = {}});
  };
  return request;
}

Result<std::optional<ticket::HoldRequest>> Standby::keep(Session& session, const Booking& freed) {
  const std::optional<ticket::HoldRequest> nothing;
  const auto time = ticket::visit_of(freed, needs_.registrations);
  if (!time) return nothing;
  const auto choice = needs_.calendar.find(counter_of(freed.claims.front().quota), freed.subject);
  const Slot slot{time->starts_at, time->ends_at};
  // A part of a time, as moving by some minutes leaves it, is not what anybody waits for.
  const bool whole = choice && slot.to - slot.from == choice->length &&
                     std::ssize(freed.claims) * kCell.us == choice->length.us;
  if (!whole || !has_time(*choice, slot)) return nothing;
  if (cells(*choice->counter, *choice->programme, slot).empty()) return nothing;  // closed by now
  const StandbyDraw draw{.id = {},
                         .counter = choice->counter->id,
                         .offer = choice->offer->id,
                         .slot = slot,
                         .draw_at = {},
                         .entry = {},
                         .offered_until = {}};
  RV_ASSIGN(const std::vector<std::string> waiting, rows::candidates(session, draw));
  RV_ASSIGN(const std::int64_t collecting,
            rows::count_collecting(session, draw.counter, draw.offer));
  if (std::ssize(waiting) <= collecting) return nothing;
  return std::optional(request_for(*choice, slot));
}

Result<std::int64_t> Standby::look_for_new() {
  std::vector<rows::StandbyGroup> groups;
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(groups, rows::standby_groups(session));
    return {};
  }));
  std::int64_t kept = 0;
  std::optional<Error> trouble;
  for (const rows::StandbyGroup& group : groups) {
    const auto choice = needs_.calendar.find(group.counter, group.offer);
    if (!choice) continue;
    const Result<std::int64_t> here = look_for_new_at(*choice);
    kept += here.value_or(0);
    if (!here) trouble = here.error();
  }
  if (trouble) return fail(std::move(*trouble));
  return kept;
}

Result<std::int64_t> Standby::look_for_new_at(const Choice& choice) {
  std::vector<Slot> wanted;
  const std::string today = web::iso_date(needs_.civil_clock.now());
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(const std::vector<StandbyEntry> entries,
              rows::standby_for(session, choice.counter->id, choice.offer->id));
    if (entries.empty()) return {};
    RV_ASSIGN(const std::int64_t collecting,
              rows::count_collecting(session, choice.counter->id, choice.offer->id));
    // No more than there are people: the rest is everybody's.
    const std::int64_t most = std::ssize(entries) - collecting;
    std::string day = today;
    const std::string end = std::ranges::max(entries, {}, &StandbyEntry::last_day).last_day;
    while (day <= end && std::ssize(wanted) < most) {
      if (!is_wished(entries, day)) {
        RV_ASSIGN(day, day_after(day, 1));
        continue;
      }
      for (const Slot slot : needs_.calendar.free(choice, day)) {
        if (std::ssize(wanted) >= most || !has_time(choice, slot)) continue;
        RV_ASSIGN(const std::vector<std::string> able,
                  rows::candidates(session, {.id = {},
                                             .counter = choice.counter->id,
                                             .offer = choice.offer->id,
                                             .slot = slot,
                                             .draw_at = {},
                                             .entry = {},
                                             .offered_until = {}}));
        if (std::ssize(able) > std::ssize(wanted) + collecting) wanted.push_back(slot);
      }
      RV_ASSIGN(day, day_after(day, 1));
    }
    return {};
  }));
  std::int64_t kept = 0;
  for (const Slot slot : wanted) {
    RV_ASSIGN(const bool held, hold_for_draw(choice, slot));
    if (held) ++kept;
  }
  return kept;
}

// False where somebody was faster.
Result<bool> Standby::hold_for_draw(const Choice& choice, Slot slot) {
  const auto hold = run_task(needs_.registrations.hold(request_for(choice, slot)));
  if (hold) return true;
  if (describe(hold.error().code).status >= 500) return fail(hold.error());
  return false;
}

// Draws.

Result<> Standby::sweep() {
  const event::ProgrammePtr programme = needs_.calendar.programme();
  std::vector<StandbyDraw> due;
  RV_TRY(needs_.database.read([&](Session& session) -> Result<> {
    RV_ASSIGN(due, rows::due_draws(session, needs_.civil_clock.now()));
    if (programme == checked_) return {};
    // Hours may be other ones: what is kept in closed ones ends before its time.
    RV_ASSIGN(const std::vector<StandbyDraw> all, rows::draws(session));
    std::ranges::copy_if(all, std::back_inserter(due),
                         [this](const StandbyDraw& draw) { return !open_choice(draw); });
    return {};
  }));
  // One that cannot go on stops no other.
  Result<> all;
  for (const StandbyDraw& each : due) {
    if (Result<> done = sweep_one(each); !done) all = std::move(done);
  }
  if (all) checked_ = programme;
  return all;
}

Result<> Standby::sweep_one(const StandbyDraw& due) {
  std::optional<StandbyDraw> now;
  RV_TRY(needs_.database.writer().run_blocking([&](Session& session) -> Result<> {
    RV_ASSIGN(now, rows::find_draw(session, due.id));
    if (!now) return {};
    RV_TRY(advance(session, *now));
    RV_ASSIGN(now, rows::find_draw(session, due.id));
    return {};
  }));
  if (now && now->over) return finish(*now);
  return {};
}

Result<> Standby::advance(Session& session, StandbyDraw draw) {
  const auto held = ticket::rows::find(session, draw.id);
  if (!held && held.error().code != Code::kResourceNotFound) return fail(held.error());
  const bool is_kept = held && held->state == ticket::BookingState::kHeld;
  if (draw.over || !is_kept || !open_choice(draw)) return end_early(session, std::move(draw));
  if (!draw.drawn) RV_TRY(draw_lots(session, draw));
  if (!draw.entry.empty()) {
    if (draw.offered_until > needs_.civil_clock.now()) return {};
    const auto entry = rows::find_standby(session, draw.entry);
    if (entry) {
      RV_ASSIGN(const bool untold, still_untold(session, draw, *entry));
      if (untold) return {};
      RV_TRY(end_unanswered(session, draw));
    }
    draw.entry.clear();
  }
  return offer_next(session, std::move(draw));
}

// An offer that has not left yet is not made.
Result<> Standby::end_early(Session& session, StandbyDraw draw) {
  if (!draw.entry.empty()) {
    if (const auto entry = rows::find_standby(session, draw.entry)) {
      const std::string key = needs_.letter(StandbyNews::kOffered, *entry, &draw).key;
      RV_TRY(mail::take_back(session, entry->mail, key));
    }
    draw.entry.clear();
  }
  draw.over = true;
  RV_TRY(rows::put_draw(session, draw));
  return {};
}

Result<> Standby::draw_lots(Session& session, StandbyDraw& draw) {
  RV_ASSIGN(std::vector<std::string> waiting, rows::candidates(session, draw));
  RV_TRY(rows::insert_turns(session, draw, drawn_by_lot(std::move(waiting), needs_.random)));
  draw.drawn = true;
  return {};
}

// Her time begins when the letter has left: who was not asked cannot answer.
Result<bool> Standby::still_untold(Session& session, StandbyDraw& draw, const StandbyEntry& entry) {
  const std::string key = needs_.letter(StandbyNews::kOffered, entry, &draw).key;
  RV_ASSIGN(const bool left, has_left(session, key));
  const std::optional<Instant> until = offer_end(draw);
  if (left || !until) return false;
  RV_TRY(mail::take_back(session, entry.mail, key));
  draw.offered_until = *until;
  RV_TRY(rows::put_draw(session, draw));
  RV_TRY(write(session, StandbyNews::kOffered, entry, &draw));
  return true;
}

Result<> Standby::end_unanswered(Session& session, const StandbyDraw& draw) {
  RV_ASSIGN(StandbyEntry entry, rows::find_standby(session, draw.entry));
  ++entry.unanswered;
  if (entry.unanswered < kUnansweredMax) {
    RV_TRY(rows::set_unanswered(session, entry));
    return write(session, StandbyNews::kOfferEnded, entry, &draw);
  }
  RV_TRY(erase_in(session, entry));
  return write(session, StandbyNews::kStruck, entry, &draw);
}

Result<> Standby::offer_next(Session& session, StandbyDraw draw) {
  RV_ASSIGN(const std::vector<std::string> order, rows::turns(session, draw.id));
  RV_ASSIGN(const std::vector<std::string> able, rows::candidates(session, draw));
  const auto next = std::ranges::find_if(order, [&](const std::string& entry) {
    return std::ranges::find(able, entry) != able.end();
  });
  const std::optional<Instant> until = offer_end(draw);
  draw.entry.clear();
  draw.over = next == order.end() || !until;
  if (draw.over) {
    RV_TRY(rows::put_draw(session, draw));
    return {};
  }
  draw.entry = *next;
  draw.offered_until = *until;
  RV_TRY(rows::put_draw(session, draw));
  RV_TRY(rows::set_asked(session, draw, needs_.civil_clock.now()));
  RV_ASSIGN(const StandbyEntry entry, rows::find_standby(session, draw.entry));
  return write(session, StandbyNews::kOffered, entry, &draw);
}

std::optional<Choice> Standby::open_choice(const StandbyDraw& draw) const {
  auto choice = needs_.calendar.find(draw.counter, draw.offer);
  if (!choice || cells(*choice->counter, *choice->programme, draw.slot).empty()) return {};
  return std::move(*choice);
}

// Nothing where the counter is closed then by now, or too little time is left.
std::optional<Instant> Standby::offer_end(const StandbyDraw& draw) const {
  const std::optional<Choice> choice = open_choice(draw);
  if (!choice) return {};
  const Instant last = draw.slot.from - Duration::minutes(choice->counter->lead_min);
  const Instant now = needs_.civil_clock.now();
  Instant until = now + needs_.options.offer;
  if (until > last) return {};
  const web::LocalTime local = web::local_time(until);
  if (local.hour >= kEveningHour || local.hour < kMorningHour) {
    const auto day = day_after(web::iso_date(until), local.hour >= kEveningHour ? 1 : 0);
    const auto morning =
        day ? web::from_local(*day, fmt::format("{}:00", kMorningHour)) : Result<Instant>(until);
    if (morning) until = *morning;
  }
  return std::min(until, last);
}

Result<> Standby::finish(const StandbyDraw& draw) {
  const Result<> given = run_task(needs_.registrations.give_back(draw.id));
  // Ended by itself, or somebody's by now.
  const bool settled = given || given.error().code == Code::kResourceNotFound ||
                       given.error().code == Code::kConflict;
  if (!settled) return given;
  return needs_.database.writer().run_blocking(
      [&](Session& session) { return rows::erase_draw(session, draw.id); });
}

// What is known of a person.

Result<> Standby::write_person(Session& session, const std::string& mail_key, json::Writer& out) {
  RV_ASSIGN(const std::vector<StandbyEntry> entries, rows::standby_of_mail(session, mail_key));
  out.key("standby").begin_array();
  for (const StandbyEntry& entry : entries) {
    out.begin_object()
        .member("purpose", kStandbyPurpose)
        .member("mail", entry.mail)
        .member("language", entry.language)
        .member("counter", entry.counter)
        .member("offer", entry.offer)
        .member("first_day", entry.first_day)
        .member("last_day", entry.last_day)
        .member("unanswered", entry.unanswered)
        .member("asked_at", to_iso8601(entry.asked_at))
        .member("delete_after", to_iso8601(entry.delete_after));
    if (entry.confirmed_at) out.member("confirmed_at", to_iso8601(*entry.confirmed_at));
    RV_ASSIGN(const auto draw, rows::draw_for(session, entry.id));
    if (draw) {
      out.member("offered", to_iso8601(draw->slot.from))
          .member("offered_until", to_iso8601(draw->offered_until));
    }
    out.end_object();
  }
  out.end_array();
  return {};
}

Result<std::int64_t> Standby::erase_person(Session& session, const std::string& mail_key) {
  RV_ASSIGN(const std::vector<StandbyEntry> entries, rows::standby_of_mail(session, mail_key));
  for (const StandbyEntry& entry : entries) RV_TRY(erase_in(session, entry));
  return static_cast<std::int64_t>(entries.size());
}

Result<std::int64_t> Standby::erase_ended(Session& session, Instant now) {
  RV_ASSIGN(const std::vector<StandbyEntry> ended, rows::ended_standby(session, now));
  for (const StandbyEntry& entry : ended) RV_TRY(erase_in(session, entry));
  RV_ASSIGN(const std::int64_t turns, rows::erase_ended_turns(session, now));
  const bool before = erased_.exchange(false);
  return static_cast<std::int64_t>(ended.size()) + turns + (before ? 1 : 0);
}

}  // namespace revier::appointment
