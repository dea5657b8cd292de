// SPDX-License-Identifier: EUPL-1.2
#include "ngsi/detail/json_text.h"

#include <charconv>

#include "base/ascii.h"
#include "ngsi/detail/form.h"

namespace revier::ngsi::detail {
namespace {

bool hex(char c) { return hex_value(c) >= 0; }

// Bytes of the UTF-8 character at `at`, 0 where there is none.
std::size_t utf8_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() - at < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  if (first == 0xe0 && second < 0xa0) return 0;
  if (first == 0xed && second > 0x9f) return 0;
  if (first == 0xf0 && second < 0x90) return 0;
  if (first == 0xf4 && second > 0x8f) return 0;
  return size;
}

// Checks one value of untrusted text. Recursion is bounded by kValueDepthMax.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  [[nodiscard]] bool whole() { return value(0) && at_ == text_.size(); }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }
  bool value(int depth) {
    switch (peek()) {
      case '{':
        return depth < kValueDepthMax && object(depth + 1);
      case '[':
        return depth < kValueDepthMax && array(depth + 1);
      case '"':
        return string();
      case 't':
        return word("true");
      case 'f':
        return word("false");
      case 'n':
        return word("null");
      default:
        return number();
    }
  }
  bool array(int depth) {
    ++at_;
    if (take(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (take(','));
    return take(']');
  }
  bool object(int depth) {
    ++at_;
    if (take('}')) return true;
    do {
      if (!string() || !take(':') || !value(depth)) return false;
    } while (take(','));
    return take('}');
  }
  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ > start;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }
  bool escape() {
    if (take('u')) {
      for (int i = 0; i < 4; ++i, ++at_) {
        if (!hex(peek())) return false;
      }
      return true;
    }
    if (at_ == text_.size() || std::string_view("\"\\/bfnrt").find(peek()) == text_.npos) {
      return false;
    }
    ++at_;
    return true;
  }
  bool string() {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      if (take('"')) return true;
      if (take('\\')) {
        if (!escape()) return false;
        continue;
      }
      const std::size_t size = utf8_size(text_, at_);
      if (size == 0 || static_cast<unsigned char>(text_[at_]) < 0x20) return false;
      at_ += size;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

std::size_t end_of_container(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return text.size();
}

void append_utf8(std::string& out, unsigned code) {
  const auto put = [&out](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | (code >> 6));
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3f));
    put(0x80 | ((code >> 6) & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

unsigned hex_unit(std::string_view text, std::size_t at) {
  unsigned unit = 0;
  if (at + 4 <= text.size()) std::from_chars(text.data() + at, text.data() + at + 4, unit, 16);
  return unit;
}

// The escape after the backslash at `at`; the place after it.
std::size_t append_escaped(std::string& out, std::string_view text, std::size_t at) {
  const char c = text[at + 1];
  if (c != 'u') {
    constexpr std::string_view kFrom = "bfnrt";
    constexpr std::string_view kTo = "\b\f\n\r\t";
    const std::size_t which = kFrom.find(c);
    out.push_back(which == kFrom.npos ? c : kTo[which]);
    return at + 2;
  }
  unsigned code = hex_unit(text, at + 2);
  at += 6;
  if (code >= 0xd800 && code < 0xdc00 && text.substr(at, 2) == "\\u") {
    const unsigned low = hex_unit(text, at + 2);
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    at += 6;
  }
  append_utf8(out, code);
  return at;
}

}  // namespace

bool is_json(std::string_view text) { return Checker(text).whole(); }

bool is_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_size(text, at);
    if (size == 0 || static_cast<unsigned char>(text[at]) < 0x20) return false;
    at += size;
  }
  return true;
}

bool is_plain_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto c = static_cast<unsigned char>(text[at]);
    const std::size_t size = utf8_size(text, at);
    if (size == 0 || c < 0x20 || c == '"' || c == '\\') return false;
    at += size;
  }
  return true;
}

std::string_view value_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  std::size_t end = at;
  if (text[at] == '"') {
    end = end_of_string(text, at);
  } else if (text[at] == '{' || text[at] == '[') {
    end = end_of_container(text, at);
  } else {
    end = std::min(text.find_first_of(",]}", at), text.size());
  }
  return text.substr(at, end - at);
}

std::string_view unquoted(std::string_view quoted, std::string& storage) {
  if (quoted.size() < 2) return {};
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  std::size_t at = inner.find('\\');
  if (at == inner.npos) return inner;
  storage.assign(inner.substr(0, at));
  while (at < inner.size()) {
    if (inner[at] == '\\' && at + 1 < inner.size()) {
      at = append_escaped(storage, inner, at);
    } else {
      storage.push_back(inner[at++]);
    }
  }
  return storage;
}

std::optional<double> number_in(std::string_view text) {
  if (text.empty() || !(text.front() == '-' || is_digit(text.front()))) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view member_of(std::string_view object, std::string_view key) {
  if (object.empty() || object.front() != '{') return {};
  std::string storage;
  for (TextCursor cursor(object); cursor.next();) {
    if (unquoted(cursor.key(), storage) == key) return cursor.value();
  }
  return {};
}

TextCursor::TextCursor(std::string_view container) : text_(container) {}

bool TextCursor::next() {
  std::size_t at = at_ + 1;
  if (at + 1 > text_.size() || text_[at] == ']' || text_[at] == '}') return false;
  if (at_ > 0 && text_[at_] != ',') return false;
  if (text_.front() == '{') {
    key_ = value_at(text_, at);
    at += key_.size() + 1;
  }
  value_ = value_at(text_, at);
  at_ = at + value_.size();
  return !value_.empty();
}

}  // namespace revier::ngsi::detail
