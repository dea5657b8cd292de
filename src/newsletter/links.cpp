// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/links.h"

#include <fmt/format.h>

namespace revier::newsletter {
namespace {

constexpr std::string_view kKeyBegin = "newsletter/";

}  // namespace

std::string subscriber_id(const ticket::SecretLinks& links, std::string_view mail_key) {
  return links.token("newsletter-address", mail_key).substr(mail_key.size() + 1);
}

std::string subject_of(std::string_view subscriber) {
  return fmt::format("newsletter:{}", subscriber);
}

std::string confirm_path(const ticket::SecretLinks& links, std::string_view request,
                         web::Language language) {
  return web::path(language, "/newsletter/bestaetigen/" + links.token(kRequestLink, request));
}

std::string settings_path(const ticket::SecretLinks& links, std::string_view subscriber,
                          web::Language language) {
  return web::path(language,
                   "/newsletter/einstellungen/" + links.token(kSubscriberLink, subscriber));
}

std::string unsubscribe_path(const ticket::SecretLinks& links, std::string_view subscriber,
                             web::Language language) {
  return web::path(language, "/newsletter/abmelden/" + links.token(kSubscriberLink, subscriber));
}

std::string letter_key(std::string_view what, std::string_view subscriber) {
  return fmt::format("{}{}/{}", kKeyBegin, what, subscriber);
}

LetterKey split_letter_key(std::string_view key) {
  if (!key.starts_with(kKeyBegin)) return {};
  key.remove_prefix(kKeyBegin.size());
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return {};
  return {key.substr(0, slash), key.substr(slash + 1)};
}

}  // namespace revier::newsletter
