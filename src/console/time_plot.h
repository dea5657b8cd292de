// SPDX-License-Identifier: EUPL-1.2
// Numbers over time as a drawing, and as the table that says the same.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "console/data_views.h"
#include "web/language.h"

namespace revier::console {

// What one period of a series comes to.
struct PeriodValues {
  Instant start;
  double average = 0;
  double least = 0;
  double most = 0;
  std::int64_t count = 0;
};

// Of the answer to an Evolution (data_call.h), in the order of time; at most 1,000. Of several
// datasets the first. Empty where there is nothing in the time asked for.
// Errors: kInvalidRequest: no such answer.
[[nodiscard]] Result<std::vector<PeriodValues>> read_periods(std::string_view answer);

struct PlotWords {
  std::string title;
  std::string unit;       // may be empty
  bool with_time = true;  // hours beside the days
};
// From `since` until `until`; empty for no values.
[[nodiscard]] TimePlot draw_periods(const std::vector<PeriodValues>& periods, Instant since,
                                    Instant until, const PlotWords& words, web::Language language);

}  // namespace revier::console
