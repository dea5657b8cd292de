// SPDX-License-Identifier: EUPL-1.2
#include "appointment/availability.h"

#include <algorithm>

#include <fmt/format.h>

#include "event/schema.h"
#include "json/json.h"
#include "web/i18n.h"

namespace revier::appointment {
namespace {

constexpr std::int64_t kDaysMax = 366;

void write_property(json::Writer& out, std::string_view name, auto value) {
  out.key(name).begin_object().member("type", "Property").member("value", value).end_object();
}

void write_relationship(json::Writer& out, std::string_view name, std::string_view kind,
                        std::string_view id) {
  out.key(name)
      .begin_object()
      .member("type", "Relationship")
      .member("object", event::entity_id(*event::find_kind(kind), id))
      .end_object();
}

std::string id_in(std::string_view entity) {
  const auto document = json::Document::parse(entity);
  return std::string(document ? document->root().text("id") : "");
}

}  // namespace

std::string availability_id(std::string_view counter, std::string_view offer) {
  return fmt::format("urn:ngsi-ld:AppointmentAvailability:{}:{}", counter, offer);
}

FreeTimes free_times(const Calendar& calendar, const Choice& choice, std::string day) {
  FreeTimes all;
  const std::int64_t last = std::min(choice.counter->days_ahead, kDaysMax);
  for (std::int64_t ahead = 0; ahead <= last; ++ahead) {
    const std::vector<Slot> free = calendar.free(choice, day);
    all.count += std::ssize(free);
    if (!all.next && !free.empty()) all.next = free.front();
    const auto after = day_after(day, 1);
    if (!after) break;
    day = *after;
  }
  return all;
}

std::string Availability::entity_of(const Choice& choice) const {
  const FreeTimes free =
      free_times(needs_.calendar, choice, web::iso_date(needs_.civil_clock.now()));
  std::string text;
  json::Writer out(text);
  out.begin_object()
      .member("id", availability_id(choice.counter->id, choice.offer->id))
      .member("type", kAvailabilityType);
  write_property(out, "urn:revier:ns:freeAppointments", free.count);
  if (free.next) {
    write_property(out, "urn:revier:ns:nextFree", std::string_view(to_iso8601(free.next->from)));
  }
  write_relationship(out, "urn:revier:ns:serviceChannel", "counters", choice.counter->id);
  write_relationship(out, "https://schema.org/serviceOffered", "offers", choice.offer->id);
  out.end_object();
  return text;
}

Result<std::int64_t> Availability::publish() {
  std::map<std::string, std::string> wanted;
  for (const Choice& choice : needs_.calendar.choices()) {
    wanted[availability_id(choice.counter->id, choice.offer->id)] = entity_of(choice);
  }
  if (!begun_) {
    for (const std::string& entity : needs_.entities(kAvailabilityType)) shown_[id_in(entity)] = "";
    begun_ = true;
  }
  std::int64_t written = 0;
  for (const auto& [id, entity] : wanted) {
    std::string& shown = shown_[id];
    if (shown == entity) continue;
    RV_TRY(needs_.put(id, entity));
    shown = entity;
    ++written;
  }
  for (auto at = shown_.begin(); at != shown_.end();) {
    if (wanted.contains(at->first)) {
      ++at;
      continue;
    }
    RV_TRY(needs_.put(at->first, ""));
    at = shown_.erase(at);
    ++written;
  }
  return written;
}

}  // namespace revier::appointment
