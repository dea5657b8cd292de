// SPDX-License-Identifier: EUPL-1.2
#include "web/letter.h"

#include <algorithm>

#include "web/pages.h"

namespace revier::web {
namespace {

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

bool is_own_address(std::string_view line, std::string_view site_address) {
  return line.starts_with(site_address) && line.substr(site_address.size()).starts_with('/') &&
         line.find(' ') == std::string_view::npos;
}

void add_line(LetterBlock& block, std::string_view line) {
  block.lines.emplace_back(block.is_list ? line.substr(2) : line);
}

// The last line becomes the target, the one before it the text.
void make_link(LetterBlock& block, std::string_view site_address) {
  if (block.is_list || block.lines.empty() || !is_own_address(block.lines.back(), site_address)) {
    return;
  }
  block.href = std::move(block.lines.back());
  block.lines.pop_back();
  if (block.lines.empty()) block.lines.push_back(block.href);
  if (block.lines.back().ends_with(':')) block.lines.back().pop_back();
}

std::size_t begin_of_address(std::string_view line) {
  return std::min(line.find("https://"), line.find("http://"));
}

// Without the punctuation of the sentence that it stands in.
std::string_view address_at_begin(std::string_view line) {
  std::string_view address = line.substr(0, line.find_first_of(" \t<>\""));
  for (const std::string_view quote : {"“", "”", "»", "«"}) {
    address = address.substr(0, address.find(quote));
  }
  while (address.find_last_of(".,;:!?)'") == address.size() - 1) address.remove_suffix(1);
  return address;
}

}  // namespace

SafeHtml with_links(std::string_view line) {
  Html out(Language::kDe);
  for (std::size_t at = 0; (at = begin_of_address(line)) != std::string_view::npos;) {
    out.text(line.substr(0, at));
    line.remove_prefix(at);
    const std::string_view address = address_at_begin(line);
    if (address.find("//") + 2 < address.size()) {
      out.literal("<a href=\"");
      out.url(address);
      out.literal("\">");
      out.text(address);
      out.literal("</a>");
    } else {
      out.text(address);
    }
    line.remove_prefix(address.size());
  }
  out.text(line);
  return std::move(out).take_safe();
}

LetterView read_letter(std::string_view subject, std::string_view text,
                       std::string_view site_address) {
  LetterView letter{.subject = std::string(subject), .blocks = {}};
  bool open = false;
  for (const std::string_view line : split_lines(text)) {
    const bool is_item = line.starts_with("- ");
    if (line.empty() || (open && letter.blocks.back().is_list != is_item)) open = false;
    if (line.empty()) continue;
    if (!open) letter.blocks.push_back({.lines = {}, .is_list = is_item, .href = {}});
    open = true;
    add_line(letter.blocks.back(), line);
  }
  for (LetterBlock& block : letter.blocks) make_link(block, site_address);
  return letter;
}

std::string letter_html(Language language, const LetterView& letter) {
  Html out(language);
  render_letter(out, letter);
  return std::move(out).take();
}

}  // namespace revier::web
