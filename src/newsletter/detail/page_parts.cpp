// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/detail/page_parts.h"

#include "newsletter/pages.h"

namespace revier::newsletter {
namespace {

constexpr net::RouteOptions kPageBody{.body_bytes_max = 16 * 1024};

}  // namespace

void add_newsletter_page(net::Router& router, const Pages& pages, net::Method method,
                         const char* pattern, PageHandler handler) {
  web::add_page(router, method, pattern, net::AsyncHandler([pages, handler](net::Request& request) {
                  return handler(request, pages);
                }),
                kPageBody);
}

net::Response refused(const Pages& pages, const net::Request& request, const Error& error) {
  return web::error_page(pages.site, request, error);
}

web::Page private_page(const Pages& pages, const net::Request& request, const web::Text& title) {
  web::Page page = pages.site.page(request, words(web::language_of(request), title));
  page.is_private = true;
  return page;
}

net::Response show_ask(const AskPage& view, int status) {
  web::Html out(view.page.language);
  render_ask(out, view);
  return web::html_response(std::move(out), status, web::Caching::kNever);
}

}  // namespace revier::newsletter
