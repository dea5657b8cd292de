// SPDX-License-Identifier: EUPL-1.2
// What the pages of this domain share.
#pragma once
#include <string>

#include "fibre/page_routes.h"
#include "fibre/views.h"
#include "fibre/words.h"

namespace revier::fibre {

[[nodiscard]] inline std::string page_words(web::Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}

void add_contact_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::fibre
