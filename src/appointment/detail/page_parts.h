// SPDX-License-Identifier: EUPL-1.2
// What the pages of this domain share.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "appointment/calendar.h"
#include "appointment/page_routes.h"
#include "appointment/proof.h"
#include "appointment/views.h"
#include "appointment/visit.h"

namespace revier::appointment {

struct Pages : PageNeeds {
  std::shared_ptr<HoldLimit> holds;
};
using PageHandler = Task<net::Response> (*)(net::Request&, const Pages&);
void add_appointment_page(net::Router& router, const Pages& pages, net::Method method,
                          const char* pattern, PageHandler handler);

[[nodiscard]] net::Response refused(const Pages& pages, const net::Request& request,
                                    const Error& error);
[[nodiscard]] web::Page private_page(const Pages& pages, const net::Request& request,
                                     std::string title);
[[nodiscard]] Facts facts_of(const Visit& visit);

// For reading a chosen time; what may be chosen is the calendar's matter.
[[nodiscard]] web::Form time_form();

void add_own_pages(net::Router& router, const Pages& pages);
void add_standby_pages(net::Router& router, const Pages& pages);
void add_queue_pages(net::Router& router, const Pages& pages);
void add_readiness_pages(net::Router& router, const Pages& pages);

}  // namespace revier::appointment
