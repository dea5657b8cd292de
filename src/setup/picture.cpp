// SPDX-License-Identifier: EUPL-1.2
#include "setup/picture.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include <cairo.h>
#include <fmt/format.h>

namespace revier::setup {
namespace {

constexpr std::string_view kSignature("\x89PNG\r\n\x1a\n", 8);
constexpr std::size_t kHeadBytes = 33;  // signature and IHDR with its checksum

struct FreeSurface {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};

std::uint32_t number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return number;
}

tl::unexpected<Error> refused(std::string message) {
  return fail(Code::kUnprocessable, std::move(message), "logo");
}

// What is unpacked is bounded by the sides in the head, before anything is unpacked.
Result<> check_head(std::string_view bytes) {
  if (bytes.size() > kLogoBytesMax) {
    return refused(fmt::format("the file is larger than {} kB", kLogoBytesMax >> 10));
  }
  if (bytes.size() < kHeadBytes || !bytes.starts_with(kSignature) ||
      bytes.substr(12, 4) != "IHDR") {
    return refused("the file is no PNG picture");
  }
  const std::uint32_t width = number_at(bytes, 16);
  const std::uint32_t height = number_at(bytes, 20);
  if (width == 0 || height == 0 || width > kLogoSideMax || height > kLogoSideMax) {
    return refused(fmt::format("the picture is larger than {} pixels at a side", kLogoSideMax));
  }
  return {};
}

cairo_status_t read_part(void* closure, unsigned char* data, unsigned int length) {
  auto& rest = *static_cast<std::string_view*>(closure);
  if (rest.size() < length) return CAIRO_STATUS_READ_ERROR;
  std::memcpy(data, rest.data(), length);
  rest.remove_prefix(length);
  return CAIRO_STATUS_SUCCESS;
}

cairo_status_t write_part(void* closure, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

Result<std::string> clean_logo(std::string_view bytes) {
  RV_TRY(check_head(bytes));
  std::string_view rest = bytes;
  const std::unique_ptr<cairo_surface_t, FreeSurface> picture(
      cairo_image_surface_create_from_png_stream(read_part, &rest));
  if (cairo_surface_status(picture.get()) != CAIRO_STATUS_SUCCESS) {
    return refused("the picture is damaged");
  }
  std::string clean;
  if (cairo_surface_write_to_png_stream(picture.get(), write_part, &clean) !=
      CAIRO_STATUS_SUCCESS) {
    return fail(Code::kInternalError, "the picture could not be written");
  }
  if (clean.size() > 2 * kLogoBytesMax) return refused("the picture is too large");
  return clean;
}

}  // namespace revier::setup
