// SPDX-License-Identifier: EUPL-1.2
// Rows of those who wait for times to come free, and of the draws. No rules here: see standby.h.
//
// Thread safety: free functions on a Session; see records/records.h.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/slots.h"
#include "records/records.h"

namespace revier::appointment {

inline constexpr std::string_view kStandbyPurpose = "appointment-standby";
inline constexpr std::string_view kStandbyLink = "appointment-standby";

// One who waits.
struct StandbyEntry {
  std::string id;
  std::string counter;
  std::string offer;
  std::string first_day;  // "2025-02-06"
  std::string last_day;
  std::string mail;
  std::string language = "de";
  Instant asked_at;
  std::optional<Instant> confirmed_at;
  std::int64_t unanswered = 0;  // offers that she let run out
  Instant delete_after;
};

// A time that is kept. Its id is that of the hold.
struct StandbyDraw {
  std::string id;
  std::string counter;
  std::string offer;
  Slot slot;
  Instant draw_at;
  bool drawn = false;
  bool over = false;  // the hold is to be given back
  std::string entry;  // who has the offer; empty: nobody
  Instant offered_until;
};

// An entry and the draw that offers it something.
struct StandbyView {
  StandbyEntry entry;
  std::optional<StandbyDraw> draw;
  std::int64_t waiting = 0;  // confirmed for the same counter and offer, this one too
};

namespace rows {

[[nodiscard]] std::span<const records::Migration> standby_migrations();

[[nodiscard]] Result<> insert_standby(records::Session& session, const StandbyEntry& entry);
// Errors: kGone.
[[nodiscard]] Result<StandbyEntry> find_standby(records::Session& session, std::string_view id);
[[nodiscard]] Result<StandbyView> view_standby(records::Session& session, std::string_view id);
[[nodiscard]] Result<std::vector<StandbyEntry>> standby_of_mail(records::Session& session,
                                                                std::string_view mail_key);
// Confirmed ones for a counter and offer, by id.
[[nodiscard]] Result<std::vector<StandbyEntry>> standby_for(records::Session& session,
                                                            std::string_view counter,
                                                            std::string_view offer);
[[nodiscard]] Result<std::vector<StandbyEntry>> ended_standby(records::Session& session,
                                                              Instant now);
[[nodiscard]] Result<> confirm_standby(records::Session& session, const StandbyEntry& entry);
[[nodiscard]] Result<> set_unanswered(records::Session& session, const StandbyEntry& entry);
// With its turns; an offer that it has stays in the draw.
[[nodiscard]] Result<> erase_standby(records::Session& session, std::string_view id);

// Counters and offers that somebody waits for, confirmed.
struct StandbyGroup {
  std::string counter;
  std::string offer;
};
[[nodiscard]] Result<std::vector<StandbyGroup>> standby_groups(records::Session& session);
// Those of standby_for() who could be asked about a time: it lies in their days, no other is
// offered to them now, and they have not been asked about it.
[[nodiscard]] Result<std::vector<std::string>> candidates(records::Session& session,
                                                          const StandbyDraw& draw);
// Draws of a counter and offer whose lots are not drawn yet.
[[nodiscard]] Result<std::int64_t> count_collecting(records::Session& session,
                                                    std::string_view counter,
                                                    std::string_view offer);

[[nodiscard]] Result<> insert_draw(records::Session& session, const StandbyDraw& draw);
// All but the id can change. False where there is none (any more).
[[nodiscard]] Result<bool> put_draw(records::Session& session, const StandbyDraw& draw);
[[nodiscard]] Result<std::optional<StandbyDraw>> find_draw(records::Session& session,
                                                           std::string_view id);
// That offers something to an entry.
[[nodiscard]] Result<std::optional<StandbyDraw>> draw_for(records::Session& session,
                                                          std::string_view entry);
// All of them.
[[nodiscard]] Result<std::vector<StandbyDraw>> draws(records::Session& session);
// With something to do now: to draw, to pass on, to end.
[[nodiscard]] Result<std::vector<StandbyDraw>> due_draws(records::Session& session, Instant now);
[[nodiscard]] Result<> erase_draw(records::Session& session, std::string_view id);

// The order of a draw.
[[nodiscard]] Result<> insert_turns(records::Session& session, const StandbyDraw& draw,
                                    std::span<const std::string> entries);
[[nodiscard]] Result<std::vector<std::string>> turns(records::Session& session,
                                                     std::string_view draw);
[[nodiscard]] Result<> set_asked(records::Session& session, const StandbyDraw& draw, Instant now);
// Of times that have begun. How many.
[[nodiscard]] Result<std::int64_t> erase_ended_turns(records::Session& session, Instant now);

}  // namespace rows
}  // namespace revier::appointment
