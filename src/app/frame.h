// SPDX-License-Identifier: EUPL-1.2
// The frame of every page: the site's name, who is responsible, menus, the demo's notice.
#pragma once
#include "app/options.h"
#include "base/time.h"
#include "web/page.h"

namespace revier::app {

// `civil_clock` must outlive the frame.
[[nodiscard]] web::Site page_frame(const Options& options, const Clock& civil_clock);

}  // namespace revier::app
