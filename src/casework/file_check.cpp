// SPDX-License-Identifier: EUPL-1.2
#include "casework/file_check.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <cairo.h>
#include <fmt/format.h>
#include <turbojpeg.h>

namespace revier::casework {
namespace {

constexpr std::string_view kPngSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::size_t kPngHeadBytes = 33;
constexpr std::uint32_t kSideMax = 20'000;

tl::unexpected<Error> refuse_file(const char* field, const char* what) {
  return fail(Code::kUnprocessable, what, field);
}

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

// --- JPEG

struct EndTransform {
  void operator()(void* handle) const { tjDestroy(handle); }
};
struct FreeJpeg {
  void operator()(unsigned char* bytes) const { tjFree(bytes); }
};

int turn_of(int orientation) {
  constexpr int kTurns[] = {TJXOP_NONE,      TJXOP_HFLIP, TJXOP_ROT180,     TJXOP_VFLIP,
                            TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270};
  return kTurns[orientation - 1];
}

// Markers of a scan; those of previews that the file brings with it are counted, too.
bool has_many_scans(std::string_view bytes) {
  std::size_t scans = 0;
  for (auto at = bytes.find("\xFF\xDA"); at != std::string_view::npos && scans <= kJpegScansMax;
       at = bytes.find("\xFF\xDA", at + 2)) {
    ++scans;
  }
  return scans > kJpegScansMax;
}

Result<std::string> clean_jpeg(std::string_view bytes) {
  const std::unique_ptr<void, EndTransform> handle(tjInitTransform());
  if (handle == nullptr) return fail(Code::kInternalError, "no JPEG decoder");
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &width, &height, &sampling, &colours) !=
      0) {
    return refuse_file("damaged", "the picture is damaged");
  }
  if (has_many_scans(bytes)) return refuse_file("damaged", "the picture has too many scans");
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kJpegPixelsMax) {
    return refuse_file("pixels", "the picture has too many pixels");
  }
  tjtransform turn{};
  turn.op = turn_of(exif_orientation(bytes));
  turn.options = TJXOPT_COPYNONE | TJXOPT_TRIM;
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int done = tjTransform(handle.get(), data, bytes.size(), 1, &out, &size, &turn,
                               TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING);
  const std::unique_ptr<unsigned char, FreeJpeg> keep(out);
  if (done != 0) return refuse_file("damaged", "the picture is damaged");
  return std::string(reinterpret_cast<const char*>(out), size);
}

// --- PNG

struct EndSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

std::uint32_t side_at(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) << 24 | byte_at(bytes, at + 1) << 16 | byte_at(bytes, at + 2) << 8 |
         byte_at(bytes, at + 3);
}

cairo_status_t take_png(void* closure, unsigned char* data, unsigned int length) {
  auto& rest = *static_cast<std::string_view*>(closure);
  if (rest.size() < length) return CAIRO_STATUS_READ_ERROR;
  std::memcpy(data, rest.data(), length);
  rest.remove_prefix(length);
  return CAIRO_STATUS_SUCCESS;
}

cairo_status_t put_png(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

Result<std::string> clean_png(std::string_view bytes) {
  if (bytes.size() < kPngHeadBytes || bytes.substr(12, 4) != "IHDR") {
    return refuse_file("damaged", "the picture is damaged");
  }
  const std::uint64_t width = side_at(bytes, 16);
  const std::uint64_t height = side_at(bytes, 20);
  if (width == 0 || height == 0 || width > kSideMax || height > kSideMax ||
      width * height > kPngPixelsMax) {
    return refuse_file("pixels", "the picture has too many pixels");
  }
  std::string_view rest = bytes;
  const std::unique_ptr<cairo_surface_t, EndSurface> picture(
      cairo_image_surface_create_from_png_stream(take_png, &rest));
  std::string out;
  if (cairo_surface_status(picture.get()) != CAIRO_STATUS_SUCCESS ||
      cairo_surface_write_to_png_stream(picture.get(), put_png, &out) != CAIRO_STATUS_SUCCESS) {
    return refuse_file("damaged", "the picture is damaged");
  }
  return out;
}

// --- PDF

bool holds_any(std::string_view bytes, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return bytes.find(word) != std::string_view::npos; });
}

Result<> check_pdf(std::string_view bytes) {
  constexpr std::string_view kEnd = "%%EOF";
  const std::size_t end = bytes.rfind(kEnd);
  if (end == std::string_view::npos) return refuse_file("damaged", "the PDF has no end");
  const std::string_view behind = bytes.substr(end + kEnd.size());
  if (behind.find_first_not_of(" \r\n\t") != std::string_view::npos || behind.size() > 1'024) {
    return refuse_file("active", "something stands behind the end of the PDF");
  }
  // A reader of ZIP looks for this in the last 64 kB (and 22 bytes): the file would be both.
  const std::size_t tail = bytes.size() > 66'000 ? bytes.size() - 66'000 : 0;
  if (holds_any(bytes.substr(tail), {std::string_view("PK\x05\x06", 4)})) {
    return refuse_file("active", "the file is a PDF and an archive");
  }
  if (holds_any(bytes, {"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia"})) {
    return refuse_file("active", "the PDF runs something or holds other files");
  }
  return {};
}

}  // namespace

int exif_orientation(std::string_view jpeg) {
  // Segments up to APP1 "Exif" (JEITA CP-3451, 4.5.4), then the first directory of its TIFF.
  std::size_t at = 2;
  while (at + 4 <= jpeg.size() && byte_at(jpeg, at) == 0xFF && byte_at(jpeg, at + 1) != 0xDA) {
    const std::size_t length = byte_at(jpeg, at + 2) << 8 | byte_at(jpeg, at + 3);
    const std::string_view part = jpeg.substr(at + 4, std::max<std::size_t>(length, 2) - 2);
    const bool is_exif =
        byte_at(jpeg, at + 1) == 0xE1 && part.starts_with(std::string_view("Exif\0\0", 6));
    at += 2 + length;
    if (!is_exif || part.size() < 14) continue;
    const std::string_view tiff = part.substr(6);
    const bool little = tiff.starts_with("II");
    const auto number = [&](std::size_t from, std::size_t bytes) -> std::size_t {
      if (from > tiff.size() || tiff.size() - from < bytes) return 0;
      std::size_t value = 0;
      for (std::size_t n = 0; n < bytes; ++n) {
        value = value << 8 | byte_at(tiff, from + (little ? bytes - 1 - n : n));
      }
      return value;
    };
    const std::size_t directory = number(4, 4);
    for (std::size_t n = 0; n < number(directory, 2) && n < 200; ++n) {
      const std::size_t entry = directory + 2 + 12 * n;
      if (number(entry, 2) != 274) continue;
      const std::size_t turn = number(entry + 8, 2);
      return turn >= 1 && turn <= 8 ? static_cast<int>(turn) : 1;
    }
    return 1;
  }
  return 1;
}

Result<CleanFile> clean_file(std::string_view bytes, const std::vector<std::string>& allowed) {
  CleanFile file;
  if (bytes.starts_with("\xFF\xD8\xFF")) file.type = kJpeg;
  if (bytes.starts_with(kPngSignature)) file.type = kPng;
  if (bytes.starts_with("%PDF-1.") || bytes.starts_with("%PDF-2.")) file.type = kPdf;
  if (file.type.empty() || std::ranges::find(allowed, file.type) == allowed.end()) {
    return refuse_file("type", "files of this type are not taken here");
  }
  if (file.type == kPdf) {
    RV_TRY(check_pdf(bytes));
    file.bytes = bytes;
    return file;
  }
  RV_ASSIGN(file.bytes, file.type == kJpeg ? clean_jpeg(bytes) : clean_png(bytes));
  return file;
}

}  // namespace revier::casework
