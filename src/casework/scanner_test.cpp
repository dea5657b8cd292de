// SPDX-License-Identifier: EUPL-1.2
// Faults of the protocol, by a clamd that misbehaves; the real one is met in tests/program.
#include "casework/scanner.h"

#include <gtest/gtest.h>

#include "support/fake_clamd.h"

namespace revier::casework {
namespace {

using tests::FakeClamd;

std::string nul(std::string text) { return text + '\0'; }

Result<bool> scan(const std::string& reply, bool reads = true, std::string_view bytes = "abc") {
  FakeClamd clamd(reply, reads);
  return clamd_scanner(clamd.path(), Duration::seconds(5))->is_clean(bytes);
}

TEST(Clamd, SendsTheStreamAndReadsTheVerdict) {
  {
    FakeClamd clamd(nul("stream: OK"), true);
    EXPECT_TRUE(clamd_scanner(clamd.path())->is_clean("abc").value());
    EXPECT_EQ(clamd.seen(), std::string("zINSTREAM\0\0\0\0\x03"
                                        "abc\0\0\0\0",
                                        21));
  }
  EXPECT_FALSE(scan(nul("stream: Eicar-Test FOUND")).value());
}

TEST(Clamd, NothingUnclearCountsAsClean) {
  for (const std::string& reply :
       {std::string(), std::string("stream: OK"), nul(""), nul("OK"), nul("stream: OK "),
        nul("stream: ERROR"), nul("UNKNOWN COMMAND"), std::string(5'000, 'x')}) {
    const auto verdict = scan(reply);
    ASSERT_FALSE(verdict) << reply.substr(0, 30);
    EXPECT_EQ(verdict.error().code, Code::kBadGateway) << "it may be the file";
  }
  EXPECT_EQ(scan(nul("INSTREAM size limit exceeded. ERROR")).error().code, Code::kTooLarge);
  EXPECT_EQ(scan("", false, std::string(5'000'000, 'x')).error().code, Code::kBadGateway)
      << "hangs up early";
}

TEST(Clamd, IsNotThere) {
  EXPECT_EQ(clamd_scanner("/nowhere/clamd")->is_clean("x").error().code, Code::kUnavailable);
  EXPECT_EQ(clamd_scanner("127.0.0.1:1")->is_clean("x").error().code, Code::kUnavailable);
  EXPECT_EQ(clamd_scanner("nonsense")->is_clean("x").error().code, Code::kUnavailable);
  EXPECT_EQ(clamd_scanner("/" + std::string(200, 'x'))->is_clean("x").error().code,
            Code::kUnavailable);
}

}  // namespace
}  // namespace revier::casework
