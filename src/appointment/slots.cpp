// SPDX-License-Identifier: EUPL-1.2
#include "appointment/slots.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "web/i18n.h"

namespace revier::appointment {
namespace {

constexpr std::string_view kIdBegin = "termin:";

// Noon exists on every day of every zone of ours.
Result<Instant> noon_of(std::string_view day) { return web::from_local(day, "12:00"); }

// A clock of the day; 24:00 is midnight at its end.
std::optional<Instant> instant_at(std::string_view day, const std::string& clock) {
  if (clock == "24:00") {
    const auto next = day_after(day, 1);
    if (!next) return std::nullopt;
    return instant_at(*next, "00:00");
  }
  if (const auto instant = web::from_local(day, clock)) return *instant;
  // The hour that the change to summer leaves out, or no day at all.
  const int hour = (clock[0] - '0') * 10 + (clock[1] - '0');
  const auto later = web::from_local(day, fmt::format("{:02}:00", hour + 1));
  if (!later) return std::nullopt;
  return *later;
}

bool fits_day(const event::Hours& hours, std::string_view day, int weekday, bool has_own) {
  if (has_own) return hours.date == day;
  return std::ranges::find(hours.weekdays, weekday) != hours.weekdays.end();
}

std::int64_t staff_at(const std::vector<Opening>& all, Instant from) {
  std::int64_t staff = 0;
  for (const Opening& opening : all) {
    if (opening.from <= from && from + kCell <= opening.to) staff += opening.staff;
  }
  return staff;
}

std::int64_t cells_in(Duration length) { return length.us / kCell.us; }

}  // namespace

Result<std::string> day_after(std::string_view day, int days) {
  RV_ASSIGN(const Instant noon, noon_of(day));
  // An hour more or less does not lead over midnight.
  return web::iso_date(noon + Duration::hours(24 * days));
}

std::vector<Opening> openings(const event::Counter& counter, std::string_view day) {
  const auto noon = noon_of(day);
  if (!noon) return {};
  const int weekday = web::local_time(*noon).weekday;
  const bool has_own =
      std::ranges::find(counter.hours, day, &event::Hours::date) != counter.hours.end();
  std::vector<Opening> found;
  for (const event::Hours& hours : counter.hours) {
    if (hours.closed || hours.staff <= 0 || !fits_day(hours, day, weekday, has_own)) continue;
    const auto from = instant_at(day, hours.from);
    const auto to = instant_at(day, hours.to);
    if (from && to && *from < *to) found.push_back({*from, *to, hours.staff});
  }
  std::ranges::sort(found, {}, [](const Opening& o) { return std::tuple(o.from, o.to); });
  return found;
}

Duration length_of(const event::Offer& offer) {
  const std::int64_t cells = (Duration::minutes(offer.duration_min).us + kCell.us - 1) / kCell.us;
  if (offer.duration_min <= 0 || cells > kCellsMax) return {};
  return {cells * kCell.us};
}

std::vector<Slot> slots(const event::Counter& counter, Duration length, std::string_view day) {
  std::vector<Slot> all;
  if (length.us <= 0) return all;
  for (const Opening& opening : openings(counter, day)) {
    for (Instant from = opening.from; from + length <= opening.to; from = from + length) {
      all.push_back({from, from + length});
    }
  }
  std::ranges::sort(all, {}, &Slot::from);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
  return all;
}

std::vector<Slot> free_slots(const event::Counter& counter, Duration length, std::string_view day,
                             const std::vector<ticket::QuotaStatus>& taken) {
  std::map<Instant, std::int64_t> used;
  for (const ticket::QuotaStatus& cell : taken) {
    used[cell.quota.starts_at] = cell.figures.taken;
  }
  const std::vector<Opening> open = openings(counter, day);
  std::vector<Slot> free = slots(counter, length, day);
  std::erase_if(free, [&](const Slot& slot) {
    for (Instant at = slot.from; at < slot.to; at = at + kCell) {
      const auto known = used.find(at);
      if ((known == used.end() ? 0 : known->second) >= staff_at(open, at)) return true;
    }
    return false;
  });
  return free;
}

std::vector<ticket::Quota> cells(const event::Counter& counter, const event::Programme& programme,
                                 Slot slot) {
  const std::vector<Opening> open = openings(counter, web::iso_date(slot.from));
  const event::Place* const place = programme.place(counter.place);
  const auto title = [&](web::Language language) {
    const std::string name = counter.name.in(language);
    return place == nullptr ? name : name + ", " + place->name.in(language);
  };
  std::vector<ticket::Quota> list;
  const std::int64_t count = cells_in(slot.to - slot.from);
  if (count < 1 || count > kCellsMax) return list;
  for (Instant from = slot.from; from < slot.to; from = from + kCell) {
    const std::int64_t staff = staff_at(open, from);
    if (staff == 0) return {};
    list.push_back({.id = cell_id(counter.id, from),
                    .event = {},
                    .kind = ticket::QuotaKind::kAppointment,
                    .entity = {},
                    .title_de = title(web::Language::kDe),
                    .title_en = title(web::Language::kEn),
                    .starts_at = from,
                    .ends_at = from + kCell,
                    .opens_at = {},
                    .closes_at = from,
                    .capacity = staff,
                    .seats_a_person_max = 10});
  }
  return list;
}

std::vector<ticket::Claim> claims_of(const std::vector<ticket::Quota>& cells) {
  std::vector<ticket::Claim> claims;
  for (const ticket::Quota& cell : cells) claims.push_back({.quota = cell.id});
  return claims;
}

std::string cell_id(std::string_view counter, Instant from) {
  std::string time = to_iso8601(from);  // 2025-02-06T09:00:00Z
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}{}:{}", kIdBegin, counter, time.substr(0, 13));
}

std::string cell_id_begin(std::string_view counter, std::string_view utc_day) {
  std::string day(utc_day);
  std::erase(day, '-');
  return fmt::format("{}{}:{}", kIdBegin, counter, day);
}

std::string_view counter_of(std::string_view cell_id) {
  if (!cell_id.starts_with(kIdBegin)) return {};
  cell_id.remove_prefix(kIdBegin.size());
  return cell_id.substr(0, cell_id.find(':'));
}

}  // namespace revier::appointment
