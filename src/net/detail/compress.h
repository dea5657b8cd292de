// SPDX-License-Identifier: EUPL-1.2
// Bodies compressed by brotli or gzip, a slice at a time, so that a long one does not hold its
// thread.
//
// Thread safety: by one thread at a time.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace revier::net::detail {

enum class Coding : std::uint8_t { kIdentity, kGzip, kBrotli };
[[nodiscard]] std::string_view coding_name(Coding coding);  // "br", "gzip", ""

// The best of what Accept-Encoding takes (RFC 9110, 12.5.3).
[[nodiscard]] Coding negotiate(std::string_view accept_encoding);
// Text, JSON, XML, scripts: types that get smaller.
[[nodiscard]] bool is_compressible_type(std::string_view content_type);

class Compressor {
 public:
  // `coding` is kGzip or kBrotli; `size_bytes` is the size of all that will come.
  Compressor(Coding coding, std::size_t size_bytes);
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Appends to `out`. False when the library refuses (out of memory): the body is sent as it is.
  [[nodiscard]] bool feed(std::string_view slice, bool last, std::string& out);

 private:
  struct Encoder;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace revier::net::detail
