// SPDX-License-Identifier: EUPL-1.2
// The views of the newsletter's pages in the console.
#pragma once
#include <string>
#include <vector>

#include "console/views.h"

namespace revier::console {

struct NewsletterPage {
  Head head;
  web::kern::Table topics;
  std::string new_topic_href;
};

}  // namespace revier::console
