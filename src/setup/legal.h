// SPDX-License-Identifier: EUPL-1.2
// The pages that a public site must have: imprint, privacy, accessibility statement. Each begins as
// a draft in both languages with marked gaps; an organiser fills them in.
//
// Thread safety: constants and pure functions.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "setup/settings.h"
#include "web/i18n.h"

namespace revier::setup {

struct LegalPage {
  std::string_view name;     // "imprint": part of the setting's name
  std::string_view address;  // "/impressum"
  web::Text title;
  std::string_view draft_de;  // Markdown
  std::string_view draft_en;
};
[[nodiscard]] std::span<const LegalPage> legal_pages();
// nullptr where there is none.
[[nodiscard]] const LegalPage* find_legal_page(std::string_view name);

// "legal.imprint.de"
[[nodiscard]] std::string setting_of(const LegalPage& page, web::Language language);
// What is stored, else the draft with city and sender filled in.
[[nodiscard]] std::string legal_text(const Settings& settings, const LegalPage& page,
                                     web::Language language);

}  // namespace revier::setup
