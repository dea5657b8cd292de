// SPDX-License-Identifier: EUPL-1.2
#include "appointment/detail/page_parts.h"

#include "appointment/texts.h"

namespace revier::appointment {

using net::Request;
using net::Response;

namespace {

constexpr net::RouteOptions kFormBody{.body_bytes_max = 16 * 1024};

}  // namespace

void add_appointment_page(net::Router& router, const Pages& pages, net::Method method,
                          const char* pattern, PageHandler handler) {
  web::add_page(router, method, pattern, net::AsyncHandler([pages, handler](Request& request) {
                  return handler(request, pages);
                }),
                kFormBody);
}

Response refused(const Pages& pages, const Request& request, const Error& error) {
  return web::error_page(pages.site, request, error);
}

web::Page private_page(const Pages& pages, const Request& request, std::string title) {
  web::Page page = pages.site.page(request, std::move(title));
  page.is_private = true;
  return page;
}

Facts facts_of(const Visit& visit) { return {visit.what, visit.when, visit.where, visit.needs}; }

web::Form time_form() {
  return {.fields = {{.name = "zeit", .required = true, .missing = texts::kTimesMissing}}};
}

}  // namespace revier::appointment
