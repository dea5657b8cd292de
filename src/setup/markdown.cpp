// SPDX-License-Identifier: EUPL-1.2
#include "setup/markdown.h"

#include <cstdlib>
#include <memory>

#include <cmark.h>

namespace revier::setup {
namespace {

struct FreeNode {
  void operator()(cmark_node* node) const { cmark_node_free(node); }
};
struct FreeText {
  void operator()(char* text) const { std::free(text); }
};
struct FreeIterator {
  void operator()(cmark_iter* iterator) const { cmark_iter_free(iterator); }
};

struct Gap {
  std::size_t begin;
  std::size_t end;  // behind the closing brackets
};

// From `from` on; nullptr-like {npos, npos} where there is none.
Gap find_gap(std::string_view text, std::size_t from) {
  const std::size_t begin = text.find("[[", from);
  if (begin == std::string_view::npos) return {begin, begin};
  const std::size_t close = text.find("]]", begin);
  if (close == std::string_view::npos) return {close, close};
  return {begin, close + 2};
}

cmark_node* text_node(std::string_view text) {
  cmark_node* node = cmark_node_new(CMARK_NODE_TEXT);
  cmark_node_set_literal(node, std::string(text).c_str());
  return node;
}

// A <mark> around what is missing; the text in it is escaped like any other.
cmark_node* mark_node(std::string_view inner) {
  cmark_node* mark = cmark_node_new(CMARK_NODE_CUSTOM_INLINE);
  cmark_node_set_on_enter(mark, "<mark class=\"rv-gap\">");
  cmark_node_set_on_exit(mark, "</mark>");
  cmark_node_append_child(mark, text_node(inner));
  return mark;
}

void mark_gaps(cmark_node* node) {
  const std::string text = cmark_node_get_literal(node);
  std::size_t done = 0;
  for (Gap gap = find_gap(text, 0); gap.begin != std::string::npos; gap = find_gap(text, done)) {
    const std::string_view view(text);
    cmark_node_insert_before(node, text_node(view.substr(done, gap.begin - done)));
    cmark_node_insert_before(node, mark_node(view.substr(gap.begin + 2, gap.end - gap.begin - 4)));
    done = gap.end;
  }
  if (done > 0) cmark_node_set_literal(node, text.substr(done).c_str());
}

void change_nodes(cmark_node* document) {
  cmark_consolidate_text_nodes(document);
  std::vector<cmark_node*> texts;
  const std::unique_ptr<cmark_iter, FreeIterator> nodes(cmark_iter_new(document));
  for (cmark_event_type event = cmark_iter_next(nodes.get()); event != CMARK_EVENT_DONE;
       event = cmark_iter_next(nodes.get())) {
    cmark_node* node = cmark_iter_get_node(nodes.get());
    if (event != CMARK_EVENT_ENTER) continue;
    if (cmark_node_get_type(node) == CMARK_NODE_TEXT) texts.push_back(node);
    if (cmark_node_get_type(node) == CMARK_NODE_HEADING) {
      cmark_node_set_heading_level(node, std::clamp(cmark_node_get_heading_level(node), 2, 4));
    }
  }
  for (cmark_node* node : texts) mark_gaps(node);
}

}  // namespace

web::SafeHtml render_markdown(std::string_view text) {
  const std::unique_ptr<cmark_node, FreeNode> document(
      cmark_parse_document(text.data(), text.size(), CMARK_OPT_DEFAULT));
  change_nodes(document.get());
  const std::unique_ptr<char, FreeText> html(cmark_render_html(document.get(), CMARK_OPT_DEFAULT));
  return web::SafeHtml::trusted(html.get());
}

std::vector<std::string> gaps(std::string_view text) {
  std::vector<std::string> found;
  for (Gap gap = find_gap(text, 0); gap.begin != std::string_view::npos;
       gap = find_gap(text, gap.end)) {
    found.emplace_back(text.substr(gap.begin + 2, gap.end - gap.begin - 4));
  }
  return found;
}

}  // namespace revier::setup
