// SPDX-License-Identifier: EUPL-1.2
// The HTML side of a mail, made from its text, so that both always say the same.
//
// Paragraphs stand between empty lines; lines that begin with "- " are a list. A paragraph whose
// last line is an address of this site alone becomes a link that looks like a button; what stands
// before it, without the colon, is its text. Nothing else becomes a link unless a block says so: a
// name that looks like an address stays text. No picture, no script, nothing remote, nothing that
// tells of being read; readable without its few lines of style, in light and dark.
//
// Thread safety: pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "web/html.h"
#include "web/language.h"

namespace revier::web {

struct LetterBlock {
  std::vector<std::string> lines;  // of a paragraph; of a list without "- "
  bool is_list = false;
  std::string href;  // a link; lines hold its text
  // Addresses of web pages in its lines become links: of what an organiser wrote.
  bool has_links = false;
};
struct LetterView {
  std::string subject;
  std::vector<LetterBlock> blocks;
  SafeHtml body = {};  // after the blocks; for letters whose text is Markdown
};

// `site_address` is "https://events.example.org".
[[nodiscard]] LetterView read_letter(std::string_view subject, std::string_view text,
                                     std::string_view site_address);
// A line whose http and https addresses are links; all of it escaped.
[[nodiscard]] SafeHtml with_links(std::string_view line);
[[nodiscard]] std::string letter_html(Language language, const LetterView& letter);

}  // namespace revier::web
