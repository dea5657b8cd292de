// SPDX-License-Identifier: EUPL-1.2
#include "newsletter/body.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include <cmark.h>
#include <fmt/format.h>

namespace revier::newsletter {
namespace {

constexpr int kDepthMax = 32;  // deeper is left out: writing goes down as deep

struct FreeDocument {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeMarkup {
  void operator()(char* text) const { std::free(text); }
};
struct FreeWalk {
  void operator()(cmark_iter* walk) const { cmark_iter_free(walk); }
};
using DocumentPtr = std::unique_ptr<cmark_node, FreeDocument>;

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

// "" where the address is none that a letter may have.
std::string address_of(std::string_view url, std::string_view site_url) {
  for (const std::string_view scheme : {"https://", "http://", "mailto:"}) {
    if (url.starts_with(scheme)) return std::string(url);
  }
  if (url.starts_with('/') && !url.starts_with("//")) return fmt::format("{}{}", site_url, url);
  return {};
}

// Its children stand where it stood.
void unwrap(cmark_node* node) {
  while (cmark_node* const child = cmark_node_first_child(node)) {
    cmark_node_insert_before(node, child);
  }
  cmark_node_free(node);
}

// What the walk enters and does not leave.
bool has_no_end(cmark_node* node) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_THEMATIC_BREAK:
    case CMARK_NODE_CODE_BLOCK:
    case CMARK_NODE_TEXT:
    case CMARK_NODE_SOFTBREAK:
    case CMARK_NODE_LINEBREAK:
    case CMARK_NODE_CODE:
    case CMARK_NODE_HTML_INLINE:
      return true;
    default:
      return false;
  }
}

struct Placed {
  cmark_node* node;
  int depth;
};

std::vector<Placed> nodes_of(cmark_node* document) {
  std::vector<Placed> nodes;
  int depth = 0;
  const std::unique_ptr<cmark_iter, FreeWalk> walk(cmark_iter_new(document));
  for (cmark_event_type event = cmark_iter_next(walk.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(walk.get())) {
    // Children before their parents, so that a parent can go.
    cmark_node* const node = cmark_iter_get_node(walk.get());
    const bool is_leaf = cmark_node_first_child(node) == nullptr;
    if (event == CMARK_EVENT_EXIT) --depth;
    if (event == CMARK_EVENT_EXIT || is_leaf) {
      if (nodes.empty() || nodes.back().node != node) nodes.push_back({node, depth});
    }
    if (event == CMARK_EVENT_ENTER && !has_no_end(node)) ++depth;
  }
  return nodes;
}

void change(cmark_node* node, std::string_view site_url) {
  switch (cmark_node_get_type(node)) {
    case CMARK_NODE_HTML_BLOCK:
    case CMARK_NODE_HTML_INLINE:
      return cmark_node_free(node);
    case CMARK_NODE_IMAGE:
      return unwrap(node);
    case CMARK_NODE_LINK: {
      const std::string address = address_of(text_or_empty(cmark_node_get_url(node)), site_url);
      if (address.empty()) return unwrap(node);
      cmark_node_set_url(node, address.c_str());
      cmark_node_set_title(node, "");
      return;
    }
    case CMARK_NODE_HEADING:
      cmark_node_set_heading_level(node, std::clamp(cmark_node_get_heading_level(node), 2, 4));
      return;
    default:
      return;
  }
}

DocumentPtr read(std::string_view markdown, std::string_view site_url) {
  DocumentPtr document(cmark_parse_document(markdown.data(), markdown.size(), CMARK_OPT_DEFAULT));
  for (const Placed& placed : nodes_of(document.get())) {
    if (placed.depth > kDepthMax) {
      cmark_node_free(placed.node);
    } else {
      change(placed.node, site_url);
    }
  }
  return document;
}

// Plain text: blocks parted by empty lines, lists with "- " or numbers.
class TextWriter {
 public:
  std::string write(cmark_node* document) {
    blocks(document, "");
    while (text_.ends_with('\n')) text_.pop_back();
    return std::move(text_) + "\n";
  }

 private:
  // `margin` begins every line but the first of an item.
  void blocks(cmark_node* parent, const std::string& margin) {
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      block(node, margin);
    }
  }

  void block(cmark_node* node, const std::string& margin) {
    switch (cmark_node_get_type(node)) {
      case CMARK_NODE_LIST:
        return list(node, margin);
      case CMARK_NODE_BLOCK_QUOTE:
        return blocks(node, margin + "> ");
      case CMARK_NODE_THEMATIC_BREAK:
        return paragraph("--", margin);
      case CMARK_NODE_CODE_BLOCK:
        return paragraph(text_or_empty(cmark_node_get_literal(node)), margin);
      case CMARK_NODE_HEADING:
        return heading(inlines(node), margin);
      default:
        return paragraph(inlines(node), margin);
    }
  }

  void heading(const std::string& words, const std::string& margin) {
    paragraph(words, margin);
    text_.pop_back();
    text_ += margin + std::string(std::min<std::size_t>(words.size(), 40), '-') + "\n\n";
  }

  void list(cmark_node* node, const std::string& margin) {
    int number = cmark_node_get_list_start(node);
    const bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    for (cmark_node* item = cmark_node_first_child(node); item != nullptr;
         item = cmark_node_next(item)) {
      bullet_ = ordered ? fmt::format("{}. ", number++) : std::string("- ");
      blocks(item, margin + std::string(bullet_.size(), ' '));
      if (!bullet_.empty())
        paragraph("", margin + std::string(bullet_.size(), ' '));  // it is empty
      while (text_.ends_with("\n\n")) text_.pop_back();
    }
    text_ += '\n';
  }

  void paragraph(std::string_view words, const std::string& margin) {
    while (words.ends_with('\n')) words.remove_suffix(1);
    std::string begin = margin;
    if (!bullet_.empty()) {
      begin.replace(begin.size() - bullet_.size(), bullet_.size(), bullet_);
      bullet_.clear();
    }
    while (true) {
      const std::size_t end = words.find('\n');
      text_ += begin;
      text_ += words.substr(0, end);
      text_ += '\n';
      if (end == std::string_view::npos) break;
      words.remove_prefix(end + 1);
      begin = margin;
    }
    text_ += '\n';
  }

  std::string inlines(cmark_node* parent) {
    std::string words;
    for (cmark_node* node = cmark_node_first_child(parent); node != nullptr;
         node = cmark_node_next(node)) {
      switch (cmark_node_get_type(node)) {
        case CMARK_NODE_TEXT:
        case CMARK_NODE_CODE:
          words += text_or_empty(cmark_node_get_literal(node));
          break;
        case CMARK_NODE_SOFTBREAK:
          words += ' ';
          break;
        case CMARK_NODE_LINEBREAK:
          words += '\n';
          break;
        case CMARK_NODE_LINK:
          words += link(node);
          break;
        default:
          words += inlines(node);
      }
    }
    return words;
  }

  std::string link(cmark_node* node) {
    const std::string words = inlines(node);
    std::string address = text_or_empty(cmark_node_get_url(node));
    if (words == address || "mailto:" + words == address) return words;
    return fmt::format("{} ({})", words, address);
  }

  std::string text_;
  std::string bullet_;  // of the item that begins
};

}  // namespace

web::SafeHtml body_html(std::string_view markdown, std::string_view site_url) {
  const DocumentPtr document = read(markdown, site_url);
  const std::unique_ptr<char, FreeMarkup> html(
      cmark_render_html(document.get(), CMARK_OPT_DEFAULT));
  return web::SafeHtml::trusted(html.get());
}

std::string body_text(std::string_view markdown, std::string_view site_url) {
  const DocumentPtr document = read(markdown, site_url);
  return TextWriter().write(document.get());
}

std::string escaped(std::string_view text) {
  constexpr std::string_view kAnywhere = "\\`*_[]<>&";
  constexpr std::string_view kAtBegin = "#+-=~|!";
  const std::size_t begin = text.find_first_not_of(" \n");
  const std::size_t behind_digits =
      text.find_first_not_of("0123456789", std::min(begin, text.size()));
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool begins_block = i == begin && kAtBegin.find(c) != std::string_view::npos;
    const bool ends_number = i == behind_digits && i > begin && (c == '.' || c == ')');
    if (begins_block || ends_number || kAnywhere.find(c) != std::string_view::npos) out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

}  // namespace revier::newsletter
