// SPDX-License-Identifier: EUPL-1.2
// JSON Pointers (RFC 6901), and texts by which values are compared.
#include <algorithm>
#include <charconv>
#include <optional>

#include "base/utf8.h"
#include "validation/detail/rules.h"

namespace revier::validation::detail {
namespace {

std::string token_of(std::string_view written) {
  std::string token;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '~' || i + 1 == written.size()) {
      token += written[i];
      continue;
    }
    ++i;
    token += written[i] == '1' ? '/' : '~';
  }
  return token;
}

std::optional<json::Value> element_at(const json::Value& array, std::string_view token) {
  std::size_t index = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  if (error != std::errc{} || stop != end) return std::nullopt;
  for (const json::Value element : array.elements()) {
    if (index-- == 0) return element;
  }
  return std::nullopt;
}

void append_number(std::string& out, const json::Value& value) {
  json::Writer writer(out);
  if (const auto whole = value.as_integer()) {
    writer.integer(*whole);
  } else {
    writer.number(*value.as_number());
  }
}

void append_members(std::string& out, const json::Value& value) {
  std::vector<json::Member> members;
  for (const json::Member member : value.members()) members.push_back(member);
  std::ranges::sort(members, {}, &json::Member::key);
  out += '{';
  for (const json::Member& member : members) {
    if (out.back() != '{') out += ',';
    json::append_quoted(out, member.key);
    out += ':';
    append_canonical(out, member.value);
  }
  out += '}';
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  constexpr std::string_view kEllipsis = "...";
  return std::string(cut_to_bytes(text, bytes_max - kEllipsis.size())).append(kEllipsis);
}

void append_token(std::string& pointer, std::string_view token) {
  pointer += '/';
  for (const char c : token) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

std::optional<json::Value> value_at(const json::Value& root, std::string_view pointer) {
  json::Value value = root;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return std::nullopt;
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string token = token_of(pointer.substr(0, end));
    const auto next = value.is_array() ? element_at(value, token) : value.find(token);
    if (!next) return std::nullopt;
    value = *next;
    pointer.remove_prefix(end);
  }
  return value;
}

void append_canonical(std::string& out, const json::Value& value) {
  if (value.is_number()) return append_number(out, value);
  if (value.is_object()) return append_members(out, value);
  if (!value.is_array()) {
    json::Writer(out).value(value);
    return;
  }
  out += '[';
  bool first = true;
  for (const json::Value element : value.elements()) {
    if (!first) out += ',';
    first = false;
    append_canonical(out, element);
  }
  out += ']';
}

}  // namespace revier::validation::detail
