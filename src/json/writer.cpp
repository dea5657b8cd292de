// SPDX-License-Identifier: EUPL-1.2
#include <cmath>

#include <fmt/format.h>

#include "json/detail/tape.h"
#include "json/json.h"

#include "base/check.h"

namespace revier::json {

using detail::Tag;

namespace {

constexpr std::uint8_t kNestingMost = 64;

// What stands behind the backslash; 'u' for the control characters without a letter, 0 for none.
constexpr std::array<char, 256> kEscapes = [] {
  std::array<char, 256> table{};
  for (std::size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

// True if one of eight bytes may need an escape: below 0x20, a quote or a backslash.
bool may_escape(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const auto zero_byte = [](std::uint64_t x) { return (x - kOnes) & ~x; };
  const std::uint64_t control = (bytes - kOnes * 0x20) & ~bytes;
  const std::uint64_t quote = zero_byte(bytes ^ kOnes * '"');
  return ((control | quote | zero_byte(bytes ^ kOnes * '\\')) & kTops) != 0;
}

std::size_t plain_length(std::string_view text) {
  std::size_t i = 0;
  for (std::uint64_t bytes; i + sizeof bytes <= text.size(); i += sizeof bytes) {
    std::memcpy(&bytes, text.data() + i, sizeof bytes);
    if (may_escape(bytes)) break;
  }
  while (i < text.size() && kEscapes[static_cast<unsigned char>(text[i])] == 0) ++i;
  return i;
}

void append_escape(std::string& out, char c) {
  const char letter = kEscapes[static_cast<unsigned char>(c)];
  out += '\\';
  out += letter;
  if (letter != 'u') return;
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[c & 15];
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

void append_double(std::string& out, double number) {
  std::array<char, 32> buffer;
  char* end = fmt::format_to(buffer.data(), "{}", number);
  const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  out += text;
  if (text.find_first_of(".e") == text.npos) out += ".0";
}

// Appends the value at `index` and returns the index after it. As deep as the document, which the
// parser bounded.
std::size_t append_value(std::string& out, const std::uint64_t* tape, std::size_t index);

std::size_t append_members(std::string& out, const std::uint64_t* tape, std::size_t index) {
  const std::size_t end = detail::after(tape, index);
  out += '{';
  for (std::size_t i = index + 1; i < end;) {
    if (i != index + 1) out += ',';
    append_quoted(out, detail::string_at(tape, i));
    out += ':';
    i = append_value(out, tape, i + 1);
  }
  out += '}';
  return end;
}

std::size_t append_elements(std::string& out, const std::uint64_t* tape, std::size_t index) {
  const std::size_t end = detail::after(tape, index);
  out += '[';
  for (std::size_t i = index + 1; i < end;) {
    if (i != index + 1) out += ',';
    i = append_value(out, tape, i);
  }
  out += ']';
  return end;
}

std::size_t append_value(std::string& out, const std::uint64_t* tape, std::size_t index) {
  switch (detail::tag_of(tape[index])) {
    case Tag::kNull:
      out += "null";
      break;
    case Tag::kTrue:
      out += "true";
      break;
    case Tag::kFalse:
      out += "false";
      break;
    case Tag::kInt64:
      append_integer(out, static_cast<std::int64_t>(tape[index + 1]));
      break;
    case Tag::kUint64:
      append_integer(out, tape[index + 1]);
      break;
    case Tag::kDouble:
      append_double(out, detail::double_at(tape, index));
      break;
    case Tag::kString:
      append_quoted(out, detail::string_at(tape, index));
      break;
    case Tag::kArray:
      return append_elements(out, tape, index);
    case Tag::kObject:
      return append_members(out, tape, index);
  }
  return detail::after(tape, index);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out.append(text.data(), plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    append_escape(out, text.front());
    text.remove_prefix(1);
  }
  out += '"';
}

std::string to_text(const Value& value) {
  std::string out;
  Writer(out).value(value);
  return out;
}

// Before each value: the comma, and whether a value may stand here at all.
void Writer::separate() {
  const bool in_object = depth_ != 0 && (objects_ & 1) != 0;
  RV_CHECK(in_object ? next_ == Next::kValue : depth_ != 0 || next_ == Next::kFirst);
  if (next_ == Next::kComma) out_ += ',';
  next_ = Next::kComma;
}

void Writer::open(bool object) {
  separate();
  RV_CHECK(depth_ < kNestingMost);
  ++depth_;
  objects_ = objects_ << 1 | static_cast<std::uint64_t>(object);
  next_ = Next::kFirst;
  out_ += object ? '{' : '[';
}

void Writer::close(bool object) {
  RV_CHECK(depth_ != 0 && ((objects_ & 1) != 0) == object && next_ != Next::kValue);
  --depth_;
  objects_ >>= 1;
  next_ = Next::kComma;
  out_ += object ? '}' : ']';
}

Writer& Writer::begin_object() {
  open(true);
  return *this;
}

Writer& Writer::end_object() {
  close(true);
  return *this;
}

Writer& Writer::begin_array() {
  open(false);
  return *this;
}

Writer& Writer::end_array() {
  close(false);
  return *this;
}

Writer& Writer::key(std::string_view name) {
  RV_CHECK(depth_ != 0 && (objects_ & 1) != 0 && next_ != Next::kValue);
  if (next_ == Next::kComma) out_ += ',';
  append_quoted(out_, name);
  out_ += ':';
  next_ = Next::kValue;
  return *this;
}

Writer& Writer::string(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

Writer& Writer::integer(std::int64_t number) {
  separate();
  append_integer(out_, number);
  return *this;
}

Writer& Writer::number(double number) {
  RV_CHECK(std::isfinite(number));
  separate();
  append_double(out_, number);
  return *this;
}

Writer& Writer::boolean(bool value) { return raw(value ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Writer& Writer::value(const Value& value) {
  separate();
  append_value(out_, value.tape_, value.index_);
  return *this;
}

}  // namespace revier::json
