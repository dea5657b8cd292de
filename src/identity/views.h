// SPDX-License-Identifier: EUPL-1.2
// Views of the sign-in pages.
#pragma once
#include <string>
#include <vector>

#include "web/components.h"
#include "web/form.h"
#include "web/page.h"

namespace revier::identity {

// What has happened before; without a text it is one line.
struct Told {
  web::kern::Tone tone;
  std::string title;
  std::string text = {};
};

// A page with one form that is sent to its own address.
struct FormPage {
  web::Page page;
  std::string intro;
  const web::Form& form;
  const web::FormData& data;
  std::string button;
  std::string action = {};      // where it is sent, else to the page's own address
  std::vector<Told> told = {};  // above it
};

}  // namespace revier::identity
