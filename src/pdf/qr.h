// SPDX-License-Identifier: EUPL-1.2
// QR codes (ISO/IEC 18004), error correction level M, or a higher one where it takes no more room.
//
// Thread safety: pure functions.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace revier::pdf {

inline constexpr int kQrQuietModules = 4;  // white border that a scanner needs (9.1)

struct QrCode {
  int width = 0;           // modules a side
  std::vector<bool> dark;  // row by row
  [[nodiscard]] bool at(int row, int column) const {
    return dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(width) +
                static_cast<std::size_t>(column)];
  }
};

// Which of the eight masks (7.8) goes over the code; it says so itself, and scanners read any.
enum class QrMask : std::uint8_t {
  kEvenest,  // all are drawn, the one with the least penalty is taken
  kFirst,    // for content that is random itself, as signatures are, and gets no evener: at a tenth
             // of the work
};

// Errors: kBadRequestData when the content is too long for a code.
[[nodiscard]] Result<QrCode> encode_qr(std::string_view content, QrMask mask = QrMask::kEvenest);

// An <svg> of the code with its quiet zone, black on white in every colour scheme. No text in it:
// the place that shows it names it (role="img", aria-label).
[[nodiscard]] std::string qr_svg_content(const QrCode& code);

}  // namespace revier::pdf
