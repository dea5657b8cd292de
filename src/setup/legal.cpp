// SPDX-License-Identifier: EUPL-1.2
#include "setup/legal.h"

#include <algorithm>

#include <fmt/format.h>

#include "setup/detail/drafts.h"
#include "setup/texts.h"

namespace revier::setup {
namespace {

const std::array kPages = {
    LegalPage{"imprint", "/impressum", texts::kLegalImprint, detail::kImprintDe,
              detail::kImprintEn},
    LegalPage{"privacy", "/datenschutz", texts::kLegalPrivacy, detail::kPrivacyDe,
              detail::kPrivacyEn},
    LegalPage{"accessibility", "/barrierefreiheit", texts::kLegalAccessibility,
              detail::kAccessibilityDe, detail::kAccessibilityEn}};

// Marks of Markdown in a name stay what they are.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#+-!|&").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void fill(std::string& text, std::string_view gap, std::string_view value) {
  if (value.empty()) return;
  const std::string mark = fmt::format("[[{}]]", gap);
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    const std::string filled = escaped(value);
    text.replace(at, mark.size(), filled);
    at += filled.size();
  }
}

}  // namespace

std::span<const LegalPage> legal_pages() { return kPages; }

const LegalPage* find_legal_page(std::string_view name) {
  const auto found = std::ranges::find(kPages, name, &LegalPage::name);
  return found == kPages.end() ? nullptr : &*found;
}

std::string setting_of(const LegalPage& page, web::Language language) {
  return fmt::format("legal.{}.{}", page.name, web::code(language));
}

std::string legal_text(const Settings& settings, const LegalPage& page, web::Language language) {
  if (const std::string_view stored = settings.get(setting_of(page, language)); !stored.empty()) {
    return std::string(stored);
  }
  const bool german = language == web::Language::kDe;
  std::string text(german ? page.draft_de : page.draft_en);
  fill(text, german ? "Stadt" : "city", settings.get(kCity));
  fill(text, german ? "Absender-Adresse" : "sender address", settings.get(kSender));
  return text;
}

}  // namespace revier::setup
