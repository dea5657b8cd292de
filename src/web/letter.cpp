// SPDX-License-Identifier: EUPL-1.2
#include "web/letter.h"

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

}  // namespace

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
