// SPDX-License-Identifier: EUPL-1.2
// The text in a ticket's QR code: what a desk without network needs to decide, signed with Ed25519
// (RFC 8032). No name, no address. docs/api/check-in.md is the form for other implementations.
//
//   "RV1" + base32 (RFC 4648, without padding) of
//     1 byte   1, the version of this form
//     4 bytes  id of the key: begin of the SHA-256 of the public key
//     4 bytes  event: begin of the SHA-256 of its id
//     4 bytes  seconds since 1970 (civil) when the code was issued, big-endian
//     1 byte   length of the code, then the code without its dashes
//     1 byte   number of days, then for each: 2 bytes days since 1970-01-01, 1 byte seats
//    64 bytes  signature over everything before it
//
// Only signs of a QR code's alphanumeric mode, which every keyboard of a handheld scanner types.
//
// Thread safety: TicketKeys is constant after reading; the rest are pure functions.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/time.h"

namespace revier::ticket {

struct TicketDay {
  std::string day;  // "2025-02-05"
  std::int64_t seats = 1;
  friend bool operator==(const TicketDay&, const TicketDay&) = default;
};

struct TicketContent {
  std::string event;  // id of the event
  std::string code;   // "K7M3-9QXD-2FHP"
  Instant issued_at;  // civil
  std::vector<TicketDay> days;
};

// Keys of an instance. The newest signs, all of them are believed.
class TicketKeys {
 public:
  using PublicKey = std::array<std::uint8_t, 32>;

  // Of the key file: one line a key, oldest first, "ed25519 BASE64(seed) INSTANT".
  // Errors: kCorrupt with the line; a file without keys, too.
  [[nodiscard]] static Result<TicketKeys> parse(std::string_view file);
  // The file with one more key, which signs from the next start on.
  [[nodiscard]] static std::string with_new_key(std::string_view file, Random& random, Instant now);

  struct Public {
    std::string id;      // 8 hexadecimal signs
    std::string key;     // base64url without padding
    std::string issued;  // when it was made
  };
  [[nodiscard]] std::vector<Public> public_keys() const;

  // Days that are no dates, and what does not fit (20 days, 255 seats), are left out.
  [[nodiscard]] std::string sign(const TicketContent& content) const;

  struct Genuine {
    std::string code;
    std::string event_tag;  // as event_tag() gives it
    Instant issued_at;
    std::vector<TicketDay> days;
  };
  // Errors: kUnprocessable (field "code") for a text that is no signed ticket of a key of ours.
  [[nodiscard]] Result<Genuine> open(std::string_view text) const;

 private:
  struct Key {
    std::array<std::uint8_t, 64> secret{};
    PublicKey public_key{};
    std::string created;
    [[nodiscard]] std::string id() const;  // 4 bytes
  };
  std::vector<Key> keys_;
};

// Whether a typed or scanned text wants to be a signed ticket: everything else is a short code.
[[nodiscard]] bool looks_signed(std::string_view text);
// 8 hexadecimal signs that stand for an event in signed tickets.
[[nodiscard]] std::string event_tag(std::string_view event);

}  // namespace revier::ticket
