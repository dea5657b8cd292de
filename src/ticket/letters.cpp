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
  for (const auto& [claim, quota] : parts_in_order(booking, registrations)) {
    lines += fmt::format("- {} ({})", title_in(quota, language), when_in(quota, language));
    if (claim.state != ClaimState::kTaken || claim.seats > 1 || !quota.takes_place()) {
      lines += ": " + claim_state_in(claim, registrations, language);
    }
    lines += '\n';
  }
  return lines;
}

std::string quota_title(const Registrations& registrations, const std::string& quota,
                        Language language) {
  const auto status = registrations.quota(quota);
  return status ? title_in(status->quota, language) : quota;
}

std::string quota_when(const Registrations& registrations, const std::string& quota,
                       Language language) {
  const auto status = registrations.quota(quota);
  return status ? when_in(status->quota, language) : std::string();
}

// The time that she was told before.
std::string when_in(const PartNews& news, Quota quota, Language language) {
  quota.starts_at = news.starts_at;
  quota.ends_at = news.ends_at;
  return ticket::when_in(quota, language);
}

bool has_seat(const Booking& booking) {
  return std::ranges::any_of(booking.claims,
                             [](const Claim& c) { return c.state == ClaimState::kTaken; });
}

bool waits(const Booking& booking) {
  return std::ranges::any_of(booking.claims,
                             [](const Claim& c) { return c.state == ClaimState::kWaiting; });
}

// What cannot wait behind others; an own link, which she asked for just now, behind what strangers
// had written to her address.
bool is_urgent(LetterKind kind) {
  return kind == LetterKind::kOffer || kind == LetterKind::kProgramme ||
         kind == LetterKind::kOwnLink;
}

// One letter under way: its parts are paragraphs, parted by empty lines.
class Writer {
 public:
  Writer(const LetterNeeds& needs, const LetterOrder& order, const Registrations& registrations)
      : needs_(needs),
        order_(order),
        registrations_(registrations),
        language_(language_of(order.booking)),
        occasion_(needs.occasion(language_)),
        title_(order.quota.empty() ? "" : quota_title(registrations, order.quota, language_)) {}

  mail::Message finish() {
    const Booking& booking = order_.booking;
    paragraph(booking.name.empty()
                  ? std::string(web::text(language_, texts::kLetterGreetingAnybody))
                  : web::text(language_, texts::kLetterGreeting, {{"name", booking.name}}));
    write_body();
    paragraph(occasion_.name + "\n" + occasion_.place);
    if (order_.kind != LetterKind::kOwnLink) {
      paragraph(web::text(language_, texts::kLetterPrivacy,
                          {{"date", web::date(language_, booking.delete_after)}}));
    }
    text_.pop_back();  // one line end of the last empty line
    return {.key = letter_key(order_),
            .purpose = "registration",
            .to = booking.mail,
            .to_name = booking.name,
            .subject = subject(),
            .text = std::move(text_),
            .language = booking.language,
            .urgent = is_urgent(order_.kind),
            .delete_after = booking.delete_after};
  }

 private:
  void paragraph(std::string_view words) {
    text_ += words;
    text_ += "\n\n";
  }
  void say(const web::Text& key) { paragraph(web::text(language_, key)); }
  // A line ending in a colon, and the address below it.
  void link(const web::Text& key, const std::string& path) {
    text_ += web::text(language_, key);
    paragraph("\n" + needs_.site_url + path);
  }
  void titled(const web::Message& key) {
    paragraph(web::text(language_, key, {{"title", title_}}));
  }

  void write_ticket() {
    const Booking& booking = order_.booking;
    text_ += claim_lines(booking, registrations_, language_) + "\n";
    const bool has = has_seat(booking);
    paragraph(has ? web::text(language_, texts::kLetterNumber, {{"code", booking.code}})
                  : fmt::format("{}: {}", web::text(language_, texts::kTicketRegistrationNumber),
                                booking.code));
    link(has ? texts::kLetterLink : texts::kLetterWaitsLink, ticket_path(needs_.links, booking));
  }

  void write_confirming() {
    const Booking& booking = order_.booking;
    if (booking.confirm_by) {
      paragraph(web::text(language_, texts::kLetterConfirmBy,
                          {{"date", web::date_time(language_, *booking.confirm_by)}}));
    }
    link(texts::kLetterConfirmLink, confirm_path(needs_.links, booking));
  }

  // Also where it was not she who cancelled.
  void write_cancelled() {
    text_ += std::string(web::text(language_, texts::kLetterCancelled)) + "\n";
    for (const auto& [claim, quota] : parts_in_order(order_.booking, registrations_)) {
      text_ += fmt::format("- {} ({})\n", title_in(quota, language_), when_in(quota, language_));
    }
    text_ += "\n";
    say(texts::kLetterCancelledBy);
  }

  void write_offer() {
    const Booking& booking = order_.booking;
    paragraph(web::text(language_, texts::kLetterOffer,
                        {{"title", title_},
                         {"when", quota_when(registrations_, order_.quota, language_)},
                         {"date", web::date_time(language_, order_.at)}}));
    const std::string page = offer_path(needs_.links, booking, order_.quota);
    link(texts::kLetterOfferAccept, page);
    link(texts::kLetterOfferDecline, page + "/ablehnen");
    say(texts::kLetterOfferNext);
    if (booking.confirm_by && !booking.confirmed_at) write_confirming();
  }

  // One line of what became of a part.
  std::string news_line(const PartNews& news) const {
    const auto status = registrations_.quota(news.quota);
    if (!status) return {};
    const Quota& quota = status->quota;
    const std::string title = title_in(quota, language_);
    const std::string when = when_in(quota, language_);
    if (!quota.takes_place()) {
      return web::text(language_, texts::kLetterNewsCancelled, {{"title", title}, {"when", when}});
    }
    if (news.told != Standing::kOpen) {
      return web::text(language_, texts::kLetterNewsBack, {{"title", title}, {"when", when}});
    }
    return web::text(
        language_, texts::kLetterNewsMoved,
        {{"title", title}, {"when", when}, {"before", when_in(news, quota, language_)}});
  }

  void write_news() {
    say(texts::kLetterProgramme);
    for (const PartNews& news : order_.news) text_ += "- " + news_line(news) + "\n";
    text_ += '\n';
    Booking stands = order_.booking;
    std::erase_if(stands.claims,
                  [&](const Claim& claim) { return !takes_place(registrations_, claim.quota); });
    if (stands.claims.empty()) {
      say(texts::kLetterProgrammeNothing);
    } else {
      text_ += web::text(language_, texts::kLetterProgrammeStands);
      paragraph("\n" + claim_lines(stands, registrations_, language_));
      text_.pop_back();  // claim_lines ends a line itself
    }
    link(texts::kLetterProgrammeLink, ticket_path(needs_.links, order_.booking));
  }

  void write_body() {
    switch (order_.kind) {
      case LetterKind::kConfirmed:
        say(has_seat(order_.booking) ? texts::kLetterConfirmed : texts::kLetterWaits);
        write_ticket();
        return write_confirming();
      case LetterKind::kReceived:
        say(texts::kLetterReceived);
        write_ticket();
        return write_confirming();
      case LetterKind::kOffer:
        return write_offer();
      case LetterKind::kOfferEnded:
        titled(texts::kLetterOfferEnded);
        return link(texts::kLetterLink, ticket_path(needs_.links, order_.booking));
      case LetterKind::kMovedUp:
        titled(texts::kLetterPromoted);
        return write_ticket();
      case LetterKind::kChanged:
        say(texts::kLetterChanged);
        return write_ticket();
      case LetterKind::kCancelled:
        return write_cancelled();
      case LetterKind::kUnconfirmed:
        return say(texts::kLetterUnconfirmed);
      case LetterKind::kPassedOn:
        return say(texts::kLetterPassedOn);
      case LetterKind::kOwnLink:
        link(texts::kLetterOwnLink, own_page_path(needs_.links, language_, order_.person));
        return say(texts::kLetterOwnLinkHint);
      case LetterKind::kProgramme:
        return write_news();
      case LetterKind::kCorrected:
        say(texts::kLetterCorrected);
        write_ticket();
        if (!order_.booking.confirmed_at) write_confirming();
        return;
      case LetterKind::kMailChanged:
        return say(texts::kLetterMailChanged);
    }
  }

  std::string subject() const {
    const auto of_event = [this](const web::Message& key) {
      return web::text(language_, key, {{"event", occasion_.name}});
    };
    const auto of_title = [this](const web::Message& key) {
      return web::text(language_, key, {{"title", title_}});
    };
    switch (order_.kind) {
      case LetterKind::kConfirmed:
        return of_event(waits(order_.booking) ? texts::kLetterSubjectWaiting
                                              : texts::kLetterSubject);
      case LetterKind::kReceived:
        return of_event(texts::kLetterSubjectReceived);
      case LetterKind::kOffer:
        return of_title(texts::kLetterSubjectOffer);
      case LetterKind::kOfferEnded:
        return of_title(texts::kLetterSubjectOfferEnded);
      case LetterKind::kMovedUp:
        return of_title(texts::kLetterSubjectPromoted);
      case LetterKind::kChanged:
        return of_event(texts::kLetterSubjectChanged);
      case LetterKind::kCancelled:
      case LetterKind::kUnconfirmed:
        return of_event(texts::kLetterSubjectCancelled);
      case LetterKind::kPassedOn:
        return of_event(texts::kLetterSubjectPassedOn);
      case LetterKind::kOwnLink:
        return of_event(texts::kLetterSubjectOwnLink);
      case LetterKind::kProgramme:
        return of_event(texts::kLetterSubjectProgramme);
      case LetterKind::kCorrected:
        return of_event(texts::kLetterSubject);
      case LetterKind::kMailChanged:
        return of_event(texts::kLetterSubjectMailChanged);
    }
    return {};
  }

  const LetterNeeds& needs_;
  const LetterOrder& order_;
  const Registrations& registrations_;
  const Language language_;
  const Occasion occasion_;
  const std::string title_;
  std::string text_;
};

}  // namespace

Language language_of(const Booking& booking) {
  return booking.language == "en" ? Language::kEn : Language::kDe;
}

std::string title_in(const Quota& quota, Language language) {
  return language == Language::kEn ? quota.title_en : quota.title_de;
}

std::vector<BookedPart> parts_in_order(const Booking& booking, const Registrations& registrations) {
  std::vector<BookedPart> parts;
  for (const Claim& claim : booking.claims) {
    const auto status = registrations.quota(claim.quota);
    if (status) parts.push_back({claim, status->quota});
  }
  const auto place = [](const BookedPart& part) {
    return std::tuple(part.quota.kind != QuotaKind::kDay, part.quota.starts_at, part.quota.id);
  };
  std::ranges::sort(parts, std::less(), place);
  return parts;
}

bool takes_place(const Registrations& registrations, std::string_view quota) {
  const auto status = registrations.quota(quota);
  return !status || status->quota.takes_place();
}

std::string claim_state_in(const Claim& claim, const Registrations& registrations,
                           Language language) {
  if (!takes_place(registrations, claim.quota)) {
    return std::string(web::text(language, texts::kTicketStateCancelled));
  }
  switch (claim.state) {
    case ClaimState::kTaken:
      return web::text(language, texts::kTicketStateTaken, {{"seats", claim.seats}});
    case ClaimState::kOffered:
      return web::text(language, texts::kTicketStateOffered,
                       {{"date", web::date_time(language, claim.offered_until)}});
    case ClaimState::kWaiting:
      break;
  }
  return web::text(language, texts::kTicketStateWaiting,
                   {{"place", registrations.position(claim)}});
}

std::string when_in(const Quota& quota, Language language) {
  return web::date(language, quota.starts_at) + ", " +
         web::time_range(language, quota.starts_at, quota.ends_at);
}

std::string ticket_path(const SecretLinks& links, const Booking& booking) {
  return ticket_path(links, booking, language_of(booking));
}

std::string ticket_path(const SecretLinks& links, const Booking& booking, Language language) {
  if (booking.kind == BookingKind::kAppointment) {
    return web::path(language, "/termin/" + links.token(kAppointmentLink, booking.id));
  }
  return web::path(language, "/ticket/" + links.token(kRegistrationLink, link_id(booking)));
}

std::string offer_path(const SecretLinks& links, const Booking& booking, std::string_view quota) {
  return offer_path(links, booking, quota, language_of(booking));
}

std::string offer_path(const SecretLinks& links, const Booking& booking, std::string_view quota,
                       Language language) {
  return fmt::format("{}/angebot/{}", ticket_path(links, booking, language), quota);
}

std::string confirm_path(const SecretLinks& links, const Booking& booking) {
  return web::path(language_of(booking),
                   "/bestaetigen/" + links.token(kConfirmLink, link_id(booking)));
}

std::string own_page_path(const SecretLinks& links, Language language, std::string_view person) {
  return web::path(language, "/meine-buchungen/" + links.token(kPersonLink, person));
}

std::string letters_begin(std::string_view booking) {
  return fmt::format("registration-{}-", booking);
}

std::string letter_key(LetterKind kind, std::string_view booking) {
  const auto key = [booking](std::string_view what) { return letters_begin(booking).append(what); };
  switch (kind) {
    case LetterKind::kConfirmed:
    case LetterKind::kReceived:
      return key("confirmed");
    case LetterKind::kOffer:
      return key("offer-");
    case LetterKind::kOfferEnded:
      return key("offer-ended-");
    case LetterKind::kMovedUp:
      return key("moved-up-");
    case LetterKind::kChanged:
      return key("changed-");
    case LetterKind::kCancelled:
    case LetterKind::kUnconfirmed:
      return key("cancelled");
    case LetterKind::kPassedOn:
      return key("passed-on");
    case LetterKind::kProgramme:
      return key("programme-");
    case LetterKind::kCorrected:
      return key("corrected-");
    case LetterKind::kMailChanged:
      return key("mail-changed-");
    case LetterKind::kOwnLink:
      break;
  }
  return {};
}

std::string letter_key(const LetterOrder& order) {
  // The own link is of a person, not of the booking that happens to give the address.
  std::string key = order.kind == LetterKind::kOwnLink
                        ? fmt::format("person-{}-own-link-", order.person)
                        : letter_key(order.kind, order.booking.id);
  if (!key.ends_with('-')) return key;
  if (!order.quota.empty()) key += order.quota + "-";
  return key + std::to_string(order.at.us);
}

mail::Message write_letter(const LetterNeeds& needs, const LetterOrder& order,
                           const Registrations& registrations) {
  return Writer(needs, order, registrations).finish();
}

}  // namespace revier::ticket
