// SPDX-License-Identifier: EUPL-1.2
// How much of each offer is free at each counter, as public entities: to be queried, subscribed to
// and shown live. Nothing decides by them: booking asks the records.
//
//   id     urn:ngsi-ld:AppointmentAvailability:COUNTER:OFFER
//   type   urn:revier:ns:AppointmentAvailability
//   freeAppointments   times that visitors can book now, on all days that can be booked
//   nextFree           begin of the first of them (ISO 8601); missing where there is none
//   serviceChannel, serviceOffered   the counter's and the offer's entity
//
// Thread safety: publish() by one thread.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appointment/calendar.h"

namespace revier::appointment {

inline constexpr std::string_view kAvailabilityType = "urn:revier:ns:AppointmentAvailability";
[[nodiscard]] std::string availability_id(std::string_view counter, std::string_view offer);

// What visitors can book, from `today` ("2025-02-06") on.
struct FreeTimes {
  std::int64_t count = 0;
  std::optional<Slot> next;
};
[[nodiscard]] FreeTimes free_times(const Calendar& calendar, const Choice& choice,
                                   std::string today);

class Availability {
 public:
  // All of it outlives it.
  struct Needs {
    const Calendar& calendar;
    const Clock& civil_clock;
    // Puts one entity, or removes it where the text is empty; durable when it answers. Blocks.
    std::function<Result<>(const std::string& id, std::string entity)> put;
    // All entities of a type, in normalised form. Does not wait.
    std::function<std::vector<std::string>(std::string_view type)> entities;
  };
  explicit Availability(Needs needs) : needs_(std::move(needs)) {}

  // Writes what has changed since the last call, one write for each offer however many booked; the
  // first call writes all and removes what is no longer offered. How many. Blocks; call it every
  // ten seconds or so.
  [[nodiscard]] Result<std::int64_t> publish();

 private:
  [[nodiscard]] std::string entity_of(const Choice& choice) const;

  const Needs needs_;
  bool begun_ = false;
  std::map<std::string, std::string> shown_;  // entities by id
};

}  // namespace revier::appointment
