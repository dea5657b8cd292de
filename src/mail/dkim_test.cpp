// SPDX-License-Identifier: EUPL-1.2
// Keys, records and the form of a signature; tests/mail/newsletter_test.py has another library
// verify it.
#include "mail/dkim.h"

#include <gtest/gtest.h>

namespace revier::mail {
namespace {

TEST(Dkim, SignsWithItsKey) {
  const std::string pem = DkimSigner::make_key().value();
  EXPECT_NE(pem, DkimSigner::make_key().value());
  const auto signer = DkimSigner::open(pem, "event.example", "revier").value();
  EXPECT_EQ(signer->record().name, "revier._domainkey.event.example");
  EXPECT_TRUE(signer->record().value.starts_with("v=DKIM1; k=rsa; p=MII"));
  const std::string letter =
      "From: a@event.example\r\nTo: b@x.test\r\nSubject: x\r\nList-Unsubscribe: <https://x>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\r\nHallo\r\n";
  const std::string whole = signer->sign(letter).value();
  ASSERT_TRUE(whole.ends_with("\r\n" + letter));
  const std::string field = whole.substr(0, whole.size() - letter.size());
  EXPECT_TRUE(field.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;")) << field;
  for (const char* part : {"d=event.example", "s=revier", "List-Unsubscribe-Post", "bh="}) {
    EXPECT_NE(field.find(part), std::string::npos) << part << " in " << field;
  }
  std::size_t lone = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\n' && (i == 0 || field[i - 1] != '\r')) ++lone;
  }
  EXPECT_EQ(lone, 0) << "lines end in CRLF: " << field;
}

TEST(Dkim, RefusesWhatIsNoKey) {
  EXPECT_EQ(DkimSigner::open("", "x.test", "s").error().code, Code::kCorrupt);
  EXPECT_EQ(DkimSigner::open("-----BEGIN RSA PRIVATE KEY-----\nx\n", "x.test", "s").error().code,
            Code::kCorrupt);
}

}  // namespace
}  // namespace revier::mail
