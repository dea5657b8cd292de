// SPDX-License-Identifier: EUPL-1.2
// What the pages of this domain share.
#pragma once
#include <memory>
#include <string>

#include "base/attempts.h"
#include "newsletter/page_routes.h"
#include "newsletter/views.h"

namespace revier::newsletter {

struct Pages : PageNeeds {
  std::shared_ptr<Attempts> sign_ups;  // by network
};
using PageHandler = Task<net::Response> (*)(net::Request&, const Pages&);
void add_newsletter_page(net::Router& router, const Pages& pages, net::Method method,
                         const char* pattern, PageHandler handler);

[[nodiscard]] net::Response refused(const Pages& pages, const net::Request& request,
                                    const Error& error);
[[nodiscard]] web::Page private_page(const Pages& pages, const net::Request& request,
                                     const web::Text& title);
[[nodiscard]] inline std::string words(web::Language language, const web::Text& key) {
  return std::string(web::text(language, key));
}
[[nodiscard]] net::Response show_ask(const AskPage& view, int status = 200);

void add_archive_pages(net::Router& router, const Pages& pages);
void add_own_pages(net::Router& router, const Pages& pages);

}  // namespace revier::newsletter
