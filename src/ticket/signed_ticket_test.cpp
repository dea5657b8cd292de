// SPDX-License-Identifier: EUPL-1.2
#include "ticket/signed_ticket.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>

namespace revier::ticket {
namespace {

const Instant kMade = *parse_iso8601("2025-01-10T08:00:00Z");

TicketContent content() {
  return {.event = "urn:ngsi-ld:Event:scd25",
          .code = "K7M3-9QXD-2FHP",
          .issued_at = *parse_iso8601("2025-01-20T09:30:00Z"),
          .days = {{"2025-02-05", 1}, {"2025-02-06", 3}}};
}

class SignedTicket : public testing::Test {
 protected:
  SeededRandom random_{7};
  std::string file_ = TicketKeys::with_new_key("", random_, kMade);
  TicketKeys keys_ = *TicketKeys::parse(file_);
};

TEST_F(SignedTicket, SaysWhatWasSigned) {
  const std::string text = keys_.sign(content());
  EXPECT_EQ(text, keys_.sign(content())) << "one text a ticket";
  EXPECT_TRUE(looks_signed(text));
  EXPECT_FALSE(looks_signed("K7M3-9QXD-2FHP"));
  EXPECT_LE(text.size(), 178) << "a QR code of version 7 at level M";
  EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), std::string::npos);
  const auto ticket = keys_.open(" " + text + "\r\n");
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(ticket->code, content().code);
  EXPECT_EQ(ticket->event_tag, event_tag(content().event));
  EXPECT_EQ(ticket->issued_at, content().issued_at);
  EXPECT_EQ(ticket->days, content().days);
}

TEST_F(SignedTicket, EveryChangedSignIsRefused) {
  const std::string text = keys_.sign(content());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(keys_.open(changed)) << i;
  }
  EXPECT_FALSE(keys_.open(text + "A"));
  EXPECT_FALSE(keys_.open(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(keys_.open(""));
}

TEST_F(SignedTicket, OldKeysAreBelievedStrangersAreNot) {
  const std::string old = keys_.sign(content());
  const std::string file = TicketKeys::with_new_key(file_, random_, kMade + Duration::days(1));
  const TicketKeys both = *TicketKeys::parse(file);
  ASSERT_EQ(both.public_keys().size(), 2);
  EXPECT_NE(both.sign(content()), old) << "the newest signs";
  EXPECT_TRUE(both.open(old));
  EXPECT_TRUE(both.open(both.sign(content())));
  EXPECT_FALSE(keys_.open(both.sign(content())));
  const TicketKeys stranger = *TicketKeys::parse(TicketKeys::with_new_key("", random_, kMade));
  EXPECT_FALSE(stranger.open(old));
}

TEST_F(SignedTicket, ADamagedKeyFileIsSaid) {
  EXPECT_FALSE(TicketKeys::parse(""));
  EXPECT_FALSE(TicketKeys::parse("ed25519 zu kurz\n"));
  const auto second = TicketKeys::parse(file_ + "rsa 1234\n");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("line 2"), std::string::npos);
}

RC_GTEST_PROP(SignedTicketProperty, AnythingElseIsRefused, (const std::string& text)) {
  SeededRandom random(7);
  const TicketKeys keys = *TicketKeys::parse(TicketKeys::with_new_key("", random, kMade));
  RC_ASSERT(!keys.open(text));
  RC_ASSERT(!keys.open("RV1" + text));
}

// Another implementation of RFC 8032 and RFC 4648 reads it by docs/api/check-in.md alone.
constexpr const char* kPython = R"(
import base64, hashlib, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
text, key = sys.argv[1], base64.urlsafe_b64decode(sys.argv[2] + "=")
body = text[3:]
raw = base64.b32decode(body + "=" * (-len(body) % 8))
Ed25519PublicKey.from_public_bytes(key).verify(raw[-64:], raw[:-64])
assert raw[0] == 1 and raw[1:5] == hashlib.sha256(key).digest()[:4]
print(raw[14:14 + raw[13]].decode(), int.from_bytes(raw[9:13], "big"), raw[14 + raw[13]])
)";

TEST_F(SignedTicket, AnotherImplementationVerifiesIt) {
  const std::string script = testing::TempDir() + "revier-verify-ticket.py";
  std::ofstream(script) << kPython;
  const std::string command = fmt::format("/usr/bin/python3 {} {} {} 2>&1", script,
                                          keys_.sign(content()), keys_.public_keys().front().key);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(::popen(command.c_str(), "r"),
                                                             ::pclose);
  ASSERT_NE(pipe, nullptr);
  std::array<char, 4096> out{};
  const std::size_t size = std::fread(out.data(), 1, out.size(), pipe.get());
  EXPECT_EQ(std::string(out.data(), size), "K7M39QXD2FHP 1737365400 2\n");
}

}  // namespace
}  // namespace revier::ticket
