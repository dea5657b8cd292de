// SPDX-License-Identifier: EUPL-1.2
#include "app/quotas.h"

#include <set>

#include "event/schema.h"
#include "json/json.h"
#include "ticket/days.h"
#include "web/i18n.h"

namespace revier::app {
namespace {

std::string day_entity_id(const event::Event& event, const event::Day& day) {
  return "urn:ngsi-ld:EventDay:" + event.id + ":" + day.date;
}

void write_property(json::Writer& out, std::string_view name, std::string_view text) {
  out.key(name).begin_object().member("type", "Property").member("value", text).end_object();
}

ticket::Quota quota_of(const event::Event& event, const event::Day& day) {
  const auto title = [&](web::Language language) { return day.title.in(language); };
  return {.id = ticket::quota_of_day(day.date),
          .event = event.id,
          .kind = ticket::QuotaKind::kDay,
          .entity = day_entity_id(event, day),
          .title_de = title(web::Language::kDe),
          .title_en = title(web::Language::kEn),
          .starts_at = day.starts_at,
          .ends_at = day.ends_at,
          .opens_at = event.registration_opens_at.value_or(Instant{}),
          .closes_at = event.registration_closes_at.value_or(day.starts_at),
          .capacity = day.capacity,
          .standing = day.cancelled ? ticket::Standing::kCancelled : ticket::Standing::kOpen};
}

ticket::Quota quota_of(const event::Event& event, const event::Session& session) {
  return {.id = session.id,
          .event = event.id,
          .kind = ticket::QuotaKind::kSession,
          .entity = event::entity_id(*event::find_kind("sessions"), session.id),
          .title_de = session.title.de,
          .title_en = session.title.en,
          .starts_at = session.starts_at,
          .ends_at = session.ends_at,
          .opens_at = event.registration_opens_at.value_or(Instant{}),
          .closes_at = event.registration_closes_at.value_or(session.starts_at),
          .capacity = session.capacity,
          .standing = session.cancelled ? ticket::Standing::kCancelled : ticket::Standing::kOpen};
}

// A quota of a session that the programme does not offer for booking now.
ticket::Quota not_offered(const event::Programme& programme, ticket::Quota quota) {
  const event::Session* const session = programme.session(quota.id);
  if (session == nullptr) {
    quota.standing = ticket::Standing::kRemoved;
    return quota;
  }
  quota.standing = session->cancelled ? ticket::Standing::kCancelled : ticket::Standing::kOpen;
  quota.starts_at = session->starts_at;
  quota.ends_at = session->ends_at;
  if (!session->bookable) quota.closes_at = quota.opens_at;
  return quota;
}

// A quota of a day that the event does not have any more, or without seats now.
ticket::Quota not_offered(const event::Event& event, ticket::Quota quota) {
  const event::Day* const day = event.day(ticket::day_of_quota(quota.id));
  if (day == nullptr) {
    quota.standing = ticket::Standing::kRemoved;
    return quota;
  }
  quota = quota_of(event, *day);
  quota.closes_at = quota.opens_at;
  return quota;
}

void add_not_offered(const event::Programme& programme, const event::Event& event,
                     const std::vector<ticket::QuotaStatus>& known, Instant now,
                     std::vector<ticket::Quota>& quotas) {
  std::set<std::string, std::less<>> offered;
  for (const ticket::Quota& quota : quotas) offered.insert(quota.id);
  for (const ticket::QuotaStatus& status : known) {
    const ticket::Quota& quota = status.quota;
    if (offered.contains(quota.id) || quota.ends_at <= now) continue;
    if (quota.kind == ticket::QuotaKind::kSession) {
      quotas.push_back(not_offered(programme, quota));
    } else if (quota.kind == ticket::QuotaKind::kDay && quota.event == event.id) {
      quotas.push_back(not_offered(event, quota));
    }
  }
}

}  // namespace

std::vector<ticket::Quota> quotas_of(const event::Programme& programme,
                                     const std::vector<ticket::QuotaStatus>& known, Instant now) {
  std::vector<ticket::Quota> quotas;
  const event::Event* const event = programme.event();
  if (event == nullptr) return quotas;
  for (const event::Day& day : event->days) {
    if (day.capacity > 0) quotas.push_back(quota_of(*event, day));
  }
  for (const event::Session& session : programme.sessions) {
    if (session.bookable && session.event == event->id) quotas.push_back(quota_of(*event, session));
  }
  add_not_offered(programme, *event, known, now, quotas);
  return quotas;
}

std::vector<DayEntity> day_entities(const event::Programme& programme) {
  std::vector<DayEntity> entities;
  const event::Event* const event = programme.event();
  if (event == nullptr) return entities;
  for (const event::Day& day : event->days) {
    DayEntity entity{.id = day_entity_id(*event, day), .json = {}};
    json::Writer out(entity.json);
    out.begin_object().member("id", entity.id).member("type", kEventDayType);
    write_property(out, "https://schema.org/startDate", to_iso8601(day.starts_at));
    write_property(out, "https://schema.org/endDate", to_iso8601(day.ends_at));
    out.key("https://schema.org/superEvent")
        .begin_object()
        .member("type", "Relationship")
        .member("object", event::entity_id(*event::find_kind("events"), event->id))
        .end_object()
        .end_object();
    entities.push_back(std::move(entity));
  }
  return entities;
}

}  // namespace revier::app
