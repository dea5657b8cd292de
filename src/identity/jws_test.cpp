// SPDX-License-Identifier: EUPL-1.2
#include "identity/jws.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace revier::identity {
namespace {

using Verdict = KeySet::Verdict;

// RFC 7515, A.3 and RFC 8037, A.4: made by others.
constexpr std::string_view kP256Key =
    R"({"kty":"EC","crv":"P-256","kid":"ec",
        "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kP256Token =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
    "bS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxf"
    "KTUJqPP3-Kg6NU1Q";
constexpr std::string_view kEdKey =
    R"({"kty":"OKP","crv":"Ed25519","kid":"ed",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kEdToken =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg"
    "3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

KeySet keys(std::string_view list) {
  return KeySet::parse(fmt::format(R"({{"keys":[{}]}})", list)).value();
}

std::string why_not(std::string_view token) {
  const auto read = read_jws(token);
  EXPECT_FALSE(read) << token;
  return read ? "" : read.error().message;
}

// {"alg":"..."} and more, as the first part of a token.
std::string with_header(const char* base64) { return fmt::format("{}.e30.AAAA", base64); }

TEST(Jws, SignaturesOfTheRfcsAreGood) {
  const KeySet both = keys(fmt::format("{},{}", kP256Key, kEdKey));
  ASSERT_EQ(both.size(), 2U);
  for (const std::string_view text : {kP256Token, kEdToken}) {
    const auto token = read_jws(text);
    ASSERT_TRUE(token) << token.error().message;
    EXPECT_EQ(both.verify(*token), Verdict::kGenuine);
  }
  EXPECT_EQ(read_jws(kEdToken)->payload, "Example of Ed25519 signing");
}

TEST(Jws, AnotherPayloadIsForged) {
  auto token = read_jws(kEdToken).value();
  token.signed_part.back() = 'h';
  EXPECT_EQ(keys(kEdKey).verify(token), Verdict::kForged);
  auto curve = read_jws(kP256Token).value();
  curve.signature.resize(63);
  EXPECT_EQ(keys(kP256Key).verify(curve), Verdict::kForged);
}

TEST(Jws, TheKeyIsTheOneThatIsNamedAndOfTheRightKind) {
  auto token = read_jws(kEdToken).value();
  EXPECT_EQ(keys(kP256Key).verify(token), Verdict::kUnknownKey);
  token.key_id = "ec";
  EXPECT_EQ(keys(fmt::format("{},{}", kP256Key, kEdKey)).verify(token), Verdict::kUnknownKey);
  token.key_id = "ed";
  EXPECT_EQ(keys(fmt::format("{},{}", kP256Key, kEdKey)).verify(token), Verdict::kGenuine);
  // Two that fit, and the token does not say which.
  token.key_id.clear();
  EXPECT_EQ(keys(fmt::format("{},{}", kEdKey, kEdKey)).verify(token), Verdict::kUnknownKey);
}

TEST(Jws, OtherAlgorithmsAreRefused) {
  EXPECT_NE(why_not(with_header("eyJhbGciOiJub25lIn0")).find("alg"), std::string::npos);   // none
  EXPECT_NE(why_not(with_header("eyJhbGciOiJIUzI1NiJ9")).find("alg"), std::string::npos);  // HS256
  EXPECT_NE(why_not(with_header("e30")).find("alg"), std::string::npos);
  // {"alg":"EdDSA","crit":["x"]}
  EXPECT_NE(why_not(with_header("eyJhbGciOiJFZERTQSIsImNyaXQiOlsieCJdfQ")).find("crit"),
            std::string::npos);
  // {"alg":"EdDSA","typ":"logout+jwt"}
  EXPECT_NE(why_not(with_header("eyJhbGciOiJFZERTQSIsInR5cCI6ImxvZ291dCtqd3QifQ")).find("typ"),
            std::string::npos);
  // {"alg":"EdDSA","alg":"none"}
  EXPECT_NE(why_not(with_header("eyJhbGciOiJFZERTQSIsImFsZyI6Im5vbmUifQ")), "");
}

TEST(Jws, WhatIsNoneIsRefused) {
  EXPECT_NE(why_not("a.b"), "");
  EXPECT_NE(why_not("a.b.c.d"), "");
  EXPECT_NE(why_not(".."), "");
  EXPECT_NE(why_not("eyJhbGciOiJFZERTQSJ9.e30."), "");       // nobody signed it
  EXPECT_NE(why_not("eyJhbGciOiJFZERTQSJ9.e30=.AAAA"), "");  // padding
  EXPECT_NE(why_not("eyJhbGciOiJFZERTQSJ9.e31.AAAA"), "");   // bits left over
  EXPECT_NE(why_not(std::string(Jws::kBytesMax + 1, 'a')), "");
}

TEST(Jws, KeysThatAreOfNoUseArePassedOver) {
  const auto none = [](std::string_view key) {
    return !KeySet::parse(fmt::format(R"({{"keys":[{}]}})", key));
  };
  EXPECT_TRUE(none(R"({"kty":"oct","k":"AAAA"})"));
  EXPECT_TRUE(none(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"));
  EXPECT_TRUE(none(R"({"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"})"));
  // Not on the curve.
  EXPECT_TRUE(none(R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                       "y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})"));
  EXPECT_TRUE(none(R"({"kty":"OKP","crv":"Ed25519","use":"enc",
                       "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  EXPECT_TRUE(none(R"({"kty":"OKP","crv":"Ed25519","alg":"HS256",
                       "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  EXPECT_TRUE(none(R"({"kty":"OKP","crv":"Ed25519","key_ops":["sign"],
                       "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  EXPECT_FALSE(KeySet::parse("[]"));
  EXPECT_FALSE(KeySet::parse(R"({"keys":[]})"));
}

// Whatever is changed in a signed token: it is not believed.
RC_GTEST_PROP(Jws, OneSignChangedIsNotBelieved, ()) {
  static const KeySet known = keys(fmt::format("{},{}", kP256Key, kEdKey));
  std::string text(*rc::gen::element(kP256Token, kEdToken));
  const auto place = *rc::gen::inRange<std::size_t>(0, text.size());
  const char sign = *rc::gen::inRange<char>('!', '~');
  RC_PRE(text[place] != sign);
  text[place] = sign;
  const auto token = read_jws(text);
  RC_ASSERT(!token || known.verify(*token) != Verdict::kGenuine);
}

}  // namespace
}  // namespace revier::identity
