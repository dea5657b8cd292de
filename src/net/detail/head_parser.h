// SPDX-License-Identifier: EUPL-1.2
// The head of a request: request line and fields, by Beast's basic_parser and rules of our own
// (net/server.h). A head is parsed once, resumed with each read.
//
// Thread safety: by one thread at a time.
#pragma once
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/http.h"

namespace revier::net::detail {

// All views point into the buffer that was fed.
struct Head {
  Method method = Method::kGet;
  std::string_view target;
  std::string_view host;  // value of the one Host field
  std::vector<Field> fields;
  std::uint64_t content_length = 0;
  bool chunked = false;
  bool keep_alive = false;
  bool http_1_0 = false;
  bool expects_continue = false;
  [[nodiscard]] bool has_body() const { return chunked || content_length > 0; }
};

struct HeadLimits {
  std::size_t bytes_max = 16 * 1024;
  std::size_t fields_max = 64;
};

class HeadParser {
 public:
  explicit HeadParser(HeadLimits limits);
  ~HeadParser();
  HeadParser(const HeadParser&) = delete;
  HeadParser& operator=(const HeadParser&) = delete;

  // Forgets the last message.
  void reset();
  // `data` is all that was read of this message so far; what an earlier call saw is unchanged, but
  // may have moved. True when the head is whole.
  // Errors: kInvalidRequest, kNotImplemented, kHeadTooLarge. The connection has no next message.
  [[nodiscard]] Result<bool> feed(std::string_view data);

  [[nodiscard]] const Head& head() const { return head_; }
  // Of the whole head; what follows is the body.
  [[nodiscard]] std::size_t size_bytes() const { return parsed_; }

 private:
  class Sax;
  [[nodiscard]] Result<> check_whole();
  void moved_to(const char* begin);

  HeadLimits limits_;
  Head head_;
  std::unique_ptr<std::optional<Sax>> sax_;
  const char* begin_ = nullptr;
  std::size_t parsed_ = 0;
};

}  // namespace revier::net::detail
