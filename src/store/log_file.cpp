// SPDX-License-Identifier: EUPL-1.2
#include "store/detail/log_file.h"

#include <array>
#include <cstddef>

namespace revier::store::detail {
namespace {

constexpr std::size_t kBlock = 32'768;
constexpr std::size_t kHeader = 7;  // checksum 4, length 2, type 1; numbers little-endian

constexpr std::size_t kEmptyBatch = 12;  // sequence 8, count 4

enum Type : unsigned char { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

// CRC-32C (Castagnoli), reflected.
constexpr std::array<std::uint32_t, 256> kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}();

// As the file holds it: turned and shifted, so that a checksum of checksums is of use.
std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc = kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff] ^ (crc >> 8);
  }
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

struct Piece {
  Type type = kFull;
  std::size_t end = 0;  // 0: there is no whole piece here
};

Piece piece_at(std::string_view bytes, std::size_t at) {
  if (bytes.size() - at < kHeader) return {};
  const auto type = static_cast<unsigned char>(bytes[at + 6]);
  if (type < kFull || type > kLast) return {};
  const std::size_t length = number(bytes.substr(at + 4, 2));
  const std::size_t room = std::min(bytes.size() - at, kBlock - at % kBlock);
  if (kHeader + length > room) return {};
  if (masked_crc(bytes.substr(at + 6, 1 + length)) != number(bytes.substr(at, 4))) return {};
  return {static_cast<Type>(type), at + kHeader + length};
}

bool begins_record_after(std::string_view bytes, std::size_t at) {
  for (++at; at + kHeader <= bytes.size(); ++at) {
    if (kBlock - at % kBlock < kHeader) continue;
    const auto type = static_cast<unsigned char>(bytes[at + 6]);
    if ((type == kFull || type == kFirst) && piece_at(bytes, at).end != 0) return true;
  }
  return false;
}

}  // namespace

LogScan scan_log(std::string_view bytes) {
  LogScan scan;
  bool inside = false;  // of a record in pieces
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t room = kBlock - at % kBlock;
    if (room < kHeader) {  // filled up by zeros
      at += room;
      continue;
    }
    const Piece piece = piece_at(bytes, at);
    const bool begins = piece.type == kFull || piece.type == kFirst;
    if (piece.end == 0 || begins == inside) break;
    at = piece.end;
    inside = piece.type == kFirst || piece.type == kMiddle;
    if (inside) continue;
    scan.has_content |= at - scan.whole_bytes > kHeader + kEmptyBatch;
    scan.whole_bytes = at;
  }
  if (at < bytes.size()) scan.resumes = begins_record_after(bytes, at);
  return scan;
}

}  // namespace revier::store::detail
