// SPDX-License-Identifier: EUPL-1.2
// What can be booked where and when, and holding it: for visitors' pages and for desks alike.
//
// Thread safety: all methods from any thread; hold() from io threads.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/slots.h"
#include "base/task.h"
#include "net/http.h"
#include "ticket/registrations.h"
#include "web/form.h"

namespace revier::appointment {

// An offer at a counter. The pointers live as long as the programme.
struct Choice {
  event::ProgrammePtr programme;
  const event::Counter* counter = nullptr;
  const event::Offer* offer = nullptr;
  Duration length;
};

// A day as a link with the number of its free times.
struct DayLink {
  std::string text;
  std::string href;
  bool current = false;
};
struct Times {
  std::vector<DayLink> days;
  std::string first_href;  // empty where the first day is among them
  std::string later_href;  // empty without later days
  std::string heading;     // the day that is shown; empty without any
  bool any = false;        // something is free on it
};
struct TimesForm {
  Times times;
  web::FormField field;  // "zeit": the free times of the day
};

class Calendar {
 public:
  // All of it outlives the calendar.
  struct Needs {
    ticket::Registrations& registrations;
    std::function<event::ProgrammePtr()> programme;
    const Clock& civil_clock;
  };
  explicit Calendar(Needs needs) : needs_(std::move(needs)) {}

  [[nodiscard]] event::ProgrammePtr programme() const { return needs_.programme(); }
  // Everything that can be booked, by counter.
  [[nodiscard]] std::vector<Choice> choices() const;
  // Errors: kResourceNotFound, also where the offer is not booked there.
  [[nodiscard]] Result<Choice> find(std::string_view counter, std::string_view offer) const;

  // Free times of one day that can still be booked: within the counter's days ahead, after its
  // lead time. `at_desk`: up to the last moment.
  [[nodiscard]] std::vector<Slot> free(const Choice& choice, std::string_view day,
                                       bool at_desk = false) const;
  // The first of all.
  [[nodiscard]] std::optional<Slot> next_free(const Choice& choice) const;

  // Some open days from ?ab= on and the times of ?tag=. `address` is the page's own, with the query
  // that it needs besides.
  [[nodiscard]] TimesForm form(const Choice& choice, const net::Request& request,
                               const std::string& address, bool at_desk = false) const;
  // A value of the form's field, if it can still be booked. Errors: kBadRequestData, kConflict.
  [[nodiscard]] Result<Slot> chosen(const Choice& choice, std::string_view value,
                                    bool at_desk = false) const;

  // Errors: those of Registrations::hold().
  [[nodiscard]] Task<Result<ticket::Booking>> hold(const Choice& choice, Slot slot,
                                                   std::string device = {}) const;
  // Another time of the same counter and offer. Errors: those of Registrations::change().
  [[nodiscard]] Task<Result<ticket::Booking>> move(const Choice& choice, Slot slot,
                                                   std::string booking,
                                                   ticket::Also also = {}) const;

  // One device may hold and have that many.
  static constexpr std::int64_t kOfDeviceMax = 3;

 private:
  struct DayFree {
    std::string day;
    std::vector<Slot> free;
  };
  [[nodiscard]] std::vector<DayFree> open_days(const Choice& choice, std::string day, bool at_desk,
                                               std::string& later) const;
  [[nodiscard]] std::string last_day(const Choice& choice) const;

  const Needs needs_;
};

// Of all cells of a time.
[[nodiscard]] ticket::HoldRequest hold_request(const Choice& choice, Slot slot);

}  // namespace revier::appointment
