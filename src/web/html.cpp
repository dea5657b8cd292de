// SPDX-License-Identifier: EUPL-1.2
#include "web/html.h"

#include <array>

#include "base/ascii.h"
#include "base/percent.h"

namespace revier::web {
namespace {

constexpr std::array<std::string_view, 6> kSchemes = {"http", "https",  "mailto",
                                                      "tel",  "webcal", "geo"};

constexpr std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

// NUL and other controls have no meaning in HTML and are a parse error: they become U+FFFD.
constexpr bool is_forbidden(char c) { return is_control(c) && c != '\n' && c != '\t' && c != '\r'; }

// Which bytes do not stand for themselves.
constexpr std::array<bool, 256> kSpecial = [] {
  std::array<bool, 256> special{};
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    special[static_cast<std::size_t>(byte)] = !entity(c).empty() || is_forbidden(c);
  }
  return special;
}();

void append_escaped(std::string& out, std::string_view value) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!kSpecial[static_cast<unsigned char>(value[i])]) continue;
    const std::string_view replacement = is_forbidden(value[i]) ? "\xEF\xBF\xBD" : entity(value[i]);
    out.append(value.substr(from, i - from)).append(replacement);
    from = i + 1;
  }
  out.append(value.substr(from));
}

}  // namespace

bool is_allowed_url(std::string_view url) {
  for (const char c : url) {
    if (is_control(c)) return false;  // browsers drop them: "java\nscript:"
  }
  const std::size_t end = url.find_first_of(":/?#\\");
  if (end == std::string_view::npos || url[end] != ':') return true;
  const std::string scheme = lower_case(url.substr(0, end));
  for (const std::string_view allowed : kSchemes) {
    if (scheme == allowed) return true;
  }
  return false;
}

void Html::text(std::string_view value) { append_escaped(out_, value); }

void Html::attribute(std::string_view value) { append_escaped(out_, value); }

void Html::url(std::string_view value) {
  append_escaped(out_, is_allowed_url(value) ? value : std::string_view("#"));
}

void Html::url_part(std::string_view value) { out_ += percent_encoded(value); }

// '<', '>' and '&' stand only inside JSON strings, where an escape means the same.
void Html::json(std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '<':
        out_ += "\\u003c";
        break;
      case '>':
        out_ += "\\u003e";
        break;
      case '&':
        out_ += "\\u0026";
        break;
      default:
        out_ += c;
    }
  }
}

}  // namespace revier::web
