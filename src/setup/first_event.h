// SPDX-License-Identifier: EUPL-1.2
// From an organiser's answers to the first items of the programme: the event and its place.
//
// Thread safety: pure functions.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "event/item.h"

namespace revier::setup {

struct EventAnswers {
  std::string name_de;
  std::string name_en;
  std::string organiser;  // "Stadt Herne"
  std::string first_day;  // "2025-02-05"
  std::string last_day;
  std::string opens;  // "09:00", local time of every day
  std::string closes;
  std::string time_zone;  // IANA
  std::string venue;
  std::string address;
  std::int64_t seats = 0;  // a day; 0: no registration
};

struct FirstItems {
  event::Item event;
  event::Item place;
};

inline constexpr int kDaysMax = 31;

// `known`: the event and its place as they are. What was not asked is kept: other fields, further
// organisers, titles of days; and the hours and seats of each day where the answer is what
// answers_of() showed, those of the first day.
// Errors: kUnprocessable with `field` "last_day" or "closes".
[[nodiscard]] Result<FirstItems> first_items(
    const EventAnswers& answers, const std::optional<event::Item>& known,
    const std::optional<event::Item>& known_place = std::nullopt);
// The answers that lead to these items.
[[nodiscard]] EventAnswers answers_of(const event::Item& event,
                                      const std::optional<event::Item>& place);

// "09:30", with two digits each.
[[nodiscard]] bool is_time(std::string_view text);

}  // namespace revier::setup
