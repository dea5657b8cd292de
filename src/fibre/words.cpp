// SPDX-License-Identifier: EUPL-1.2
#include "fibre/words.h"

#include <fmt/format.h>

#include "fibre/texts.h"

namespace revier::fibre {

using web::Language;

namespace {

// Noon of a day, so that no zone makes another day of it.
std::optional<Instant> noon(const Period& period) {
  const auto instant =
      web::from_local(fmt::format("{:04}-{:02}-{:02}", period.year, std::max<int>(period.month, 1),
                                  std::max<int>(period.day, 1)),
                      "12:00");
  return instant ? std::optional(*instant) : std::nullopt;
}

const web::Text& label_text(State state) {
  switch (state) {
    case State::kAvailable:
      return texts::kStateAvailable;
    case State::kUnderConstruction:
      return texts::kStateUnderConstruction;
    case State::kPlanned:
      return texts::kStatePlanned;
    case State::kNotPlanned:
      return texts::kStateNotPlanned;
    case State::kUnknown:
      return texts::kStateUnknown;
  }
  return texts::kStateUnknown;
}

}  // namespace

std::string_view label(State state, Language language) {
  return web::text(language, label_text(state));
}

web::kern::Tone tone(State state) {
  switch (state) {
    case State::kAvailable:
      return web::kern::Tone::kSuccess;
    case State::kUnderConstruction:
    case State::kPlanned:
      return web::kern::Tone::kInfo;
    case State::kNotPlanned:
    case State::kUnknown:
      return web::kern::Tone::kWarning;
  }
  return web::kern::Tone::kInfo;
}

std::string in_words(const Period& period, Language language) {
  const std::string year = std::to_string(period.year);
  if (period.quarter != 0) {
    return web::text(language, texts::kPeriodQuarter,
                     {{"quarter", int{period.quarter}}, {"year", year}});
  }
  if (period.month == 0) return year;
  const auto instant = noon(period);
  if (!instant) return to_string(period);
  std::string text = web::date(language, *instant);
  if (period.day != 0) return text;
  // "1. Juli 2026" or "1 July 2026" without its first word.
  return text.substr(text.find(' ') + 1);
}

std::string day_in_words(std::string_view day, Language language) {
  const auto period = parse_period(day);
  return period && period->day != 0 ? in_words(*period, language) : std::string(day);
}

std::string summary(const Address& address, Language language) {
  std::string text(label(address.state, language));
  const bool past = address.state == State::kAvailable;
  const Period& period = past ? address.since : address.planned;
  if (!period.stated()) return text;
  const std::string when = in_words(period, language);
  return text + ", " +
         (past ? web::text(language, texts::kListSince, {{"when", when}})
               : web::text(language, texts::kListPlanned, {{"when", when}}));
}

std::string name_of(const Street& street, std::string_view number, bool with_district) {
  std::string text = street.name;
  if (!number.empty()) text += fmt::format(" {}", number);
  if (with_district && !street.district.empty()) text += fmt::format(" ({})", street.district);
  return text;
}

std::string percent(double value, Language language) {
  return web::number(language, value, 1) + " %";
}

}  // namespace revier::fibre
