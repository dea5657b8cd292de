// SPDX-License-Identifier: EUPL-1.2
// The pages of the newsletter in the console.
#pragma once
#include <string>
#include <string_view>

#include "console/detail/entry.h"
#include "newsletter/issue.h"

namespace revier::console {

inline constexpr std::string_view kNewsletterPage = "/console/newsletter";
inline constexpr std::string_view kPartnersPage = "/console/newsletter/partner";
inline constexpr std::string_view kNewIssue = "neu";  // as id of an issue

// "/console/newsletter/ausgaben/ID"
[[nodiscard]] std::string issue_page(std::string_view id);
// "Entwurf"
[[nodiscard]] std::string issue_state(const newsletter::Issue& issue, web::Language language);

void add_newsletter(net::Router& router, const Needs& needs);
void add_newsletter_edit(net::Router& router, const Needs& needs);
void add_newsletter_issue(net::Router& router, const Needs& needs);
void add_newsletter_partners(net::Router& router, const Needs& needs);

}  // namespace revier::console
