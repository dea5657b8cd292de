// SPDX-License-Identifier: EUPL-1.2
// Views of the sign-in pages.
#pragma once
#include <string>

#include "web/form.h"
#include "web/page.h"

namespace revier::identity {

// A page with one form that is sent to its own address.
struct FormPage {
  web::Page page;
  std::string intro;
  const web::Form& form;
  const web::FormData& data;
  std::string button;
  std::string action = {};  // where it is sent, else to the page's own address
};

}  // namespace revier::identity
