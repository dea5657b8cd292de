// SPDX-License-Identifier: EUPL-1.2
// The pages of signing in: one-time link, sign-in, sign-out, change of the password; German, and
// English under /en. A GET changes nothing.
//
//   /console/start/{secret}   sets a password by a one-time link (start_path)
//   /console/anmelden         signs in, then leads to ?weiter=ADDRESS below /console; ?grund= says
//                             why somebody was sent there
//   /console/anmelden/code    takes the code of the second factor in between
//   /console/abmelden         signs out
//   /console/passwort         changes the password
#pragma once
#include "base/time.h"
#include "identity/identity.h"
#include "net/http.h"
#include "net/server.h"
#include "web/page.h"

namespace revier::identity {

inline constexpr std::string_view kConsolePage = "/console/";
inline constexpr std::string_view kSignInPage = "/console/anmelden";
inline constexpr std::string_view kCodePage = "/console/anmelden/code";
inline constexpr std::string_view kSignOutPage = "/console/abmelden";
inline constexpr std::string_view kPasswordPage = "/console/passwort";

// What the pages stand on; all must outlive the router. `clock` is the real one.
struct PageParts {
  Identity& identity;
  net::Pool& pool;
  const web::Site& site;
  const Clock& clock;
};
void add_pages(net::Router& router, const PageParts& parts);

// 303 to the sign-in page, and from there back to where the request was to go; after a form, back
// to the page that it stood on, and the sign-in page says that nothing of it was kept.
[[nodiscard]] net::Response ask_to_sign_in(const net::Request& request);

}  // namespace revier::identity
