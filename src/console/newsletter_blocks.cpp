// SPDX-License-Identifier: EUPL-1.2
#include "console/newsletter_blocks.h"

#include <algorithm>

#include <fmt/format.h>

#include "console/texts.h"
#include "event/change_text.h"
#include "event/place_text.h"
#include "newsletter/body.h"

namespace revier::console {
namespace {

using newsletter::escaped;
using web::Language;

constexpr std::string_view kSession = "session:";
constexpr std::string_view kOffer = "offer:";
constexpr std::string_view kService = "service:";
constexpr std::string_view kNews = "news";
constexpr std::size_t kNewsMax = 8;

std::string heading(std::string_view title, Language language, std::string_view page) {
  return fmt::format("## [{}]({})\n\n", escaped(title), web::path(language, page));
}

std::string session_block(const event::Programme& programme, const event::Session& session,
                          Language language) {
  std::string text = heading(session.title.in(language), language, "/programm/" + session.id);
  text += fmt::format("{}, {}", web::date(language, session.starts_at, web::DateStyle::kFull),
                      web::time_range(language, session.starts_at, session.ends_at));
  const std::string place = event::room_and_place(programme, session.room, language);
  if (!place.empty()) text += ", " + escaped(place);
  text += "\n\n";
  const std::string& abstract = session.abstract.in(language);
  if (!abstract.empty()) text += escaped(abstract) + "\n\n";
  return text;
}

std::string offer_block(const event::Offer& offer, Language language) {
  std::string text = heading(offer.name.in(language), language,
                             offer.by_appointment ? "/termine" : "/buergeraktion");
  const std::string& summary = offer.summary.in(language);
  if (!summary.empty()) text += escaped(summary) + "\n\n";
  return text;
}

std::string service_block(const service::Service& service, Language language) {
  std::string text = heading(service.name.in(language), language, "/dienste/" + service.id);
  text += escaped(service.summary.in(language)) + "\n\n";
  return text;
}

std::string news_block(const event::Programme& programme, const event::Ledger& ledger,
                       Language language) {
  std::string text =
      heading(web::text(language, texts::kNewsletterBlockNews), language, "/aenderungen");
  for (const event::News& news : event::news(programme, ledger, language, kNewsMax)) {
    text += fmt::format("- **{}**", escaped(news.title));
    for (const std::string& line : news.lines) text += "\n  " + escaped(line);
    text += "\n";
  }
  return text + "\n";
}

template <class T>
const T* find_by_id(const std::vector<T>& list, std::string_view id) {
  const auto found = std::ranges::find(list, id, &T::id);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

std::vector<web::Option> block_options(const event::Programme& programme,
                                       const service::Catalogue& services, Language language) {
  std::vector<web::Option> options{
      {.value = std::string(kNews), .label = texts::kNewsletterBlockNews, .hint = {}}};
  for (const event::Session& session : programme.sessions) {
    options.push_back({.value = std::string(kSession) + session.id,
                       .label = web::date(language, session.starts_at, web::DateStyle::kShort) +
                                ": " + session.title.in(language),
                       .hint = {}});
  }
  for (const event::Offer& offer : programme.offers) {
    options.push_back({.value = std::string(kOffer) + offer.id,
                       .label = web::text(language, texts::kNewsletterBlockOffer,
                                          {{"name", offer.name.in(language)}}),
                       .hint = {}});
  }
  for (const service::Service& service : services.services()) {
    options.push_back({.value = std::string(kService) + service.id,
                       .label = web::text(language, texts::kNewsletterBlockService,
                                          {{"name", service.name.in(language)}}),
                       .hint = {}});
  }
  return options;
}

std::optional<std::string> block_text(const event::Programme& programme,
                                      const event::Ledger& ledger,
                                      const service::Catalogue& services, std::string_view value,
                                      Language language) {
  if (value == kNews) return news_block(programme, ledger, language);
  if (value.starts_with(kSession)) {
    const auto* session = find_by_id(programme.sessions, value.substr(kSession.size()));
    if (session != nullptr) return session_block(programme, *session, language);
  }
  if (value.starts_with(kOffer)) {
    const auto* offer = find_by_id(programme.offers, value.substr(kOffer.size()));
    if (offer != nullptr) return offer_block(*offer, language);
  }
  if (value.starts_with(kService)) {
    const auto* service = services.find(value.substr(kService.size()));
    if (service != nullptr) return service_block(*service, language);
  }
  return std::nullopt;
}

}  // namespace revier::console
