// SPDX-License-Identifier: EUPL-1.2
#include "pdf/qr.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

namespace revier::pdf {
namespace {
struct Free {
  void operator()(QRcode* code) const { QRcode_free(code); }
};
}  // namespace

Result<QrCode> encode_qr(std::string_view content) {
  const std::unique_ptr<QRcode, Free> code(
      QRcode_encodeString(std::string(content).c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
  if (code == nullptr) return fail(Code::kBadRequestData, "too long for a QR code");
  QrCode out{.width = code->width, .dark = {}};
  const auto modules =
      static_cast<std::size_t>(code->width) * static_cast<std::size_t>(code->width);
  out.dark.reserve(modules);
  for (std::size_t i = 0; i < modules; ++i) out.dark.push_back((code->data[i] & 1) != 0);
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
