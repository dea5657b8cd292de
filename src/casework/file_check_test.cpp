// SPDX-License-Identifier: EUPL-1.2
#include "casework/file_check.h"

#include <cairo.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <turbojpeg.h>

namespace revier::casework {
namespace {

const std::vector<std::string> kAll = {"image/jpeg", "image/png", "application/pdf"};

std::string a_jpeg(int width = 64, int height = 32) {
  const std::vector<unsigned char> pixels(static_cast<std::size_t>(width * height * 3), 90);
  const tjhandle handle = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, pixels.data(), width, 0, height, TJPF_RGB, &out, &size, TJSAMP_420,
                        80, 0),
            0);
  std::string bytes(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  tjDestroy(handle);
  return bytes;
}

std::pair<int, int> size_of(const std::string& jpeg) {
  const tjhandle handle = tjInitDecompress();
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  EXPECT_EQ(tjDecompressHeader3(handle, reinterpret_cast<const unsigned char*>(jpeg.data()),
                                jpeg.size(), &width, &height, &sampling, &colours),
            0);
  tjDestroy(handle);
  return {width, height};
}

// With an APP1 that turns it and says where it was taken.
std::string with_exif(const std::string& jpeg, char orientation) {
  std::string tiff("MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", 19);
  tiff += orientation;
  tiff.append(6, '\0');
  tiff += "GPS 51.5388 Kamera von Erika";
  std::string part = std::string("Exif\0\0", 6) + tiff;
  const std::size_t length = part.size() + 2;
  std::string segment = "\xFF\xE1";
  segment += static_cast<char>(length >> 8);
  segment += static_cast<char>(length & 0xFF);
  return jpeg.substr(0, 2) + segment + part + jpeg.substr(2);
}

cairo_status_t put(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

std::string a_png() {
  std::string bytes;
  cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 20, 10);
  EXPECT_EQ(cairo_surface_write_to_png_stream(surface, put, &bytes), CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy(surface);
  return bytes;
}

std::string reason(std::string_view bytes, const std::vector<std::string>& allowed = kAll) {
  const auto file = clean_file(bytes, allowed);
  if (file) return "";
  EXPECT_EQ(file.error().code, Code::kUnprocessable);
  return file.error().field;
}

const std::string kAPdf =
    "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
const std::string kZipEnd("PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0", 22);

TEST(FileCheck, KeepsPicturesAndDocuments) {
  EXPECT_EQ(clean_file(a_jpeg(), kAll)->type, kJpeg);
  EXPECT_EQ(clean_file(a_png(), kAll)->type, kPng);
  EXPECT_EQ(clean_file(kAPdf, kAll)->bytes, kAPdf);
}

TEST(FileCheck, NothingButThePictureIsLeft) {
  const std::string jpeg = with_exif(a_jpeg(), 1) + "<script>alert(1)</script>" + kZipEnd;
  const auto clean = clean_file(jpeg, kAll);
  ASSERT_TRUE(clean) << clean.error().message;
  for (const char* part : {"Erika", "51.5388", "script", "PK\x05\x06", "Exif"}) {
    EXPECT_EQ(clean->bytes.find(part), std::string::npos) << part;
  }
  const auto png = clean_file(a_png() + "<?php system($_GET[0]);" + kZipEnd, kAll);
  ASSERT_TRUE(png);
  EXPECT_EQ(png->bytes.find("php"), std::string::npos);
}

TEST(FileCheck, TurnsAPictureAsTheCameraSaid) {
  EXPECT_EQ(exif_orientation(a_jpeg()), 1);
  EXPECT_EQ(exif_orientation(with_exif(a_jpeg(), 6)), 6);
  EXPECT_EQ(exif_orientation(with_exif(a_jpeg(), 99)), 1);
  const auto turned = clean_file(with_exif(a_jpeg(64, 32), 6), kAll);
  ASSERT_TRUE(turned);
  EXPECT_EQ(size_of(turned->bytes), std::pair(32, 64));
}

TEST(FileCheck, RefusesOtherTypesWhateverTheyAreCalled) {
  for (const std::string& bytes :
       {std::string(""), std::string("GIF89a..."), std::string("<svg onload=alert(1)>"),
        std::string("<html>"), "PK\x03\x04" + kZipEnd, std::string("MZ\x90"),
        std::string("\x7f"
                    "ELF"),
        std::string("%!PS"), "x" + kAPdf, std::string("\x1f\x8b\x08"),
        std::string("\0\0\0 ftypheic", 12)}) {
    EXPECT_EQ(reason(bytes), "type") << bytes.substr(0, 8);
  }
  EXPECT_EQ(reason(kAPdf, {"image/jpeg"}), "type");
}

TEST(FileCheck, RefusesBombsDamageAndTwoFormatsAtOnce) {
  std::string bomb = a_png();
  bomb.replace(16, 8, std::string("\0\0\x75\x30\0\0\x75\x30", 8));  // 30,000 by 30,000 pixels
  EXPECT_EQ(reason(bomb), "pixels");
  std::string wide = a_jpeg();
  const std::size_t frame = wide.find("\xFF\xC0");
  wide.replace(frame + 5, 4, "\xEA\x60\xEA\x60");
  EXPECT_EQ(reason(wide), "pixels");
  std::string large = a_png();
  large.replace(16, 8, std::string("\0\0\x0f\xa0\0\0\x0f\xa0", 8));  // 4,000 by 4,000 pixels
  EXPECT_EQ(reason(large), "pixels");
  std::string slow = a_jpeg();
  for (std::size_t n = 0; n < kJpegScansMax; ++n) slow += "\xFF\xDA";
  EXPECT_EQ(reason(slow), "damaged") << "each scan is a pass over all pixels";
  EXPECT_EQ(reason(a_png().substr(0, 60)), "damaged");
  EXPECT_EQ(reason(a_jpeg().substr(0, 300)), "damaged");
  EXPECT_EQ(reason(kAPdf + kZipEnd), "active");
  EXPECT_EQ(reason("%PDF-1.4\n" + kZipEnd + "\n%%EOF"), "active");
  EXPECT_EQ(reason(kAPdf + "<script>"), "active");
  EXPECT_EQ(reason("%PDF-1.4\n<</S/JavaScript/JS(app.alert(1))>>\n%%EOF"), "active");
  EXPECT_EQ(reason("%PDF-1.4\n<</Type/EmbeddedFile>>\n%%EOF"), "active");
  EXPECT_EQ(reason("%PDF-1.4\nno end"), "damaged");
}

RC_GTEST_PROP(FileCheckProperty, AnyBytesAreJudged, ()) {
  const std::string heads[] = {with_exif(a_jpeg(), 3), a_png(), kAPdf};
  std::string bytes = heads[*rc::gen::inRange(0, 3)];
  const int changes = *rc::gen::inRange(1, 20);
  for (int n = 0; n < changes; ++n) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
  }
  bytes.resize(*rc::gen::inRange<std::size_t>(1, bytes.size() + 1));
  const auto file = clean_file(bytes, kAll);
  RC_ASSERT(!file || !file->bytes.empty());
  RC_ASSERT(exif_orientation(bytes) >= 1 && exif_orientation(bytes) <= 8);
}

}  // namespace
}  // namespace revier::casework
