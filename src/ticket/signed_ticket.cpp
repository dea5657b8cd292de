// SPDX-License-Identifier: EUPL-1.2
#include "ticket/signed_ticket.h"

#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/ascii.h"
#include "ticket/booking_rules.h"

namespace revier::ticket {
namespace {

constexpr std::string_view kTextPrefix = "RV1";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kKeyKind = "ed25519 ";
constexpr std::size_t kSignedTextMax = 400;
constexpr std::size_t kDaysMax = 20;
constexpr std::size_t kSeedBytes = crypto_sign_SEEDBYTES;
constexpr std::size_t kSeedText = 43;  // base64url without padding
constexpr int kBase64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string begin_of_sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), bytes_of(text), text.size());
  return {reinterpret_cast<const char*>(hash.data()), 4};
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::string to_base32(std::string_view bytes) {
  std::string text;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    bits += 8;
    for (; bits >= 5; bits -= 5) text += kBase32[(buffer >> (bits - 5)) & 31];
  }
  if (bits > 0) text += kBase32[(buffer << (5 - bits)) & 31];
  return text;
}

// Nothing for a sign that is none, and where the last bits are not zero: one text a ticket.
std::optional<std::string> from_base32(std::string_view text) {
  std::string bytes;
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t value = kBase32.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    buffer = (buffer << 5) | static_cast<std::uint32_t>(value);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((buffer >> bits) & 0xFF);
  }
  if (bits >= 5 || (buffer & ((1U << bits) - 1)) != 0) return std::nullopt;
  return bytes;
}

std::string big_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>((number >> (8 * i)) & 0xFF);
  return text;
}

// "2025-02-05" as days since 1970-01-01.
std::optional<std::uint16_t> day_number(const std::string& day) {
  const auto instant = parse_iso8601(day + "T00:00:00Z");
  if (!instant || instant->us < 0) return std::nullopt;
  const std::int64_t number = instant->us / Duration::days(1).us;
  if (number > 0xFFFF) return std::nullopt;
  return static_cast<std::uint16_t>(number);
}

std::string day_text(std::uint64_t number) {
  return to_iso8601(Instant{static_cast<std::int64_t>(number) * Duration::days(1).us})
      .substr(0, 10);
}

// Case, blanks and line ends that a scanner adds do not matter.
std::string normalised(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    out += to_upper(c);
  }
  return out;
}

// Reads a message from its begin; asking for more than there is gives nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::optional<std::string_view> take(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const std::string_view part = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return part;
  }
  std::optional<std::uint64_t> number(std::size_t bytes) {
    const auto part = take(bytes);
    if (!part) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : *part) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<TicketKeys::Genuine> read_content(std::string_view message) {
  Reader in(message);
  TicketKeys::Genuine ticket;
  (void)in.take(5);  // version and key were looked at before
  const auto event = in.take(4);
  const auto issued = in.number(4);
  const auto code = in.take(in.number(1).value_or(message.size()));
  const auto days = in.number(1);
  if (!event || !issued || !code || !days || *days > kDaysMax) return std::nullopt;
  ticket.event_tag = hexadecimal(*event);
  ticket.issued_at = Instant{static_cast<std::int64_t>(*issued) * Duration::seconds(1).us};
  ticket.code = rules::normalise_code(*code);
  for (std::uint64_t i = 0; i < *days; ++i) {
    const auto day = in.number(2);
    const auto seats = in.number(1);
    if (!day || !seats) return std::nullopt;
    ticket.days.push_back({day_text(*day), static_cast<std::int64_t>(*seats)});
  }
  if (!in.at_end()) return std::nullopt;
  return ticket;
}

tl::unexpected<Error> not_ours() {
  return fail(Code::kUnprocessable, "this is no ticket that was signed here", "code");
}

}  // namespace

std::string TicketKeys::Key::id() const {
  return begin_of_sha256({reinterpret_cast<const char*>(public_key.data()), public_key.size()});
}

Result<TicketKeys> TicketKeys::parse(std::string_view file) {
  TicketKeys keys;
  int number = 0;
  while (!file.empty()) {
    const std::string_view line = file.substr(0, file.find('\n'));
    file.remove_prefix(std::min(file.size(), line.size() + 1));
    ++number;
    if (line.empty()) continue;
    std::array<unsigned char, kSeedBytes> seed{};
    std::size_t length = 0;
    const bool good = line.starts_with(kKeyKind) && line.size() > kKeyKind.size() + kSeedText &&
                      sodium_base642bin(seed.data(), seed.size(), line.data() + kKeyKind.size(),
                                        kSeedText, nullptr, &length, nullptr, kBase64) == 0 &&
                      length == seed.size();
    if (!good) return fail(Code::kCorrupt, fmt::format("line {} is no ticket key", number));
    Key key{.created = std::string(line.substr(kKeyKind.size() + kSeedText + 1))};
    crypto_sign_seed_keypair(key.public_key.data(), key.secret.data(), seed.data());
    sodium_memzero(seed.data(), seed.size());
    keys.keys_.push_back(std::move(key));
  }
  if (keys.keys_.empty()) return fail(Code::kCorrupt, "there is no ticket key");
  return keys;
}

std::string TicketKeys::with_new_key(std::string_view file, Random& random, Instant now) {
  std::array<std::uint8_t, kSeedBytes> seed{};
  random.fill(seed);
  std::array<char, sodium_base64_ENCODED_LEN(kSeedBytes, kBase64)> text{};
  sodium_bin2base64(text.data(), text.size(), seed.data(), seed.size(), kBase64);
  std::string out(file);
  if (!out.empty() && out.back() != '\n') out += '\n';
  return out + fmt::format("{}{} {}\n", kKeyKind, text.data(), to_iso8601(now));
}

std::vector<TicketKeys::Public> TicketKeys::public_keys() const {
  std::vector<Public> list;
  for (const Key& key : keys_) {
    std::array<char, sodium_base64_ENCODED_LEN(crypto_sign_PUBLICKEYBYTES, kBase64)> text{};
    sodium_bin2base64(text.data(), text.size(), key.public_key.data(), key.public_key.size(),
                      kBase64);
    list.push_back({hexadecimal(key.id()), text.data(), key.created});
  }
  return list;
}

std::string TicketKeys::sign(const TicketContent& content) const {
  const Key& key = keys_.back();
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(content.issued_at.us, 0) /
                                                  Duration::seconds(1).us);
  std::string code = content.code;
  std::erase(code, '-');
  std::string message = "\x01" + key.id() + begin_of_sha256(content.event) +
                        big_endian(seconds, 4) + big_endian(code.size(), 1) + code;
  std::string days;
  std::size_t count = 0;
  for (const TicketDay& day : content.days) {
    const auto number = day_number(day.day);
    if (!number || count == kDaysMax || day.seats < 1 || day.seats > 0xFF) continue;
    days += big_endian(*number, 2) + big_endian(static_cast<std::uint64_t>(day.seats), 1);
    ++count;
  }
  message += big_endian(count, 1) + days;
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(),
                       key.secret.data());
  message.append(reinterpret_cast<const char*>(signature.data()), signature.size());
  return std::string(kTextPrefix) + to_base32(message);
}

Result<TicketKeys::Genuine> TicketKeys::open(std::string_view text) const {
  const std::string whole = normalised(text);
  if (whole.size() > kSignedTextMax || !whole.starts_with(kTextPrefix)) return not_ours();
  const auto bytes = from_base32(std::string_view(whole).substr(kTextPrefix.size()));
  if (!bytes || bytes->size() < crypto_sign_BYTES + 5 || bytes->front() != 1) return not_ours();
  const std::string_view message(bytes->data(), bytes->size() - crypto_sign_BYTES);
  const std::string_view signature = std::string_view(*bytes).substr(message.size());
  for (const Key& key : keys_) {
    if (message.substr(1, 4) != key.id()) continue;
    if (crypto_sign_verify_detached(bytes_of(signature), bytes_of(message), message.size(),
                                    key.public_key.data()) != 0) {
      continue;
    }
    if (auto ticket = read_content(message)) return std::move(*ticket);
  }
  return not_ours();
}

bool looks_signed(std::string_view text) {
  constexpr std::size_t kShortestSigned = 100;
  return normalised(text).size() >= kShortestSigned;
}

std::string event_tag(std::string_view event) { return hexadecimal(begin_of_sha256(event)); }

}  // namespace revier::ticket
