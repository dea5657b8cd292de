// SPDX-License-Identifier: EUPL-1.2
// What the pages of this domain share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "ticket/for_pages.h"
#include "ticket/page_routes.h"
#include "ticket/views.h"
#include "web/form.h"

namespace revier::ticket {

inline constexpr net::RouteOptions kFormBody{.body_bytes_max = 32 * 1024};

using PageHandler = Task<net::Response> (*)(net::Request&, const PageNeeds&);
void add_ticket_page(net::Router& router, const PageNeeds& needs, net::Method method,
                     const char* pattern, PageHandler handler);

[[nodiscard]] net::Response refused(const PageNeeds& needs, const net::Request& request,
                                    const Error& error);
[[nodiscard]] std::vector<ClaimRow> claim_rows(const PageNeeds& needs, const Booking& booking,
                                               web::Language language, bool with_state);

// The registration of {token}.
[[nodiscard]] Task<Result<Booking>> ticket_of(const net::Request& request, const PageNeeds& needs);
// In the reader's language, whichever the booking has. `news` is one of those below: what the page
// says first.
[[nodiscard]] net::Response to_ticket(const PageNeeds& needs, const net::Request& request,
                                      const Booking& booking, std::string_view news = {});
// Value of `neu` where a change changed nothing.
inline constexpr std::string_view kNewsUnchanged = "unveraendert";
inline constexpr std::string_view kNewsChanged = "geaendert";
inline constexpr std::string_view kNewsAccepted = "angenommen";
inline constexpr std::string_view kNewsDeclined = "abgelehnt";

// A page that only those see who know its link.
[[nodiscard]] web::Page private_page(const PageNeeds& needs, const net::Request& request,
                                     const web::Text& title);

// Name and mail address of another person than the one who asks.
[[nodiscard]] std::vector<web::FormField> other_person_fields();

void add_change_pages(net::Router& router, const PageNeeds& needs);
void add_own_pages(net::Router& router, const PageNeeds& needs);

}  // namespace revier::ticket
