// SPDX-License-Identifier: EUPL-1.2
#include "app/quotas.h"

#include "event/schema.h"
#include "ticket/days.h"
#include "web/i18n.h"

namespace revier::app {
namespace {

ticket::Quota quota_of(const event::Event& event, const event::Day& day) {
  const auto title = [&](web::Language language) { return day.title.in(language); };
  return {.id = ticket::quota_of_day(day.date),
          .event = event.id,
          .kind = ticket::QuotaKind::kDay,
          .entity = "urn:ngsi-ld:EventDay:" + event.id + ":" + day.date,
          .title_de = title(web::Language::kDe),
          .title_en = title(web::Language::kEn),
          .starts_at = day.starts_at,
          .ends_at = day.ends_at,
          .opens_at = event.registration_opens_at.value_or(Instant{}),
          .closes_at = event.registration_closes_at.value_or(day.starts_at),
          .capacity = day.capacity};
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
          .capacity = session.capacity};
}

}  // namespace

std::vector<ticket::Quota> quotas_of(const event::Programme& programme) {
  std::vector<ticket::Quota> quotas;
  const event::Event* const event = programme.event();
  if (event == nullptr) return quotas;
  for (const event::Day& day : event->days) {
    if (day.capacity > 0) quotas.push_back(quota_of(*event, day));
  }
  for (const event::Session& session : programme.sessions) {
    if (session.bookable && session.event == event->id) quotas.push_back(quota_of(*event, session));
  }
  return quotas;
}

}  // namespace revier::app
