// SPDX-License-Identifier: EUPL-1.2
// Texts of organisers: CommonMark, without HTML, with marked gaps.
//
// A gap is [[what is missing]]: it is shown as a mark and listed as open. Headings begin at
// level 2.
//
// Thread safety: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "web/html.h"
#include "web/language.h"

namespace revier::setup {

inline constexpr std::size_t kMarkdownBytesMax = 40'000;

// HTML in the text is left out, links lead to http, https, mailto and relative addresses only.
[[nodiscard]] web::SafeHtml render_markdown(std::string_view text);
// What stands between [[ and ]], in order.
[[nodiscard]] std::vector<std::string> gaps(std::string_view text);

}  // namespace revier::setup
