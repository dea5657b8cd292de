// SPDX-License-Identifier: EUPL-1.2
// What the settings show to everybody:
//
//   /impressum  /datenschutz  /barrierefreiheit    the legal pages
//   /marke/{tag}/logo.png  /marke/{tag}/farben.css    the look; kept by browsers, as the tag
//   changes
//
// and the placeholder that stands for every page until the site is published.
//
// Thread safety: the routes run on any io thread and do not wait.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "event/programme.h"
#include "net/http.h"
#include "setup/settings.h"
#include "web/page.h"

namespace revier::setup {

// All of it outlives the router.
struct PublicNeeds {
  const SettingsKeeper& settings;
  const web::Site& site;
  std::function<event::ProgrammePtr()> programme;
};

void add_public_pages(net::Router& router, const PublicNeeds& needs);

// nullptr before the five questions are answered.
[[nodiscard]] std::shared_ptr<const web::Brand> brand_of(const Settings& settings);

// Visitors see the site: it was published, or somebody runs it by the API alone.
[[nodiscard]] bool is_public(const Settings& settings, const event::Programme& programme);
// The page that visitors get instead; nullopt for what they always get (the console's sign-in,
// legal pages, assets, APIs).
[[nodiscard]] std::optional<net::Response> placeholder(const PublicNeeds& needs,
                                                       const net::Request& request);

}  // namespace revier::setup
