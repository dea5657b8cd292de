// SPDX-License-Identifier: EUPL-1.2
// /mein-programm: the visitor's own selection, which lives in the address and on her device; and
// what the service worker needs: /sw.js and /offline.json.
#pragma once
#include "event/page_routes.h"

namespace revier::event::detail {

void add_my_programme(net::Router& router, const PageNeeds& needs);

}  // namespace revier::event::detail
