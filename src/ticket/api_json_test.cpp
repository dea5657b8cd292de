// SPDX-License-Identifier: EUPL-1.2
#include "ticket/api_json.h"

#include <gtest/gtest.h>

namespace revier::ticket {
namespace {

Error refusal_of(const std::string& consents) {
  const SecretLinks links({});
  const std::string body = R"({"hold":")" + links.token(kHoldLink, "some") +
                           R"(","name":"Ada Beispiel","mail":"ada@example.org","consents":)" +
                           consents + "}";
  const auto document = json::Document::parse(body, {});
  EXPECT_TRUE(document);
  const auto read = read_registration(document->root(), links);
  return read ? Error{Code::kGone, "taken", {}} : read.error();
}

TEST(ApiJson, ANameCarriesNoWebAddress) {
  for (const char* name :
       {"Dr. Müller-Lüdenscheidt", "J.R.R. Tolkien", "Anna v.d. Heide", "Prof.Dr.Ada Beispiel",
        "Ada / Erika", "AC/DC", "Dr.-Ing. A./B. Meier"}) {
    EXPECT_TRUE(check_name(name)) << name;
  }
  for (const char* name : {"Ihr Konto ist gesperrt: https://herne-login.example/pw", "HTTP://x",
                           "Siehe WWW.Herne-Login.example", "herne-login.example/pw",
                           "Bitte auf t.co/abc antworten", "login.рф/x", "a/herne.DE/b"}) {
    EXPECT_EQ(check_name(name).error().field, "name") << name;
  }
}

TEST(ApiJson, AnAddressMustReachAServer) {
  EXPECT_TRUE(check_mail("a@ü.de"));
  EXPECT_TRUE(check_mail("a@xn--tda.de"));
  EXPECT_TRUE(check_mail("o'hara+event@example.org"));
  EXPECT_EQ(check_mail("müller@example.org").error().field, "mail");
  EXPECT_EQ(check_mail("a@ü..de").error().field, "mail");
  EXPECT_EQ(mail_key(" A@XN--TDA.de "), mail_key("a@Ü.de"));
}

TEST(ApiJson, ConsentsAreThoseThatAreOffered) {
  EXPECT_EQ(refusal_of(R"(["photo",{"kind":"matchmaking","version":1}])").code, Code::kGone);
  for (const char* consents :
       {R"(["newsletter"])", R"(["nonsense"])", R"([{"kind":"photo","version":2}])",
        R"([{"kind":"photo","version":"1"}])", R"([""])"}) {
    const Error refused = refusal_of(consents);
    EXPECT_EQ(refused.code, Code::kUnprocessable) << consents;
    EXPECT_EQ(refused.field, "consents") << consents;
  }
}

}  // namespace
}  // namespace revier::ticket
