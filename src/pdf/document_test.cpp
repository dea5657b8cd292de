// SPDX-License-Identifier: EUPL-1.2
// Reads the document back with programs of others: pdfinfo, qpdf, pdftoppm, zbarimg.
#include "pdf/document.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace revier::pdf {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen((command + " 2>/dev/null").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  pclose(pipe);
  return text;
}

TEST(Document, IsReadByPeopleReadersAndScanners) {
  Document document({.title = "Eintrittskarte", .language = "de-DE", .author = "Stadt Herne"});
  document.heading(1, "Smart City Days Herne 2025");
  document.paragraph("Für Erika Beispiel");
  document.big("K7M3-9QXD-2FHP");
  ASSERT_TRUE(document.qr("K7M3-9QXD-2FHP", "QR-Code mit der Ticketnummer"));
  document.heading(2, "Gebucht");
  document.table({{"Wann", "Was", "Wo"}, {"5. Februar 2025", "Fachtag", "Mulvany-Villa"}});
  const auto bytes = document.finish();
  ASSERT_TRUE(bytes) << bytes.error().message;
  const std::string file = testing::TempDir() + "revier-ticket.pdf";
  std::ofstream(file, std::ios::binary) << *bytes;

  const std::string structure = output_of("pdfinfo -struct-text " + file);
  for (const char* part :
       {"H1", "Smart City Days Herne 2025", "Table", "TH", "Fachtag", "Figure"}) {
    EXPECT_NE(structure.find(part), std::string::npos) << part;
  }
  const std::string json = output_of("qpdf --json " + file);
  EXPECT_NE(json.find("\"/Lang\": \"u:de-DE\""), std::string::npos);
  EXPECT_NE(json.find("\"/Alt\": \"u:QR-Code mit der Ticketnummer\""), std::string::npos);
  EXPECT_NE(output_of("pdfinfo " + file).find("Eintrittskarte"), std::string::npos);
  // Half of the usual screen size, grey: a poor print.
  (void)output_of("pdftoppm -r 36 -gray -png " + file + " " + file);
  const std::string read = output_of("zbarimg -q --raw " + file + "-1.png");
  EXPECT_EQ(read, "K7M3-9QXD-2FHP\n");
}

// As long as a signed ticket of two days.
TEST(Document, ALongCodeIsReadFromAPoorPrintToo) {
  const std::string content = "RV1" + std::string(78, 'A') + std::string(78, 'Q');
  Document document({.title = "x", .language = "de-DE", .author = ""});
  ASSERT_TRUE(document.qr(content, "QR-Code"));
  const auto bytes = document.finish();
  ASSERT_TRUE(bytes);
  const std::string file = testing::TempDir() + "revier-long-code.pdf";
  std::ofstream(file, std::ios::binary) << *bytes;
  (void)output_of("pdftoppm -r 36 -gray -png " + file + " " + file);
  EXPECT_EQ(output_of("zbarimg -q --raw " + file + "-1.png"), content + "\n");
}

TEST(Document, RefusesWhatNoCodeHolds) {
  Document document({.title = "x", .language = "de-DE", .author = ""});
  EXPECT_FALSE(document.qr(std::string(5000, 'x'), "x"));
}

TEST(Document, GoesOnOnANewPage) {
  Document document({.title = "x", .language = "de-DE", .author = ""});
  for (int i = 0; i < 80; ++i) document.paragraph("Absatz");
  const auto bytes = document.finish();
  ASSERT_TRUE(bytes);
  const std::string file = testing::TempDir() + "revier-pages.pdf";
  std::ofstream(file, std::ios::binary) << *bytes;
  EXPECT_NE(output_of("pdfinfo " + file).find("Pages:           3"), std::string::npos);
}

}  // namespace
}  // namespace revier::pdf
