// SPDX-License-Identifier: EUPL-1.2
// What may be attached, judged by the content and never by the name.
//
// Pictures are written anew: what they show is kept, and nothing else: no EXIF (place, device,
// time), no bytes behind the picture, no second format in the same file. A PDF is kept as it is and
// never opened here; one that is another format too (ZIP) or that runs something is refused.
// Archives are not taken at all, so there is nothing to unpack.
//
// Blocking (a large picture takes about a second): see Attachments::take_in(). Thread safety: pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::casework {

inline constexpr std::string_view kJpeg = "image/jpeg";
inline constexpr std::string_view kPng = "image/png";
inline constexpr std::string_view kPdf = "application/pdf";

// What is unpacked at most, 150 MB of memory for one picture. A PNG may show a screen of 3840 by
// 2160.
inline constexpr std::uint64_t kJpegPixelsMax = 50'000'000;
inline constexpr std::uint64_t kPngPixelsMax = 9'000'000;
// A progressive JPEG has about ten; each costs a pass over all pixels, and may be a few bytes.
inline constexpr std::size_t kJpegScansMax = 30;

struct CleanFile {
  std::string type;
  std::string bytes;
};

// Errors: kUnprocessable with `field` "type" (another type than `allowed`), "damaged", "pixels" or
// "active" (runs something, or is two formats at once).
[[nodiscard]] Result<CleanFile> clean_file(std::string_view bytes,
                                           const std::vector<std::string>& allowed);

// The turn that a JPEG's EXIF asks for, 1 to 8 (TIFF tag 274); 1 where there is none.
[[nodiscard]] int exif_orientation(std::string_view jpeg);

}  // namespace revier::casework
