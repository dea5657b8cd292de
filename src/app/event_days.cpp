// SPDX-License-Identifier: EUPL-1.2
#include "app/event_days.h"

#include <map>
#include <string_view>
#include <tuple>

#include "app/quotas.h"
#include "event/schema.h"
#include "json/json.h"

namespace revier::app {
namespace {

struct ShownDay {
  std::string starts_at;
  std::string ends_at;
  std::string event;  // id of its entity
};

std::string text_in(const json::Value& entity, std::string_view name, std::string_view member) {
  const auto attribute = entity.find(name);
  const auto value = attribute ? attribute->find(member) : std::nullopt;
  return value ? std::string(value->as_string().value_or("")) : std::string();
}

ShownDay shown_day(const json::Value& entity) {
  return {.starts_at = text_in(entity, "https://schema.org/startDate", "value"),
          .ends_at = text_in(entity, "https://schema.org/endDate", "value"),
          .event = text_in(entity, "https://schema.org/superEvent", "object")};
}

bool has_same_times(const ShownDay& shown, const std::string& entity_json) {
  const auto document = json::Document::parse(entity_json);
  if (!document) return false;
  const ShownDay wanted = shown_day(document->root());
  return std::tie(shown.starts_at, shown.ends_at) == std::tie(wanted.starts_at, wanted.ends_at);
}

std::map<std::string, ShownDay> shown_days(const std::vector<std::string>& entities) {
  std::map<std::string, ShownDay> days;
  for (const std::string& entity : entities) {
    const auto document = json::Document::parse(entity);
    const auto id = document ? document->root().find("id") : std::nullopt;
    if (!id) continue;
    days.emplace(id->as_string().value_or(""), shown_day(document->root()));
  }
  return days;
}

}  // namespace

std::vector<event::Entities::Write> changed_days(const event::Programme& programme,
                                                 const std::vector<std::string>& known) {
  std::vector<event::Entities::Write> writes;
  const event::Event* const event = programme.event();
  if (event == nullptr) return writes;
  std::map<std::string, ShownDay> shown = shown_days(known);
  for (DayEntity& day : day_entities(programme)) {
    const auto found = shown.find(day.id);
    const bool same = found != shown.end() && has_same_times(found->second, day.json);
    if (found != shown.end()) shown.erase(found);
    if (!same) writes.push_back({std::move(day.id), std::move(day.json)});
  }
  const std::string own = event::entity_id(*event::find_kind("events"), event->id);
  for (const auto& [id, day] : shown) {
    if (day.event == own) writes.push_back({id, {}});
  }
  return writes;
}

}  // namespace revier::app
