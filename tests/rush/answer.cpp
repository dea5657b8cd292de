// SPDX-License-Identifier: EUPL-1.2
#include "answer.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace rush {
namespace {

constexpr std::string_view kLine = "\r\n";

std::optional<std::size_t> number(std::string_view text, int base = 10) {
  std::size_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](unsigned char c) { return std::tolower(c); });
  return made;
}

struct Head {
  std::size_t length = 0;
  bool chunked = false;
};

bool read_field(std::string_view line, Head& head, Answer& answer) {
  const auto colon = line.find(": ");
  if (colon == std::string_view::npos) return true;
  const std::string name = lower(line.substr(0, colon));
  const std::string_view value = line.substr(colon + 2);
  if (name == "location") answer.location = value;
  if (name == "set-cookie" && answer.cookie.empty())
    answer.cookie = value.substr(0, value.find(';'));
  if (name == "connection") answer.close = lower(value) == "close";
  if (name == "retry-after") answer.retry_after_s = static_cast<int>(number(value).value_or(1));
  if (name == "transfer-encoding") head.chunked = lower(value) == "chunked";
  if (name != "content-length") return true;
  const auto length = number(value);
  if (length) head.length = *length;
  return length.has_value();
}

bool read_head(std::string_view text, Head& head, Answer& answer) {
  const auto first = text.substr(0, text.find(kLine));
  if (!first.starts_with("HTTP/1.1 ") || first.size() < 12) return false;
  answer.status = static_cast<int>(number(first.substr(9, 3)).value_or(0));
  for (std::size_t at = first.size() + 2; at < text.size();) {
    const std::size_t end = std::min(text.find(kLine, at), text.size());
    if (!read_field(text.substr(at, end - at), head, answer)) return false;
    at = end + 2;
  }
  return answer.status >= 200;
}

// The end of a chunked body that begins at `at`, its content in `body`.
Reading read_chunks(std::string_view bytes, std::size_t& at, std::string& body) {
  for (;;) {
    const std::size_t end = bytes.find(kLine, at);
    if (end == std::string_view::npos) return Reading::kMore;
    const auto size = number(bytes.substr(at, end - at), 16);
    if (!size) return Reading::kBroken;
    at = end + 2;
    if (bytes.size() < at + *size + 2) return Reading::kMore;
    body.append(bytes, at, *size);
    at += *size + 2;
    if (*size == 0) return Reading::kWhole;
  }
}

}  // namespace

Reading read_answer(std::string& bytes, Answer& answer) {
  answer = {};
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return Reading::kMore;
  Head head;
  if (!read_head(std::string_view(bytes).substr(0, end), head, answer)) return Reading::kBroken;
  std::size_t at = end + 4;
  if (head.chunked) {
    const Reading chunks = read_chunks(bytes, at, answer.body);
    if (chunks != Reading::kWhole) return chunks;
  } else {
    if (bytes.size() < at + head.length) return Reading::kMore;
    answer.body = bytes.substr(at, head.length);
    at += head.length;
  }
  bytes.erase(0, at);
  return Reading::kWhole;
}

std::string member(std::string_view json, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const auto found = json.find(key);
  if (found == std::string_view::npos) return {};
  const std::string_view rest = json.substr(found + key.size());
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(rest.substr(0, rest.find_first_of(",}]")));
}

std::optional<std::string> between(std::string_view text, std::string_view before,
                                   std::string_view after, std::size_t from) {
  const auto begin = text.find(before, from);
  if (begin == std::string_view::npos) return std::nullopt;
  const auto start = begin + before.size();
  const auto end = text.find(after, start);
  if (end == std::string_view::npos) return std::nullopt;
  return std::string(text.substr(start, end - start));
}

}  // namespace rush
