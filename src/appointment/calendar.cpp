// SPDX-License-Identifier: EUPL-1.2
#include "appointment/calendar.h"

#include <algorithm>

#include <fmt/format.h>

#include "appointment/texts.h"
#include "web/i18n.h"

namespace revier::appointment {

using net::Request;
using web::Language;

namespace {

constexpr int kDaysShown = 8;
constexpr const char* kField = "zeit";

// A bound for a counter's own wish.
std::int64_t days_ahead(const event::Counter& counter) {
  return std::clamp<std::int64_t>(counter.days_ahead, 0, 366);
}

std::vector<ticket::QuotaStatus> taken_on(const ticket::Registrations& registrations,
                                          const event::Counter& counter,
                                          const std::vector<Opening>& open) {
  const auto utc_day = [](Instant instant) { return to_iso8601(instant).substr(0, 10); };
  const std::string first = utc_day(open.front().from);
  const std::string last = utc_day(open.back().to);
  auto taken = registrations.appointments(cell_id_begin(counter.id, first));
  if (last != first) {
    for (auto& more : registrations.appointments(cell_id_begin(counter.id, last))) {
      taken.push_back(std::move(more));
    }
  }
  return taken;
}

std::string asked_day(const Request& request, std::string_view name, const std::string& otherwise) {
  const std::string day = request.query_param(name).value_or("");
  const auto same = day_after(day, 0);
  return same && *same == day ? day : otherwise;
}

std::string day_text(std::string_view day, Language language, web::DateStyle style) {
  const auto noon = web::from_local(day, "12:00");
  return noon ? web::date(language, *noon, style) : std::string(day);
}

web::FormField time_field(const std::vector<Slot>& free, const std::string& label,
                          Language language) {
  web::FormField field{.name = kField,
                       .kind = web::FieldKind::kRadios,
                       .label = label,
                       .required = true,
                       .missing = texts::kTimesMissing};
  for (const Slot& slot : free) {
    field.options.push_back(
        {.value = to_iso8601(slot.from), .label = web::time(language, slot.from)});
  }
  return field;
}

}  // namespace

std::string Calendar::last_day(const Choice& choice) const {
  return web::iso_date(needs_.civil_clock.now() + Duration::days(days_ahead(*choice.counter)));
}

std::vector<Choice> Calendar::choices() const {
  std::vector<Choice> all;
  const event::ProgrammePtr programme = needs_.programme();
  for (const event::Counter& counter : programme->counters) {
    for (const std::string& offer : counter.offers) {
      if (auto choice = find(counter.id, offer)) all.push_back(std::move(*choice));
    }
  }
  return all;
}

Result<Choice> Calendar::find(std::string_view counter, std::string_view offer) const {
  Choice choice{.programme = needs_.programme()};
  choice.counter = choice.programme->counter(counter);
  choice.offer = choice.programme->offer(offer);
  const bool serves =
      choice.counter != nullptr && choice.offer != nullptr &&
      std::ranges::find(choice.counter->offers, offer) != choice.counter->offers.end();
  if (serves && choice.offer->by_appointment) choice.length = length_of(*choice.offer);
  if (choice.length.us > 0) return choice;
  return fail(Code::kResourceNotFound, "no appointments are booked here");
}

std::vector<Slot> Calendar::free(const Choice& choice, std::string_view day, bool at_desk) const {
  const std::vector<Opening> open = openings(*choice.counter, day);
  Instant from = needs_.civil_clock.now();
  if (!at_desk)
    from = from + Duration::minutes(std::max<std::int64_t>(choice.counter->lead_min, 0));
  if (open.empty() || open.back().to <= from || day > last_day(choice)) return {};
  auto free = free_slots(*choice.counter, choice.length, day,
                         taken_on(needs_.registrations, *choice.counter, open));
  std::erase_if(free, [from](const Slot& slot) { return slot.from <= from; });
  return free;
}

std::optional<Slot> Calendar::next_free(const Choice& choice) const {
  std::string day = web::iso_date(needs_.civil_clock.now());
  const std::string end = last_day(choice);
  while (day <= end) {
    const std::vector<Slot> here = free(choice, day);
    if (!here.empty()) return here.front();
    const auto next = day_after(day, 1);
    if (!next) break;
    day = *next;
  }
  return std::nullopt;
}

// At most kDaysShown; `later` is where more begin.
std::vector<Calendar::DayFree> Calendar::open_days(const Choice& choice, std::string day,
                                                   bool at_desk, std::string& later) const {
  std::vector<DayFree> days;
  const std::string end = last_day(choice);
  while (day <= end) {
    if (!openings(*choice.counter, day).empty()) {
      if (std::ssize(days) == kDaysShown) {
        later = day;
        break;
      }
      days.push_back({day, free(choice, day, at_desk)});
    }
    const auto next = day_after(day, 1);
    if (!next) break;
    day = *next;
  }
  return days;
}

TimesForm Calendar::form(const Choice& choice, const Request& request, const std::string& address,
                         bool at_desk) const {
  const Language language = web::language_of(request);
  const std::string today = web::iso_date(needs_.civil_clock.now());
  const std::string first = std::max(asked_day(request, "ab", today), today);
  const std::string sign = address.find('?') == std::string::npos ? "?" : "&";
  std::string later;
  const std::vector<DayFree> days = open_days(choice, first, at_desk, later);
  TimesForm result;
  if (days.empty()) return result;
  const auto has_free = [](const DayFree& day) { return !day.free.empty(); };
  auto shown = std::ranges::find(days, asked_day(request, "tag", ""), &DayFree::day);
  if (shown == days.end()) shown = std::ranges::find_if(days, has_free);
  if (shown == days.end()) shown = days.begin();
  const std::string from = first == today ? "" : "ab=" + first + "&";
  for (const DayFree& day : days) {
    result.times.days.push_back(
        {.text = web::text(language, texts::kTimesDay,
                           {{"day", day_text(day.day, language, web::DateStyle::kShort)},
                            {"free", day.free.size()}}),
         .href = address + sign + from + "tag=" + day.day,
         .current = day.day == shown->day});
  }
  if (first != today) result.times.first_href = address;
  if (!later.empty()) result.times.later_href = address + sign + "ab=" + later;
  result.times.heading =
      web::text(language, texts::kTimesFree,
                {{"day", day_text(shown->day, language, web::DateStyle::kFull)}});
  result.times.any = !shown->free.empty();
  result.field = time_field(shown->free, result.times.heading, language);
  return result;
}

Result<Slot> Calendar::chosen(const Choice& choice, std::string_view value, bool at_desk) const {
  RV_ASSIGN(const Instant from, parse_iso8601(value));
  const std::vector<Slot> here = free(choice, web::iso_date(from), at_desk);
  const auto found = std::ranges::find(here, from, &Slot::from);
  if (found != here.end()) return *found;
  return fail(Code::kConflict, "this time is not free any more");
}

Task<Result<ticket::Booking>> Calendar::hold(const Choice& choice, Slot slot,
                                             std::string device) const {
  ticket::HoldRequest request = hold_request(choice, slot);
  request.device = std::move(device);
  request.of_device_max = kOfDeviceMax;
  return needs_.registrations.hold(std::move(request));
}

ticket::HoldRequest hold_request(const Choice& choice, Slot slot) {
  std::vector<ticket::Quota> quotas = cells(*choice.counter, *choice.programme, slot);
  std::vector<ticket::Claim> wanted = claims_of(quotas);
  return {.wanted = std::move(wanted),
          .device = {},
          .idempotency_key = {},
          .kind = ticket::BookingKind::kAppointment,
          .subject = choice.offer->id,
          .quotas = std::move(quotas)};
}

Task<Result<ticket::Booking>> Calendar::move(const Choice& choice, Slot slot, std::string booking,
                                             ticket::Also also) const {
  std::vector<ticket::Quota> quotas = cells(*choice.counter, *choice.programme, slot);
  std::vector<ticket::Claim> wanted = claims_of(quotas);
  return needs_.registrations.change({.booking = std::move(booking),
                                      .wanted = std::move(wanted),
                                      .quotas = std::move(quotas),
                                      .also = std::move(also)});
}

}  // namespace revier::appointment
