// SPDX-License-Identifier: EUPL-1.2
#include "pdf/qr.h"

#include <cstdio>
#include <fstream>

#include <gtest/gtest.h>

namespace revier::pdf {
namespace {

// As a scanner reads it: drawn as a picture of four dots a module.
std::string scanned(const QrCode& code, const std::string& name) {
  constexpr int kDots = 4;
  const int side = (code.width + 2 * kQrQuietModules) * kDots;
  const std::string file = testing::TempDir() + name;
  std::ofstream picture(file, std::ios::binary);
  picture << "P5 " << side << " " << side << " 255\n";
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int row = y / kDots - kQrQuietModules;
      const int column = x / kDots - kQrQuietModules;
      const bool inside = row >= 0 && column >= 0 && row < code.width && column < code.width;
      picture.put(inside && code.at(row, column) ? '\0' : '\xFF');
    }
  }
  picture.close();
  std::string read;
  FILE* const scanner = popen(("zbarimg -q --raw " + file).c_str(), "r");
  for (int c = std::fgetc(scanner); c != EOF; c = std::fgetc(scanner)) {
    read.push_back(static_cast<char>(c));
  }
  pclose(scanner);
  return read;
}

TEST(Qr, IsReadWithEitherMask) {
  const std::string ticket = "RV1" + std::string(78, 'A') + std::string(73, 'Q');
  for (const QrMask mask : {QrMask::kEvenest, QrMask::kFirst}) {
    for (const std::string& content : {ticket, std::string("https://192.168.1.5:8443/lan?a=b")}) {
      const auto code = encode_qr(content, mask);
      ASSERT_TRUE(code);
      EXPECT_EQ(scanned(*code, "revier-qr.pgm"), content + "\n");
    }
  }
}

TEST(Qr, TakesNoMoreRoomThanItMust) {
  EXPECT_EQ(encode_qr("K7M3-9QXD-2FHP")->width, 21);
  EXPECT_EQ(encode_qr(std::string(154, 'A'))->width, 41);  // alphanumeric at level M
  EXPECT_EQ(encode_qr(std::string(106, 'a'))->width, 41);
  EXPECT_FALSE(encode_qr(std::string(5'000, 'A')));
  EXPECT_FALSE(encode_qr(std::string(100'000, 'a')));
}

TEST(Qr, IsDrawnRunByRun) {
  const auto code = encode_qr("A");
  ASSERT_TRUE(code);
  const std::string svg = qr_svg_content(*code);
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_NE(svg.find("viewBox=\"0 0 29 29\""), std::string::npos);
}

}  // namespace
}  // namespace revier::pdf
