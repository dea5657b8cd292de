// SPDX-License-Identifier: EUPL-1.2
#include "ticket/letters.h"

#include "ticket/api.h"
#include "ticket/texts.h"
#include "web/i18n.h"

namespace revier::ticket {
namespace {

using web::Language;

std::string claim_lines(const Booking& booking, const Registrations& registrations,
                        Language language) {
  std::string lines;
  for (const Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (!status) continue;
    lines += fmt::format("- {} ({})", title_in(status->quota, language),
                         when_in(status->quota, language));
    if (claim.state == ClaimState::kWaiting) {
      lines += ": " + web::text(language, texts::kTicketStateWaiting,
                                {{"place", registrations.position(claim)}});
    }
    lines += '\n';
  }
  return lines;
}

std::string subject_of(const LetterNeeds& needs, const Booking& booking,
                       const std::string& promoted_title) {
  const Language language = language_of(booking);
  if (!promoted_title.empty()) {
    return web::text(language, texts::kLetterSubjectPromoted, {{"title", promoted_title}});
  }
  const std::string event = needs.occasion(language).name;
  const bool waits = std::ranges::any_of(
      booking.claims, [](const Claim& c) { return c.state == ClaimState::kWaiting; });
  return web::text(language, waits ? texts::kLetterSubjectWaiting : texts::kLetterSubject,
                   {{"event", event}});
}

}  // namespace

Language language_of(const Booking& booking) {
  return booking.language == "en" ? Language::kEn : Language::kDe;
}

std::string title_in(const Quota& quota, Language language) {
  return language == Language::kEn ? quota.title_en : quota.title_de;
}

std::string when_in(const Quota& quota, Language language) {
  std::string when = web::date(language, quota.starts_at);
  if (quota.kind == QuotaKind::kSession) {
    when += ", " + web::time_range(language, quota.starts_at, quota.ends_at);
  }
  return when;
}

std::string ticket_path(const SecretLinks& links, const Booking& booking) {
  const std::string path = "/ticket/" + links.token(kRegistrationLink, booking.id);
  return language_of(booking) == Language::kEn ? "/en" + path : path;
}

mail::Message write_letter(const LetterNeeds& needs, const Booking& booking,
                           const Registrations& registrations, std::string_view promoted) {
  const Language language = language_of(booking);
  std::string promoted_title;
  if (!promoted.empty()) {
    if (const auto status = registrations.quota(promoted)) {
      promoted_title = title_in(status->quota, language);
    }
  }
  std::string text = web::text(language, texts::kLetterGreeting, {{"name", booking.name}}) + "\n\n";
  if (promoted_title.empty()) {
    text += std::string(web::text(language, texts::kLetterConfirmed)) + "\n\n";
  } else {
    text += web::text(language, texts::kLetterPromoted, {{"title", promoted_title}}) + "\n\n";
  }
  text += claim_lines(booking, registrations, language) + "\n";
  text += web::text(language, texts::kLetterNumber, {{"code", booking.code}}) + "\n\n";
  text += std::string(web::text(language, texts::kLetterLink)) + "\n" + needs.site_url +
          ticket_path(needs.links, booking) + "\n\n";
  const Occasion occasion = needs.occasion(language);
  text += occasion.name + "\n" + occasion.place + "\n\n";
  text += web::text(language, texts::kLetterPrivacy,
                    {{"date", web::date(language, booking.delete_after)}}) +
          "\n";
  return {.key = fmt::format("registration-{}-{}", booking.id,
                             promoted.empty() ? std::string_view("confirmed") : promoted),
          .purpose = "registration",
          .to = booking.mail,
          .to_name = booking.name,
          .subject = subject_of(needs, booking, promoted_title),
          .text = std::move(text),
          .language = booking.language,
          .delete_after = booking.delete_after};
}

}  // namespace revier::ticket
