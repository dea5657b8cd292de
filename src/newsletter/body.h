// SPDX-License-Identifier: EUPL-1.2
// The text of an issue: CommonMark as an editor types it, as plain text and as HTML.
//
// HTML in it is left out. Pictures become their description: a letter fetches nothing, so that
// nobody learns whether it was read. Links lead to http, https, mailto and to pages of the site
// ("/programm"); any other is its text alone. Headings begin at level 2.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>

#include "web/html.h"

namespace revier::newsletter {

inline constexpr std::size_t kBodyMax = 30'000;  // characters

// `site_url` is put before addresses of the site's pages; without a slash at the end.
[[nodiscard]] web::SafeHtml body_html(std::string_view markdown, std::string_view site_url);
// Lines end in \n; a link is its text and the address in brackets.
[[nodiscard]] std::string body_text(std::string_view markdown, std::string_view site_url);

// Of a text that is to stand in Markdown as it is.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace revier::newsletter
