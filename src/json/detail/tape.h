// SPDX-License-Identifier: EUPL-1.2
// The memory of a parsed document: one block of 64-bit words, then the strings' bytes.
//   word 0          bytes from the block's start to the strings
//   word 1          the root value
// A value is a word of 8 bits tag, 28 bits `low` and 28 bits `high`:
//   kNull kTrue kFalse            nothing more
//   kInt64 kUint64 kDouble        the number's bits are the next word
//   kString                       low = offset among the strings, high = length in bytes
//   kArray kObject                low = index of the word after its last one, high = elements or
//                                 members; elements follow, or keys (kString) and values by turns
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

namespace revier::json::detail {

enum class Tag : std::uint8_t {
  kNull,
  kTrue,
  kFalse,
  kInt64,
  kUint64,
  kDouble,
  kString,
  kArray,
  kObject
};

inline constexpr std::uint64_t kField = (std::uint64_t{1} << 28) - 1;

constexpr std::uint64_t make_word(Tag tag, std::uint64_t low = 0, std::uint64_t high = 0) {
  return std::uint64_t{static_cast<std::uint8_t>(tag)} | low << 8 | high << 36;
}
constexpr Tag tag_of(std::uint64_t word) { return static_cast<Tag>(word & 0xff); }
constexpr std::uint64_t low_of(std::uint64_t word) { return word >> 8 & kField; }
constexpr std::uint64_t high_of(std::uint64_t word) { return word >> 36; }

inline bool is_nested(Tag tag) { return tag == Tag::kArray || tag == Tag::kObject; }

// The index of the word after the value at `index`.
inline std::size_t after(const std::uint64_t* tape, std::size_t index) {
  const std::uint64_t word = tape[index];
  const Tag tag = tag_of(word);
  if (is_nested(tag)) return low_of(word);
  return index + (tag >= Tag::kInt64 && tag <= Tag::kDouble ? 2 : 1);
}

inline std::string_view string_at(const std::uint64_t* tape, std::size_t index) {
  const char* strings = reinterpret_cast<const char*>(tape) + tape[0];
  return {strings + low_of(tape[index]), high_of(tape[index])};
}

inline double double_at(const std::uint64_t* tape, std::size_t index) {
  double number;
  std::memcpy(&number, &tape[index + 1], sizeof number);
  return number;
}

}  // namespace revier::json::detail
