// SPDX-License-Identifier: EUPL-1.2
#include "net/detail/compress.h"

#include <bit>

#include <brotli/encode.h>
#include <zlib.h>

#include "net/detail/text.h"
#include "net/http.h"

namespace revier::net::detail {
namespace {

// Fast settings: bodies are made for one answer and seldom used again.
constexpr int kBrotliQuality = 4;
constexpr int kGzipLevel = 5;
constexpr int kGzipWindowBits = 15 + 16;  // with the gzip frame
constexpr std::size_t kWindowBytesMax = (std::size_t{1} << 20) - 1;
constexpr std::size_t kStepBytes = 16 * 1024;

// "q=0", "q=0.0" and the like: not acceptable.
bool is_refused(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view piece = next_piece(parameters, ';');
    if (!piece.starts_with("q=") && !piece.starts_with("Q=")) continue;
    return piece.find_first_not_of("0.", 2) == std::string_view::npos;
  }
  return false;
}

}  // namespace

std::string_view coding_name(Coding coding) {
  static constexpr std::string_view kNames[] = {"", "gzip", "br"};
  return kNames[static_cast<std::size_t>(coding)];
}

Coding negotiate(std::string_view accept_encoding) {
  Coding best = Coding::kIdentity;
  while (!accept_encoding.empty()) {
    std::string_view parameters = next_piece(accept_encoding, ',');
    const std::string_view name = next_piece(parameters, ';');
    if (is_refused(parameters)) continue;
    if (equals_ignoring_case(name, "br")) best = Coding::kBrotli;
    if (equals_ignoring_case(name, "gzip")) best = std::max(best, Coding::kGzip);
  }
  return best;
}

bool is_compressible_type(std::string_view type) {
  type = trim(type.substr(0, type.find(';')));
  static constexpr std::string_view kWhole[] = {"application/json", "application/xml",
                                                "application/javascript", "image/svg+xml",
                                                "application/x-ndjson"};
  if (type == "text/event-stream") return false;
  if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml")) return true;
  return std::find(std::begin(kWhole), std::end(kWhole), type) != std::end(kWhole);
}

struct Compressor::Encoder {
  BrotliEncoderState* brotli = nullptr;
  z_stream gzip{};
  bool gzip_open = false;

  ~Encoder() {
    if (brotli != nullptr) BrotliEncoderDestroyInstance(brotli);
    if (gzip_open) deflateEnd(&gzip);
  }

  void open_brotli(std::size_t size_bytes) {
    brotli = BrotliEncoderCreateInstance(nullptr, nullptr, nullptr);
    if (brotli == nullptr) return;
    BrotliEncoderSetParameter(brotli, BROTLI_PARAM_QUALITY, kBrotliQuality);
    BrotliEncoderSetParameter(brotli, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
    const std::size_t known = std::min<std::size_t>(size_bytes, kWindowBytesMax);
    BrotliEncoderSetParameter(brotli, BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(known));
    // The encoder's memory follows the window, not the body.
    BrotliEncoderSetParameter(brotli, BROTLI_PARAM_LGWIN,
                              std::max(16U, static_cast<unsigned>(std::bit_width(known))));
  }
  void open_gzip() {
    gzip_open =
        deflateInit2(&gzip, kGzipLevel, Z_DEFLATED, kGzipWindowBits, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }

  bool feed_brotli(std::string_view slice, bool last, std::string& out) const {
    const auto* next = reinterpret_cast<const std::uint8_t*>(slice.data());
    std::size_t left = slice.size();
    const auto operation = last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
    do {
      std::size_t none = 0;
      if (!BrotliEncoderCompressStream(brotli, operation, &left, &next, &none, nullptr, nullptr)) {
        return false;
      }
      std::size_t bytes = 0;
      const std::uint8_t* made = BrotliEncoderTakeOutput(brotli, &bytes);
      out.append(reinterpret_cast<const char*>(made), bytes);
    } while (left > 0 || BrotliEncoderHasMoreOutput(brotli) ||
             (last && !BrotliEncoderIsFinished(brotli)));
    return true;
  }

  bool feed_gzip(std::string_view slice, bool last, std::string& out) {
    gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(slice.data()));
    gzip.avail_in = static_cast<uInt>(slice.size());
    int status = Z_OK;
    do {
      const std::size_t before = out.size();
      out.resize(before + kStepBytes);
      gzip.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      gzip.avail_out = kStepBytes;
      status = deflate(&gzip, last ? Z_FINISH : Z_NO_FLUSH);
      out.resize(before + kStepBytes - gzip.avail_out);
      if (status == Z_STREAM_ERROR) return false;
    } while (gzip.avail_out == 0 || (last && status != Z_STREAM_END));
    return true;
  }
};

Compressor::Compressor(Coding coding, std::size_t size_bytes)
    : encoder_(std::make_unique<Encoder>()) {
  if (coding == Coding::kBrotli) {
    encoder_->open_brotli(size_bytes);
  } else {
    encoder_->open_gzip();
  }
}
Compressor::~Compressor() = default;

bool Compressor::feed(std::string_view slice, bool last, std::string& out) {
  if (encoder_->brotli != nullptr) return encoder_->feed_brotli(slice, last, out);
  return encoder_->gzip_open && encoder_->feed_gzip(slice, last, out);
}

}  // namespace revier::net::detail
