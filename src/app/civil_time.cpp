// SPDX-License-Identifier: EUPL-1.2
#include "app/civil_time.h"

#include <charconv>

#include <fmt/format.h>

#include "app/files.h"

namespace revier::app {
namespace {

Result<std::optional<Duration>> stored_difference(const std::string& file) {
  const Result<std::string> text = read_file(file, 64);
  if (!text && text.error().code == Code::kResourceNotFound) return std::nullopt;
  if (!text) return fail(text.error());
  Duration difference;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, difference.us);
  if (error != std::errc{} || std::string_view(stop, end) != " us\n") {
    return fail(Code::kCorrupt, fmt::format("{} does not hold a difference of clocks", file));
  }
  return difference;
}

std::string clock_file(const std::string& folder) { return folder + "/civil-clock"; }

}  // namespace

Result<Duration> stored_civil_difference(const std::string& folder) {
  RV_ASSIGN(const std::optional<Duration> stored, stored_difference(clock_file(folder)));
  return stored.value_or(Duration{});
}

Result<Duration> civil_difference(const std::string& folder, Instant real_now,
                                  std::optional<Instant> wanted,
                                  std::optional<Instant> first_start) {
  const std::string file = clock_file(folder);
  RV_ASSIGN(const std::optional<Duration> stored, stored_difference(file));
  if (stored && !wanted) return *stored;
  if (stored && *wanted < real_now + *stored) {
    return fail(Code::kConflict,
                fmt::format("the civil clock of {} stands at {}; it does not go back to {}: leave "
                            "--demo-clock out to go on, or take a new folder",
                            folder, to_iso8601(real_now + *stored), to_iso8601(*wanted)));
  }
  const Instant start = wanted ? *wanted : first_start.value_or(real_now);
  const Duration difference = start - real_now;
  RV_TRY(write_private_file(file, fmt::format("{} us\n", difference.us)));
  return difference;
}

}  // namespace revier::app
