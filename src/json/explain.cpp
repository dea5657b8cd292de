// SPDX-License-Identifier: EUPL-1.2
#include "json/detail/explain.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/ascii.h"

namespace revier::json::detail {
namespace {

constexpr int kExplainedDepthMost = 600;  // beyond what is ever accepted

// Bytes of the valid UTF-8 sequence that `text` starts with; 0 where there is none (RFC 3629, 4).
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !tail(1)) return 0;
  if (first < 0xe0) return 2;
  const bool is_overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool is_beyond = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  if (is_overlong || is_beyond || !tail(2)) return 0;
  if (first < 0xf0) return 3;
  return tail(3) ? 4 : 0;
}

// Reads like a parser and stops at the first fault: each function is true as long as there is none.
class Explainer {
 public:
  explicit Explainer(std::string_view text) : text_(text) {}

  std::string run() {
    if (!value(0)) return placed();
    space();
    if (at_ == text_.size()) return {};
    fault("expected the end after the value");
    return placed();
  }

 private:
  bool fault(std::string_view what) {
    what_ = what;
    return false;
  }

  std::string placed() const {
    const std::string_view before = text_.substr(0, at_);
    const auto line = std::ranges::count(before, '\n') + 1;
    return fmt::format("line {}, column {}: {}", line, at_ - (before.rfind('\n') + 1) + 1, what_);
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  bool value(int depth) {
    space();
    if (depth == kExplainedDepthMost) return fault("nested too deep");
    if (take('{')) return object(depth);
    if (take('[')) return array(depth);
    if (peek() == '"') return string();
    if (peek() == '-' || is_digit(peek())) return number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (!text_.substr(at_).starts_with(word)) continue;
      at_ += word.size();
      return true;
    }
    return fault("expected a value");
  }

  bool object(int depth) {
    space();
    if (take('}')) return true;
    do {
      space();
      if (peek() != '"') return fault("expected a key in double quotes");
      if (!string()) return false;
      space();
      if (!take(':')) return fault("expected ':'");
      if (!value(depth + 1)) return false;
      space();
    } while (take(','));
    return take('}') || fault("expected ',' or '}'");
  }

  bool array(int depth) {
    space();
    if (take(']')) return true;
    do {
      if (!value(depth + 1)) return false;
      space();
    } while (take(','));
    return take(']') || fault("expected ',' or ']'");
  }

  bool digits() {
    const std::size_t start = at_;
    while (is_digit(peek())) ++at_;
    return at_ != start || fault("expected a digit");
  }

  bool number() {
    const std::size_t start = at_;
    take('-');
    const bool is_zero = take('0');
    if (is_zero && is_digit(peek())) return fault("a number does not start with 0");
    if (!is_zero && !digits()) return false;
    bool is_integer = true;
    if (take('.')) {
      is_integer = false;
      if (!digits()) return false;
    }
    if (take('e') || take('E')) {
      is_integer = false;
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    return in_range(start, is_integer);
  }

  bool in_range(std::size_t start, bool is_integer) {
    const std::string digits(text_.substr(start, at_ - start));
    if (is_integer ? fits_64_bits(digits) : std::isfinite(std::strtod(digits.c_str(), nullptr)))
      return true;
    at_ = start;
    return fault(is_integer ? "an integer is beyond 64 bits" : "a number is out of range");
  }

  static bool fits_64_bits(const std::string& digits) {
    std::int64_t negative;
    std::uint64_t positive;
    const char* first = digits.data();
    const char* last = first + digits.size();
    const auto read = *first == '-' ? std::from_chars(first, last, negative)
                                    : std::from_chars(first, last, positive);
    return read.ec == std::errc{};
  }

  bool string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (take('"')) return true;
      if (static_cast<unsigned char>(c) < 0x20) return fault("a control character in a string");
      if (c == '\\') {
        if (!escape()) return false;
        continue;
      }
      const std::size_t bytes = sequence(text_.substr(at_));
      if (bytes == 0) return fault("a byte that is not UTF-8");
      at_ += bytes;
    }
    return fault("a string without an end");
  }

  bool escape() {
    ++at_;
    if (!take('u')) {
      if (std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos)
        return fault("an escape that JSON does not know");
      ++at_;
      return true;
    }
    const int first = hex4();
    if (first < 0) return fault("expected four hexadecimal digits");
    if (first < 0xd800 || first > 0xdfff) return true;
    const bool has_pair = first < 0xdc00 && take('\\') && take('u');
    const int second = has_pair ? hex4() : -1;
    return (second >= 0xdc00 && second <= 0xdfff) || fault("half of a surrogate pair");
  }

  int hex4() {
    int number = -1;
    const std::string_view digits = text_.substr(at_, 4);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    const bool is_whole = digits.size() == 4 && read.ptr == digits.data() + 4 && digits[0] != '-';
    if (is_whole) at_ += 4;
    return is_whole ? number : -1;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::string_view what_;
};

}  // namespace

std::string explain(std::string_view text) { return Explainer(text).run(); }

}  // namespace revier::json::detail
