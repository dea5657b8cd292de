// SPDX-License-Identifier: EUPL-1.2
#include "jsonld/detail/iri.h"

#include "base/ascii.h"

namespace revier::jsonld::detail {
namespace {

bool is_scheme_char(char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The five parts of RFC 3986, 3; a part that is not there is nullopt.
struct Parts {
  std::optional<std::string_view> scheme;
  std::optional<std::string_view> authority;
  std::string_view path;
  std::optional<std::string_view> query;
  std::optional<std::string_view> fragment;
};

std::optional<std::string_view> cut_tail(std::string_view& text, char mark) {
  const std::size_t at = text.find(mark);
  if (at == text.npos) return std::nullopt;
  const std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

Parts split(std::string_view iri) {
  Parts parts;
  parts.fragment = cut_tail(iri, '#');
  parts.query = cut_tail(iri, '?');
  if (const std::size_t colon = iri.find(':'); is_absolute(iri)) {
    parts.scheme = iri.substr(0, colon);
    iri.remove_prefix(colon + 1);
  }
  if (iri.starts_with("//")) {
    const std::size_t end = std::min(iri.find('/', 2), iri.size());
    parts.authority = iri.substr(2, end - 2);
    iri.remove_prefix(end);
  }
  parts.path = iri;
  return parts;
}

std::string join(const Parts& parts, std::string_view path) {
  std::string iri;
  if (parts.scheme) iri.append(*parts.scheme).append(":");
  if (parts.authority) iri.append("//").append(*parts.authority);
  iri.append(path);
  if (parts.query) iri.append("?").append(*parts.query);
  if (parts.fragment) iri.append("#").append(*parts.fragment);
  return iri;
}

// RFC 3986, 5.2.4.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(end);
    const std::string_view name = segment.starts_with('/') ? segment.substr(1) : segment;
    const bool dots = name == "." || name == "..";
    if (!dots)
      out += segment;
    else if (name == ".." && !out.empty())
      out.resize(std::min(out.rfind('/'), out.size()));
    if (dots && path.empty()) out += '/';
  }
  return out;
}

std::string merge(const Parts& base, std::string_view path) {
  if (base.authority && base.path.empty()) return "/" + std::string(path);
  return std::string(base.path.substr(0, base.path.rfind('/') + 1)).append(path);
}

}  // namespace

bool is_keyword(std::string_view text) {
  static constexpr std::string_view kKeywords[] = {
      "@base",     "@container", "@context",   "@default",   "@direction",  "@embed",
      "@explicit", "@graph",     "@id",        "@import",    "@included",   "@index",
      "@json",     "@language",  "@list",      "@nest",      "@none",       "@omitDefault",
      "@prefix",   "@preserve",  "@propagate", "@protected", "@requireAll", "@reverse",
      "@set",      "@type",      "@value",     "@version",   "@vocab"};
  return text.starts_with('@') && std::ranges::find(kKeywords, text) != std::end(kKeywords);
}

bool is_like_keyword(std::string_view text) {
  return text.size() > 1 && text[0] == '@' && std::all_of(text.begin() + 1, text.end(), is_letter);
}

bool is_absolute(std::string_view iri) {
  const std::size_t colon = iri.find(':');
  if (colon == iri.npos || colon == 0) return false;
  const std::string_view scheme = iri.substr(0, colon);
  if (scheme != "_" && !(is_letter(scheme[0]) && std::ranges::all_of(scheme, is_scheme_char)))
    return false;
  return std::ranges::none_of(iri.substr(colon), is_space);
}

std::string resolve(std::string_view base_text, std::string_view reference_text) {
  const Parts base = split(base_text);
  Parts target = split(reference_text);
  if (target.scheme) return join(target, without_dots(target.path));
  target.scheme = base.scheme;
  if (target.authority) return join(target, without_dots(target.path));
  target.authority = base.authority;
  if (target.path.empty()) {
    if (!target.query) target.query = base.query;
    return join(target, base.path);
  }
  if (target.path.starts_with('/')) return join(target, without_dots(target.path));
  return join(target, without_dots(merge(base, target.path)));
}

}  // namespace revier::jsonld::detail
