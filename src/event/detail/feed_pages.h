// SPDX-License-Identifier: EUPL-1.2
// /aenderungen and the files that machines read: schedule, feeds, sitemap, robots.
#pragma once
#include "event/page_routes.h"

namespace revier::event::detail {

void add_feed_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::event::detail
