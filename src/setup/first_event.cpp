// SPDX-License-Identifier: EUPL-1.2
#include "setup/first_event.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/time.h"
#include "event/types.h"
#include "setup/detail/json_words.h"
#include "web/i18n.h"
#include "web/slug.h"

namespace revier::setup {
namespace {

using event::Item;

constexpr std::string_view kPlace = "veranstaltungsort";

// The days from the first to the last one, "2025-02-05".
Result<std::vector<std::string>> days_between(const EventAnswers& answers) {
  RV_ASSIGN(Instant noon, web::from_local(answers.first_day, "12:00"));
  RV_ASSIGN(const Instant last, web::from_local(answers.last_day, "12:00"));
  std::vector<std::string> days;
  // A day of the time change has 23 or 25 hours: noon stays within two hours of noon.
  for (; noon <= last + Duration::hours(2); noon = noon + Duration::days(1)) {
    days.push_back(web::iso_date(noon));
    if (days.size() > kDaysMax) {
      return fail(Code::kUnprocessable, fmt::format("more than {} days", kDaysMax), "last_day");
    }
  }
  if (days.empty()) return fail(Code::kUnprocessable, "ends before it begins", "last_day");
  return days;
}

struct HoursAndSeats {
  Instant opens;
  Instant closes;
  std::int64_t seats = 0;
};

// Of one day. `shown`: the answers that the event as it is has; what is still said of all days
// leaves a day that differs from the first one as it is.
Result<HoursAndSeats> hours_and_seats(const std::string& date, const EventAnswers& answers,
                                      const event::Day* before, const EventAnswers& shown) {
  HoursAndSeats of_day{.opens = {}, .closes = {}, .seats = answers.seats};
  RV_ASSIGN(of_day.opens, web::from_local(date, answers.opens));
  RV_ASSIGN(of_day.closes, web::from_local(date, answers.closes));
  if (before != nullptr) {
    if (answers.opens == shown.opens) of_day.opens = before->starts_at;
    if (answers.closes == shown.closes) of_day.closes = before->ends_at;
    if (answers.seats == shown.seats) of_day.seats = before->capacity;
  }
  if (of_day.closes <= of_day.opens) {
    return fail(Code::kUnprocessable, "closes before it opens", "closes");
  }
  return of_day;
}

Result<std::string> days_json(const EventAnswers& answers, const std::optional<event::Event>& known,
                              const EventAnswers& shown) {
  RV_ASSIGN(const std::vector<std::string> days, days_between(answers));
  std::string text = "[";
  for (std::size_t n = 0; n < days.size(); ++n) {
    const event::Day* before = known ? known->day(days[n]) : nullptr;
    RV_ASSIGN(const HoursAndSeats of_day, hours_and_seats(days[n], answers, before, shown));
    const std::string title =
        before != nullptr && !before->title.empty()
            ? localised(before->title.de, before->title.en)
            : localised(fmt::format("Tag {}", n + 1), fmt::format("Day {}", n + 1));
    text += fmt::format(R"({}{{"date":"{}","title":{},"starts_at":"{}","ends_at":"{}",)"
                        R"("capacity":{}{}}})",
                        n == 0 ? "" : ",", days[n], title, web::iso_date_time(of_day.opens),
                        web::iso_date_time(of_day.closes), of_day.seats,
                        before != nullptr && before->cancelled ? R"(,"cancelled":true)" : "");
  }
  return text + "]";
}

// The first one is asked for; those who organise it together with her stay.
std::string organisers_json(const EventAnswers& answers, const std::optional<event::Event>& known) {
  std::string text = fmt::format("[{}", quoted(answers.organiser));
  const std::size_t count = known ? known->organisers.size() : 0;
  for (std::size_t n = 1; n < count; ++n) text += "," + quoted(known->organisers[n]);
  return text + "]";
}

// Where a place lies is good for its address only.
Item place_item(const EventAnswers& answers, std::string id, const std::optional<Item>& known) {
  Item item = known.value_or(Item{});
  const event::Place before = known ? event::read_place(*known) : event::Place{};
  item.kind = event::find_kind("places");
  item.id = std::move(id);
  if (!known || before.name.de != answers.venue) {
    item.fields["name"] = localised(answers.venue, answers.venue);
  }
  if (!known || before.address != answers.address) {
    item.fields["address"] = quoted(answers.address);
    item.fields.erase("location");
    item.fields.erase("accuracy_m");
  }
  return item;
}

}  // namespace

bool is_time(std::string_view text) {
  const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  return text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4) &&
         text.substr(0, 2) < "24" && text.substr(3) < "60";
}

Result<FirstItems> first_items(const EventAnswers& answers, const std::optional<Item>& known,
                               const std::optional<Item>& known_place) {
  FirstItems items{.event = known.value_or(Item{}), .place = {}};
  std::optional<event::Event> before;
  if (known) before = event::read_event(*known);
  Item& event = items.event;
  event.kind = event::find_kind("events");
  if (!known) event.id = web::slug(answers.name_de);
  if (event.id.empty()) event.id = "veranstaltung";
  const EventAnswers shown = known ? answers_of(*known, known_place) : EventAnswers{};
  RV_ASSIGN(event.fields["days"], days_json(answers, before, shown));
  event.fields["name"] = localised(answers.name_de, answers.name_en);
  event.fields["starts_on"] = quoted(answers.first_day);
  event.fields["ends_on"] = quoted(answers.last_day);
  event.fields["time_zone"] = quoted(answers.time_zone);
  event.fields["organisers"] = organisers_json(answers, before);
  const std::string place = before && !before->venue.empty() ? before->venue : std::string(kPlace);
  event.fields["venue"] = quoted(place);
  items.place = place_item(answers, place, known_place);
  return items;
}

EventAnswers answers_of(const Item& item, const std::optional<Item>& place) {
  const event::Event event = event::read_event(item);
  EventAnswers answers{.name_de = event.name.de,
                       .name_en = event.name.en,
                       .organiser = event.organisers.empty() ? "" : event.organisers.front(),
                       .first_day = event.starts_on,
                       .last_day = event.ends_on,
                       .opens = {},
                       .closes = {},
                       .time_zone = event.time_zone,
                       .venue = {},
                       .address = {},
                       .seats = 0};
  if (!event.days.empty()) {
    answers.opens = web::iso_time(event.days.front().starts_at);
    answers.closes = web::iso_time(event.days.front().ends_at);
    answers.seats = event.days.front().capacity;
  }
  if (place) {
    const event::Place where = event::read_place(*place);
    answers.venue = where.name.de;
    answers.address = where.address;
  }
  return answers;
}

}  // namespace revier::setup
