// SPDX-License-Identifier: EUPL-1.2
#include "pdf/qr.h"

#include <fmt/format.h>
#include <qrcodegen.h>

#include <array>
#include <optional>

namespace revier::pdf {
namespace {

using Buffer = std::array<std::uint8_t, qrcodegen_BUFFER_LEN_MAX>;

// Texts of the signs that the shorter mode has, or bytes; nullopt for more than fits any code.
std::optional<qrcodegen_Segment> segment_of(const std::string& text, Buffer& buffer) {
  const bool is_short = qrcodegen_isAlphanumeric(text.c_str()) && text.find('\0') == text.npos;
  const auto mode = is_short ? qrcodegen_Mode_ALPHANUMERIC : qrcodegen_Mode_BYTE;
  if (qrcodegen_calcSegmentBufferSize(mode, text.size()) > buffer.size()) return std::nullopt;
  if (is_short) return qrcodegen_makeAlphanumeric(text.c_str(), buffer.data());
  return qrcodegen_makeBytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                             buffer.data());
}

}  // namespace

Result<QrCode> encode_qr(std::string_view content, QrMask mask) {
  Buffer data;
  Buffer scratch;
  Buffer symbol;
  const auto segment = segment_of(std::string(content), data);
  const auto chosen = mask == QrMask::kFirst ? qrcodegen_Mask_0 : qrcodegen_Mask_AUTO;
  if (!segment || !qrcodegen_encodeSegmentsAdvanced(&*segment, 1, qrcodegen_Ecc_MEDIUM,
                                                    qrcodegen_VERSION_MIN, qrcodegen_VERSION_MAX,
                                                    chosen, true, scratch.data(), symbol.data())) {
    return fail(Code::kBadRequestData, "too long for a QR code");
  }
  QrCode out{.width = qrcodegen_getSize(symbol.data()), .dark = {}};
  const auto modules = static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.width);
  out.dark.reserve(modules);
  for (int y = 0; y < out.width; ++y) {
    for (int x = 0; x < out.width; ++x) {
      out.dark.push_back(qrcodegen_getModule(symbol.data(), x, y));
    }
  }
  return out;
}

std::string qr_svg_content(const QrCode& code) {
  const int side = code.width + 2 * kQrQuietModules;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
      "shape-rendering=\"crispEdges\" focusable=\"false\">"
      "<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
      side, side, side, side);
  const auto put = [&svg](const char* command, int number) {
    svg.append(command).append(fmt::format_int(number).str());
  };
  // A box for each run of dark modules in a row; strokes would round to rows of unequal height.
  for (int row = 0; row < code.width; ++row) {
    put("M", kQrQuietModules);
    put(" ", row + kQrQuietModules);
    for (int end = 0; end < code.width;) {
      const int begin = end;
      const bool dark = code.at(row, begin);
      while (end < code.width && code.at(row, end) == dark) ++end;
      if (dark) {
        put("h", end - begin);
        put("v1h-", end - begin);
        svg += 'z';
      }
      put("m", end - begin);
      svg += " 0";
    }
  }
  return svg + "\"/></svg>";
}

}  // namespace revier::pdf
