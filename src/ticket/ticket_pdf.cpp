// SPDX-License-Identifier: EUPL-1.2
#include "ticket/ticket_pdf.h"

#include <algorithm>

#include "pdf/document.h"
#include "ticket/days.h"
#include "ticket/texts.h"
#include "web/i18n.h"

namespace revier::ticket {
namespace {

std::vector<std::vector<std::string>> booked_rows(const Booking& booking,
                                                  const Registrations& registrations,
                                                  web::Language language) {
  std::vector<std::vector<std::string>> rows = {
      {std::string(web::text(language, texts::kTicketWhen)),
       std::string(web::text(language, texts::kTicketWhat)),
       std::string(web::text(language, texts::kTicketState))}};
  for (const auto& [claim, quota] : parts_in_order(booking, registrations)) {
    rows.push_back({when_in(quota, language), title_in(quota, language),
                    claim_state_in(claim, registrations, language)});
  }
  return rows;
}

}  // namespace

std::string qr_text(const Booking& booking, const Registrations& registrations,
                    const TicketKeys& keys) {
  TicketContent content{
      .event = {},
      .code = booking.code,
      .issued_at = booking.renewed_at.value_or(booking.registered_at.value_or(booking.created_at)),
      .days = {}};
  for (const Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (!status) continue;
    if (content.event.empty()) content.event = status->quota.event;
    if (claim.state != ClaimState::kTaken || !status->quota.takes_place()) continue;
    const std::string day = day_of(status->quota);
    const auto known = std::ranges::find(content.days, day, &TicketDay::day);
    if (known == content.days.end()) {
      content.days.push_back({day, claim.seats});
    } else {
      known->seats = std::max(known->seats, claim.seats);
    }
  }
  return keys.sign(content);
}

Result<std::string> draw_ticket(const Booking& booking, const Occasion& occasion,
                                const Registrations& registrations, web::Language language,
                                std::string_view qr) {
  const auto t = [language](const web::Text& key) { return web::text(language, key); };
  pdf::Document document({.title = fmt::format("{}: {}", t(texts::kTicketTitle), occasion.name),
                          .language = language == web::Language::kDe ? "de-DE" : "en-GB",
                          .author = "Revier"});
  document.heading(1, occasion.name);
  document.paragraph(occasion.place);
  document.heading(2, web::text(language, texts::kTicketFor, {{"name", booking.name}}));
  document.paragraph(t(texts::kTicketNumber));
  document.big(booking.code);
  RV_TRY(document.qr(qr, web::text(language, texts::kTicketQr, {{"code", booking.code}})));
  document.paragraph(t(texts::kTicketNumberHint));
  document.heading(2, t(texts::kTicketBooked));
  document.table(booked_rows(booking, registrations, language));
  return document.finish();
}

}  // namespace revier::ticket
