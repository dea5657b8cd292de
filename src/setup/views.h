// SPDX-License-Identifier: EUPL-1.2
// The views of the public pages of a site's set-up (pages/*.html).
#pragma once
#include <string>

#include "web/page.h"

namespace revier::setup {

struct LegalView {
  web::Page page;
  web::SafeHtml text;
};
struct SoonView {
  web::Page page;
  std::string when;   // "5. bis 7. Februar 2025", may be empty
  std::string where;  // may be empty
};

}  // namespace revier::setup
