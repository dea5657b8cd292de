// SPDX-License-Identifier: EUPL-1.2
// The form of a counter's opening hours: between its fields and the counter's JSON.
//
// Two openings for each day of the week and a line for each exception, some of them empty. Fields
// of a line begin with its name: "w1a" Monday's first, "w1b" its second, "x1" the first exception;
// "_von", "_bis", "_leute", of exceptions also "_tag" and "_zu".
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <vector>

#include "console/hours_views.h"
#include "event/item.h"
#include "event/types.h"
#include "web/form.h"

namespace revier::console {

inline constexpr int kExceptionsMax = 44;

struct HoursForm {
  web::Form form;
  std::vector<HoursGroup> weekdays;
  std::vector<HoursGroup> exceptions;
};
// With as many exceptions as `data` has, and some empty ones; with `lines` of them where stated.
[[nodiscard]] HoursForm hours_form(const web::FormData& data, web::Language language,
                                   int lines = 0);
// Whether the form can show all hours from `today` on ("2025-02-06").
[[nodiscard]] bool fits_form(const event::Counter& counter, const std::string& today);
// The fields of a stored counter, exceptions from `today` on.
[[nodiscard]] web::FormData hours_data(const event::Item& item, const event::Counter& counter,
                                       const std::string& today);
// What only several fields together show.
void check_hours(const HoursForm& hours, web::FormData& data, web::Language language);
// The counter as the fields have it, which are valid. Errors: those of event::read_item().
[[nodiscard]] Result<event::Item> with_hours(const event::Item& item, const web::FormData& data);
// One sentence for each day with openings that overlap.
[[nodiscard]] std::vector<std::string> overlaps_in(const event::Counter& counter,
                                                   web::Language language);

}  // namespace revier::console
