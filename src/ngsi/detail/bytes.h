// SPDX-License-Identifier: EUPL-1.2
// Numbers and texts in the entity form: varints (7 bits a byte, least first), zigzag for signed
// ones, 8-byte instants (least first), texts after their length.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace revier::ngsi::detail {

inline void put_varint(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out.push_back(static_cast<char>(number | 0x80));
    number >>= 7;
  }
  out.push_back(static_cast<char>(number));
}
// The difference wraps around, so that any two instants have one.
inline void put_difference(std::string& out, Instant of, Instant from) {
  const auto difference = static_cast<std::int64_t>(static_cast<std::uint64_t>(of.us) -
                                                    static_cast<std::uint64_t>(from.us));
  put_varint(out, (static_cast<std::uint64_t>(difference) << 1) ^
                      static_cast<std::uint64_t>(difference >> 63));
}
inline void put_instant(std::string& out, Instant instant) {
  const auto us = static_cast<std::uint64_t>(instant.us);
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>(us >> shift));
}
inline void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out.append(text);
}

// Reads from bytes that were looked at before, or with ok() asked at the end: beyond the end, or in
// a number too long, everything read is zero or empty and ok() is false.
class ByteReader {
 public:
  ByteReader(const char* at, const char* end) : at_(at), end_(end) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] const char* at() const { return at_; }
  [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }

  std::uint8_t byte() {
    if (at_ == end_) return fail();
    return static_cast<std::uint8_t>(*at_++);
  }
  std::uint64_t varint() {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {  // as a rule
      return static_cast<std::uint8_t>(*at_++);
    }
    return long_varint();
  }
  Instant instant_after(Instant from) {
    const std::uint64_t zigzag = varint();
    const std::uint64_t difference = (zigzag >> 1) ^ (~(zigzag & 1) + 1);
    return {static_cast<std::int64_t>(static_cast<std::uint64_t>(from.us) + difference)};
  }
  Instant instant() {
    if (left() < 8) return {fail()};
    std::uint64_t us = 0;
    for (int shift = 0; shift < 64; shift += 8) {
      us |= std::uint64_t{static_cast<std::uint8_t>(*at_++)} << shift;
    }
    return {static_cast<std::int64_t>(us)};
  }
  std::string_view text() {
    const std::uint64_t size = varint();
    if (size > left()) {
      fail();
      return {};
    }
    const std::string_view text(at_, size);
    at_ += size;
    return text;
  }
  std::string_view rest() {
    const std::string_view text(at_, left());
    at_ = end_;
    return text;
  }

 private:
  std::uint64_t long_varint() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto part = static_cast<std::uint8_t>(*at_++);
      number |= std::uint64_t{part & 0x7fU} << shift;
      if (part < 0x80) return number;
    }
    return fail();
  }
  std::uint8_t fail() {
    ok_ = false;
    at_ = end_;
    return 0;
  }
  const char* at_;
  const char* end_;
  bool ok_ = true;
};

}  // namespace revier::ngsi::detail
