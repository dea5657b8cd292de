// SPDX-License-Identifier: EUPL-1.2
// The waiting room of a counter: who is here, who is called to which desk, how long it takes.
//
// A visit is of one who came: without an appointment it gets a number of the day ("A17"), with one
// the appointment's own. Visits hold no personal data; the tie to an appointment ends with the
// visit, and what remains are times for the statistics.
//
// Whom a desk gets next: appointments that are due, the earliest first; else those without, in the
// order in which they came; else appointments that are here early. Who was called and did not come
// can be called again or noted as absent, and waits again when she comes after all.
//
// Rows carry delete_after. Every call is durable when it answers; the rows decide, there is nothing
// in memory.
//
// Thread safety: all methods from any thread; the Tasks from io threads.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/estimate.h"
#include "base/random.h"
#include "base/task.h"
#include "records/records.h"
#include "ticket/types.h"

namespace revier::appointment {

enum class VisitState : std::uint8_t { kWaiting, kCalled, kDone, kAbsent };

struct Arrival {
  std::string id;
  std::string counter;
  std::string offer;
  std::string day;      // "2025-02-06"
  std::string number;   // "A17", "K7M3"
  std::string booking;  // of an appointment, while the visit lasts; else empty
  VisitState state = VisitState::kWaiting;
  Instant arrived_at;
  std::optional<Instant> due_at;  // of an appointment
  std::optional<Instant> called_at;
  std::optional<Instant> ended_at;
  std::string desk;          // that called
  Duration estimated;        // what was said when the number was drawn
  bool appointment = false;  // came with one
};

// One line of the statistics: a day and an offer, or all of them.
struct QueueFigures {
  std::string day;
  std::string offer;
  std::int64_t visits = 0;  // that ended
  std::int64_t with_appointment = 0;
  std::int64_t absent = 0;
  std::vector<Duration> waits;          // without an appointment: from the number to the call
  std::vector<Duration> conversations;  // from the call to the end
  std::int64_t estimated = 0;           // waits that an estimate was given for
  std::int64_t within = 0;              // of them: ended no later than twice what was said
};

class Queue {
 public:
  // All of it outlives the queue.
  struct Needs {
    records::Database& database;
    const Clock& civil_clock;
    Random& random;
    Duration keep_figures = Duration::days(400);
  };
  explicit Queue(Needs needs) : needs_(needs) {}
  [[nodiscard]] static std::span<const records::Migration> migrations();

  struct NewVisit {
    std::string counter;
    std::string offer;
    Duration estimated;
  };
  // A number of the day for one without an appointment.
  [[nodiscard]] Task<Result<Arrival>> draw(NewVisit visit);
  // Notes that somebody with an appointment is here; twice is no error. Whose visit has ended, as
  // done or absent, waits again with the same number.
  [[nodiscard]] Task<Result<Arrival>> arrive(const ticket::Booking& booking, std::string counter,
                                             Instant due_at);
  // Calls the next to a desk; what the desk had before is done. nullopt: nobody waits.
  // Errors: kBadRequestData without a desk's name.
  [[nodiscard]] Task<Result<std::optional<Arrival>>> call_next(std::string counter,
                                                               std::string desk);
  // Ends one that was called: done, or absent. Errors: kResourceNotFound, kConflict.
  [[nodiscard]] Task<Result<Arrival>> end(std::string id, VisitState how);
  // Takes a call back: the person waits again at her place. Errors: as end().
  [[nodiscard]] Task<Result<Arrival>> call_back(std::string id);

  // All of a counter's day that wait or are called, called ones first, then in the order of calling
  // as of `now`. Blocks.
  [[nodiscard]] static Result<std::vector<Arrival>> here(records::Session& session,
                                                         std::string_view counter,
                                                         std::string_view day, Instant now);
  // What was measured of a counter lately, for estimates; waiting_ahead counts all who wait.
  [[nodiscard]] static Result<QueueState> measure(records::Session& session,
                                                  std::string_view counter, Instant now);
  [[nodiscard]] static Result<std::vector<QueueFigures>> figures(records::Session& session,
                                                                 std::string_view counter,
                                                                 std::string_view first_day,
                                                                 std::string_view last_day);

  // Ends what was forgotten on days before and erases what has passed its time. Blocks.
  [[nodiscard]] Result<> sweep();

 private:
  const Needs needs_;
};

// Sorts by the rule above.
void sort_by_turn(std::vector<Arrival>& waiting, Instant now);

}  // namespace revier::appointment
