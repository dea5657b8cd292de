// SPDX-License-Identifier: EUPL-1.2
// The views of this module's page (pages/*.html).
#pragma once
#include <string>
#include <vector>

#include "web/page.h"

namespace revier::lan {

struct TrustPage {
  web::Page page;
  std::string address;
  std::vector<std::string> fingerprint;  // in groups of eight bytes
  web::SafeHtml qr;
  std::string certificate_href;
};

}  // namespace revier::lan
