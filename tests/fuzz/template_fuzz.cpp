// SPDX-License-Identifier: EUPL-1.2
// Modules: web
// Parsers: src/web/html.cpp
// Arbitrary bytes in every place of the templates: the markup around them stays what it is for "x".
#include "base/check.h"
#include "web/kern.h"
#include "web/pages.h"

namespace revier::web {
namespace {

// The tags with their attributes' names, without texts and values.
std::string skeleton(std::string_view html) {
  std::string out;
  char quote = 0;
  bool in_tag = false;
  for (const char c : html) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (in_tag && (c == '"' || c == '\'')) {
      quote = c;
      out += '"';
    } else if (in_tag || c == '<') {
      in_tag = c != '>';
      out += c;
    }
  }
  RV_CHECK(quote == 0 && !in_tag);
  return out;
}

std::string frame_of(const std::string& text) {
  Site site;
  site.name = text;
  site.owner = text;
  site.navigation = {{text, "/" + text}};
  site.footer = {{text, text}};
  Page page{.site = &site, .title = text, .address = "/a" + text, .description = text};
  page.breadcrumbs = {{text, text}};
  page.notice = text;
  Html out(Language::kEn);
  render_frame(out, page, [&] { render_live(out, {text}); });
  return std::move(out).take();
}

std::string components_of(const std::string& text) {
  const kern::Field field{.id = text, .name = text, .label = text, .hint = text, .error = text};
  const std::vector<kern::Choice> choices = {{text, text, text, true, true}};
  Html out(Language::kDe);
  kern::input(out, {field, text, text, text, text, text, 5});
  kern::textarea(out, {field, text, 3, 5});
  kern::select(out, {field, choices, text});
  kern::radios(out, {field, choices});
  kern::checkbox(out, {field, text, true});
  kern::card(out, {text, text, text, text, 2, text}, [&] { out.text(text); });
  kern::summary(out, {text, {{.key = text, .value = text, .href = text}}, text});
  kern::table(out, {text, true, {{text}}, {{{.text = text, .href = text}, {.text = text}}}});
  kern::task_list(out, {text, {{text, text, text}}});
  kern::error_summary(out, {{{text, text}}});
  kern::button(out, {.text = text, .href = text, .icon = text});
  return std::move(out).take();
}

void feed(const std::string& text) {
  const std::string plain = text.empty() ? "" : "x";
  RV_CHECK(skeleton(frame_of(text)) == skeleton(frame_of(plain)));
  RV_CHECK(skeleton(components_of(text)) == skeleton(components_of(plain)));
  Html json(Language::kDe);
  json.json(text);
  RV_CHECK(json.str().find_first_of("<>&") == std::string::npos);
}

}  // namespace
}  // namespace revier::web

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  revier::web::feed(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
